"""The network fills gaps of the rules: each test draws a page, gives what rules and network saw, and looks at both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.core.sketch import Box, Element, ElementType
from assistant.vision.detector import CLASSES, STRIDE, Detection, decode
from assistant.vision.ink import find_ink
from assistant.vision.pipeline import detector
from assistant.vision.scene import Scene
from assistant.vision.second_opinion import with_second_opinion
from tests.drawings import Paper
from tests.fakes import FakeTextReader

UNIT = 30.0
TEXT, RADIO, CHECKBOX = ElementType.TEXT, ElementType.RADIO, ElementType.CHECKBOX


def scene(paper: Paper, *again: str) -> Scene:
    """A scene in which the parts of lines read as `again`, in turn."""
    ink = find_ink(paper.image)
    labels, sizes = np.zeros(ink.mask.shape, np.int32), np.zeros(1, np.int64)
    return Scene(paper.image, ink, labels, (), sizes, UNIT, (), (), (), FakeTextReader({}, again).recognise)


def seen(paper: Paper, rules: list[Element], *network: Detection, again: tuple[str, ...] = ()) -> list[Element]:
    return with_second_opinion(scene(paper, *again), rules, network)


def option(paper: Paper) -> Element:
    """A ring before a word, of which the reader made "OSmall"."""
    paper.ring(120, 200, 14)
    paper.write(150, 213, "Small")
    return Element("e1", TEXT, Box(104, 184, 160, 34), "OSmall", 0.6)


def test_a_ring_that_was_read_as_a_letter_becomes_a_radio():
    paper = Paper()
    (radio,) = seen(paper, [option(paper)], Detection("radio", Box(105, 185, 30, 30), 0.8), again=("Small",))
    assert (radio.type, radio.text, radio.checked, radio.id) == (RADIO, "Small", False, "e1")
    assert radio.evidence[-1] == "detector"


def test_a_round_capital_of_prose_is_no_mark():
    paper = Paper()
    paper.ring(120, 200, 14)
    prose = replace(option(paper), text="Our bread is baked every morning from six o'clock on, by hand")
    assert seen(paper, [prose], Detection("radio", Box(105, 185, 30, 30), 0.9)) == [prose]


@pytest.mark.parametrize("score", [0.3, 0.49])
def test_a_doubtful_mark_changes_nothing(score: float):
    paper = Paper()
    rules = [option(paper)]
    assert seen(paper, rules, Detection("radio", Box(105, 185, 30, 30), score)) == rules


def test_a_mark_without_words_changes_nothing():
    paper = Paper()
    paper.ring(120, 200, 14)
    assert seen(paper, [], Detection("radio", Box(105, 185, 30, 30), 0.9)) == []


def test_a_mark_between_words_parts_them():
    paper = Paper()
    paper.write(100, 213, "Low")
    paper.ring(300, 200, 14)
    paper.write(340, 213, "High")
    rules = [Element("e1", RADIO, Box(70, 184, 360, 34), "Low O High", 0.9)]
    mark = Detection("radio", Box(285, 185, 30, 30), 0.9)
    low, high = seen(paper, rules, mark, again=("Low", "High"))
    assert [(e.type, e.text) for e in (low, high)] == [(RADIO, "Low"), (RADIO, "High")]
    assert low.box.right < high.box.x


@pytest.mark.parametrize(("confidence", "expected"), [(0.6, RADIO), (0.95, CHECKBOX)])
def test_box_or_ring_is_corrected_only_where_the_rules_were_unsure(confidence: float, expected: ElementType):
    paper = Paper()
    option(paper)
    rules = [Element("e1", CHECKBOX, Box(104, 184, 160, 34), "Small", confidence)]
    (one,) = seen(paper, rules, Detection("radio", Box(105, 185, 30, 30), 0.8))
    assert one.type is expected


def test_a_picture_is_added_where_nothing_was_found_and_only_there():
    paper = Paper()
    paper.crossed_box(200, 200, 200, 150)
    picture = Detection("image", Box(200, 200, 200, 150), 0.9)
    (image,) = seen(paper, [], picture)
    assert image.type is ElementType.IMAGE
    text = Element("e1", TEXT, Box(250, 250, 100, 40), "Map")
    assert seen(paper, [text], picture) == [text]
    assert seen(Paper(), [], picture) == [], "there is no ink"


def test_a_leaky_button_takes_its_word_and_a_card_stays_around_it():
    paper = Paper()
    paper.box(300, 300, 200, 70)
    paper.write(350, 345, "Send")
    card = Element("e1", ElementType.CARD, Box(100, 100, 600, 500))
    word = Element("e2", TEXT, Box(350, 318, 90, 30), "Send")
    network = Detection("button", Box(300, 300, 200, 70), 0.8)
    kept, button = seen(paper, [card, word], network)
    assert kept is card
    assert (button.type, button.text) == (ElementType.BUTTON, "Send")
    assert seen(paper, [card], network) == [card], "a button without a word is no button"


def test_peaks_become_boxes_in_the_pixels_of_the_picture():
    scores, sides = np.zeros((len(CLASSES), 8, 8), np.float32), np.full((4, 8, 8), 6, np.float32)
    scores[CLASSES.index("radio"), 3, 4], scores[CLASSES.index("radio"), 3, 5] = 0.9, 0.8
    (one,) = decode(scores, sides, scale=0.5, threshold=0.3)
    assert (one.kind, round(one.score, 1)) == ("radio", 0.9)
    assert one.box == Box((4.5 * STRIDE - 6) * 2, (3.5 * STRIDE - 6) * 2, 24, 24)


def test_missing_or_broken_weights_leave_the_rules_alone(tmp_path: Path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    assert detector(tmp_path / "missing.onnx") is None
    assert detector(broken) is None


def test_the_shipped_network_finds_the_marks_of_a_drawn_form():
    network = detector()
    assert network is not None
    found = network.detect(form().image, 0.5)
    for drawn in (Box(100, 200, 36, 36), Box(100, 300, 36, 36)):
        assert any(d.kind == "checkbox" and d.box.overlap(drawn) > 0.5 for d in found)
    assert any(d.kind == "image" and d.box.overlap(Box(450, 450, 300, 220)) > 0.7 for d in found)


def form() -> Paper:
    paper = Paper()
    for y, text in ((200, "Milk"), (300, "Bread")):
        paper.box(100, y, 36, 36)
        paper.write(165, y + 33, text)
    paper.crossed_box(450, 450, 300, 220)
    return paper
