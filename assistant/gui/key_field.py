"""The key of a server: typed once, handed to the system's keyring, and never shown again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from assistant.gui.buttons import plain_label, push_button

KEPT = "Kept in the system’s keyring, for this address only."


class KeyField(QWidget):
    """`keep` carries the key; an empty one asks to forget it. The answer comes through `show_answer`."""

    keep = Signal(str)

    def __init__(self, of_what: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setPlaceholderText("empty if it wants none")
        self.line.setAccessibleName(f"Key for the server {of_what}")
        self.line.returnPressed.connect(self._hand_over)
        self.button = push_button("Keep the key", self._hand_over)
        self.button.setAccessibleName(f"Keep the key for the server {of_what}")
        self.answer = plain_label(KEPT, "small")
        self.answer.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.addWidget(self.line, 0, 0)
        grid.addWidget(self.button, 0, 1)
        grid.addWidget(self.answer, 1, 0, 1, 2)
        self.setFocusProxy(self.line)

    def show_answer(self, text: str) -> None:
        self.answer.setText(text or KEPT)

    def _hand_over(self) -> None:
        key = self.line.text().strip()
        self.line.clear()
        self.keep.emit(key)
