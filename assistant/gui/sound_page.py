"""The page of the settings for microphone and loudspeaker: choice, live meters, and checks that say what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from assistant.gui.buttons import plain_label, push_button
from assistant.gui.screen import ViewState

CHECKS = (
    ("phrase", "Test the microphone", "Say a sentence, hear it back, and see what was understood."),
    ("echo", "Measure the echo", "A rising tone shows how much of the loudspeaker the microphone hears."),
)


class SoundPage(QObject):
    """`checked` asks for a check by its name. `show_state` moves the meters and shows the answers."""

    checked = Signal(str)

    def __init__(self, form: QFormLayout) -> None:
        """Its rows go to the end of `form`, so that they line up with what stands there."""
        super().__init__(form)
        self.microphone = _meter("Loudness of the microphone")
        self.speaker = _meter("Loudness of the loudspeaker")
        self.buttons: dict[str, QPushButton] = {}
        self.answers: dict[str, QLabel] = {}
        for title, meter in (("Microphone now", self.microphone), ("Loudspeaker now", self.speaker)):
            form.addRow(plain_label(title, "muted"), _in_the_middle(meter))
        for check, title, explanation in CHECKS:
            button = push_button(title, lambda check=check: self.checked.emit(check))  # type: ignore[misc]  # the default binds the loop's value
            answer = plain_label(explanation, "small")
            answer.setWordWrap(True)
            answer.setAccessibleName(f"Result of: {title}")
            self.buttons[check], self.answers[check] = button, answer
            form.addRow(button, answer)

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


def _in_the_middle(meter: QProgressBar) -> QWidget:
    """Of its row: it is flatter than the words beside it."""
    row = QWidget()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(meter)
    return row
