"""The line at the top: what is going on, in words, and the ways to everything that is not the conversation."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from assistant.gui.buttons import icon_button, plain_label, set_property
from assistant.gui.screen import ViewState
from assistant.gui.theme import LIGHT, Colors, pixmap
from assistant.gui.view_state import Status, Tone, status
from assistant.gui.yielding import YieldingLabel

DOT = 9


class _Dot(QWidget):
    """A light in the colour of the status."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(DOT + 4, DOT + 4))
        self.color = LIGHT.muted

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        painter.drawEllipse(2, 2, DOT, DOT)
        painter.end()


class TopBar(QFrame):
    new_wanted = Signal()
    models_wanted = Signal()
    settings_wanted = Signal()
    pane_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self._colors = LIGHT
        self._status = Status("Ready", Tone.CALM)
        self._since = QElapsedTimer()
        self._seconds = QTimer(self)
        self._seconds.setInterval(1000)
        self._seconds.timeout.connect(self._show_words)
        self._mark = plain_label()
        name = plain_label("Vesper")
        name.setObjectName("appName")
        self._dot = _Dot()
        self.words = YieldingLabel("Ready")
        self.words.setObjectName("status")
        self.words.setAccessibleName("Status")
        self.pane = icon_button("pane", "Show or hide the page  (Ctrl+B)", self.pane_wanted.emit)
        self.pane.setCheckable(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(6)
        layout.addWidget(self._mark)
        layout.addSpacing(2)
        layout.addWidget(name)
        layout.addSpacing(14)
        layout.addWidget(self._dot)
        layout.addWidget(self.words, 1)
        layout.addWidget(icon_button("new", "New conversation  (Ctrl+N)", self.new_wanted.emit))
        layout.addWidget(icon_button("models", "Models", self.models_wanted.emit))
        layout.addWidget(icon_button("settings", "Settings  (Ctrl+,)", self.settings_wanted.emit))
        layout.addWidget(self.pane)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._mark.setPixmap(pixmap("vesper", colors.accent, 24, self.devicePixelRatioF()))
        self._show_dot()

    def show_state(self, state: ViewState) -> None:
        new = status(state)
        if new == self._status:
            return
        if new.tone is not self._status.tone or not self._since.isValid():
            self._since.start()
        self._status = new
        if new.counts:
            self._seconds.start()
        else:
            self._seconds.stop()
        set_property(self.words, "tone", new.tone.value)
        self._show_words()
        self._show_dot()

    def _show_words(self) -> None:
        seconds = self._since.elapsed() // 1000 if self._since.isValid() else 0
        counted = f"{self._status.text} {seconds} s" if self._status.counts and seconds > 0 else self._status.text
        self.words.setText(counted)

    def _show_dot(self) -> None:
        colors = self._colors
        self._dot.color = {
            Tone.LISTENING: colors.good,
            Tone.HEARING: colors.good,
            Tone.THINKING: colors.warning,
            Tone.SPEAKING: colors.accent,
            Tone.WARNING: colors.danger,
        }.get(self._status.tone, colors.muted)
        self._dot.update()
