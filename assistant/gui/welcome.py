"""The empty conversation: who this is, and three things to try."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from assistant.gui.buttons import plain_label
from assistant.gui.screen import ViewState
from assistant.gui.theme import BASE_PIXELS, Colors, pixels_of, pixmap
from assistant.gui.yielding import YieldingButton

SUGGESTIONS = (
    "What can you do without the internet?",
    "Help me plan a small dinner for four",
)
SKETCH = "Turn a sketch on paper into a web page…"
DRAWING = "Draw a page here, with the mouse or a pen…"
INVITATION = "Talk, type, or drop a drawing."
LOCAL = "Everything stays on this computer."
REMOTE = "Answers come from the server you named."
WIDTH = 500  # pixels at text scale 1
MARK = 60


class Welcome(QScrollArea):
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
        self._words = plain_label(f"{INVITATION}\n{LOCAL}", "muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self._column = column = QWidget()
        inside = QVBoxLayout(column)
        inside.setContentsMargins(20, 12, 20, 12)
        inside.setSpacing(10)
        inside.addWidget(self._mark)
        inside.addWidget(title)
        inside.addWidget(self._words)
        inside.addSpacing(12)
        inside.addWidget(suggestion(SKETCH, self.sketch_wanted.emit))
        inside.addWidget(suggestion(DRAWING, self.drawing_wanted.emit))
        for text in SUGGESTIONS:
            inside.addWidget(suggestion(text, lambda text=text: self.asked.emit(text)))  # type: ignore[misc]  # the default binds the loop's value
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(column, 100)
        across.addStretch(1)
        inner = QWidget()
        inner.setObjectName("form")
        outer = QVBoxLayout(inner)
        outer.addStretch(2)
        outer.addLayout(across)
        outer.addStretch(3)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_state(self, state: ViewState) -> None:
        place = REMOTE if state.settings.mind.server_url else LOCAL
        self._words.setText(f"{INVITATION}\n{place}")

    def set_colors(self, colors: Colors) -> None:
        self._column.setMaximumWidth(round(WIDTH * pixels_of(self) / BASE_PIXELS))
        self._mark.setPixmap(pixmap("vesper", colors.accent, MARK, self.devicePixelRatioF()))


def suggestion(text: str, act: Callable[[], object]) -> QPushButton:
    button = YieldingButton(text)
    button.setProperty("role", "suggestion")
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.clicked.connect(lambda: act())
    return button
