"""Pages on their way out, written off the GUI thread: saved where the user says, or handed to the browser."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from assistant.gui.page_parts import zipped
from assistant.gui.web_engine import with_policy

LONGEST_NAME = 60


def file_name(title: str, ending: str = ".html") -> str:
    """A harmless file name for a page of this title."""
    words = re.sub(r"[^\w\- ]", "", title, flags=re.UNICODE).strip().replace(" ", "-")[:LONGEST_NAME].strip("-")
    return f"{words or 'page'}{ending}"


class PageExport(QObject):
    """Both ways keep the page's network policy inside the file, since no preview guards it out there."""

    written = Signal(str)  # file name
    failed = Signal(str, str)  # what, advice
    _ready = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ready.connect(self._open)

    def save(self, path: Path, html: str) -> None:
        """One file, or its parts where the name ends in ".zip"."""
        QThreadPool.globalInstance().start(_Writing(self, path, html, opens=False))

    def open_in_browser(self, title: str, html: str) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="vesper-page-", ignore_cleanup_errors=True)
        path = Path(self._folder.name) / file_name(title)
        QThreadPool.globalInstance().start(_Writing(self, path, html, opens=True))

    def _open(self, path: str) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
            self.failed.emit("No browser could be opened.", "Save the page and open the file yourself.")


class _Writing(QRunnable):
    def __init__(self, export: PageExport, path: Path, html: str, opens: bool) -> None:
        super().__init__()
        self._export = export
        self._path = path
        self._html = html
        self._opens = opens

    def run(self) -> None:
        try:
            if self._path.suffix.lower() == ".zip":
                self._path.write_bytes(zipped(with_policy(self._html)))
            else:
                self._path.write_text(with_policy(self._html), encoding="utf-8")
        except OSError:
            self._export.failed.emit(
                f"{self._path.name} could not be written.", "Choose another folder, or free some space."
            )
            return
        if self._opens:
            self._export._ready.emit(str(self._path))
        else:
            self._export.written.emit(self._path.name)
