"""Every way a picture comes into the window - chosen, pasted, dropped - and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from assistant.core.events import Event, PictureRefused
from assistant.gui import facts
from assistant.gui.bridge import Commands
from assistant.gui.intake import Intake, Purpose

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.heic *.heif *.avif *.bmp *.gif *.tif *.tiff *.pdf);;All files (*)"


class PictureDesk(QObject):
    """Sends pictures to the session as the bytes they are, and tells the window through `on_event`."""

    def __init__(self, window: QWidget, commands: Commands, on_event: Callable[[Event], None]) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._on_event = on_event
        self._intake = Intake(self)
        self._intake.arrived.connect(self._arrived)
        self._intake.refused.connect(self._refused)

    def browse_to_attach(self) -> None:
        self._browse("Attach a picture", Purpose.ASK)

    def browse_for_page(self) -> None:
        self._browse("Choose a sketch", Purpose.PAGE)

    def browse_for_sheet(self) -> None:
        self._browse("Choose a photo to draw on", Purpose.SHEET)

    def paste(self, mime: QMimeData) -> None:
        self._intake.take(mime, Purpose.ASK)

    def paste_on_sheet(self, mime: QMimeData) -> None:
        if not self._intake.take(mime, Purpose.SHEET):
            self._refused("", "There is no picture on the clipboard.", "Copy one, then paste it here.")

    def drop(self, mime: QMimeData, purpose: Purpose) -> bool:
        """False when nothing in it is a picture."""
        return self._intake.take(mime, purpose)

    def _browse(self, title: str, purpose: Purpose) -> None:
        dialog = QFileDialog(self._window, title, "", PICTURES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self._intake.read([Path(name) for name in names], purpose))
        dialog.open()

    def _arrived(self, data: bytes, name: str, purpose: str) -> None:
        if Purpose(purpose) is Purpose.PAGE:
            self._commands.build_page(bytes(data), name)
        elif Purpose(purpose) is Purpose.SHEET:
            self._commands.open_on_sheet(bytes(data), name)
        else:
            self._on_event(facts.AttachBegan(name))
            self._commands.attach_picture(bytes(data), name)

    def _refused(self, name: str, what: str, advice: str) -> None:
        self._on_event(PictureRefused(name, what, advice))
