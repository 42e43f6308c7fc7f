"""Red ink changes looks and never content."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.sketch import Box, Instruction
from assistant.pages.compiler import compile_page
from assistant.pages.document import Document, Style, open_document
from assistant.pages.red_ink import with_red_ink
from assistant.pages.stylesheet import COLOURS
from tests.readings import LOGIN, Parsed
from tests.unit.test_pages_properties import problems

TITLE, FIELD, BUTTON = "e1", "e3", "e8"


def noted(text: str, target: str) -> Document:
    return with_red_ink(open_document(LOGIN, "login"), [Instruction(text, Box(0, 0, 10, 10), target)])


@pytest.mark.parametrize(
    ("text", "target", "style"),
    [
        ("blue", BUTTON, Style(background=COLOURS["blue"])),
        ("make this green!!", BUTTON, Style(background=COLOURS["green"])),
        ("dark blue", BUTTON, Style(background=COLOURS["dark blue"])),
        ("azul oscuro", TITLE, Style(colour=COLOURS["blue"])),
        ("white text", BUTTON, Style(colour=COLOURS["white"])),
        ("red", TITLE, Style(colour=COLOURS["red"])),
        ("yellow background", TITLE, Style(background=COLOURS["yellow"])),
        ("BIGGER", TITLE, Style(scale=1.4)),
        ("más pequeño", TITLE, Style(scale=0.75)),
        ("bold, centered", TITLE, Style(bold=True, align="centre")),
        ("negrita", TITLE, Style(bold=True)),
        ("sticky", TITLE, Style(is_sticky=True)),
        ("rounded", BUTTON, Style(corners="round")),
    ],
)
def test_a_note_about_looks_is_followed(text: str, target: str, style: Style) -> None:
    assert noted(text, target).style(target) == style


@pytest.mark.parametrize("text", ["required", "Obligatorio!", "must be filled"])
def test_a_field_can_be_required(text: str) -> None:
    assert noted(text, "e3").slots.required == {FIELD: True}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!",
        "not blue",
        "don't make it bold",
        "ask Bob",
        "this should be as blue as the sky was on that day in May",
        "<b>bold</b> url(https://evil.example) and more words than one has",
    ],
)
def test_any_other_note_changes_nothing(text: str) -> None:
    assert noted(text, BUTTON) == open_document(LOGIN, "login")


def test_a_note_beside_nothing_changes_nothing() -> None:
    assert noted("blue", "nobody") == open_document(LOGIN, "login")


def test_red_ink_reaches_the_page_as_style_and_not_as_text() -> None:
    reading = replace(LOGIN, instructions=(Instruction("green, bigger", Box(0, 0, 9, 9), BUTTON),))
    html = compile_page(reading, "login").html
    assert COLOURS["green"] in html
    assert "green, bigger" not in html
    assert Parsed(html).texts == Parsed(compile_page(LOGIN, "login").html).texts


@given(
    st.lists(
        st.one_of(st.text(max_size=30), st.sampled_from(["blue}", "big", "</style>", "#fff", "bold;"])), max_size=4
    )
)
@settings(max_examples=60, deadline=None)
def test_no_note_can_write_into_the_page(texts: list[str]) -> None:
    notes = tuple(Instruction(text, Box(0, 0, 9, 9), BUTTON) for text in texts)
    html = compile_page(replace(LOGIN, instructions=notes), "login").html
    assert problems(html) == []
    assert html.count("</style>") == html.count("<style")
