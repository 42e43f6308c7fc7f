"""What a command prints, without the characters by which a text could steer the terminal or reorder its line.

Names of files, words of a model and what was heard all end up there, and none of them is trusted.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class PlainOutput:
    """A text stream that takes such characters out; everything else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(STEERING.sub("", text))

    def __getattr__(self, name: str) -> Any:
        """`Any`: whatever the stream has."""
        return getattr(self._stream, name)


@contextmanager
def plain_output() -> Iterator[None]:
    """Both streams of the process, as long as a command runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, PlainOutput(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
