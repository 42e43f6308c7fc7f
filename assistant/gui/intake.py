"""Picture files on their way in: read as bytes off the GUI thread, and never decoded in this process."""

from __future__ import annotations

import os
import stat
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from assistant.core.errors import InputError

LARGEST_BYTES = 40 * 1024 * 1024  # what the decoder takes; more is refused before it is read
ENCODED_TYPES = ("image/png", "image/jpeg", "image/webp", "image/bmp", "image/gif", "image/tiff")


class Purpose(StrEnum):
    ASK = "ask"
    """Goes with the next turn."""
    PAGE = "page"
    """Becomes a page."""
    SHEET = "sheet"
    """Lies under the ink of the Draw side."""


def read_file(path: Path) -> bytes:
    """The bytes of a regular file within the limit. Raises InputError."""
    name = path.name
    try:
        _check(path.lstat(), name)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            _check(os.fstat(file.fileno()), name)  # the same file that was looked at, whatever happened in between
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{name} cannot be read.", "Check that the file exists and that you may open it.") from error
    if len(data) > LARGEST_BYTES:
        raise _too_large(name)
    return data


def _check(status: os.stat_result, name: str) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise InputError(f"{name} is a link to another file.", "Drop the picture itself.")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{name} is not a picture file.", "Drop a PNG, JPEG, WebP or BMP picture.")
    if status.st_size == 0:
        raise InputError(f"{name} is empty.", "Choose another picture.")
    if status.st_size > LARGEST_BYTES:
        raise _too_large(name)


def _too_large(name: str) -> InputError:
    return InputError(f"{name} is larger than 40 MB.", "Save it smaller, or take a photo with less resolution.")


def holds_picture(mime: QMimeData) -> bool:
    return mime.hasUrls() or mime.hasImage() or any(mime.hasFormat(kind) for kind in ENCODED_TYPES)


def picture_bytes(mime: QMimeData) -> bytes:
    """An encoded picture from the clipboard; empty when there is none.

    Encoded bytes pass through untouched. Only a bitmap that another program left as such is encoded here: that
    parses nothing.
    """
    for kind in ENCODED_TYPES:
        if mime.hasFormat(kind):
            return bytes(mime.data(kind).data())
    image = mime.imageData() if mime.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return b""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs take bytes, Qt takes text
    return bytes(buffer.data().data())


class Intake(QObject):
    """Reads dropped and chosen files in Qt's thread pool and reports in the GUI thread."""

    arrived = Signal(bytes, str, str)  # data, name, Purpose
    refused = Signal(str, str, str)  # name, what, advice

    def read(self, paths: list[Path], purpose: Purpose) -> None:
        for path in paths:
            QThreadPool.globalInstance().start(_Reading(self, path, purpose))

    def take(self, mime: QMimeData, purpose: Purpose) -> bool:
        """Accept what was dropped or pasted. False when it holds no picture."""
        if mime.hasUrls():
            local = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
            if not local:
                self.refused.emit("", "That picture is on the web.", "Save it to a file first, then drop the file.")
            self.read(local, purpose)
            return True
        data = picture_bytes(mime)
        if not data:
            return False
        if len(data) > LARGEST_BYTES:
            error = _too_large("The pasted picture")
            self.refused.emit("", error.what, error.advice)
        else:
            self.arrived.emit(data, "Pasted picture", purpose.value)
        return True


class _Reading(QRunnable):
    def __init__(self, intake: Intake, path: Path, purpose: Purpose) -> None:
        super().__init__()
        self._intake = intake
        self._path = path
        self._purpose = purpose

    def run(self) -> None:
        try:
            data = read_file(self._path)
        except InputError as error:
            self._intake.refused.emit(self._path.name, error.what, error.advice)
        else:
            self._intake.arrived.emit(data, self._path.name, self._purpose.value)
