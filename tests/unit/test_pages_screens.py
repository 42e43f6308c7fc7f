"""Screens drawn beside each other become views of one page; a page with cards stays one page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.core.sketch import Arrow, Box, Element, ElementType, SketchReading
from assistant.pages.compiler import compile_page
from assistant.pages.document import open_document
from assistant.pages.screens import drawn_ways, screens_of, views_of, ways
from tests.readings import LOGIN

T = ElementType


def screen(number: int, *drawn: tuple[ElementType, str], left: float) -> tuple[Element, ...]:
    frame = Element(f"s{number}", T.CARD, Box(left, 40, 400, 760))
    parts = [
        Element(f"s{number}p{i}", kind, Box(left + 40, 80 + 110 * i, 260, 50), text)
        for i, (kind, text) in enumerate(drawn)
    ]
    return (frame, *parts)


LOGIN_SCREEN = ((T.HEADING, "Login"), (T.TEXT, "Email"), (T.INPUT, ""), (T.BUTTON, "Sign in"))
HOME_SCREEN = ((T.HEADING, "Home"), (T.IMAGE, ""), (T.TEXT, "Fresh bread"), (T.BUTTON, "My profile"), (T.LINK, "Help"))
PROFILE_SCREEN = ((T.HEADING, "My profile"), (T.INPUT, ""), (T.BUTTON, "Back"))
CARD = ((T.HEADING, "Title"), (T.IMAGE, ""), (T.TEXT, "Words"), (T.BUTTON, "More"))
APP = SketchReading(
    1500,
    900,
    (
        *screen(1, *LOGIN_SCREEN, left=40),
        *screen(2, *HOME_SCREEN, left=540),
        *screen(3, *PROFILE_SCREEN, left=1040),
        Element("arrow", T.DIVIDER, Box(445, 300, 90, 4)),
    ),
)


def test_three_frames_are_three_screens_from_left_to_right() -> None:
    assert [s.frame.id for s in screens_of(APP.elements)] == ["s1", "s2", "s3"]


def test_every_part_is_on_its_view_and_arrows_are_on_none() -> None:
    root = open_document(APP, "app").root
    parts = [[e.id for e in view.elements()] for view in views_of(root)]
    assert [len(ids) for ids in parts] == [4, 5, 3]
    assert all(ids[0].startswith(f"s{number}") for number, ids in enumerate(parts, start=1))
    assert "arrow" not in {element.id for element in root.elements()}


def test_controls_lead_where_their_words_say() -> None:
    found = ways(open_document(APP, "app").root)
    assert found == {"s1p3": "screen-2", "s2p3": "screen-3", "s3p2": "screen-2"}


def test_an_arrow_decides_where_the_control_at_its_tail_leads() -> None:
    help_link = Arrow(705, 545, 250, 810)  # from "Help" on the second screen back to the first
    profile = Arrow(850, 435, 1030, 200)
    nowhere = Arrow(960, 20, 1010, 24)  # begins at no control
    found = ways(
        open_document(replace(APP, arrows=(help_link, profile, nowhere)), "app").root,
        drawn_ways(APP.elements, (help_link, profile, nowhere)),
    )
    assert found["s2p4"] == "screen-1"
    assert found["s2p3"] == "screen-3"
    html = compile_page(replace(APP, arrows=(help_link,)), "app").html
    assert '"s2p4": "screen-1"' in html


def test_arrows_of_a_page_without_screens_say_nothing() -> None:
    assert drawn_ways(LOGIN.elements, (Arrow(0, 0, 900, 900),)) == {}


def test_views_are_sections_with_the_ids_that_the_ways_name() -> None:
    html = compile_page(APP, "app").html
    for number in (1, 2, 3):
        assert f'<section id="screen-{number}" class="column view"' in html
    assert '"ways": {"s1p3": "screen-2"' in html


def test_an_arrow_that_joins_two_frames_does_not_hide_them() -> None:
    both = Element("both", T.CARD, Box(40, 40, 900, 760))
    band = Element("band", T.CARD, Box(40, 400, 400, 400))
    assert [s.frame.id for s in screens_of((both, band, *APP.elements))] == ["s1", "s2", "s3"]


def cards(count: int, height: float) -> tuple[Element, ...]:
    made: list[Element] = []
    for n in range(count):
        x = 40.0 + 320 * n
        made += [
            Element(f"c{n}", T.CARD, Box(x, 300, 300, height)),
            Element(f"c{n}t", T.TEXT, Box(x + 20, 320, 200, 30), "Title"),
            Element(f"c{n}b", T.BUTTON, Box(x + 20, 300 + height - 60, 120, 40), "Buy"),
        ]
    return tuple(made)


@pytest.mark.parametrize(
    "elements",
    [
        LOGIN.elements,
        (),
        (Element("e1", T.HEADING, Box(40, 20, 400, 60), "Our shop"), *cards(3, 260), *LOGIN.elements),
        (
            Element("e1", T.HEADING, Box(40, 20, 400, 60), "Our shop"),
            *(Element(f"n{i}", T.LINK, Box(40 + 120 * i, 100, 90, 30), "Menu") for i in range(4)),
            *cards(3, 260),
        ),
        screen(1, *LOGIN_SCREEN, left=40),
    ],
    ids=["form", "nothing", "cards over a form", "cards under a menu", "one frame"],
)
def test_a_page_is_one_page(elements: tuple[Element, ...]) -> None:
    assert screens_of(elements) == ()


def test_words_alone_on_top_of_a_screen_are_its_title() -> None:
    as_links = tuple(replace(e, type=T.LINK) if e.type is T.HEADING else e for e in APP.elements)
    tops = [screen.parts[0] for screen in screens_of(as_links)]
    assert [(e.type, e.text) for e in tops] == [(T.HEADING, "Login"), (T.HEADING, "Home"), (T.HEADING, "My profile")]


def test_an_empty_frame_beside_a_screen_is_no_screen() -> None:
    empty = Element("s9", T.CARD, Box(540, 40, 400, 760))
    assert screens_of((*screen(1, *LOGIN_SCREEN, left=40), empty)) == ()


def test_two_rows_of_screens_are_read_row_by_row() -> None:
    below = tuple(
        replace(e, id=f"x{e.id}", box=replace(e.box, y=e.box.y + 900))
        for e in (*screen(1, *LOGIN_SCREEN, left=40), *screen(2, *HOME_SCREEN, left=540))
    )
    found = screens_of((*below, *screen(1, *LOGIN_SCREEN, left=40), *screen(2, *HOME_SCREEN, left=540)))
    assert [s.frame.id for s in found] == ["s1", "s2", "xs1", "xs2"]


def test_frames_with_the_same_parts_are_cards_of_one_page() -> None:
    cards = [screen(number, *CARD, left=40 + 500 * number) for number in range(3)]
    assert screens_of([part for card in cards for part in card]) == ()


def test_frames_beside_other_parts_belong_to_one_page() -> None:
    outside = tuple(Element(f"o{n}", T.IMAGE, Box(40 + 160 * n, 820, 150, 60)) for n in range(4))
    assert screens_of(APP.elements)
    assert screens_of((*APP.elements, *outside)) == ()


@pytest.mark.parametrize("head", [T.BUTTON, T.IMAGE, T.HEADING], ids=["a button", "a picture", "one title for six"])
def test_frames_under_the_head_of_a_page_are_its_cards(head: ElementType) -> None:
    frames = tuple(
        replace(e, id=f"{e.id}-{row}", box=Box(e.box.x, e.box.y + 500 * row, e.box.width, 0.6 * e.box.height))
        for row in range(2)
        for e in APP.elements
        if e.id != "arrow"
    )
    assert screens_of((*frames, Element("head", head, Box(600, 0, 200, 30), "Nordhaus"))) == ()
