"""A drawing without writing is read without looking for any; whatever might be a word is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from assistant.core.sketch import ElementType
from assistant.vision.ink import Pixels, find_ink
from assistant.vision.pipeline import perceive
from assistant.vision.reader import UNREAD, OcrLine, TextReader
from assistant.vision.upright import turn_upright
from assistant.vision.wordless import is_clean, is_wordless
from tests.drawings import Paper


class NobodyReads:
    """Fails the test when it is asked for words."""

    def lines(self, image: Pixels) -> list[OcrLine]:
        raise AssertionError("asked for lines")

    def recognise(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
        raise AssertionError("asked for words")


def wireframe() -> Paper:
    paper = Paper()
    paper.box(60, 60, 780, 700)
    paper.crossed_box(100, 100, 240, 160)
    paper.box(100, 400, 500, 60)
    paper.ring(130, 530, 18)
    for y in (310, 350, 530):
        wave(paper, 180, y, 300)
    paper.stroke((80, 640), (820, 642))
    return paper


def wave(paper: Paper, x: int, y: int, length: int) -> None:
    steps = np.arange(0, length, 12)
    points = np.stack([x + steps, y + 5 * np.sin(steps / 17)], axis=1).round().astype(np.int32)
    cv2.polylines(paper.image, [points], False, (0, 0, 0), 4, cv2.LINE_AA)


def has_words(paper: Paper) -> bool:
    ink = find_ink(paper.image)
    return not is_wordless(ink.mask, ink.stroke)


def test_a_wireframe_of_waves_is_read_without_the_text_reader():
    kinds = {e.type for e in perceive(wireframe().image, NobodyReads()).reading.elements}
    assert {ElementType.IMAGE, ElementType.INPUT, ElementType.RADIO} <= kinds


@pytest.mark.parametrize("word", ["Go", "Login", "ok", "12", "$9", "Till", "am", "oo"])
@pytest.mark.parametrize("size", [0.7, 1.2, 3.0])
def test_any_word_is_looked_at(word: str, size: float):
    paper = wireframe()
    cv2.putText(paper.image, word, (500, 240), cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 3, cv2.LINE_AA)
    assert has_words(paper)


def test_a_joined_up_word_is_looked_at():
    paper = wireframe()
    cv2.putText(paper.image, "hello", (500, 240), cv2.FONT_HERSHEY_SCRIPT_COMPLEX, 2, (0, 0, 0), 6, cv2.LINE_AA)
    assert has_words(paper)


def test_a_word_inside_a_frame_that_touches_it_is_looked_at():
    paper = Paper()
    paper.box(100, 100, 300, 80)
    cv2.putText(paper.image, "Search", (104, 178), cv2.FONT_HERSHEY_SIMPLEX, 2, (40, 30, 30), 4, cv2.LINE_AA)
    assert has_words(paper)


def test_keys_with_one_digit_each_are_looked_at():
    paper = Paper()
    for number in range(6):
        x, y = 100 + 200 * (number % 3), 100 + 200 * (number // 3)
        paper.box(x, y, 140, 140)
        cv2.putText(paper.image, str(number + 1), (x + 50, y + 95), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 4)
    assert has_words(paper)


def test_a_lone_tick_or_arrow_is_no_word():
    paper = wireframe()
    paper.stroke((560, 420), (575, 440), (590, 418))
    assert not has_words(paper)


def test_a_photo_of_paper_is_not_clean_and_a_drawing_saved_as_jpeg_is():
    paper = wireframe()
    noise = np.random.default_rng(1).normal(0, 6, paper.image.shape)
    assert not is_clean(np.clip(paper.image + noise, 0, 255).astype(np.uint8))
    jpeg = cv2.imdecode(cv2.imencode(".jpg", paper.image)[1], cv2.IMREAD_COLOR)
    assert is_clean(np.asarray(jpeg, np.uint8))


def test_an_empty_sheet_is_no_drawing_without_words():
    empty = np.full((400, 400, 3), 255, np.uint8)
    assert perceive(empty, TextReader()).reading.elements == ()


def test_a_photo_of_something_else_is_no_page():
    hand = np.random.default_rng(5)
    fur = cv2.resize(hand.normal(120, 50, (12, 16, 3)).astype(np.float32), (800, 600))
    fur = np.clip(fur + cv2.GaussianBlur(hand.normal(0, 90, (600, 800, 3)), (0, 0), 1.5), 0, 255).astype(np.uint8)
    for x in (300, 480):
        cv2.ellipse(fur, (x, 250), (40, 30), 0, 0, 360, (90, 200, 210), -1)
        cv2.ellipse(fur, (x, 250), (10, 28), 0, 0, 360, (10, 10, 10), -1)
    assert perceive(fur, TextReader()).reading.elements == ()


def test_what_there_is_no_time_to_read_becomes_a_placeholder():
    paper = Paper()
    for y in range(80, 800, 60):
        cv2.putText(paper.image, "Words of a page", (60, y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 3, cv2.LINE_AA)
    lines = TextReader(seconds=-1.0).lines(paper.image)
    assert len(lines) >= 8
    assert {line.text for line in lines} == {UNREAD}
    reading = perceive(paper.image, TextReader(seconds=-1.0)).reading
    assert [e.text for e in reading.elements if e.text == UNREAD] == []
    assert {e.type for e in reading.elements} <= {ElementType.PARAGRAPH, ElementType.TEXT, ElementType.HEADING}


class SidewaysReader:
    """A page on its side whose words only read when it is turned once against the clock."""

    def __init__(self) -> None:
        self.readings = 0

    def lines(self, image: Pixels) -> list[OcrLine]:
        self.readings += 1
        upright = image.shape[1] > image.shape[0]
        sides = (200, 20) if upright else (20, 200)
        quads = [
            [[x, 50], [x + sides[0], 50], [x + sides[0], 50 + sides[1]], [x, 50 + sides[1]]] for x in (40, 90, 140)
        ]
        return [OcrLine(np.array(q, np.float32), "words", 0.95 if upright else 0.6) for q in quads]

    def recognise(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
        return [("words", 0.95 if crop[0].mean() > crop[-1].mean() else 0.3) for crop in crops]


def test_a_page_on_its_side_is_read_only_once_more():
    image = np.full((600, 400, 3), 200, np.uint8)
    image[:, 200:] = 60
    reader = SidewaysReader()
    lines = reader.lines(image)
    turned = turn_upright(image, lines, reader)
    assert turned.image.shape[:2] == (400, 600)
    assert reader.readings == 2
