"""The first start: which models are needed, how large they are, and one button that fetches them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from assistant.gui.buttons import plain_label, push_button
from assistant.gui.facts import ModelRow
from assistant.gui.models_dialog import progress_in_words, size_in_words, total_of
from assistant.gui.screen import ViewState
from assistant.gui.theme import BASE_PIXELS, Colors, pixels_of, pixmap

WIDTH = 520


class FirstRun(QWidget):
    """Covers the conversation until the needed models are there, or the user says later."""

    fetch_wanted = Signal(tuple)
    cancel_wanted = Signal()
    skipped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("firstRun")
        self._models: tuple[ModelRow, ...] = ()
        self._mark = plain_label()
        self._list = QGridLayout()
        self._list.setVerticalSpacing(8)
        self._list.setHorizontalSpacing(16)
        self._list.setColumnStretch(0, 1)
        self._total = plain_label(role="small")
        self._bar = QProgressBar()
        self._bar.setMaximum(1000)
        self._bar.setAccessibleName("Download progress")
        self._words = plain_label(role="small")
        self.download = push_button("Download", self._fetch, "primary")
        self.cancel = push_button("Cancel", self.cancel_wanted.emit)
        self.later = push_button("Not now", self.skipped.emit)
        self._build()

    def _build(self) -> None:
        title = plain_label("Let’s get Vesper ready", "title")
        title.setWordWrap(True)
        words = plain_label(
            "Hearing, thinking and speaking run on this computer. That takes a few files, downloaded once; "
            "afterwards nothing needs the internet.",
            "muted",
        )
        words.setWordWrap(True)
        card = QFrame()
        card.setObjectName("jobRow")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(18, 14, 18, 14)
        inside.setSpacing(10)
        inside.addLayout(self._list)
        inside.addWidget(self._total)
        buttons = QHBoxLayout()
        buttons.addWidget(self.download)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.later)
        buttons.addStretch(1)
        self._column = column = QWidget()
        layout = QVBoxLayout(column)
        layout.setSpacing(14)
        for widget in (self._mark, title, words, card, self._bar, self._words):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(column, 100)
        across.addStretch(1)
        outer.addLayout(across)
        outer.addStretch(1)

    def set_colors(self, colors: Colors) -> None:
        self._column.setMaximumWidth(round(WIDTH * pixels_of(self) / BASE_PIXELS))
        self._mark.setPixmap(pixmap("vesper", colors.accent, 52, self.devicePixelRatioF()))

    def show_state(self, state: ViewState) -> None:
        needed = tuple(model for model in state.models if model.needed)
        if needed != self._models:
            self._models = needed
            self._fill()
        missing = state.missing_models
        active = any(value.done_bytes < value.total_bytes for value in state.downloads.values())
        had_focus = self.download.hasFocus()
        self.download.setVisible(not active)
        self.later.setVisible(not active)
        self.cancel.setVisible(active)
        if active and had_focus:
            self.cancel.setFocus()  # else it goes to whatever button comes next
        self._bar.setVisible(active)
        self._words.setVisible(active)
        self.download.setText(f"Download {size_in_words(sum(model.size_bytes for model in missing))}")
        if active:
            total = total_of(state.downloads, missing)
            self._bar.setValue(round(1000 * total.done_bytes / max(total.total_bytes, 1)))
            self._words.setText(progress_in_words(total))

    def _fill(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, model in enumerate(self._models):
            title = plain_label(model.title)
            title.setWordWrap(True)
            self._list.addWidget(title, row, 0)
            self._list.addWidget(plain_label(model.licence, "small"), row, 1)
            size = plain_label("Ready" if model.present else size_in_words(model.size_bytes), "small")
            size.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._list.addWidget(size, row, 2)
        count = len(self._models)
        self._total.setText(f"{count} models, {size_in_words(sum(model.size_bytes for model in self._models))} in all")

    def _fetch(self) -> None:
        self.fetch_wanted.emit(tuple(model.id for model in self._models if not model.present))
