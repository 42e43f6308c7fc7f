"""The talk button: hold it to speak; its ring shows how loud the microphone, or the assistant's voice, is."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from assistant.core.attention import Attention
from assistant.core.conversation import Phase
from assistant.gui.screen import Microphone, ViewState
from assistant.gui.theme import LIGHT, Colors, pixmap

SIDE = 76  # the ring needs room around the disc
DISC = 54
TAP_MILLISECONDS = 300  # a shorter press is a click: it opens the microphone for good instead of for a moment
FALL = 0.6  # share of the ring's height that stays per update, so that it sinks instead of flickering


class TalkButton(QAbstractButton):
    """Holding it (mouse, touch or Space) is push-to-talk; a tap opens or closes the microphone."""

    push_began = Signal()
    push_ended = Signal()
    tapped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("talk")
        self.setFixedSize(SIDE, SIDE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Talk")
        self.setAccessibleDescription("Hold to talk; press briefly to keep the microphone open")
        self.setToolTip("Hold to talk. A short click keeps the microphone open.")
        self._colors = LIGHT
        self._level = 0.0
        self._phase = Phase.LISTENING
        self._microphone = Microphone.CLOSED
        self._attention = Attention.MUTED
        self._held = QElapsedTimer()
        self.pressed.connect(self._press)
        self.released.connect(self._release)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def show_state(self, state: ViewState) -> None:
        level = state.speaker_level if state.phase is Phase.SPEAKING else state.microphone_level
        level = max(min(level, 1.0), self._level * FALL)
        level = level if level > 0.01 else 0.0
        seen = (level, state.phase, state.microphone, state.attention)
        if seen != (self._level, self._phase, self._microphone, self._attention):
            self._level, self._phase, self._microphone, self._attention = seen
            self.update()

    @property
    def is_settling(self) -> bool:
        """Is the ring still sinking, so that it needs another update?"""
        return self._level > 0

    def _press(self) -> None:
        self._held.start()
        self.push_began.emit()

    def _release(self) -> None:
        self.push_ended.emit()
        if self._held.isValid() and self._held.elapsed() < TAP_MILLISECONDS:
            self.tapped.emit()
        self._held.invalidate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            event.accept()  # a held key is one press
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            event.accept()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.isDown():
            self.setDown(False)
            self._release()
        super().focusOutEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        colors = self._colors
        asleep = self._microphone is Microphone.OPEN and self._attention is Attention.ASLEEP
        active = (self._microphone is not Microphone.CLOSED and not asleep) or self._phase is Phase.SPEAKING
        if self._level > 0:
            halo = QColor(colors.accent)
            halo.setAlphaF(0.22)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            radius = DISC / 2 + 3 + (SIDE - DISC - 8) / 2 * self._level
            painter.drawEllipse(centre, radius, radius)
        edge = QPen(QColor(colors.accent if asleep else colors.border), 2 if asleep else 1)
        painter.setPen(Qt.PenStyle.NoPen if active else edge)
        ground = colors.accent if active else colors.hover if self.underMouse() else colors.surface
        painter.setBrush(QColor(ground))
        painter.drawEllipse(centre, DISC / 2, DISC / 2)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.text if active else colors.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, DISC / 2 + 2, DISC / 2 + 2)
        off = self._attention is Attention.TYPING
        ink = colors.muted if off else colors.accent_text if active else colors.accent
        drawing = pixmap("microphone-off" if off else "microphone", ink, 26, self.devicePixelRatioF())
        painter.drawPixmap(QRectF(centre.x() - 13, centre.y() - 13, 26, 26), drawing, QRectF(drawing.rect()))
        painter.end()
