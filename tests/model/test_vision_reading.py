"""Pictures read with the real text reader, in this process and in the worker. Its weights come with its wheel."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from assistant.core.errors import EngineError, InputError
from assistant.core.ports import SketchReader as SketchReaderPort
from assistant.core.sketch import ElementType
from assistant.core.types import Picture
from assistant.vision.pipeline import perceive, text_reader
from assistant.vision.reader import TextReader
from assistant.vision.sketch_reader import SketchReader, vision_worker
from benchmarks.elements import Counts, count, drawn_items, found_items
from tests.drawings import Paper

pytestmark = pytest.mark.model

SKETCHES = Path(__file__).parents[3] / "shared" / "sketches"


def sign_up() -> Paper:
    paper = Paper(900, 1000)
    paper.write(250, 120, "Welcome", 2.0)
    paper.write(150, 230, "Your name")
    paper.box(150, 260, 600, 80)
    paper.box(150, 420, 40, 40)
    paper.write(215, 455, "Send me news")
    paper.box(300, 560, 300, 100)
    paper.write(360, 625, "Register")
    paper.crossed_box(150, 740, 300, 180)
    return paper


def png(paper: Paper) -> bytes:
    out = io.BytesIO()
    Image.fromarray(paper.image[:, :, ::-1]).save(out, "PNG")
    return out.getvalue()


SIGN_UP = [
    (ElementType.HEADING, "Welcome"),
    (ElementType.TEXT, "Your name"),
    (ElementType.INPUT, ""),
    (ElementType.CHECKBOX, "Send me news"),
    (ElementType.BUTTON, "Register"),
    (ElementType.IMAGE, ""),
]


def test_a_drawn_page_is_read_without_any_network(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("the reader asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    seen = perceive(sign_up().image, TextReader())
    assert [(e.type, e.text) for e in seen.reading.elements] == SIGN_UP


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_photo_is_put_upright(quarters: int):
    turned = np.ascontiguousarray(np.rot90(sign_up().image, quarters))
    texts = {e.text for e in perceive(turned, text_reader()).reading.elements}
    assert {"Welcome", "Your name", "Register"} <= texts


def test_a_shadow_over_the_page_changes_nothing():
    image = sign_up().image.astype(np.float32)
    shade = np.linspace(1.0, 0.35, image.shape[1])[None, :, None]
    dim = (image * shade).clip(0, 255).astype(np.uint8)
    assert [(e.type, e.text) for e in perceive(dim, text_reader()).reading.elements] == SIGN_UP


def test_a_page_of_prose_gives_texts_and_no_controls():
    paper = Paper(1000, 900)
    for i in range(14):
        cv2.putText(
            paper.image, "It was the best of times, it was the worst of", (40, 60 + 55 * i), 0, 1.1, (0, 0, 0), 2
        )
    kinds = {e.type for e in perceive(paper.image, text_reader()).reading.elements}
    assert kinds <= {ElementType.TEXT, ElementType.HEADING}


@pytest.fixture
async def reader() -> AsyncIterator[SketchReader]:
    reader = SketchReader(vision_worker())
    yield reader
    await reader.close()


async def test_the_worker_decodes_reads_and_describes(reader: SketchReader):
    port: SketchReaderPort = reader
    await reader.start()
    picture = await port.decode(png(sign_up()), "page.png")
    reading = await port.read(picture)
    assert [(e.type, e.text) for e in reading.elements] == SIGN_UP
    assert set(reading.stage_seconds) == {"decode", "ocr", "rectify", "shapes", "elements", "detector"}
    assert "top: Welcome" in await port.describe(picture)


async def test_the_boxes_of_a_turned_photo_lie_in_its_rectified_picture(reader: SketchReader):
    upright = await reader.decode(png(sign_up()), "page.png")
    await reader.read(upright)
    assert await reader.rectified(upright) is upright
    sideways = Paper(900, 900)
    sideways.image = np.ascontiguousarray(np.rot90(sign_up().image[:, :800]))
    turned = await reader.decode(png(sideways), "turned.png")
    reading = await reader.read(turned)
    flat = await reader.rectified(turned)
    assert (turned.width, turned.height) == (1000, 800)
    assert (flat.width, flat.height) == (reading.width, reading.height) == (800, 1000)


async def test_bad_files_are_refused_and_the_worker_lives_on(reader: SketchReader):
    for data in (b"", b"no picture", png(sign_up())[:900]):
        with pytest.raises(InputError):
            await reader.decode(data, "bad.png")
    with pytest.raises(InputError):
        await reader.read(Picture(png=b"junk", width=1, height=1))
    assert (await reader.decode(png(sign_up()), "page.png")).width == 900


async def test_a_crash_costs_one_picture_only(reader: SketchReader):
    await reader.start()
    worker = reader._worker
    pending = asyncio.create_task(reader.describe(await reader.decode(png(sign_up()), "page.png")))
    await asyncio.sleep(0.05)
    os.kill(await worker.pid(), signal.SIGKILL)
    with pytest.raises(EngineError):
        await pending
    assert (await reader.decode(png(sign_up()), "page.png")).width == 900


@pytest.mark.skipif(not SKETCHES.is_dir(), reason="the labelled sketches are not part of the repository")
def test_elements_of_labelled_sketches_are_found():
    total = Counts()
    for text in (SKETCHES / "manifest.jsonl").read_text("utf-8").splitlines()[::3]:
        entry = json.loads(text)
        seen = perceive(np.asarray(cv2.imread(str(SKETCHES / entry["file"])), np.uint8), text_reader())
        total.add(count(drawn_items(entry), found_items(seen), by_class=True))
    assert total.scores(sorted(set(total.drawn) | set(total.found)))[2] >= 0.85
