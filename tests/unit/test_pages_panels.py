"""Tabs and slides that were not drawn are filled by talking."""

from __future__ import annotations

import re

import pytest

from assistant.pages.document import open_document
from assistant.pages.placing import Declined
from tests.unit.test_pages_widgets import DOTS, page_of, said, shaped, slides, tabbed


def panel(html: str, name: str) -> str:
    """What stands under a tab."""
    return html.split(f'id="{name}-panel" class="column panel"', 1)[1].split('class="column panel"', 1)[0]


def shown(html: str) -> list[str]:
    return html.split('class="slides"', 1)[1].split('class="slide column"')[1:]


@pytest.mark.parametrize(
    "words",
    [
        "in the second tab write we bake every day",
        "Write we bake every day in the second tab.",
        "on the next tab put we bake every day",
    ],
)
def test_words_are_written_in_a_tab_that_was_empty(words: str) -> None:
    html = page_of(shaped(words, open_document(tabbed(), "x")))
    assert "We bake every day" in panel(html, "b")
    assert "We bake every day" not in panel(html, "a") and "still to be drawn" in panel(html, "c")


def test_a_tab_is_filled_further_and_the_last_one_leaves_the_others_alone() -> None:
    document = shaped("in the last tab write first words", open_document(tabbed(), "x"))
    document = shaped("add a button that says Order now in the last tab", document)
    html = page_of(document)
    last = panel(html, "c")
    assert last.index("First words") < last.index("Order now</button>")
    assert "still empty" in panel(html, "b")
    assert 'id="i"' in panel(html, "a"), "what was drawn stays where it was"


def test_the_drawn_tab_takes_more() -> None:
    html = page_of(shaped("put a picture in the first tab", open_document(tabbed(), "x")))
    assert 'id="i"' in panel(html, "a") and 'class="image"' in panel(html, "a")


@pytest.mark.parametrize("words", ["on the next slide put a picture", "put a picture on the second slide"])
def test_a_picture_is_put_on_a_slide(words: str) -> None:
    html = page_of(shaped(words, open_document(slides(*DOTS), "x")))
    assert len(shown(html)) == 4 and 'class="image"' in shown(html)[1]


def test_words_are_written_on_a_slide_and_the_dots_stay_as_many() -> None:
    html = page_of(shaped("write see you soon on the third slide", open_document(slides(*DOTS), "x")))
    assert len(shown(html)) == 4 and "See you soon" in shown(html)[2]
    assert len(re.findall('class="dot"', html)) == 4


def test_the_drawn_slide_takes_words_below_its_picture() -> None:
    first = shown(page_of(shaped("on the first slide write our bakery", open_document(slides(*DOTS), "x"))))[0]
    assert first.index('class="image"') < first.index("Our bakery")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("in the sixth tab write hello", "only 3 tabs"), ("write hello on the second slide", "no slides")],
)
def test_a_place_that_is_not_there_is_said(words: str, sentence: str) -> None:
    outcome = said(words, open_document(tabbed(), "x"))
    assert isinstance(outcome, Declined) and sentence in outcome.sentence
