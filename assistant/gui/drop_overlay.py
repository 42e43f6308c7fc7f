"""What lies over the window while a file is dragged across it: the two things a dropped picture can become."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from assistant.gui.intake import Purpose
from assistant.gui.theme import LIGHT, Colors, pixels_of, pixmap

MARGIN = 28
GAP = 18
CHOICES = (
    (Purpose.PAGE, "sketch", "Make it a page", "Drop a sketch here"),
    (Purpose.ASK, "picture", "Ask about it", "Drop a picture here"),
)


class DropOverlay(QWidget):
    """Shown and hidden by the window. `purpose_at` says what a drop there means."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._colors = LIGHT
        self._purpose = Purpose.PAGE
        self.hide()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors

    def begin(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def purpose_at(self, point: QPoint) -> Purpose:
        """The left two thirds make a page, the most wanted use; the right third asks about the picture."""
        purpose = Purpose.PAGE if point.x() < self.width() * 0.62 else Purpose.ASK
        if purpose is not self._purpose:
            self._purpose = purpose
            self.update()
        return purpose

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._colors.ground)
        ground.setAlphaF(0.94)
        painter.fillRect(self.rect(), ground)
        inner = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        wide = (inner.width() - GAP) * 0.62
        areas = (
            QRectF(inner.left(), inner.top(), wide, inner.height()),
            QRectF(inner.left() + wide + GAP, inner.top(), inner.width() - wide - GAP, inner.height()),
        )
        for area, (purpose, drawing, title, words) in zip(areas, CHOICES, strict=True):
            self._paint_choice(painter, area, (drawing, title, words), purpose is self._purpose)
        painter.end()

    def _paint_choice(self, painter: QPainter, area: QRectF, words: tuple[str, str, str], chosen: bool) -> None:
        colors = self._colors
        drawing, title, text = words
        painter.setBrush(QColor(colors.accent_soft if chosen else colors.surface))
        pen = QPen(QColor(colors.accent if chosen else colors.border), 2.5 if chosen else 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(area, 20, 20)
        centre = area.center()
        shown = pixmap(drawing, colors.accent if chosen else colors.muted, 44, self.devicePixelRatioF())
        painter.drawPixmap(QRectF(centre.x() - 22, centre.y() - 62, 44, 44), shown, QRectF(shown.rect()))
        font = QFont(self.font())
        font.setPixelSize(round(pixels_of(self) * 1.3))
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        painter.drawText(QRectF(area.left(), centre.y() - 4, area.width(), 34), Qt.AlignmentFlag.AlignCenter, title)
        painter.setFont(self.font())
        painter.setPen(QColor(colors.muted))
        painter.drawText(QRectF(area.left(), centre.y() + 30, area.width(), 28), Qt.AlignmentFlag.AlignCenter, text)
