"""The conversation so far: the newest rows as widgets, earlier ones made when the user scrolls up to them."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QToolButton, QWidget

from assistant.gui.screen import Row, RowKind, ViewState
from assistant.gui.theme import COLUMN, LIGHT, Colors, dress, pixels_of
from assistant.gui.transcript_rows import RowWidget, row_widget

SHOWN_ROWS = 60  # several screens; every row costs about a millisecond to lay out
MOST_ROWS = 180  # beyond this the oldest widgets go, while the user is at the end
RECENT = 4  # rows that came since the last painting, usually
ROW_GAP = 18
MARGIN = 24
NEAR_END = 32  # pixels from the end that still count as being there


class TranscriptView(QScrollArea):
    """Paints the rows of a state. It follows while the user is at the end or says something; scrolled up, it stays."""

    acted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transcript")
        self.setAccessibleName("Conversation")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._content = QWidget()
        self._content.setObjectName("transcriptRows")
        self.setWidget(self._content)
        self._colors = LIGHT
        self._all: tuple[Row, ...] = ()
        self._rows: list[Row] = []
        self._widgets: list[RowWidget] = []
        self._heights: list[int] = []
        self._follows = True
        self._last_said: object = None
        self._to_end = QToolButton(self)
        self._to_end.setProperty("iconName", "down")
        self._to_end.setToolTip("Go to the newest words")
        self._to_end.setAccessibleName("Go to the newest words")
        self._to_end.hide()
        self._to_end.clicked.connect(self.scroll_to_end)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._follow)

    @property
    def widgets(self) -> tuple[RowWidget, ...]:
        """The rows that exist as widgets, oldest first."""
        return tuple(self._widgets)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._place_from(0)

    def show_state(self, state: ViewState) -> None:
        last_said = next((row.key for row in reversed(state.rows) if row.kind is RowKind.USER), None)
        self._follows = self._follows or last_said != self._last_said
        self._last_said = last_said
        coming = [row for row in (state.live, state.caption) if row is not None]
        self._all = (*state.rows, *coming) if coming else state.rows
        self._show(self._window(self._all))
        if self._follows:
            self._drop_oldest()
            self.scroll_to_end()
        self._place_button()

    def scroll_to_end(self) -> None:
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_from(0)
        self._follow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._place_from(0)

    def _is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - NEAR_END

    def _window(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """The rows to have as widgets: from the oldest one shown now, or the newest few."""
        if self._rows:
            oldest = self._rows[0].key
            nearby = range(max(0, len(rows) - len(self._rows) - RECENT), len(rows))
            for index in chain(nearby, range(nearby.start)):  # nearly always among the first
                if rows[index].key == oldest:
                    return rows[index:]
        return rows[-SHOWN_ROWS:]

    def _show(self, rows: tuple[Row, ...]) -> None:
        changed = len(rows)
        same = 0
        while same < min(len(rows), len(self._rows)) and rows[same].key == self._rows[same].key:
            if rows[same] is not self._rows[same]:
                self._widgets[same].show_row(rows[same])
                changed = min(changed, same)
            same += 1
        while len(self._widgets) > same:
            self._remove(len(self._widgets) - 1)
        for row in rows[same:]:
            self._insert(len(self._widgets), row)
        self._rows = list(rows)
        self._place_from(min(changed, same))

    def _insert(self, index: int, row: Row) -> None:
        widget = row_widget(row, self._colors, self._content)
        widget.setFont(self.font())
        widget.acted.connect(self.acted)
        for child in widget.findChildren(QWidget):
            dress(child, self._colors)
        widget.show()
        self._widgets.insert(index, widget)
        self._heights.insert(index, 0)

    def _remove(self, index: int) -> None:
        widget = self._widgets.pop(index)
        del self._heights[index]
        widget.hide()
        widget.deleteLater()

    def _drop_oldest(self) -> None:
        if len(self._widgets) <= MOST_ROWS:
            return
        while len(self._widgets) > SHOWN_ROWS:
            self._remove(0)
        self._rows = self._rows[-SHOWN_ROWS:]
        self._place_from(0)

    def _place_from(self, first: int) -> None:
        """Lay out the rows from `first` on; those before it keep their place."""
        view = self.viewport().width()
        width = max(120, min(view - 2 * MARGIN, COLUMN * max(pixels_of(self), 12)))
        left = (view - width) // 2
        top = MARGIN + sum(self._heights[:first]) + ROW_GAP * first
        for index in range(first, len(self._widgets)):
            widget = self._widgets[index]
            height = widget.place(width)
            widget.setGeometry(left, top, width, height)
            self._heights[index] = height
            top += height + ROW_GAP
        self._content.resize(view, max(top - ROW_GAP + MARGIN, self.viewport().height()))

    def _follow(self) -> None:
        if self._follows:
            self.scroll_to_end()
        self._place_button()

    def _scrolled(self, value: int) -> None:
        self._follows = self._is_at_end()
        self._place_button()
        if value <= NEAR_END and len(self._rows) < len(self._all):
            self._show_earlier()

    def _show_earlier(self) -> None:
        """Make more of the past, and keep what the user was reading where it was."""
        have = len(self._rows)
        earlier = self._all[-have - SHOWN_ROWS : -have] if have else self._all[-SHOWN_ROWS:]
        before = self._content.height()
        for index, row in enumerate(earlier):
            self._insert(index, row)
        self._rows = [*earlier, *self._rows]
        self._place_from(0)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + self._content.height() - before)

    def _place_button(self) -> None:
        self._to_end.setVisible(not self._is_at_end())
        side = self._to_end.sizeHint()
        self._to_end.setGeometry(
            (self.width() - side.width()) // 2, self.height() - side.height() - 10, side.width(), side.height()
        )
        self._to_end.raise_()
