"""Variants of the page beside each other, running, for the user to click or to name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from assistant.core.sketch import Page
from assistant.gui.buttons import plain_label, push_button
from assistant.gui.page_frame import PageFrame, Width
from assistant.gui.page_pointer import Pointing

WORDS = ("first", "middle", "last")


class VariantRow(QWidget):
    """`taken` carries an index; `refused` says that the page is to stay. Each page runs in a profile of its own."""

    taken = Signal(int)
    refused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pages: tuple[Page, ...] = ()
        self.frames: list[PageFrame] = []
        self._columns: list[QWidget] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(10)
        hint = plain_label("Click one, press 1, 2 or 3, or say “take the middle one”.", "small")
        hint.setWordWrap(True)
        foot = QHBoxLayout()
        foot.addWidget(hint, 1)
        foot.addWidget(push_button("Keep the page as it is", self.refused.emit, "link"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 8)
        layout.addLayout(self._row, 1)
        layout.addLayout(foot)
        for index in range(len(WORDS)):
            keys = QShortcut(QKeySequence(str(index + 1)), self)
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(partial(self._take, index))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Pages to choose from")

    def show_pages(self, pages: tuple[Page, ...]) -> None:
        if pages is self._pages:
            return
        self.close_pages()
        self._pages = pages
        for index, page in enumerate(pages):
            column, frame = self._column(_named(index, len(pages)), partial(self._take, index))
            self.frames.append(frame)
            self._columns.append(column)
            self._row.addWidget(column, 1)
            frame.show_page(index + 1, page)
        if pages:
            self.setFocus()

    def close_pages(self) -> None:
        """Let go of the pages and their processes."""
        for frame in self.frames:
            frame.close_page()
        for column in self._columns:
            self._row.removeWidget(column)
            column.hide()
            column.deleteLater()
        self.frames, self._columns, self._pages = [], [], ()

    def _column(self, name: str, take: Callable[[], None]) -> tuple[QWidget, PageFrame]:
        frame = PageFrame()
        frame.set_width(Width.DESKTOP)
        frame.pointer.set_pointing(Pointing.WHOLE)
        frame.pointer.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        frame.pointer.pointed.connect(lambda _: take())
        body = QFrame()
        body.setObjectName("paneBody")
        inside = QVBoxLayout(body)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(frame)
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(body, 1)
        button = push_button(f"Take the {name}", take)
        layout.addWidget(button)
        return column, frame

    def _take(self, index: int) -> None:
        if index < len(self._pages):
            self.taken.emit(index)


def _named(index: int, count: int) -> str:
    if count == len(WORDS):
        return f"{WORDS[index]} one"
    return f"{('left', 'right')[index]} one" if count == 2 else f"number {index + 1}"
