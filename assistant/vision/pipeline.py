"""Picture in, elements out, in one process: what the vision worker runs, and what benchmarks call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from assistant.core.sketch import SketchReading
from assistant.vision import lexicon
from assistant.vision.elements import find_elements
from assistant.vision.ink import Pixels, find_ink, pieces
from assistant.vision.reader import OcrLine, TextReader
from assistant.vision.rectify import Matrix, carry, rectify
from assistant.vision.scene import Scene, letter_height
from assistant.vision.shapes import find_shapes
from assistant.vision.strokes import level_strokes


@dataclass(frozen=True, slots=True, eq=False)
class Perception:
    """A reading with the way back: `matrix` (3 x 3) maps points of the picture to points of the reading."""

    reading: SketchReading
    matrix: Matrix
    image: Pixels


@cache
def text_reader() -> TextReader:
    """One per process: loading takes a second."""
    return TextReader()


def read_picture(png: bytes) -> SketchReading:
    """The elements of a drawn page in an encoded picture that was decoded and shrunk before (see image.py)."""
    started = time.perf_counter()
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    decoded = time.perf_counter() - started
    reading = perceive(np.asarray(image, np.uint8), text_reader()).reading
    return replace(reading, stage_seconds={"decode": decoded, **reading.stage_seconds})


def perceive(image: Pixels, reader: TextReader, lines: Sequence[OcrLine] | None = None) -> Perception:
    """The elements of a BGR picture. `lines` spares reading it again."""
    clock = _Clock()
    lines = reader.lines(image) if lines is None else lines
    clock.lap("ocr")
    page = rectify(image, lines)
    lines = carry(lines, page.matrix)
    clock.lap("rectify")
    ink = find_ink(page.image)
    unit = letter_height(lines, page.image.shape)
    strokes = level_strokes(ink.mask, unit)
    shapes = find_shapes(ink.mask, strokes, unit, ink.stroke)
    labels, found = pieces(ink.mask)
    clock.lap("shapes")
    sizes = np.bincount(labels.ravel())
    scene = Scene(
        page.image,
        ink,
        labels,
        tuple(found),
        sizes,
        unit,
        tuple(lines),
        tuple(strokes),
        tuple(shapes),
        reader.recognise,
    )
    elements = find_elements(scene)
    clock.lap("elements")
    height, width = page.image.shape[:2]
    language = lexicon.language_of([e.text for e in elements])
    reading = SketchReading(width, height, elements, (), language, clock.seconds)
    return Perception(reading, page.matrix, page.image)


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now
