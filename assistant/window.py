"""The window's run: Qt in the main thread, from the first look at the display to the exit code."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from assistant import app
from assistant.core.errors import DeviceError
from assistant.core.events import Event, NoticeShown
from assistant.core.ports import Emit
from assistant.log_file import NO_DISPLAY, log_qt_messages
from assistant.session.observers import EventLog
from assistant.storage.instance_lock import InstanceLock, acquire, ask_first_to_show
from assistant.storage.settings_file import load_settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from assistant.gui.main_window import MainWindow

log = logging.getLogger(__name__)


def run_window(engines: app.Engines) -> int:
    """Open the window and return its exit code when it closes. A second start raises the first window instead."""
    if sys.platform.startswith("linux") and not _has_display():
        raise DeviceError("There is no display to open a window on.", NO_DISPLAY)
    from assistant.gui.web_engine import prepare_web_engine

    lock = acquire(engines.folders.data)
    if lock is None:
        shown = ask_first_to_show(engines.folders.data)
        sys.stdout.write(
            "Vesper is already running.\n" if shown else "Vesper is already running and does not answer.\n"
        )
        return 0 if shown else 1
    prepare_web_engine()
    try:
        return _with_window(engines, lock)
    finally:
        lock.release()


def _has_display() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _with_window(engines: app.Engines, lock: InstanceLock) -> int:
    from PySide6.QtWidgets import QApplication

    from assistant.desktop import SessionThread
    from assistant.gui.bridge import Bridge
    from assistant.gui.main_window import create_window

    log_qt_messages()
    application = QApplication(sys.argv[:1])
    bridge = Bridge()
    seams, folders = engines.seams, engines.folders
    events = EventLog(seams.event_log or folders.event_log, time.monotonic, in_full=seams.event_log is not None)

    def publish(event: Event) -> None:
        events(event)
        bridge.publish(event)

    engines.emit, engines.record = publish, events.record
    session = SessionThread(engines, publish, lock, bridge.ask_to_show)
    window = create_window(session, engines.settings)
    bridge.happened.connect(window.on_event)
    bridge.show_requested.connect(window.raise_to_front)
    _catch_faults(publish)
    stopped = _Signals(application, window)
    rehearsal = None
    if os.environ.get("VESPER_TEST") == "1":
        from assistant.rehearsal import Rehearsal

        rehearsal = Rehearsal(window, session, seams, events)
        bridge.happened.connect(rehearsal.on_event)
    window.show()
    session.start()
    for notice in load_settings(folders.settings_file)[1]:
        publish(NoticeShown("warning", notice))
    if rehearsal is not None:
        rehearsal.start()
    code = application.exec()
    stopped.release()
    ended = session.close()
    events.close()
    if not ended:  # an engine is stuck in a call; Python would wait for its thread
        lock.release()
        sys.stdout.flush()
        os._exit(stopped.exit_code or code)
    return stopped.exit_code or code


def _catch_faults(publish: Emit) -> None:
    """An exception in a slot is a bug: the log gets the stack, the user a sentence, and the window stays."""

    def caught(kind: type[BaseException], fault: BaseException, stack: TracebackType | None) -> None:
        log.error("the window failed", exc_info=(kind, fault, stack))
        publish(NoticeShown("error", "A part of Vesper stopped working.", "Restart Vesper if something is missing."))

    sys.excepthook = caught


class _Signals:
    """Ctrl+C and a polite end from outside close the window as its user would.

    Python runs its signal handlers only between two lines of Python, and Qt's loop is none; a socket wakes it.
    """

    def __init__(self, application: QApplication, window: MainWindow) -> None:
        from PySide6.QtCore import QSocketNotifier

        self.exit_code = 0
        self._application = application
        self._window = window
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._caught) for number in (signal.SIGINT, signal.SIGTERM)}
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._woken)

    def release(self) -> None:
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup)
        for number, before in self._before.items():
            signal.signal(number, before)
        self._ours.close()
        self._theirs.close()

    def _woken(self) -> None:
        self._ours.recv(64)

    def _caught(self, number: int, _: FrameType | None) -> None:
        self.exit_code = 130 if number == signal.SIGINT else 0
        self._window.close()
        self._application.quit()
