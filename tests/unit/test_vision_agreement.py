"""Several readings of one drawing become one: outvoted slips, kept finds, no doubles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.core.sketch import Box, Element, ElementType, Instruction, SketchReading
from assistant.vision.agreement import agreed
from assistant.vision.ink import find_ink
from assistant.vision.light import is_light_on_dark, on_light_paper
from assistant.vision.looks import LOOKS, look_again
from assistant.vision.pipeline import Perception, perceive
from tests.drawings import Paper
from tests.fakes import FakeTextReader

T = ElementType
EMAIL = Element("e1", T.TEXT, Box(40, 40, 120, 26), "Email", 0.9)
FIELD = Element("e2", T.INPUT, Box(40, 80, 400, 50), "", 0.9)
GO = Element("e3", T.BUTTON, Box(40, 160, 160, 50), "Login", 0.9)


def reading(*elements: Element, **more: object) -> SketchReading:
    return SketchReading(600, 400, elements, **more)  # type: ignore[arg-type]


def kinds(result: SketchReading) -> list[tuple[ElementType, str]]:
    return [(e.type, e.text) for e in result.elements]


@pytest.mark.parametrize("others", [0, 1, 2])
def test_too_few_readings_change_nothing(others: int) -> None:
    first = reading(EMAIL, FIELD)
    assert agreed([first, *[reading(GO)] * others]) is first


def test_what_every_reading_saw_stays_with_ids_in_reading_order() -> None:
    result = agreed([reading(EMAIL, FIELD, GO)] * 4)
    assert [(e.id, e.type, e.text, e.box) for e in result.elements] == [
        ("e1", T.TEXT, "Email", EMAIL.box),
        ("e2", T.INPUT, "", FIELD.box),
        ("e3", T.BUTTON, "Login", GO.box),
    ]


def test_what_most_saw_is_added_and_what_one_saw_is_not() -> None:
    ghost = Element("e9", T.IMAGE, Box(300, 300, 80, 80))
    result = agreed([reading(EMAIL), reading(EMAIL, GO), reading(EMAIL, GO), reading(EMAIL, GO, ghost)])
    assert kinds(result) == [(T.TEXT, "Email"), (T.BUTTON, "Login")]


def test_a_slip_in_a_text_is_outvoted() -> None:
    slips = [replace(EMAIL, text=text, confidence=0.7) for text in ("Emnil", "Email", "Email", "Emall")]
    assert kinds(agreed([reading(slip, FIELD) for slip in slips]))[0] == (T.TEXT, "Email")


def test_a_word_of_interfaces_wins_over_two_different_slips() -> None:
    texts = ("Pnssword", "Password", "Passw0nd", "Pussvord")
    result = agreed([reading(replace(EMAIL, text=text, confidence=0.8)) for text in texts])
    assert kinds(result) == [(T.TEXT, "Password")]


def test_two_words_in_place_of_one_line_are_not_added_to_it() -> None:
    line = Element("e1", T.TEXT, Box(40, 40, 300, 26), "Home About", 0.6)
    home, about = (
        Element("e1", T.LINK, Box(40, 40, 100, 26), "Home"),
        Element("e2", T.LINK, Box(230, 40, 110, 26), "About"),
    )
    result = agreed([reading(line), *[reading(home, about)] * 5])
    assert kinds(result) == [(T.LINK, "Home"), (T.LINK, "About")]


def test_repeated_words_of_cards_mend_each_other() -> None:
    cards = [
        Element("", T.TEXT, Box(40 + 200 * i, 40, 120, 26), text) for i, text in enumerate(("Title", "Tille", "TItIe"))
    ]
    assert {text for _, text in kinds(agreed([reading(*cards)] * 4))} == {"Title"}


def test_ticks_follow_the_majority() -> None:
    box = Element("e1", T.CHECKBOX, Box(40, 40, 160, 26), "Remember me", checked=True)
    result = agreed([reading(box), *[reading(replace(box, checked=False))] * 3])
    assert not result.elements[0].checked


def test_a_note_in_red_stays_with_its_element() -> None:
    first = reading(FIELD, GO, instructions=(Instruction("green", Box(220, 170, 60, 20), "e3"),))
    above = Element("", T.HEADING, Box(40, 5, 200, 30), "Login")
    result = agreed([first, *[reading(above, FIELD, GO)] * 3])
    target = next(e for e in result.elements if e.id == result.instructions[0].target)
    assert target.type is T.BUTTON


def drawn() -> tuple[Paper, FakeTextReader]:
    paper = Paper()
    paper.box(100, 100, 500, 80)
    paper.write(120, 150, "Search")
    return paper, FakeTextReader({(118, 120, 150, 40): "Search"})


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_boxes_of_every_look_lie_where_the_first_reading_has_them(look: object) -> None:
    paper, _ = drawn()
    nothing_written = FakeTextReader({})
    seen = perceive(paper.image, nothing_written)
    frame = next(e for e in seen.reading.elements if e.box.width > 400)
    again = look_again(seen, look, nothing_written, None)  # type: ignore[arg-type]
    assert max((e.box.overlap(frame.box) for e in again.elements), default=0) > 0.85


def test_chalk_on_a_board_is_read_like_ink_on_paper() -> None:
    paper, reader = drawn()
    light, dark = perceive(paper.image, reader), perceive(np.asarray(255 - paper.image, np.uint8), reader)
    assert kinds(dark.reading) == kinds(light.reading) != []


def test_red_stays_red_on_a_dark_ground() -> None:
    board = np.full((300, 300, 3), 20, np.uint8)
    board[100:104, 50:250] = (235, 235, 235)
    board[150:154, 50:250] = (40, 40, 250)
    turned = on_light_paper(board)
    assert is_light_on_dark(board)
    assert np.count_nonzero(find_ink(turned).red) > 400


def test_paper_in_the_shade_is_not_turned() -> None:
    paper, _ = drawn()
    shaded = np.asarray(paper.image * 0.3, np.uint8)
    assert on_light_paper(shaded) is shaded


def test_a_sheet_on_a_dark_table_is_not_turned() -> None:
    table = np.full((600, 600, 3), 30, np.uint8)
    table[150:450, 150:450] = 230
    assert not is_light_on_dark(table)


def test_strokes_do_not_run_into_squared_paper() -> None:
    paper, _ = drawn()
    squared = paper.image.copy()
    squared[::24] = np.minimum(squared[::24], 225)
    squared[:, ::24] = np.minimum(squared[:, ::24], 225)
    plain, ruled = (np.count_nonzero(find_ink(image).mask) for image in (paper.image, squared))
    assert ruled < 1.1 * plain


def test_a_perception_of_nothing_is_looked_at_without_complaint() -> None:
    blank = np.full((200, 300, 3), 255, np.uint8)
    seen = Perception(reading(), np.eye(3), blank)
    assert all(not look_again(seen, look, FakeTextReader({}), None).elements for look in LOOKS)
