"""Drawn pages become the elements they show. The writing is read by a stand-in, everything else is real."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from assistant.core.sketch import ElementType
from assistant.vision.pipeline import perceive
from tests.drawings import RED, Paper
from tests.fakes import FakeTextReader

TEXT, HEADING, LINK = ElementType.TEXT, ElementType.HEADING, ElementType.LINK
BUTTON, INPUT, SELECT = ElementType.BUTTON, ElementType.INPUT, ElementType.SELECT
CHECKBOX, RADIO, IMAGE = ElementType.CHECKBOX, ElementType.RADIO, ElementType.IMAGE


def test_a_box_with_a_centred_word_is_a_button():
    paper = Paper()
    paper.box(300, 300, 300, 90)
    paper.write(395, 358, "Send")
    assert paper.types() == [(BUTTON, "Send")]


def test_an_empty_flat_box_is_a_field_and_its_label_stays_a_text():
    paper = Paper()
    paper.write(100, 180, "Your city")
    paper.box(100, 210, 500, 70)
    assert paper.types() == [(TEXT, "Your city"), (INPUT, "")]


def test_a_word_at_the_left_of_a_field_is_its_hint():
    paper = Paper()
    paper.box(100, 210, 600, 80)
    paper.write(115, 262, "Email")
    assert paper.types() == [(INPUT, "Email")]


def test_an_arrow_behind_a_separator_makes_a_menu():
    paper = Paper()
    paper.box(100, 200, 400, 80)
    paper.write(120, 255, "Spain")
    paper.stroke((420, 200), (420, 280))
    paper.stroke((440, 225), (480, 225), (460, 255), (440, 225))
    assert paper.types() == [(SELECT, "Spain")]


def test_a_crossed_box_is_a_picture():
    paper = Paper()
    paper.crossed_box(200, 200, 320, 240)
    assert paper.types() == [(IMAGE, "")]


def test_a_large_ring_is_a_picture():
    paper = Paper()
    paper.ring(400, 400, 110)
    paper.write(100, 700, "Anna")
    assert (IMAGE, "") in paper.types()


def test_ticked_and_empty_boxes_before_words_are_checkboxes():
    paper = Paper()
    paper.box(100, 200, 36, 36)
    paper.stroke((106, 214), (116, 230), (134, 202))
    paper.write(165, 233, "Milk")
    paper.box(100, 300, 36, 36)
    paper.write(165, 333, "Bread")
    elements = paper.read()
    assert [(e.type, e.text, e.checked) for e in elements] == [(CHECKBOX, "Milk", True), (CHECKBOX, "Bread", False)]
    assert all(e.box.x < 105 and e.box.right > 225 for e in elements), "the box holds mark and label"


def test_rings_before_words_are_radios_and_the_dotted_one_is_chosen():
    paper = Paper()
    for y, text in ((200, "Small"), (300, "Large")):
        paper.ring(120, y, 20)
        paper.write(165, y + 14, text)
    cv2.circle(paper.image, (120, 300), 7, (0, 0, 0), -1)
    elements = paper.read()
    assert [(e.type, e.text, e.checked) for e in elements] == [(RADIO, "Small", False), (RADIO, "Large", True)]


def test_a_word_that_begins_with_a_round_letter_has_no_radio():
    paper = Paper()
    paper.write(100, 200, "Our offer")
    paper.write(100, 300, "Open daily")
    assert {e.type for e in paper.read("ur offer", "pen daily")} <= {TEXT, HEADING}


def test_marks_in_one_line_share_out_its_words():
    paper = Paper()
    for x in (100, 400):
        paper.box(x, 200, 36, 36)
    paper.write(165, 233, "Tea")
    paper.write(465, 233, "Coffee")
    paper.written = {(90, 190, 560, 60): "□ Tea □ Coffee"}
    assert paper.types("Tea", "Coffee") == [(CHECKBOX, "Tea"), (CHECKBOX, "Coffee")]


def test_an_underlined_word_is_a_link():
    paper = Paper()
    paper.write(100, 120, "Some words")
    paper.write(100, 200, "Details")
    paper.stroke((100, 212), (245, 212))
    assert (LINK, "Details") in paper.types()


def test_a_stack_of_level_lines_is_a_paragraph_and_a_single_one_a_divider():
    paper = Paper()
    paper.write(100, 120, "News of today")
    for y in (200, 240, 280):
        paper.stroke((100, y), (500, y + 3))
    paper.stroke((60, 500), (840, 500))
    assert [t for t, _ in paper.types()][-2:] == [ElementType.PARAGRAPH, ElementType.DIVIDER]


def test_a_frame_around_other_things_is_a_card():
    paper = Paper()
    paper.box(80, 80, 600, 500)
    paper.write(120, 150, "Basic plan")
    paper.crossed_box(120, 200, 180, 150)
    paper.box(120, 440, 260, 80)
    paper.write(180, 495, "Choose")
    found = paper.types()
    assert {t for t, _ in found} == {ElementType.CARD, HEADING, IMAGE, BUTTON} or (TEXT, "Basic plan") in found
    assert (BUTTON, "Choose") in found and (ElementType.CARD, "") in found


def test_a_grid_of_cells_is_a_table_with_its_texts():
    paper = Paper()
    paper.box(60, 100, 750, 300)
    for y in (200, 300):
        paper.stroke((60, y), (810, y))
    paper.stroke((430, 100), (430, 400))
    words = ("Name", "Price", "Apple", "Two", "Pear", "Three")
    for i, word in enumerate(words):
        paper.write(90 + 380 * (i % 2), 165 + 100 * (i // 2), word)
    found = paper.types()
    assert (ElementType.TABLE, "") in found
    assert [text for kind, text in found if kind in (TEXT, HEADING)] == list(words)


def test_waves_are_read_as_texts_where_there_are_no_words():
    paper = Paper()
    x = np.arange(100, 400, 6)
    for y in (200, 230, 260):
        wave = np.stack([x, y + 6 * np.sin(x / 11)], axis=1).round().astype(np.int32)
        cv2.polylines(paper.image, [wave], False, (40, 40, 40), 3, cv2.LINE_AA)
    assert paper.types() == [(ElementType.PARAGRAPH, "")]


def test_red_writing_is_an_instruction_for_what_it_stands_at():
    paper = Paper()
    paper.box(100, 100, 300, 90)
    paper.write(190, 158, "Pay")
    paper.write(100, 700, "Total", colour=(40, 30, 30))
    paper.write(450, 158, "make green", colour=RED)
    reading = perceive(paper.image, FakeTextReader(paper.written)).reading
    assert [i.text for i in reading.instructions] == ["make green"]
    target = next(e for e in reading.elements if e.id == reading.instructions[0].target)
    assert (target.type, target.text) == (BUTTON, "Pay")
    assert all("green" not in e.text for e in reading.elements)


def test_elements_are_numbered_in_reading_order():
    paper = Paper()
    for x, y, word in ((500, 200, "Two"), (100, 205, "One"), (100, 400, "Three")):
        paper.write(x, y, word)
    elements = paper.read()
    assert [(e.id, e.text) for e in elements] == [("e1", "One"), ("e2", "Two"), ("e3", "Three")]


def test_a_page_on_a_dark_desk_is_straightened_and_the_way_back_is_kept():
    paper = Paper()
    paper.box(300, 300, 300, 60)
    corners = np.array([[90, 60], [860, 100], [830, 850], [60, 820]], np.float32)
    sheet = np.array([[0, 0], [900, 0], [900, 900], [0, 900]], np.float32)
    lay = cv2.getPerspectiveTransform(sheet, corners)
    photo = cv2.warpPerspective(paper.image, lay, (920, 920), borderValue=(35, 45, 60))
    seen = perceive(photo, FakeTextReader({}))
    assert [e.type for e in seen.reading.elements] == [INPUT]
    centre = np.array([[seen.reading.elements[0].box.centre]], np.float64)
    back = cv2.perspectiveTransform(centre, np.linalg.inv(seen.matrix))
    expected = cv2.perspectiveTransform(np.array([[[450.0, 330.0]]]), lay)
    assert np.abs(back - expected).max() < 15


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_plain_picture_has_no_elements(shade: int):
    plain = np.full((400, 600, 3), shade, np.uint8)
    assert perceive(plain, FakeTextReader({})).reading.elements == ()


def test_noise_ends_soon_and_without_an_error():
    noise = np.random.default_rng(3).integers(0, 255, (800, 800, 3), dtype=np.uint8)
    assert len(perceive(noise, FakeTextReader({})).reading.elements) <= 300


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3), (20, 20)])
def test_tiny_pictures_are_read_without_an_error(size: tuple[int, int]):
    picture = np.full((*size, 3), 200, np.uint8)
    assert perceive(picture, FakeTextReader({})).reading.elements == ()
