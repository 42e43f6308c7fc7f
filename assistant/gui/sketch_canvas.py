"""The Sketch side of the right pane: the picture that was dropped, with a box around everything that was found.

A click names an element "this" and opens what can be corrected about it; a corner can be dragged, and a frame drawn on
empty paper stands for something that was missed.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from assistant.core.sketch import Box, Correction, Element, ElementType
from assistant.gui.correction_popover import CorrectionPopover
from assistant.gui.prose import clean
from assistant.gui.screen import Job
from assistant.gui.theme import LIGHT, Colors

MARGIN = 14
LABEL_PADDING = 7
LONGEST_TEXT = 60
HANDLE = 9.0  # pixels square: the corner that changes a box
DRAG = 8.0  # pixels that tell a frame from a click

_WORDS = (ElementType.HEADING, ElementType.TEXT, ElementType.PARAGRAPH, ElementType.LINK, ElementType.LIST)
_CONTROLS = (
    ElementType.BUTTON,
    ElementType.INPUT,
    ElementType.TEXTAREA,
    ElementType.CHECKBOX,
    ElementType.RADIO,
    ElementType.SELECT,
)


class SketchCanvas(QWidget):
    """Pointing at a box, or stepping through them with the arrow keys, names what it was taken for."""

    pointed_at = Signal(str)  # an element's id, empty for the paper
    corrected = Signal(object)  # Correction

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sketchCanvas")
        self.setAccessibleName("Sketch")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._colors = LIGHT
        self._job: Job | None = None
        self._pixmap = QPixmap()
        self._picture_key: int = 0
        self._pointed = -1
        self._pressed: QPointF | None = None
        self._resized: Element | None = None
        self._frame = QRectF()
        self.popover = CorrectionPopover(self)
        self.popover.corrected.connect(self.corrected)
        self.popover.closed.connect(self._close_popover)

    @property
    def pointed(self) -> Element | None:
        """The element under the mouse, or the one the keys stepped to."""
        elements = self._elements()
        return elements[self._pointed] if 0 <= self._pointed < len(elements) else None

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def show_job(self, job: Job | None) -> None:
        if job is self._job:
            return
        picture = job.picture if job else None
        if picture is None:
            self._pixmap = QPixmap()
        elif self._job is None or self._job.picture is not picture:
            self._pixmap = QPixmap()
            self._pixmap.loadFromData(picture.png)  # our own worker encoded it
        is_same = job is not None and self._job is not None and job.picture is self._job.picture
        self._job = job
        if not is_same:
            self._pointed = -1
            self.popover.hide()
        self._describe()
        self.update()

    def box(self, element: Element) -> QRectF:
        """Where an element is painted, in this widget's pixels."""
        area = self._area()
        reading = self._job.reading if self._job else None
        if reading is None or reading.width <= 0 or reading.height <= 0:
            return QRectF()
        across, down = area.width() / reading.width, area.height() / reading.height
        box = element.box
        return QRectF(area.x() + box.x * across, area.y() + box.y * down, box.width * across, box.height * down)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            self._point(self._at(event.position()))
            shape = Qt.CursorShape.SizeFDiagCursor if self._handle_at(event.position()) else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
        elif self._is_drag(event.position()):
            start = self.box(self._resized).topLeft() if self._resized is not None else self._pressed
            self._frame = QRectF(start, event.position()).normalized().intersected(self._area())
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or not self._elements_known():
            return
        self.popover.hide()
        self._pressed = event.position()
        self._resized = self._handle_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        is_drag = self._is_drag(event.position())
        resized, frame = self._resized, self._frame
        self._pressed, self._resized, self._frame = None, None, QRectF()
        if not is_drag:
            self._click(event.position())
        elif resized is not None:
            self.corrected.emit(Correction(resized.id, box=self._drawn(frame)))
        elif min(frame.width(), frame.height()) >= DRAG / 2:
            missed = Element("", ElementType.TEXT, self._drawn(frame))
            self.popover.open_for(missed, frame.bottomLeft().toPoint(), self)
        self.update()

    def _click(self, at: QPointF) -> None:
        self._point(self._at(at))
        self._take_pointed()

    def _take_pointed(self) -> None:
        element = self.pointed
        self.pointed_at.emit(element.id if element is not None else "")
        if element is not None:
            corner = self.box(element).bottomLeft().toPoint()
            self.popover.open_for(element, QPoint(max(0, corner.x()), max(0, corner.y())), self)

    def _close_popover(self) -> None:
        self._pointed = -1
        self.setFocus()
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._point(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key()), 0
        )
        count = len(self._elements())
        if step and count:
            self._point((max(self._pointed, -1 if step > 0 else 0) + step) % count)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointed is not None:
            self._take_pointed()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self._pixmap.isNull():
            painter.setPen(QColor(self._colors.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._absence())
            painter.end()
            return
        painter.drawPixmap(self._area(), self._pixmap, QRectF(self._pixmap.rect()))
        for index, element in enumerate(self._elements()):
            self._paint_box(painter, element, index == self._pointed or element.id == self._selected())
        if not self._frame.isNull():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._colors.accent), 2, Qt.PenStyle.DashLine))
            painter.drawRect(self._frame)
        if self.pointed is not None:
            self._paint_label(painter, self.pointed)
        painter.end()

    def _absence(self) -> str:
        if self._job is None:
            return "No sketch yet."
        failed = self._job.failed
        return "This picture could not be used." if failed else "The picture appears here when it is opened."

    def _paint_box(self, painter: QPainter, element: Element, pointed: bool) -> None:
        color = QColor(self._color(element))
        ground = QColor(color)
        ground.setAlphaF(0.24 if pointed else 0.09)
        painter.setBrush(ground)
        painter.setPen(QPen(color, 2.6 if pointed else 1.5))
        painter.drawRoundedRect(self.box(element), 4, 4)
        if element.id == self._selected():
            painter.fillRect(self._handle(element), color)

    def _paint_label(self, painter: QPainter, element: Element) -> None:
        words = label(element)
        box = self.box(element)
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(words) + 2 * LABEL_PADDING
        height = metrics.height() + LABEL_PADDING
        top = box.top() - height - 4 if box.top() - height - 4 > 0 else box.bottom() + 4
        left = max(4.0, min(box.left(), self.width() - width - 4.0))
        place = QRectF(left, min(top, self.height() - height - 2.0), width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colors.text))
        painter.drawRoundedRect(place, 6, 6)
        painter.setPen(QColor(self._colors.ground))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _color(self, element: Element) -> str:
        # Fixed colours: the ground is the user's paper, not the theme's.
        if element.type in _WORDS:
            return "#1f6feb"
        if element.type in _CONTROLS:
            return "#c2410c"
        return "#12784f"

    def _elements(self) -> tuple[Element, ...]:
        return self._job.reading.elements if self._job and self._job.reading else ()

    def _elements_known(self) -> bool:
        return self._job is not None and self._job.reading is not None and self._job.page is not None

    def _selected(self) -> str:
        return self._job.selected if self._job is not None and self._job.selected else "\0"

    def _handle(self, element: Element) -> QRectF:
        corner = self.box(element).bottomRight()
        return QRectF(corner.x() - HANDLE / 2, corner.y() - HANDLE / 2, HANDLE, HANDLE)

    def _handle_at(self, point: QPointF) -> Element | None:
        """The selected element, where the point is on its corner."""
        element = next((element for element in self._elements() if element.id == self._selected()), None)
        is_on = element is not None and self._handle(element).adjusted(-4, -4, 4, 4).contains(point)
        return element if is_on else None

    def _is_drag(self, point: QPointF) -> bool:
        return self._pressed is not None and (point - self._pressed).manhattanLength() >= DRAG

    def _drawn(self, place: QRectF) -> Box:
        """A place in this widget as a box of the reading."""
        area, reading = self._area(), self._job.reading if self._job else None
        if reading is None or area.isEmpty():
            return Box(0, 0, 1, 1)
        across, down = reading.width / area.width(), reading.height / area.height()
        left, top = (place.x() - area.x()) * across, (place.y() - area.y()) * down
        return Box(left, top, place.width() * across, place.height() * down)

    def _area(self) -> QRectF:
        """Where the picture is painted: as large as fits, centred."""
        size = self._pixmap.deviceIndependentSize()
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if size.isEmpty() or room.width() <= 0 or room.height() <= 0:
            return QRectF()
        scale = min(room.width() / size.width(), room.height() / size.height())
        width, height = size.width() * scale, size.height() * scale
        return QRectF(room.center().x() - width / 2, room.center().y() - height / 2, width, height)

    def _at(self, point: QPointF) -> int:
        """The smallest box under a point: a button inside a card is what is meant."""
        hits = [
            (element.box.area, index)
            for index, element in enumerate(self._elements())
            if self.box(element).contains(point)
        ]
        return min(hits)[1] if hits else -1

    def _point(self, index: int) -> None:
        if index != self._pointed:
            self._pointed = index
            self._describe()
            self.update()

    def _describe(self) -> None:
        element = self.pointed
        found = len(self._elements())
        self.setAccessibleDescription(label(element) if element else f"{found} elements found")


def label(element: Element) -> str:
    """What an element was taken for, with its text."""
    text = " ".join(clean(element.text).split())
    shown = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return f"{element.type.value} · {shown}" if shown else element.type.value
