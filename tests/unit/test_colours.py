"""Colours of a drawing: filled areas are seen, screenshots are read, and the page keeps them readable."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.pages.compiler import compile_page
from assistant.pages.document import PAGE
from assistant.pages.opening import open_drawn
from assistant.vision.fills import Fill, coloured_in, outlined, with_fills
from assistant.vision.ink import Pixels, find_ink
from tests.drawings import Paper
from tests.readings import LOGIN

T = ElementType
GREEN_BGR = (90, 190, 90)


def screenshot(ground: tuple[int, int, int] = (255, 255, 255)) -> Pixels:
    """A blue bar with pale writing, and a red button."""
    image = np.full((400, 600, 3), ground, np.uint8)
    cv2.rectangle(image, (0, 0), (599, 59), (110, 60, 20), -1)
    cv2.putText(image, "Home", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    cv2.rectangle(image, (40, 200), (199, 249), (40, 40, 220), -1)
    cv2.putText(image, "Buy", (90, 234), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    return image


def coloured(element: Element, colour: str) -> SketchReading:
    return replace(LOGIN, elements=tuple(replace(e, fill=colour) if e is element else e for e in LOGIN.elements))


@pytest.mark.parametrize("ground", [(255, 255, 255), (30, 25, 20)])
def test_a_screenshot_becomes_dark_ink_on_white_with_its_areas_outlined(ground: tuple[int, int, int]) -> None:
    screen = outlined(screenshot(ground))
    assert screen is not None
    assert [(round(f.box.width), round(f.box.height)) for f in screen.fills] == [(600, 60), (160, 50)]
    assert np.all(screen.image[100:180, 300:500] == 255), "the ground is paper"
    assert np.all(screen.image[10:20, 300:500] == 255), "so is the bar"
    assert screen.image[15:45, 20:110].min() < 80, "the writing on it is ink"
    assert screen.image[200:202, 60:180].max() < 80, "the button has an outline"


def test_a_photo_and_a_plain_drawing_are_no_screenshots() -> None:
    noise = np.random.default_rng(1).normal(200, 12, (300, 300, 3))
    assert outlined(np.asarray(np.clip(noise, 0, 255), np.uint8)) is None
    paper = Paper()
    paper.box(100, 100, 300, 80)
    assert outlined(paper.image) is None


def test_parts_take_the_colour_of_the_area_they_are_and_bars_become_cards() -> None:
    button = Element("e1", T.BUTTON, Box(38, 198, 164, 54), "Buy")
    links = [Element(f"e{n}", T.LINK, Box(20 + 100 * n, 15, 80, 30), "Home") for n in (2, 3)]
    fills = (Fill(Box(0, 0, 600, 60), "#143c6e"), Fill(Box(40, 200, 160, 50), "#dc2828"))
    found = with_fills([button, *links], fills)
    assert found[0].fill == "#dc2828"
    assert [(e.type, e.fill) for e in found[3:]] == [(T.CARD, "#143c6e")]


def test_what_was_coloured_in_on_paper_is_measured_against_the_paper() -> None:
    paper = Paper()
    paper.box(200, 200, 240, 90)
    button = Element("e1", T.BUTTON, Box(200, 200, 240, 90), "Go")
    assert coloured_in(paper.image, find_ink(paper.image).mask, [button])[0].fill == ""
    image = paper.image.copy()
    cv2.rectangle(image, (206, 206), (434, 284), GREEN_BGR, -1)
    shaded = np.asarray(image * 0.6, np.uint8)
    for light in (image, shaded):
        fill = coloured_in(light, find_ink(light).mask, [button])[0].fill
        red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
        assert green > 1.5 * red
        assert green > 1.5 * blue


def test_a_coloured_button_keeps_its_colour_on_the_page_with_readable_words() -> None:
    button = next(e for e in LOGIN.elements if e.type is T.BUTTON)
    html = compile_page(coloured(button, "#fdd835"), "x").html
    assert f"#{button.id} {{ background: #fdd835 !important; border-color: #fdd835 !important; color: #111111" in html


def test_a_coloured_bar_keeps_its_colour() -> None:
    bar = Element("e9", T.CARD, Box(0, 0, 600, 80), fill="#143c6e")
    document = open_drawn(replace(LOGIN, elements=(bar, *LOGIN.elements)), "x")
    assert document.style("e9").background == "#143c6e"
    assert 'id="e9"' in compile_page(replace(LOGIN, elements=(bar, *LOGIN.elements)), "x").html


@pytest.mark.parametrize(
    ("ground", "theme", "background"),
    [("", "", ""), ("#ffffff", "", ""), ("#14171f", "dark", ""), ("#f5e6c8", "", "#f5e6c8")],
)
def test_the_ground_of_a_screenshot_is_the_ground_of_the_page(ground: str, theme: str, background: str) -> None:
    document = open_drawn(replace(LOGIN, ground=ground), "x")
    assert document.look.theme == theme
    assert document.style(PAGE).background == background


@pytest.mark.parametrize("evil", ["red", "#fff;}</style><script>", "url(http://x)", "#12345g"])
def test_a_colour_that_is_none_changes_nothing(evil: str) -> None:
    assert compile_page(coloured(LOGIN.elements[-1], evil), "x") == compile_page(LOGIN, "x")
    assert compile_page(replace(LOGIN, ground=evil), "x") == compile_page(LOGIN, "x")
