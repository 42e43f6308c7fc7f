"""The empty conversation: who this is, and three things to try."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from assistant.gui.buttons import plain_label, push_button
from assistant.gui.theme import Colors, pixmap

SUGGESTIONS = (
    "What can you do without the internet?",
    "Help me plan a small dinner for four",
)
SKETCH = "Turn a sketch on paper into a web page…"
WIDTH = 440


class Welcome(QWidget):
    asked = Signal(str)
    sketch_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mark = plain_label()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = plain_label("What shall we do?", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setWordWrap(True)
        words = plain_label("Talk, type, or drop a drawing. Everything stays on this computer.", "muted")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setWordWrap(True)
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(20, 12, 20, 12)
        inside.setSpacing(10)
        inside.addWidget(self._mark)
        inside.addWidget(title)
        inside.addWidget(words)
        inside.addSpacing(12)
        inside.addWidget(push_button(SKETCH, self.sketch_wanted.emit, "suggestion"))
        for text in SUGGESTIONS:
            inside.addWidget(push_button(text, lambda text=text: self.asked.emit(text), "suggestion"))  # type: ignore[misc]  # the default binds the loop's value
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(column, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        column.setMinimumWidth(min(WIDTH, 360))

    def set_colors(self, colors: Colors) -> None:
        self._mark.setPixmap(pixmap("vesper", colors.accent, 60, self.devicePixelRatioF()))
