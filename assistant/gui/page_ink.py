"""Drawing on top of the running page: a pane of glass, a pen, and what to do with the ink."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from assistant.core.sketch import Box, Places
from assistant.core.types import Picture
from assistant.gui.buttons import icon_button, plain_label, push_button
from assistant.gui.escape import keeps_escape
from assistant.gui.ink import Encoding, InkPad, Pen
from assistant.gui.page_scripts import OWN_WORLD, all_places, places_of

if TYPE_CHECKING:
    from PySide6.QtWebEngineWidgets import QWebEngineView

MARGIN = 120  # CSS pixels of white around the ink: in a wide picture small writing is not found
HINT = "Draw what is missing, write into a part to change its words, or strike it out."


class PageInk(QWidget):
    """Covers the page while it is drawn on. `drawn` carries a Picture of only the ink and the page's places in it."""

    drawn = Signal(object, object)
    ended = Signal()
    _encoded = Signal(bytes)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pad = InkPad()
        self._view: QWebEngineView | None = None
        self._size = QSize()
        self._places: Places = ()
        self._hint = plain_label(HINT, "small")
        self._hint.setWordWrap(True)
        self.eraser = icon_button("eraser", "Eraser")
        self.eraser.setCheckable(True)
        self.eraser.toggled.connect(self._choose_pen)
        self.undo = icon_button("undo", "Undo the last stroke", self.pad.undo)
        self.take = push_button("Put it in", self.finish, "primary")
        bar = QFrame()
        bar.setObjectName("popover")
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 6, 8, 6)
        row.addWidget(self._hint, 1)
        for button in (self.eraser, self.undo, push_button("Cancel", self.close_ink, "link"), self.take):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pad, 1)
        layout.addWidget(bar)
        self.pad.changed.connect(self._enable)
        self._encoded.connect(self._hand_over)
        self.hide()

    def begin(self, view: QWebEngineView) -> None:
        self._view = view
        self.pad.start_over()
        self.setGeometry(view.geometry())
        self.show()
        self.raise_()
        self.setFocus()

    def finish(self) -> None:
        """Ask the page where its parts stand, then let the ink be read."""
        if self._view is not None and not self.pad.is_empty:
            self.take.setEnabled(False)
            self._view.page().runJavaScript(all_places(), OWN_WORLD, self._take_places)

    def close_ink(self) -> None:
        if not self.isHidden():
            self._view = None
            self.hide()
            self.ended.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page stands still under the ink."""
        event.accept()

    def event(self, event: QEvent) -> bool:
        return keeps_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_ink()
        else:
            super().keyPressEvent(event)

    def _take_places(self, answer: object) -> None:
        if self._view is None:
            return
        zoom = self._view.page().zoomFactor() or 1.0
        around = self.pad.bounds.adjusted(-MARGIN * zoom, -MARGIN * zoom, MARGIN * zoom, MARGIN * zoom)
        left, top = around.x() / zoom, around.y() / zoom
        self._size = QSize(round(around.width() / zoom), round(around.height() / zoom))  # CSS pixels, as the places
        seen = (box for box in places_of(answer) if self._is_seen(box[1], zoom))
        self._places = tuple((name, replace(box, x=box.x - left, y=box.y - top)) for name, box in seen)
        Encoding(self.pad.image(self._size, around), self._encoded).start()

    def _is_seen(self, box: Box, zoom: float) -> bool:
        return box.right > 0 and box.bottom > 0 and box.x * zoom < self.pad.width() and box.y * zoom < self.pad.height()

    def _hand_over(self, png: bytes) -> None:
        self.drawn.emit(Picture(png, self._size.width(), self._size.height()), self._places)
        self.close_ink()

    def _choose_pen(self, erases: bool) -> None:
        self.pad.pen = Pen.ERASE if erases else Pen.DRAW

    def _enable(self) -> None:
        self.undo.setEnabled(self.pad.can_undo)
        self.take.setEnabled(not self.pad.is_empty)
