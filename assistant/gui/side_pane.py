"""The right pane: the page a sketch became, the sketch itself, and a sheet to draw one on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from assistant.gui.buttons import icon_button, segment
from assistant.gui.draw_pad import DrawPad
from assistant.gui.page_preview import PagePreview
from assistant.gui.prose import clean
from assistant.gui.screen import Job, ViewState
from assistant.gui.sketch_canvas import SketchCanvas
from assistant.gui.theme import BASE_PIXELS, pixels_of
from assistant.gui.view_pages import STAGES, found
from assistant.gui.yielding import YieldingLabel

NARROW = 440  # pixels at text scale 1

NAMES = ("Show the page", "Show the sketch and what was found in it", "Draw a page  (Ctrl+D)")


class SidePane(QWidget):
    """Shows the chosen job. The sketch comes first, since it is read before there is a page."""

    closed = Signal()
    wanted = Signal()
    """Something in here is to be seen, and the pane may be hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setMinimumWidth(300)
        self.preview = PagePreview()
        self.sketch = SketchCanvas()
        self.pad = DrawPad()
        self._job: Job | None = None
        self._title = YieldingLabel(role="heading")
        self._stage = YieldingLabel(role="small")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.preview)
        self._stack.addWidget(self._framed(self.sketch))
        self._stack.addWidget(self.pad)
        self.tabs = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 16)
        layout.setSpacing(10)
        layout.addLayout(self._make_top())
        layout.addWidget(self._stack, 1)

    def show_state(self, state: ViewState) -> None:
        self.pad.lay_under(state.sheet)
        job = state.job
        if job is self._job:
            return
        previous, self._job = self._job, job
        self._title.setText(_shortened(clean(job.name)) if job else "Page")
        self._stage.setText(_progress(job))
        self.preview.show_job(job)
        self.sketch.show_job(job)
        if job is not None and (previous is None or previous.job != job.job):
            self.show_tab(0 if job.page is not None else 1)
        if job is None and previous is not None:
            self.show_tab(0)
        if job is not None and job.page is not None and (previous is None or previous.page is None):
            self.show_tab(0)

    def show_tab(self, index: int) -> None:
        """0 is the page, 1 the sketch, 2 the sheet."""
        button = self.tabs.button(index)
        if button is not None:
            button.setChecked(True)
        self._stack.setCurrentIndex(index)

    def show_drawing(self) -> None:
        self.wanted.emit()
        self.show_tab(2)
        self.pad.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the drawings on the tabs have to do: their names are on the tooltips."""
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW * pixels_of(self) / BASE_PIXELS
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if is_narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in self.tabs.buttons():
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(style)

    def _make_top(self) -> QHBoxLayout:
        segments = QFrame()
        segments.setObjectName("segments")
        choices = QHBoxLayout(segments)
        choices.setContentsMargins(2, 2, 2, 2)
        choices.setSpacing(2)
        for index, (icon, text) in enumerate((("page", "Page"), ("picture", "Sketch"), ("pen", "Draw"))):
            button = segment(icon, NAMES[index], text)
            button.setChecked(index == 0)
            self.tabs.addButton(button, index)
            choices.addWidget(button)
        self.tabs.idClicked.connect(self.show_tab)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._stage)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addLayout(words, 1)
        top.addWidget(segments)
        top.addWidget(icon_button("close", "Hide this side", self.closed.emit))
        return top

    def _framed(self, inner: QWidget) -> QFrame:
        frame = QFrame()
        frame.setObjectName("paneBody")
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(inner)
        return frame


def _shortened(name: str, longest: int = 26) -> str:
    return name if len(name) <= longest else name[: longest - 9] + "…" + name[-8:]


def _progress(job: Job | None) -> str:
    if job is None:
        return ""
    if job.failed:
        return "No page came of this"
    if job.final:
        return found(job.reading) if job.reading else "Page ready"
    return STAGES.get(job.stage, "Waiting") + "…"
