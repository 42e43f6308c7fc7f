"""Interface words are mended and judged; readings travel as JSON; a picture is told in words."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.sketch import Box, Element, ElementType, Instruction, SketchReading
from assistant.vision import lexicon
from assistant.vision.codec import reading_from_json, reading_to_json
from assistant.vision.describe import MOST_CHARACTERS, describe_lines
from assistant.vision.reader import OcrLine, clean


@pytest.mark.parametrize(
    ("read", "confidence", "meant"),
    [
        ("Conflrmation", 0.8, "Confirmation"),
        ("Pass word", 0.9, "Password"),
        ("Remenber me", 0.85, "Remember me"),
        ("Caucel", 0.99, "Cancel"),
        ("CAUCEL", 0.99, "CANCEL"),
        ("contrasena", 0.9, "contraseña"),
        ("Contraseña", 0.99, "Contraseña"),
        ("ExpressDelivery", 0.95, "Express Delivery"),
        ("LANGUAGEOPTIONS", 0.95, "LANGUAGE OPTIONS"),
        ("Newsletter", 0.95, "Newsletter"),
        ("Zanzibar", 0.7, "Zanzibar"),
        ("Cart", 0.7, "Cart"),
        ("$24.90", 0.5, "$24.90"),
        ("", 0.5, ""),
    ],
)
def test_misread_interface_words_are_put_right_and_others_left(read: str, confidence: float, meant: str):
    assert lexicon.mend(read, confidence) == meant


@given(st.text(max_size=60), st.floats(0, 1))
def test_mending_never_fails_and_keeps_about_the_length(text: str, confidence: float):
    assert abs(len(lexicon.mend(text, confidence).split()) - len(text.split())) <= 30


def test_buttons_hints_links_and_menus_are_told_by_their_words():
    assert lexicon.is_button_text("Sign in") and not lexicon.is_button_text("Your name")
    assert lexicon.is_hint_text("Search...") and lexicon.is_hint_text("name@mail.com")
    assert lexicon.is_link_text("Forgot password?") and not lexicon.is_link_text("Forget me not")
    assert lexicon.is_navigation_text("Home") and not lexicon.is_navigation_text("House")


def test_the_language_is_told_by_interface_words():
    assert lexicon.language_of(["Iniciar sesión", "Contraseña"]) == "es"
    assert lexicon.language_of(["Sign in", "Password"]) == "en"
    assert lexicon.language_of([]) == "en"


def test_read_text_holds_no_control_characters():
    assert clean("a\x00b\x1b[0m  c\u200b") == "a b [0m c"


def line(x: float, y: float, text: str, confidence: float = 0.9) -> OcrLine:
    quad = [[x, y], [x + 100, y], [x + 100, y + 20], [x, y + 20]]
    return OcrLine(np.array(quad, np.float32), text, confidence)


def test_a_picture_is_described_from_the_top_with_places():
    lines = [
        line(400, 560, "Buy"),
        line(0, 10, "Shop"),
        line(250, 300, "Tea"),
        line(0, 580, "?!"),
        line(0, 20, "x", 0.2),
    ]
    assert describe_lines(lines, 600, 600) == "top left: Shop\ncentre: Tea\nbottom right: Buy"


def test_a_description_ends_before_it_gets_too_long():
    text = describe_lines([line(0, y, "word " * 20) for y in range(0, 3000, 30)], 600, 3000)
    assert 0 < len(text) <= MOST_CHARACTERS


def test_a_reading_survives_the_channel():
    element = Element("e1", ElementType.CHECKBOX, Box(1.5, 2, 3, 4), "Té", 0.5, True, 2, ("ocr",), "#ff0000")
    reading = SketchReading(
        10, 20, (element,), (Instruction("red", Box(0, 0, 1, 1), "e1"),), "es", "#f5e6c8", {"ocr": 0.25}
    )
    assert reading_from_json(json.loads(json.dumps(reading_to_json(reading)))) == reading
