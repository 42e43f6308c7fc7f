"""The empty conversation: who this is, and three things to try."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from assistant.gui.buttons import plain_label, push_button
from assistant.gui.screen import ViewState
from assistant.gui.theme import Colors, pixmap

SUGGESTIONS = (
    "What can you do without the internet?",
    "Help me plan a small dinner for four",
)
SKETCH = "Turn a sketch on paper into a web page…"
DRAWING = "Draw a page here, with the mouse or a pen…"
INVITATION = "Talk, type, or drop a drawing."
LOCAL = "Everything stays on this computer."
REMOTE = "Answers come from the server you named."
WIDTH = 460
MARK = 60


class Welcome(QWidget):
    asked = Signal(str)
    sketch_wanted = Signal()
    drawing_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mark = plain_label()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._mark.setMinimumHeight(MARK)
        title = plain_label("What shall we do?", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setWordWrap(True)
        self._words = plain_label(f"{INVITATION} {LOCAL}", "muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(20, 12, 20, 12)
        inside.setSpacing(10)
        inside.addWidget(self._mark)
        inside.addWidget(title)
        inside.addWidget(self._words)
        inside.addSpacing(12)
        inside.addWidget(push_button(SKETCH, self.sketch_wanted.emit, "suggestion"))
        inside.addWidget(push_button(DRAWING, self.drawing_wanted.emit, "suggestion"))
        for text in SUGGESTIONS:
            inside.addWidget(push_button(text, lambda text=text: self.asked.emit(text), "suggestion"))  # type: ignore[misc]  # the default binds the loop's value
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(column, 100)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(across)
        outer.addStretch(3)

    def show_state(self, state: ViewState) -> None:
        place = REMOTE if state.settings.mind.server_url else LOCAL
        self._words.setText(f"{INVITATION} {place}")

    def set_colors(self, colors: Colors) -> None:
        self._mark.setPixmap(pixmap("vesper", colors.accent, MARK, self.devicePixelRatioF()))
