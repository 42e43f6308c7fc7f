"""What the camera sees, and a button that takes the photo. It says so when there is no camera."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from assistant.core.types import Picture
from assistant.gui.buttons import plain_label, push_button
from assistant.gui.screen import ViewState

STARTING = "The camera is starting…"


class CameraDialog(QDialog):
    """`begun` when it opens, `taken` for a photo, `given_up` when it closes without one."""

    begun = Signal()
    taken = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Take a photo")
        self.resize(680, 500)
        self._shown: Picture | None = None
        self._pixmap = QPixmap()
        self._view = plain_label(STARTING, "muted")
        self._view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._view.setWordWrap(True)
        self._view.setMinimumSize(QSize(320, 220))
        self._view.setAccessibleName("What the camera sees")
        self.take = push_button("Take the photo", self._take, "primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(push_button("Cancel", self.reject))
        buttons.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(self._view, 1)
        layout.addLayout(buttons)
        self.rejected.connect(self.given_up)

    def look(self) -> None:
        self._shown, self._pixmap = None, QPixmap()
        self._view.setPixmap(QPixmap())
        self._view.setText(STARTING)
        self.take.setEnabled(False)
        self.begun.emit()
        self.open()

    def show_state(self, state: ViewState) -> None:
        if not self.isVisible():
            return
        if state.camera_problem:
            self._view.setPixmap(QPixmap())
            self._view.setText(state.camera_problem)
            self.take.setEnabled(False)
        elif state.camera is not None and state.camera is not self._shown:
            self._shown = state.camera
            self._pixmap.loadFromData(state.camera.png)  # our own worker encoded it
            self.take.setEnabled(True)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self._pixmap.isNull():
            room = self._view.size()
            self._view.setPixmap(
                self._pixmap.scaled(
                    room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
            )

    def _take(self) -> None:
        self.taken.emit()
        self.accept()
