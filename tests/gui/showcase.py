"""Pictures for the documents: sketches beside their pages, a page before and after edits, variants side by side.

`python -m tests.gui.showcase SKETCH... --out docs/images`: six sketches and two minutes. Nothing is retouched: the
reader, the compiler and the window are the program's own. The edits are spoken: the program's voice says them into a
file, its recogniser writes down what it hears, and that, right or wrong, is what the page is asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication

from assistant.core import page_events
from assistant.core.settings import Settings
from assistant.core.types import Picture
from assistant.gui.main_window import create_window
from assistant.gui.page_shot import render_to_png
from assistant.gui.web_engine import prepare_web_engine
from assistant.pages.editor import PageEditor
from assistant.pages.page_maker import PageMaker
from assistant.vision.image import decode
from assistant.vision.pipeline import Perception, perceive_picture
from tests.gui.fake_commands import FakeCommands
from tests.gui.screenshots import tell, wait

DESKTOP, PHONE = 1000, 390  # CSS pixels
CELL = QSize(300, 300)
GAP = 16
MOST_BYTES = 200_000
EDITS = ("make the first button green", "make the heading bigger", "add a newsletter form")
GROUND, INK = QColor("#f4f5f9"), QColor("#1c1e29")


def seen(path: Path) -> tuple[Picture, Perception]:
    picture = decode(path.read_bytes(), path.name)
    return picture, perceive_picture(picture.png)


def shot(html: str, width: int) -> QImage:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        render_to_png(html, width, path)
        return QImage(str(path))


def sheet(rows: list[list[tuple[QImage, str]]], cell: QSize = CELL) -> QImage:
    """Pictures in a grid, each with its words underneath."""
    columns, line = max(len(row) for row in rows), 26
    width = columns * (cell.width() + GAP) + GAP
    height = len(rows) * (cell.height() + line + GAP) + GAP
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(GROUND)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    font = QFont()
    font.setPixelSize(14)
    painter.setFont(font)
    for down, row in enumerate(rows):
        for across, (picture, words) in enumerate(row):
            left, top = GAP + across * (cell.width() + GAP), GAP + down * (cell.height() + line + GAP)
            size = picture.size().scaled(cell, Qt.AspectRatioMode.KeepAspectRatio)
            fitted = picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            place = QRectF(left + (cell.width() - size.width()) / 2, top, size.width(), size.height())
            painter.drawImage(place.topLeft(), fitted)
            painter.setPen(QColor("#c6ccd8"))
            painter.drawRect(place)
            painter.setPen(INK)
            below = QRectF(left, top + cell.height() + 4, cell.width(), line - 4)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, words)
    painter.end()
    return image


def save(image: QImage, path: Path) -> None:
    """As good as fits into MOST_BYTES."""
    for quality in (92, 85, 75, 65, 55):
        image.save(str(path), quality=quality)
        if path.stat().st_size <= MOST_BYTES:
            break
    print(path, path.stat().st_size)


def beside(sketches: list[Path]) -> QImage:
    rows = []
    for path in sketches:
        picture, perception = seen(path)
        html = PageMaker().compile(perception.reading, path.stem).html
        drawn = QImage.fromData(picture.png)
        rows.append([(drawn, "drawn"), (shot(html, DESKTOP), "on a desktop"), (shot(html, PHONE), "on a phone")])
    pairs = [rows[index] + (rows[index + 1] if index + 1 < len(rows) else []) for index in range(0, len(rows), 2)]
    return sheet(pairs)


def heard(words: str) -> str:
    """What the recogniser makes of the words, said aloud."""
    with tempfile.TemporaryDirectory() as folder:
        sound = str(Path(folder) / "said.wav")
        vesper = [sys.executable, "-m", "assistant"]
        subprocess.run([*vesper, "say", words, "--out", sound], check=True, capture_output=True)
        written = subprocess.run([*vesper, "transcribe", sound], check=True, capture_output=True, text=True)
    print(f"said: {words} | heard: {written.stdout.strip()}")
    return written.stdout.strip()


def edited(editor: PageEditor) -> QImage:
    row = [(shot(editor.page(0).html, DESKTOP), "as drawn")]
    for words in map(heard, EDITS):
        outcome = asyncio.run(editor.change(words, "", None))
        if not outcome.changed:
            raise SystemExit(f"{words}: {outcome.said}")
        row.append((shot(editor.page(1).html, DESKTOP), f"heard: “{words}”"))
    return sheet([row], QSize(400, 340))


def offered(path: Path) -> QImage:
    _, perception = seen(path)
    editor = PageMaker().open(perception.reading, path.name)
    window = create_window(FakeCommands(), Settings())
    window.resize(1280, 800)
    window.show()
    tell(window, page_events.PageJobStarted(1, path.name))
    tell(window, page_events.PagePainted(1, editor.page(0), True), page_events.VersionsListed(1, editor.versions))
    wait(2.0)
    pages = asyncio.run(editor.change("show me three variants", "", None)).variants
    tell(window, page_events.VariantsOffered(1, pages))
    wait(4.0)
    image = window.grab().toImage()
    window.close()
    return image


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sketches", nargs="+", type=Path)
    parser.add_argument("--only", choices=("six-sketches", "three-edits", "variants"), help="make this picture only")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    prepare_web_engine({"VESPER_TEST": "1"})
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    first = options.sketches[0]
    made = {
        "six-sketches": lambda: beside(options.sketches),
        "three-edits": lambda: edited(PageMaker().open(seen(first)[1].reading, first.name)),
        "variants": lambda: offered(first),
    }
    for name, make in made.items():
        if options.only in (None, name):
            save(make(), options.out / f"{name}.jpg")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
