"""`python -m assistant` is the `vesper` command."""

import sys

from assistant.cli import main

sys.exit(main())
