"""The page of the settings for microphone and loudspeaker: choice, live meters, and checks that say what is wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from assistant.gui.buttons import plain_label, push_button
from assistant.gui.screen import ViewState

CHECKS = (
    ("phrase", "Test the microphone", "Say a sentence, hear it back, and see what was understood."),
    ("echo", "Measure the echo", "A rising tone shows how much of the loudspeaker the microphone hears."),
)


class SoundPage(QWidget):
    """`checked` asks for a check by its name. `show_state` moves the meters and shows the answers."""

    checked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.microphone = _meter("Loudness of the microphone")
        self.speaker = _meter("Loudness of the loudspeaker")
        self.buttons = {}
        self.answers = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for title, meter in (("Microphone now", self.microphone), ("Loudspeaker now", self.speaker)):
            row = QHBoxLayout()
            row.setSpacing(16)
            name = plain_label(title, "muted")
            name.setMinimumWidth(130)
            row.addWidget(name)
            row.addWidget(meter, 1)
            column.addLayout(row)
        for check, title, explanation in CHECKS:
            button = push_button(title, lambda check=check: self.checked.emit(check))  # type: ignore[misc]  # the default binds the loop's value
            answer = plain_label(explanation, "small")
            answer.setWordWrap(True)
            answer.setAccessibleName(f"Result of: {title}")
            self.buttons[check], self.answers[check] = button, answer
            row = QHBoxLayout()
            row.setSpacing(16)
            button.setMinimumWidth(170)
            row.addWidget(button)
            row.addWidget(answer, 1)
            column.addLayout(row)

    def show_state(self, state: ViewState) -> None:
        self.microphone.setValue(round(100 * state.microphone_level))
        self.speaker.setValue(round(100 * state.speaker_level))
        answer = state.sound_check
        if answer is None:
            return
        for button in self.buttons.values():
            button.setEnabled(not answer.is_running)
        if answer.check in self.answers and self.answers[answer.check].text() != answer.text:
            self.answers[answer.check].setText(answer.text)


def _meter(name: str) -> QProgressBar:
    meter = QProgressBar()
    meter.setRange(0, 100)
    meter.setTextVisible(False)
    meter.setAccessibleName(name)
    return meter
