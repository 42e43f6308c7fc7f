"""The pane of glass over a running page: it shows what is selected and, while pointing is on, takes the mouse.

The page notices nothing: no event reaches it while the user points, and the outline is painted by the window.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from assistant.core.sketch import Box, Places
from assistant.gui.escape import is_escape, keeps_escape
from assistant.gui.page_scripts import OWN_WORLD, all_places, box_of, close_dialog, part_at, place_of, places_of
from assistant.gui.theme import LIGHT, Colors

if TYPE_CHECKING:
    from PySide6.QtWebEngineWidgets import QWebEngineView

LOOK_MILLISECONDS = 40  # between two questions what is under the mouse
LABEL_PADDING = 7
NEXT = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Pointing(Enum):
    OFF = "off"
    """The mouse is the page's."""
    PARTS = "parts"
    WHOLE = "whole"
    """A click means the whole page."""


class PagePointer(QWidget):
    """Give it the view with `cover`. `pointed` carries an id as the page told it, or nothing for empty ground."""

    pointed = Signal(str)
    left = Signal()
    """Escape: the user has pointed enough."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Point at a part of the page")
        self.setAccessibleDescription("The arrow keys step through the parts, Enter takes one, Escape ends it.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._colors = LIGHT
        self._view: QWebEngineView | None = None
        self._watched: QObject | None = None
        self._pointing = Pointing.OFF
        self._selected = ""
        self._name = ""
        self._selected_box = QRectF()
        self._hovered: tuple[str, QRectF] | None = None
        self._parts: Places = ()
        self._step = -1
        self._since_look = QElapsedTimer()
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.timeout.connect(self.locate)
        self.set_pointing(Pointing.OFF)
        self.hide()

    @property
    def selected_box(self) -> QRectF:
        """Where the selected part is painted; empty while there is none in sight."""
        return self._selected_box

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def cover(self, view: QWebEngineView | None) -> None:
        """Lie over this view from now on, or over nothing."""
        self._view = view
        self._watched = None
        self._hovered, self._selected_box, self._parts = None, QRectF(), ()
        if view is None:
            self.hide()
            return
        view.page().scrollPositionChanged.connect(self._moved)
        view.page().contentsSizeChanged.connect(self._moved)
        view.page().loadFinished.connect(self._watch)
        self.fit()
        self.show()
        self.raise_()

    def fit(self) -> None:
        if self._view is not None:
            self.setGeometry(self._view.geometry())
            self.locate()

    def set_pointing(self, pointing: Pointing) -> None:
        self._pointing = pointing
        self._hovered, self._step = None, -1
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, pointing is Pointing.OFF)
        shapes = {Pointing.OFF: Qt.CursorShape.ArrowCursor, Pointing.PARTS: Qt.CursorShape.CrossCursor}
        self.setCursor(shapes.get(pointing, Qt.CursorShape.PointingHandCursor))
        if pointing is Pointing.PARTS:
            self.setFocus()
            self._ask(all_places(), self._take_parts)
        self.update()

    def mark(self, element_id: str, name: str) -> None:
        """Show this part as the selected one; an empty id shows none."""
        self._selected, self._name = element_id, name
        self.locate()

    def locate(self) -> None:
        """Ask where the selected part is now."""
        if self._selected:
            self._ask(box_of(self._selected), self._take_selected)
        else:
            self._selected_box = QRectF()
            self.update()

    # The mouse and the keys -----------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pointing is not Pointing.PARTS:
            return
        if not self._since_look.isValid() or self._since_look.elapsed() > LOOK_MILLISECONDS:
            self._since_look.start()
            self._look(event.position(), self._take_hovered)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._pointing is Pointing.WHOLE:
            self.pointed.emit("")
            return
        self._look(event.position(), self._take_pressed)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling is the page's."""
        target = self._view.focusProxy() if self._view is not None else None
        if target is not None:
            QApplication.sendEvent(target, event.clone())

    def event(self, event: QEvent) -> bool:
        return keeps_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape:
            self.left.emit()
        elif key in NEXT and self._parts:
            self._step = (max(self._step, -1 if NEXT[key] > 0 else 0) + NEXT[key]) % len(self._parts)
            self._ask(box_of(self._parts[self._step][0]), self._take_hovered)
        elif key in CHOOSE and self._hovered is not None:
            self.pointed.emit(self._hovered[0])
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Alt and a click point at a part without the mode; the page sees neither press nor release.

        Escape closes a dialog of the page as well, whatever else it stops.
        """
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            assert isinstance(event, QMouseEvent)
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                if event.type() is QEvent.Type.MouseButtonPress:
                    self._look(event.position(), self._take_pressed)
                return True
        elif is_escape(event) and self._view is not None:
            self._view.page().runJavaScript(close_dialog(), OWN_WORLD)
        return False

    def _watch(self, _: bool = True) -> None:
        """The widget inside the view that takes the mouse is made when a page loads."""
        target = self._view.focusProxy() if self._view is not None else None
        if target is not None and target is not self._watched:
            self._watched = target
            target.installEventFilter(self)
        self._moved()

    # What the page says ---------------------------------------------------------------------------------------

    def _look(self, at: QPointF, take: Callable[[object], None]) -> None:
        zoom = self._zoom()
        self._ask(part_at(at.x() / zoom, at.y() / zoom), take)

    def _ask(self, script: str, take: Callable[[object], None]) -> None:
        if self._view is not None:
            self._view.page().runJavaScript(script, OWN_WORLD, take)

    def _take_pressed(self, answer: object) -> None:
        place = place_of(answer)
        self.pointed.emit(place[0] if place else "")

    def _take_hovered(self, answer: object) -> None:
        place = place_of(answer)
        self._hovered = (place[0], self._on_screen(place[1])) if place else None
        self.update()

    def _take_selected(self, answer: object) -> None:
        place = place_of(answer)
        is_it = place is not None and place[0] == self._selected
        self._selected_box = self._on_screen(place[1]) if place is not None and is_it else QRectF()
        self.update()

    def _take_parts(self, answer: object) -> None:
        self._parts = places_of(answer)

    def _moved(self, *_: object) -> None:
        if not self._follow.isActive():
            self._follow.start(LOOK_MILLISECONDS)

    def _zoom(self) -> float:
        return self._view.page().zoomFactor() if self._view is not None else 1.0

    def _on_screen(self, box: Box) -> QRectF:
        zoom = self._zoom()
        return QRectF(box.x * zoom, box.y * zoom, box.width * zoom, box.height * zoom)

    # Painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered is not None:
            self._outline(painter, self._hovered[1], 1.5, 0.10)
        if not self._selected_box.isEmpty():
            self._outline(painter, self._selected_box, 2.5, 0.08)
            self._label(painter, self._selected_box)
        painter.end()

    def _outline(self, painter: QPainter, box: QRectF, width: float, opacity: float) -> None:
        """In two colours: one of them shows on any page."""
        ground = QColor(self._colors.accent)
        ground.setAlphaF(opacity)
        around = box.adjusted(-3, -3, 3, 3)
        painter.setBrush(ground)
        painter.setPen(QPen(QColor("#ffffff"), width + 2))
        painter.drawRoundedRect(around, 5, 5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#5257d8"), width))
        painter.drawRoundedRect(around, 5, 5)

    def _label(self, painter: QPainter, box: QRectF) -> None:
        words = f"This is {self._name}"
        metrics = painter.fontMetrics()
        room = self.width() - 8.0
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room - 2 * LABEL_PADDING))
        width, height = metrics.horizontalAdvance(words) + 2.0 * LABEL_PADDING, metrics.height() + LABEL_PADDING
        top = box.top() - height - 6 if box.top() - height - 6 > 0 else box.bottom() + 6
        left = max(4.0, min(box.left(), self.width() - width - 4.0))
        place = QRectF(left, min(max(top, 2.0), self.height() - height - 2.0), width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#5257d8"))
        painter.drawRoundedRect(place, 6, 6)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
