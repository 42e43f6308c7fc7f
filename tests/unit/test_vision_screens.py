"""What pictures of finished pages hold: tables, switches, charts, small print, white cards on a pale page."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from assistant.core.sketch import Element, ElementType
from assistant.vision.charts import find_charts
from assistant.vision.fills import outlined
from assistant.vision.grids import find_grids
from assistant.vision.ink import Mask, Pixels
from assistant.vision.reader import OcrLine
from assistant.vision.rectify import Rectified, is_upright, magnified
from assistant.vision.shapes import Box, Form, Shape
from assistant.vision.strokes import Stroke, is_lettering, level_strokes
from tests.drawings import BLACK, Paper

T = ElementType
UNIT = 24.0


def grid(rows: int, columns: int, width: int = 120, height: int = 60) -> Paper:
    paper = Paper(1000, 700)
    for row in range(rows + 1):
        paper.stroke((100, 100 + row * height), (100 + columns * width, 100 + row * height))
    for column in range(columns + 1):
        paper.stroke((100 + column * width, 100), (100 + column * width, 100 + rows * height))
    return paper


def ink(paper: Paper) -> Mask:
    return np.where(paper.image.min(axis=2) < 150, 255, 0).astype(np.uint8)


def test_cells_in_rows_and_columns_are_one_table() -> None:
    mask = ink(grid(4, 5))
    found = find_grids(mask, level_strokes(mask, UNIT), [], UNIT)
    assert len(found) == 1
    assert len(found[0].cells) == 20
    assert found[0].takes(Shape(Form.BOX, Box(222, 162, 116, 56), 1.0)), "a cell is no frame of its own"
    assert not found[0].takes(Shape(Form.BOX, Box(240, 170, 60, 30), 1.0)), "a button in a cell is"
    assert not found[0].takes(Shape(Form.BOX, Box(600, 500, 200, 50), 1.0))


@pytest.mark.parametrize(("rows", "columns"), [(1, 4), (4, 1)])
def test_boxes_in_one_row_or_one_column_are_no_table(rows: int, columns: int) -> None:
    mask = ink(grid(rows, columns))
    assert find_grids(mask, level_strokes(mask, UNIT), [], UNIT) == []


def test_a_crossed_picture_is_no_table() -> None:
    paper = Paper(1000, 700)
    paper.crossed_box(100, 100, 500, 300)
    mask = ink(paper)
    assert find_grids(mask, level_strokes(mask, UNIT), [], UNIT) == []


def test_figures_in_a_table_are_no_tick_boxes() -> None:
    paper = grid(3, 4)
    for row in range(3):
        for column in range(4):
            paper.write(118 + 120 * column, 142 + 60 * row, str(6 + row), 0.9)
    found = paper.read()
    assert [e.type for e in found].count(T.TABLE) == 1
    assert not [e for e in found if e.type in (T.CHECKBOX, T.RADIO, T.BUTTON, T.INPUT)]


def switch(paper: Paper, x: int, y: int, on: bool) -> None:
    for side in (0, 1):
        cv2.ellipse(paper.image, (x + 25 + 50 * side, y + 25), (25, 25), 0, 90 - 180 * side, 270 - 180 * side, 0, 3)
        cv2.line(paper.image, (x + 25, y + 50 * side), (x + 75, y + 50 * side), (0, 0, 0), 3)
    paper.ring(x + (73 if on else 27), y + 25, 16)


@pytest.mark.parametrize("on", [True, False])
def test_a_pill_with_a_knob_is_a_switch(on: bool) -> None:
    paper = Paper(900, 500)
    paper.write(80, 135, "Email alerts")
    paper.write(80, 335, "Dark mode")
    switch(paper, 600, 100, on)
    found = [e for e in paper.read() if "switch" in e.evidence]
    assert [(e.type, e.checked, e.text) for e in found] == [(T.CHECKBOX, on, "")]


@pytest.mark.parametrize("drawn", ["joined", "filled", "half"])
@pytest.mark.parametrize("on", [True, False])
def test_a_switch_whose_knob_is_no_ring_of_its_own_is_one(drawn: str, on: bool) -> None:
    paper = Paper(600, 300)
    paper.write(60, 140, "Wireless")
    left, right, y, radius = 420, 468, 128, 22
    knob = right if on else left
    thick = -1 if drawn == "filled" else 4
    if drawn == "filled":
        cv2.rectangle(paper.image, (left, y - radius), (right, y + radius), BLACK, -1)
    else:
        for side in (-radius, radius):
            cv2.line(paper.image, (left, y + side), (right, y + side), BLACK, 4)
    for x, start in ((left, 90), (right, 270)):
        cv2.ellipse(paper.image, (x, y), (radius, radius), 0, start, start + 180, BLACK, thick)
    light = (245, 245, 245) if drawn == "filled" else BLACK
    inside = {"joined": (radius, 4), "filled": (radius - 6, -1), "half": (radius, -1)}[drawn]
    cv2.circle(paper.image, (knob, y), inside[0], light, inside[1])
    switches = [e for e in paper.read() if e.type is T.CHECKBOX]
    assert [(e.checked, "switch" in e.evidence) for e in switches] == [(on, True)]


def test_a_bold_word_without_a_frame_stays_a_text() -> None:
    strokes = level_strokes(ink(Paper(400, 300)), UNIT)
    assert strokes == []
    line = OcrLine(np.array([[50, 50], [250, 50], [250, 90], [50, 90]], np.float32), "Settings", 0.98)
    through = Stroke(60, 70, 240, 71, Box(60, 68, 180, 4))
    under = Stroke(60, 88, 240, 88, Box(60, 86, 180, 4))
    assert is_lettering(through, [line])
    assert not is_lettering(under, [line])


def test_a_frame_whose_words_cannot_be_read_is_still_a_button() -> None:
    paper = Paper(700, 400)
    paper.write(60, 100, "Sign in", 1.6)
    paper.box(60, 200, 220, 70)
    cv2.putText(paper.image, "Later", (115, 247), cv2.FONT_HERSHEY_SIMPLEX, 1.2, BLACK, 3)  # the reader knows nothing
    assert [e.type for e in paper.read()] == [T.TEXT, T.BUTTON]


def test_menu_words_below_each_other_are_links() -> None:
    paper = Paper(700, 600)
    paper.write(300, 80, "Overview", 2.0)
    for row, word in enumerate(("Home", "Products", "Contact")):
        paper.write(60, 180 + 70 * row, word)
    assert [text for kind, text in paper.types() if kind is T.LINK] == ["Home", "Products", "Contact"]


def test_bars_on_one_base_line_are_a_chart() -> None:
    heights = (80, 150, 120, 200)
    bars = [Shape(Form.BOX, Box(100 + 60 * i, 400 - h, 40, h), 1.0) for i, h in enumerate(heights)]
    assert find_charts(bars, [], UNIT) == [Box(100, 200, 220, 200)]
    buttons = [Shape(Form.BOX, Box(100 + 60 * i, 360, 40, 40), 1.0) for i in range(4)]
    assert find_charts(buttons, [], UNIT) == []


def page(ground: int = 240) -> Pixels:
    image = np.full((500, 800, 3), ground, np.uint8)
    cv2.rectangle(image, (100, 100), (400, 300), (255, 255, 255), -1)
    return image


def test_a_white_card_on_a_pale_page_is_seen() -> None:
    screen = outlined(page())
    assert screen is not None
    assert [(round(f.box.width), f.colour) for f in screen.fills] == [(301, "#ffffff")]


def test_bold_round_letters_are_no_areas() -> None:
    image = page()
    cv2.putText(image, "Dashboard", (420, 80), cv2.FONT_HERSHEY_DUPLEX, 1.6, (30, 30, 30), 6)
    screen = outlined(image)
    assert screen is not None
    assert len(screen.fills) == 1


def test_fills_follow_a_magnified_picture() -> None:
    screen = outlined(page())
    assert screen is not None
    assert screen.magnified(2.0)[0].box == Box(200, 200, 602, 402)


def test_small_print_is_magnified_and_large_writing_is_not() -> None:
    from assistant.vision.scene import TextSpan, line_of

    flat = Rectified(page(), np.eye(3))
    small = magnified(flat, [line_of(TextSpan("word", 1.0, Box(10, 10, 60, 15)))])
    assert small.image.shape[:2] == (1000, 1600)
    assert is_upright(small.matrix)
    assert magnified(flat, [line_of(TextSpan("word", 1.0, Box(10, 10, 60, 40)))]) is flat
    assert magnified(flat, []) is flat


def test_a_figure_with_its_name_in_a_frame_is_a_card() -> None:
    paper = Paper(900, 600)
    paper.box(100, 100, 320, 230)
    paper.write(125, 150, "Revenue", 0.9)
    paper.write(125, 225, "$12,480", 1.8)
    paper.write(125, 290, "+12%", 0.9)
    found: list[Element] = list(paper.read())
    assert T.CARD in [e.type for e in found]
    assert not [e for e in found if e.type in (T.BUTTON, T.INPUT, T.TEXTAREA)]
