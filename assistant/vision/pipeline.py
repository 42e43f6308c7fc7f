"""Picture in, elements out, in one process: what the vision worker runs, and what benchmarks call."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from assistant.core.errors import EngineError, InputError
from assistant.core.sketch import SketchReading
from assistant.vision import lexicon, wordless
from assistant.vision.arrows import find_arrows
from assistant.vision.detector import SHIPPED, Detector
from assistant.vision.elements import find_elements, in_reading_order
from assistant.vision.fills import coloured_in, outlined, with_fills
from assistant.vision.galleries import with_galleries
from assistant.vision.ink import Ink, Pixels, find_ink, flatten, has_drawing, pieces
from assistant.vision.light import on_light_paper
from assistant.vision.notes import instructions, part_notes
from assistant.vision.reader import OcrLine, Reads, TextReader
from assistant.vision.rectify import Matrix, carry, is_upright, magnified, rectify
from assistant.vision.scene import Scene, letter_height
from assistant.vision.scribbles import scribbled_lines
from assistant.vision.second_opinion import with_second_opinion
from assistant.vision.shapes import find_shapes
from assistant.vision.strokes import is_lettering, level_strokes
from assistant.vision.unread import unread_lines
from assistant.vision.upright import turn_upright

log = logging.getLogger(__name__)

FEW_LINES = 3
LEAST_PAPER = 0.82  # share of a drawing that is bare: sketches have 0.87 and more, a cat 0.6, a wall of bricks 0.8
PAPER_GREY = 215  # in the flat picture
SURE_WORD = 0.6
DRAWING = (8, 800)  # pieces of ink: fewer hold no words, more are a photo of something else
MANY_FIGURES = 10  # that were surely read: nothing in nature has so many
MOST_WORDLESS = 300  # pieces of ink in a drawing that has no words: a night sky has more
DOUBTFUL = 0.4  # the detector's crop was bad or it is no writing; what is writing is read again from its ink


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


@cache
def detector(path: Path = SHIPPED) -> Detector | None:
    """One per process, or None where its weights are missing or broken: the rules do without it."""
    if not path.is_file():
        return None
    try:
        return Detector(path)
    except EngineError as error:  # it must not cost the reading
        log.warning("rules only: %s", error.what)
        return None


def read_picture(png: bytes) -> SketchReading:
    """The elements of a drawn page in an encoded picture that was decoded and shrunk before (see image.py)."""
    return perceive_picture(png).reading


def perceive_picture(png: bytes, weights: Path = SHIPPED) -> Perception:
    """Like `read_picture`, with the flat picture that the boxes lie in."""
    started = time.perf_counter()
    image = pixels(png)
    decoded = time.perf_counter() - started
    seen = perceive(image, text_reader(), detector(weights) or detector())
    reading = replace(seen.reading, stage_seconds={"decode": decoded, **seen.reading.stage_seconds})
    return replace(seen, reading=reading)


def pixels(png: bytes) -> Pixels:
    """BGR pixels of an encoded picture."""
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR) if png else None
    if image is None:
        raise InputError("The picture could not be opened.", "Choose it again.")
    return np.asarray(image, np.uint8)


def perceive(image: Pixels, reader: Reads, network: Detector | None = None) -> Perception:
    """The elements of a BGR picture, by rules alone where there is no network."""
    clock = _Clock()
    screen = outlined(image)
    image = on_light_paper(image if screen is None else screen.image)
    clean_ink = find_ink(image) if wordless.is_clean(image) else None
    has_words = clean_ink is None or not wordless.is_wordless(clean_ink.mask, clean_ink.stroke)
    turned = turn_upright(image, _lines(image, reader, clean_ink is not None) if has_words else [], reader)
    clock.lap("ocr")
    page = rectify(turned.image, turned.lines)
    if clean_ink is not None:
        page = magnified(page, turned.lines)
    ink = clean_ink if clean_ink is not None and page.image is image else find_ink(page.image)
    lines, notes = part_notes(carry(turned.lines, page.matrix), ink.mask, ink.red)
    clock.lap("rectify")
    scene = _scene(page.image, ink, lines, reader)
    clock.lap("shapes")
    sure = [line for line in scene.lines if line.confidence > DOUBTFUL]
    scene = replace(scene, lines=(*sure, *(unread_lines(scene) if has_words else ())))
    scene = replace(scene, lines=(*scene.lines, *scribbled_lines(scene)))
    elements = find_elements(scene)
    clock.lap("elements")
    if network is not None:
        more = with_second_opinion(scene, elements, network.detect(page.image))
        elements = in_reading_order(more, scene.unit)
        clock.lap("detector")
    elements = in_reading_order(with_galleries(scene, elements), scene.unit)
    if screen is None and not _is_on_paper(ink, lines):
        elements = ()
    if screen is None:
        elements = coloured_in(page.image, ink.mask, elements)
    elif is_upright(matrix := page.matrix @ turned.matrix):
        elements = in_reading_order(with_fills(elements, screen.magnified(float(matrix[0, 0]))), scene.unit)
    height, width = page.image.shape[:2]
    language = lexicon.language_of([e.text for e in elements])
    told, ground = instructions(notes, elements), "" if screen is None else screen.ground
    arrows = find_arrows(scene, elements)
    reading = SketchReading(width, height, elements, told, language, ground, clock.seconds, arrows)
    return Perception(reading, page.matrix @ turned.matrix, page.image)


def _lines(image: Pixels, reader: Reads, is_clean: bool) -> list[OcrLine]:
    """The writing; read again on flattened paper where the photo shows next to none. Clean paper is flat already."""
    lines = reader.lines(image)
    is_poor = len(lines) < FEW_LINES and not is_clean
    if is_poor and DRAWING[0] <= len(pieces(find_ink(image).mask)[1]) <= DRAWING[1]:
        again = reader.lines(flatten(image))
        lines = again if len(again) > len(lines) else lines
    return lines


def _is_on_paper(ink: Ink, lines: Sequence[OcrLine]) -> bool:
    """Is it a drawing at all, or a photo of something else? Few words on anything are believed to be drawn."""
    words = [line for line in lines if line.confidence > SURE_WORD and sum(c.isalpha() for c in line.text) >= 3]
    figures = [line for line in lines if line.confidence > SURE_WORD and sum(c.isdigit() for c in line.text) >= 2]
    if len(words) >= FEW_LINES or len(figures) >= MANY_FIGURES:
        return True
    if np.mean(ink.flat > PAPER_GREY) < LEAST_PAPER:
        return False
    return bool(words) or (has_drawing(ink.mask) and len(pieces(ink.mask)[1]) <= MOST_WORDLESS)


def _scene(image: Pixels, ink: Ink, lines: Sequence[OcrLine], reader: Reads) -> Scene:
    unit = letter_height(lines, image.shape)
    strokes = [s for s in level_strokes(ink.mask, unit) if not is_lettering(s, lines)]
    shapes = find_shapes(ink.mask, strokes, unit, ink.stroke)
    labels, found = pieces(ink.mask)
    sizes = np.bincount(labels.ravel())
    return Scene(
        image, ink, labels, tuple(found), sizes, unit, tuple(lines), tuple(strokes), tuple(shapes), reader.recognise
    )


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now
