"""Strokes of a pen, and a widget to draw them: on paper, or on the glass over a page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QRunnable, QSize, QSizeF, Qt, QThreadPool, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QWidget

from assistant.gui.picture_bytes import png_of

PEN_WIDTH = 3.4  # units of the paper: as a felt pen on a sheet this size
LONG_STEP = 14.0  # units between two points
ERASER = 14.0  # units around the pointer
INK = QColor("#1b1c22")


class Pen(Enum):
    DRAW = "draw"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Stroke:
    points: tuple[QPointF, ...]

    def path(self) -> QPainterPath:
        """Smooth where the hand was slow; long steps stay straight, or a quick corner would become a curve."""
        path = QPainterPath(self.points[0])
        if len(self.points) == 1:
            path.lineTo(self.points[0] + QPointF(0.1, 0.1))
        for before, after in zip(self.points, self.points[1:], strict=False):
            if (after - before).manhattanLength() > LONG_STEP:
                path.lineTo(before)
            else:
                path.quadTo(before, (before + after) / 2)
        path.lineTo(self.points[-1])
        return path

    def is_near(self, point: QPointF) -> bool:
        """Does the eraser at this point touch the stroke?"""
        touch = QRectF(point.x() - ERASER, point.y() - ERASER, 2 * ERASER, 2 * ERASER)
        return self.path().intersects(touch) or any(touch.contains(one) for one in self.points)


class InkPad(QWidget):
    """A sheet of `paper` units, fitted into the widget; without paper the units are the widget's own pixels."""

    changed = Signal()

    def __init__(self, paper: QSizeF | None = None) -> None:
        super().__init__()
        self.setAccessibleName("Drawing")
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.pen = Pen.DRAW
        self._paper = paper
        self._states: list[tuple[Stroke, ...]] = [()]
        self._at = 0
        self._current: list[QPointF] = []
        self._ground = QPixmap()

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        return self._states[self._at]

    @property
    def is_empty(self) -> bool:
        return not self.strokes and self._ground.isNull()

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at < len(self._states) - 1

    def undo(self) -> None:
        if self.can_undo:
            self._at -= 1
            self._tell()

    def redo(self) -> None:
        if self.can_redo:
            self._at += 1
            self._tell()

    def clear(self) -> None:
        """Also undone by undo; the picture underneath goes for good."""
        self._ground = QPixmap()
        if self.strokes:
            self._become(())
        self._tell()

    def start_over(self) -> None:
        self._states, self._at, self._current = [()], 0, []
        self._ground = QPixmap()
        self._tell()

    def set_ground(self, picture: QPixmap) -> None:
        """A photo to draw on."""
        self._ground = picture
        self._tell()

    @property
    def bounds(self) -> QRectF:
        """Around all ink, in units."""
        bounds = QRectF()
        for stroke in self.strokes:
            bounds = bounds.united(stroke.path().boundingRect().adjusted(-PEN_WIDTH, -PEN_WIDTH, PEN_WIDTH, PEN_WIDTH))
        return bounds

    def image(self, size: QSize, region: QRectF | None = None) -> QImage:
        """What is drawn in a region (everywhere), black on white or on its photo, in a picture of this size."""
        image = QImage(size, QImage.Format.Format_RGB32)
        image.fill(QColor("#ffffff"))
        area = region or self._sheet()
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.scale(size.width() / max(area.width(), 1.0), size.height() / max(area.height(), 1.0))
        painter.translate(-area.topLeft())
        self._paint_ground(painter, self._sheet())
        self._paint_ink(painter)
        painter.end()
        return image

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._current = [self._on_paper(event.position())]
            self._erase_under()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._current:
            self._current.append(self._on_paper(event.position()))
            self._erase_under()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._current and self.pen is Pen.DRAW:
            self._become((*self.strokes, Stroke(tuple(self._current))))
        self._current = []
        self._tell()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self._paper is not None:
            sheet = self._on_screen().mapRect(QRectF(0, 0, self._paper.width(), self._paper.height()))
            painter.setPen(QPen(QColor("#c9cbd6"), 1))
            painter.setBrush(QColor("#ffffff"))
            painter.drawRoundedRect(sheet, 6, 6)
        painter.setTransform(self._on_screen(), True)
        self._paint_ground(painter, self._sheet())
        self._paint_ink(painter, halo=self._paper is None)
        painter.end()

    def _paint_ground(self, painter: QPainter, sheet: QRectF) -> None:
        if self._ground.isNull():
            return
        size = QSizeF(self._ground.size()).scaled(sheet.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(QPointF(sheet.width() / 2, sheet.height() / 2))
        painter.drawPixmap(place, self._ground, QRectF(self._ground.rect()))

    def _paint_ink(self, painter: QPainter, halo: bool = False) -> None:
        """On glass the ink has a pale rim, so that it shows on a dark page too."""
        drawn = [stroke.path() for stroke in self.strokes]
        if self._current and self.pen is Pen.DRAW:
            drawn.append(Stroke(tuple(self._current)).path())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor("#ffffff"), PEN_WIDTH + 3), (INK, PEN_WIDTH))[0 if halo else 1 :]:
            painter.setPen(
                QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            )
            for path in drawn:
                painter.drawPath(path)

    def _erase_under(self) -> None:
        if self.pen is Pen.ERASE and self._current:
            kept = tuple(stroke for stroke in self.strokes if not stroke.is_near(self._current[-1]))
            if len(kept) < len(self.strokes):
                self._become(kept)

    def _become(self, strokes: tuple[Stroke, ...]) -> None:
        self._states = [*self._states[: self._at + 1], strokes]
        self._at += 1

    def _tell(self) -> None:
        self.update()
        self.changed.emit()

    def _sheet(self) -> QRectF:
        size = self._paper or QSizeF(self.size())
        return QRectF(0, 0, size.width(), size.height())

    def _on_screen(self) -> QTransform:
        """From the paper to the widget."""
        if self._paper is None:
            return QTransform()
        scale = min((self.width() - 16) / self._paper.width(), (self.height() - 16) / self._paper.height())
        left, top = self.width() - scale * self._paper.width(), self.height() - scale * self._paper.height()
        return QTransform.fromTranslate(left / 2, top / 2).scale(scale, scale)

    def _on_paper(self, point: QPointF) -> QPointF:
        back, _ = self._on_screen().inverted()
        return back.map(point)


class Encoding(QRunnable):
    """Encodes a picture off the GUI thread and hands it to a signal of (bytes)."""

    def __init__(self, image: QImage, ready: object) -> None:
        super().__init__()
        self._image = image
        self._ready = ready

    def run(self) -> None:
        self._ready.emit(png_of(self._image))  # type: ignore[attr-defined]  # a bound signal has no type of its own

    def start(self) -> None:
        QThreadPool.globalInstance().start(self)
