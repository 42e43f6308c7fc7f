"""A picture of a page without a window: for `vesper sketch --screenshot` and `--preview`, and for the tests."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from assistant.core.errors import EngineError, Refused, StorageError
from assistant.gui.web_engine import prepare_web_engine, preview_refusal

if TYPE_CHECKING:
    from PySide6.QtWebEngineWidgets import QWebEngineView

    from assistant.gui.web_page import PreviewPage

FIRST_HEIGHT = 800  # CSS pixels, until the page has told its own
TALLEST = 8_000  # a picture beyond this helps nobody
LOAD_SECONDS = 20.0
PAINT_SECONDS = 5.0
POLL_MILLISECONDS = 25
SETTLE_POLLS = 3  # equal pictures in a row that count as finished: fonts and scripts come a little later
APPLICATION_WORLD = 1  # scripts of ours run beside the page's, where its policy does not apply


@dataclass(frozen=True, slots=True)
class Shot:
    """What a page looked like and did. `console_errors` and `blocked` hold the first few, oldest first."""

    width: int
    height: int
    console_errors: tuple[str, ...]
    blocked: tuple[str, ...]
    """Requests that were refused: the page wanted something from outside itself."""


def render_to_png(html: str, width: int, path: Path) -> Shot:
    """Draw the page `width` CSS pixels wide and as tall as it is. Runs an event loop; call it on the main thread.

    Raises Refused where pages cannot be sandboxed, EngineError when the page does not load, and StorageError.
    """
    application = _application()  # noqa: F841 - bound: an application that nobody holds is gone
    refusal = preview_refusal()
    if refusal:
        raise Refused(refusal, "Run Vesper as an ordinary user on a system that allows sandboxes.")
    from PySide6.QtWebEngineWidgets import QWebEngineView

    from assistant.gui.web_page import PreviewPage

    page = PreviewPage()
    view = QWebEngineView(page)
    try:
        view.resize(width, FIRST_HEIGHT)
        view.show()
        _load(page, html)
        height = max(FIRST_HEIGHT // 2, min(TALLEST, _document_height(page)))
        view.resize(width, height)
        image = _painted(view)
        if not image.save(str(path)):
            raise StorageError(f"{path.name} could not be written.", "Choose another folder, or free some space.")
        refused = tuple(error for error in page.errors if "Refused to" in error)
        return Shot(image.width(), image.height(), tuple(page.errors), (*page.blocked, *refused))
    finally:
        shiboken6.delete(view)  # now, and before its page: what outlives the application ends in a crash
        page.dispose()


def _application() -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    prepare_web_engine()
    return QApplication([])


def _load(page: PreviewPage, html: str) -> None:
    loop = QEventLoop()
    page.loadFinished.connect(loop.quit)
    page.renderProcessTerminated.connect(lambda *_: loop.exit(1))
    QTimer.singleShot(round(LOAD_SECONDS * 1000), loop, lambda: loop.exit(2))
    page.show_html(html)
    ended = loop.exec()
    if ended:
        what = "The page stopped working while it was drawn." if ended == 1 else "The page did not finish loading."
        raise EngineError(what, "Look for an endless loop in its script.")


def _document_height(page: PreviewPage) -> int:
    """Height of the whole document in CSS pixels."""
    loop = QEventLoop()
    answers: list[object] = []

    def take(answer: object) -> None:
        answers.append(answer)
        loop.quit()

    QTimer.singleShot(round(PAINT_SECONDS * 1000), loop, loop.quit)
    page.runJavaScript("document.documentElement.scrollHeight", APPLICATION_WORLD, take)
    loop.exec()
    return int(answers[0]) if answers and isinstance(answers[0], int | float) else FIRST_HEIGHT


def _painted(view: QWebEngineView) -> QImage:
    """The view's picture once it shows something and has come to rest; a page that is blank stays blank."""
    clock = QElapsedTimer()
    clock.start()
    previous, same = QImage(), 0
    while clock.elapsed() < PAINT_SECONDS * 1000:
        _pause(POLL_MILLISECONDS)
        image = view.grab().toImage()
        same = same + 1 if image == previous and not _is_uniform(image) else 0
        previous = image
        if same >= SETTLE_POLLS:
            break
    return previous


def _pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _is_uniform(image: QImage) -> bool:
    """One colour all over, seen on a small copy."""
    small = image.scaled(64, 64)
    first = small.pixel(0, 0)
    return all(small.pixel(x, y) == first for x in range(64) for y in range(64))
