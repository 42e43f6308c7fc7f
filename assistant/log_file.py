"""Where faults are written down: a file of the user's own, never the terminal. No transcripts, no pictures."""

from __future__ import annotations

import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST_BYTES = 1_000_000  # then it becomes vesper.log.1, and that one is dropped

log = logging.getLogger(__name__)


def log_to_file(logs: Path) -> None:
    """From here on warnings and errors of every library go to `vesper.log`, and an unseen exception with its stack.

    A disk that refuses costs the log, nothing else.
    """
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    handler: logging.Handler = logging.NullHandler()
    try:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = RotatingFileHandler(logs / "vesper.log", maxBytes=LARGEST_BYTES, backupCount=1, delay=True)
    except OSError:
        pass
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    threading.excepthook = _unseen_in_thread
    sys.unraisablehook = _unseen_at_the_end


def _unseen_in_thread(fault: threading.ExceptHookArgs) -> None:
    if fault.exc_value is not None:
        log.error("a thread failed", exc_info=fault.exc_value)


def _unseen_at_the_end(fault: sys.UnraisableHookArgs) -> None:
    if fault.exc_value is not None:
        log.error("something failed while it was cleared away", exc_info=fault.exc_value)
