"""Looks after a running page from outside: one that hangs, swallows memory or works while nobody sees it is stopped.

Counted in looks, not in seconds: after a suspend the page gets as many chances as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

from assistant.gui.page_scripts import OWN_WORLD

if TYPE_CHECKING:
    from assistant.gui.web_page import PreviewPage

LOOK_MILLISECONDS = 1000
SILENT_LOOKS = 10  # a script may compute for a while; one that keeps the page from answering so long is stuck
BUSY_LOOKS = 8  # what was begun may end; a frozen page that still works after that will go on
BUSY_SHARE = 0.05  # of a core
MOST_BYTES = 1536 * 1024 * 1024  # a drawn page takes 150 MB
STUCK = "The page does not respond, so it was stopped. Reload it, or undo the last change."
GREEDY = "The page took too much memory, so it was stopped. Reload it, or undo the last change."


class PageWatch(QObject):
    """Watches at most one page. `stuck` carries a sentence; the page is still there then."""

    stuck = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._page: PreviewPage | None = None
        self._process: psutil.Process | None = None
        self._is_frozen = False
        self._silent = 0
        self._busy = 0
        self._asked = 0
        """Looks at which the page was asked; an answer to an older question says nothing about now."""
        self._cpu_seconds = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def begin(self, page: PreviewPage) -> None:
        self._page, self._process = page, None
        self._forget()
        self._timer.start()

    def end(self) -> None:
        self._page = self._process = None
        self._timer.stop()

    def set_frozen(self, frozen: bool) -> None:
        """A frozen page cannot answer; it must not work either."""
        if frozen is not self._is_frozen:
            self._is_frozen = frozen
            self._forget()

    def _forget(self) -> None:
        self._silent = self._busy = 0
        self._asked += 1

    def _look(self) -> None:
        """A few system calls, no waiting."""
        if self._page is None:
            return
        try:
            process = self._renderer(self._page.renderProcessPid())
            memory = process.memory_info().rss
            times = process.cpu_times()
        except psutil.Error:
            return  # it is just starting, or gone, which Qt tells
        before, self._cpu_seconds = self._cpu_seconds, times.user + times.system
        if memory > MOST_BYTES:
            self.stuck.emit(GREEDY)
        elif self._is_frozen:
            works = before > 0 and self._cpu_seconds - before > BUSY_SHARE * self._timer.interval() / 1000
            self._busy = self._busy + 1 if works else 0
            if self._busy >= BUSY_LOOKS:
                self.stuck.emit(STUCK)
        elif self._silent >= SILENT_LOOKS:
            self.stuck.emit(STUCK)
        else:
            self._ask(self._page)

    def _renderer(self, pid: int) -> psutil.Process:
        if self._process is None or self._process.pid != pid:
            self._process = psutil.Process(pid)
            self._cpu_seconds = 0.0
        return self._process

    def _ask(self, page: PreviewPage) -> None:
        asked = self._asked
        if self._silent == 0:
            page.runJavaScript("1", OWN_WORLD, lambda _: self._heard(asked))
        self._silent += 1

    def _heard(self, asked: int) -> None:
        if asked == self._asked:
            self._silent = 0
