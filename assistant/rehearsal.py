"""A test run of the window: shows what the test switches ask for, types their texts, and measures the window.

It uses the window as its user would. Exists only where VESPER_TEST=1.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

import psutil
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

from assistant.core.conversation import Phase
from assistant.core.errors import InputError
from assistant.core.events import (
    Event,
    NoticeShown,
    PictureRefused,
    ReplyDelta,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    TurnCommitted,
)
from assistant.core.page_events import PageJobFailed, PageJobStarted, PagePainted
from assistant.core.sketch import Page
from assistant.gui.bridge import Commands
from assistant.gui.facts import TurnsRestored
from assistant.gui.intake import Intake, Purpose
from assistant.gui.main_window import PAINT_MILLISECONDS, MainWindow
from assistant.seams import Seams
from assistant.session.observers import EventLog

BEAT_MILLISECONDS = 10
GAP_MILLISECONDS = 50  # a longer stop of the window's loop is one its user can feel
CALM_BEATS = 15  # this long nothing may be going on before the run counts as idle
LARGEST_TEXT_BYTES = 8_000_000  # SAFETY: what is shown of a page
ENGINES = 4
PREVIEW_JOB = -1  # page jobs of the session are numbered from 1, and 0 is none
MESSAGES = (NoticeShown, PictureRefused, PageJobFailed, ReplyFailed, ReplyFinished, TurnCommitted)


class Rehearsal(QObject):
    """Lives in the GUI thread. `on_event` must see every event after the window did."""

    def __init__(self, window: MainWindow, commands: Commands, seams: Seams, events: EventLog) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._seams = seams
        self._events = events
        self._texts = deque(seams.say)
        self._begun = False
        self._reached: set[str] = set()
        self._calm = 0
        self._awaited_files = len(seams.attach)
        self._awaited_pages = 1 if seams.preview else 0
        self._since_beat = QElapsedTimer()
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._on_beat)
        self._messages: list[str] = []
        self._painting = QTimer(self)
        self._painting.setSingleShot(True)
        self._painting.timeout.connect(self._on_painted)
        self._intake = Intake(self)
        self._intake.arrived.connect(self._picture_arrived)
        self._intake.refused.connect(self._picture_refused)
        window.pane.preview.frame.shown.connect(self._page_shown)
        window.pane.preview.frame.stopped.connect(self._page_stopped)

    def start(self) -> None:
        self._since_beat.start()
        self._beat.start(BEAT_MILLISECONDS)

    def on_event(self, event: Event) -> None:
        if isinstance(event, TurnsRestored) and not self._begun:
            self._begun = True
            self._begin()
        elif isinstance(event, PageJobStarted) and self._awaited_files:
            self._awaited_files -= 1
        self._note_message(event)

    def _note_message(self, event: Event) -> None:
        """Record that something the user reads is on the screen, after the next painting."""
        if isinstance(event, MESSAGES):
            self._messages.append(type(event).__name__)
            self._painting.start(PAINT_MILLISECONDS)

    def _on_painted(self) -> None:
        for name in self._messages:
            self._events.record("MessageShown", {"type": name})
        self._messages.clear()

    def _begin(self) -> None:
        """What the switches ask for, once the window shows the stored conversation."""
        if self._window.state.missing_models:
            self._window.first_run.skipped.emit()
        if self._seams.test_render is not None and (text := self._text(self._seams.test_render)) is not None:
            for event in (ReplyStarted(), ReplyDelta(text), ReplyFinished(text)):
                self._show(event)
        if self._seams.preview is not None:
            html = self._text(self._seams.preview)
            if html is None:
                self._awaited_pages = 0
            else:
                name = self._seams.preview.name
                self._show(PageJobStarted(PREVIEW_JOB, name))
                self._show(PagePainted(PREVIEW_JOB, Page(name, html), final=True))
        self._intake.read(list(self._seams.attach), Purpose.PAGE)

    def _picture_arrived(self, data: bytes, name: str, _: str) -> None:
        self._commands.build_page(bytes(data), name)

    def _picture_refused(self, name: str, what: str, advice: str) -> None:
        self._awaited_files -= 1
        self._show(PictureRefused(name, what, advice))

    def _show(self, event: Event) -> None:
        self._events(event)
        self._window.on_event(event)
        self._note_message(event)

    def _text(self, path: Path) -> str | None:
        try:
            return read_text(path)
        except InputError as error:
            self._show(NoticeShown("error", error.what, error.advice))
            return None

    def _note_progress(self) -> None:
        """Record how long after the start of the process the window was seen, took text, and had its engines."""
        handle = self._window.windowHandle()
        reached = {
            "WindowShown": handle is not None and handle.isExposed(),
            "WindowUsable": self._begun,
            "WindowReady": self._is_ready(),
        }
        for name, is_reached in reached.items():
            if is_reached and name not in self._reached:
                self._reached.add(name)
                self._events.record(name, {"seconds": round(time.time() - psutil.Process().create_time(), 2)})

    def _on_beat(self) -> None:
        gap = self._since_beat.restart() - BEAT_MILLISECONDS
        if gap > GAP_MILLISECONDS:
            self._events.record("WindowGap", {"milliseconds": gap})
        if self._begun and self._texts and not self._window.state.is_busy:
            self._window.submit(self._texts.popleft())
        self._note_progress()
        self._calm = self._calm + 1 if self._is_over() else 0
        if self._calm == (CALM_BEATS if self._seams.exit_when == "idle" else 1):
            self._beat.stop()
            self._window.close()

    def _is_over(self) -> bool:
        match self._seams.exit_when:
            case "shown":
                return "WindowShown" in self._reached
            case "ready":
                return "WindowReady" in self._reached
            case "idle":
                return "WindowReady" in self._reached and self._is_idle()
        return False

    def _is_ready(self) -> bool:
        engines = self._window.state.engines
        return self._begun and len(engines) >= ENGINES and all(engine.state != "loading" for engine in engines)

    def _is_idle(self) -> bool:
        state = self._window.state
        working = any(not (job.final or job.failed) for job in state.jobs)
        waits = self._texts or self._awaited_files or self._awaited_pages
        return state.phase is Phase.LISTENING and not (working or waits or state.is_busy or state.live)

    def _page_shown(self) -> None:
        self._awaited_pages = 0
        self._events.record("PageShown", {"job": self._window.state.shown_job})

    def _page_stopped(self, why: str) -> None:
        self._awaited_pages = 0
        self._events.record("PageStopped", {"why": why})


def read_text(path: Path) -> str:
    """A regular file's text; bytes that are no UTF-8 become replacement characters. Raises InputError."""
    try:
        if not path.is_file():
            raise InputError(f"{path.name} is not a file.", "Give a text file.")
        if path.stat().st_size > LARGEST_TEXT_BYTES:
            raise InputError(f"{path.name} is larger than {LARGEST_TEXT_BYTES // 1_000_000} MB.", "Give a smaller one.")
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path.name} cannot be read.", "Check that it exists and that you may open it.") from error
