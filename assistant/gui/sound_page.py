"""The page of the settings for microphone and loudspeaker: choice, live meters, and checks that say what is wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

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
        self.buttons: dict[str, QPushButton] = {}
        self.answers: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        for row, (title, meter) in enumerate((("Microphone now", self.microphone), ("Loudspeaker now", self.speaker))):
            grid.addWidget(plain_label(title, "muted"), row, 0)
            grid.addWidget(meter, row, 1)
        for row, (check, title, explanation) in enumerate(CHECKS, start=2):
            button = push_button(title, lambda check=check: self.checked.emit(check))  # type: ignore[misc]  # the default binds the loop's value
            answer = plain_label(explanation, "small")
            answer.setWordWrap(True)
            answer.setAccessibleName(f"Result of: {title}")
            self.buttons[check], self.answers[check] = button, answer
            grid.addWidget(button, row, 0)
            grid.addWidget(answer, row, 1)

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
