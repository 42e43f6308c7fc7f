"""Where faults are written down: a file of the user's own, never the terminal. No transcripts, no pictures."""

from __future__ import annotations

import logging
import os
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.errors import DeviceError

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType

LARGEST_BYTES = 1_000_000  # then it becomes vesper.log.1, and that one is dropped

NO_DISPLAY = "Run “vesper demo” or another command in this terminal, or start Vesper on a desktop."

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


def log_qt_messages() -> None:
    """What Qt has to say goes to the log, too. Without a usable display it would end the process with a core dump."""
    from PySide6.QtCore import qInstallMessageHandler

    qInstallMessageHandler(_qt_message)


def _qt_message(kind: QtMsgType, _: QMessageLogContext, message: str | None) -> None:
    from PySide6.QtCore import QtMsgType

    if kind is QtMsgType.QtFatalMsg:
        log.error("Qt gave up: %s", message)
        error = DeviceError("No window can be opened on this display.", NO_DISPLAY)
        sys.stderr.write(f"vesper: {error}\n")
        sys.stderr.flush()
        os._exit(error.exit_code)
    if kind is not QtMsgType.QtDebugMsg and kind is not QtMsgType.QtInfoMsg:
        log.warning("Qt: %s", message)
