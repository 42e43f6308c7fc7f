"""Corrections of the sketch, ink over the page, steps through the versions, and repairs: what the mouse does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.core.sketch import Box, Correction, Element, ElementType, SketchReading
from assistant.pages.document import Version, Versions
from assistant.pages.editor import PageEditor
from assistant.pages.measure import measure
from assistant.pages.over_ink import NOTHING_READ
from assistant.pages.page_maker import PageMaker

ELEMENTS = (
    Element("e1", ElementType.HEADING, Box(40, 20, 300, 44), "My shop"),
    Element("e2", ElementType.TEXT, Box(40, 100, 120, 24), "Email"),
    Element("e3", ElementType.INPUT, Box(40, 134, 320, 44)),
    Element("e4", ElementType.IMAGE, Box(40, 220, 320, 160)),
    Element("e5", ElementType.BUTTON, Box(40, 410, 140, 46), "Send"),
    Element("e6", ElementType.BUTTON, Box(220, 410, 140, 46), "Cancel"),
)
READING = SketchReading(420, 500, ELEMENTS)
PLACES = tuple((element.id, element.box) for element in ELEMENTS)


def editor() -> PageEditor:
    return PageMaker().open(READING, "shop.jpg")


def html(page: PageEditor) -> str:
    return page.page(0).html


def ink(*elements: Element) -> SketchReading:
    return SketchReading(420, 500, elements)


def test_a_correction_of_the_type_changes_page_and_sketch_and_can_be_undone() -> None:
    page = editor()
    before = html(page)
    edited = page.correct(Correction("e4", type=ElementType.TEXTAREA))
    assert edited.changed and edited.said == "Done: the picture is a text area now."
    assert '<textarea id="e4"' in html(page)
    assert page.reading.elements[3].type is ElementType.TEXTAREA
    page.step(-1)
    assert html(page) == before
    assert page.reading == READING


def test_a_corrected_text_is_laid_out_as_if_it_had_been_read() -> None:
    page = editor()
    page.correct(Correction("e2", text="Phone"))
    again = PageMaker().open(replace(READING, elements=page.reading.elements), "shop.jpg")
    assert html(page) == html(again)
    assert 'type="tel"' in html(page)  # the label decides on the field


async def test_a_correction_after_an_edit_keeps_the_edit() -> None:
    page = editor()
    await page.change("make the second button green", "", None)
    page.correct(Correction("e5", text="Order"))
    assert ">Order</button>" in html(page)
    assert "#e6 { background: #2e7d32" in html(page)


async def test_a_missed_element_is_added_where_it_was_drawn_also_after_an_edit() -> None:
    for edits in ((), ("make the second button green",)):
        page = editor()
        for words in edits:
            await page.change(words, "", None)
        page.correct(Correction("", ElementType.CHECKBOX, "Remember me", Box(40, 184, 200, 26)))
        said = html(page)
        assert said.index('id="e3"') < said.index("Remember me") < said.index('id="e4"')
        assert page.reading.elements[-1].text == "Remember me"


def test_what_is_not_drawn_is_taken_away() -> None:
    page = editor()
    page.correct(Correction("e4", is_removed=True))
    assert 'id="e4"' not in html(page)
    assert len(page.reading.elements) == len(ELEMENTS) - 1


@pytest.mark.parametrize("correction", [Correction("nope", text="x"), Correction("e5", text="Send"), Correction("")])
def test_a_correction_of_nothing_makes_no_version(correction: Correction) -> None:
    page = editor()
    assert not page.correct(correction).changed
    assert page.versions.sentences == ("the page is as drawn",)


def test_a_corrected_box_stays_in_the_picture() -> None:
    page = editor()
    page.correct(Correction("e4", box=Box(-50, 400, 9000, 9000)))
    assert page.reading.elements[3].box == Box(0, 400, 420, 100)


def test_every_version_can_be_gone_to() -> None:
    page = editor()
    page.correct(Correction("e1", text="One"))
    page.correct(Correction("e1", text="Two"))
    assert page.versions.current == 2 and len(page.versions.sentences) == 3
    assert page.go_to(0).changed and "My shop</h1>" in html(page)
    assert page.go_to(2).changed and "Two</h1>" in html(page)
    for index in (2, 3, -1):
        assert not page.go_to(index).changed


async def test_a_variant_is_taken_by_hand_or_refused() -> None:
    page = editor()
    offered = (await page.change("show me three variants", "", None)).variants
    assert page.is_offering
    assert page.take(1).changed and not page.is_offering
    assert html(page) == offered[1].html
    assert not page.take(0).changed


@pytest.mark.parametrize("hostile", ["", "nope", "page", "toast", "x" * 100_000, "e5 ", "'; drop", "__proto__"])
def test_only_ids_of_the_tree_can_be_pointed_at(hostile: str) -> None:
    assert editor().part(hostile) == ("", "")
    assert editor().part("e5") == ("e5", "the Send button")


def test_ink_below_a_part_becomes_a_part_below_it() -> None:
    page = editor()
    edited = page.draw(ink(Element("e1", ElementType.BUTTON, Box(60, 386, 150, 20), "More")), PLACES)
    assert edited.changed and "More button is" in edited.said
    said = html(page)
    assert said.index('id="e4"') < said.index(">More</button>") < said.index('id="e5"')


def test_ink_under_everything_is_the_last_part() -> None:
    page = editor()
    page.draw(ink(Element("e1", ElementType.TEXT, Box(60, 470, 150, 24), "See you")), PLACES)
    assert html(page).index("See you") > html(page).index('id="e6"')


def test_words_written_into_a_button_are_its_new_words() -> None:
    page = editor()
    page.draw(ink(Element("e1", ElementType.TEXT, Box(230, 415, 90, 30), "Back")), PLACES)
    assert ">Back</button>" in html(page) and "Cancel" not in html(page)


@pytest.mark.parametrize(
    "mark",
    [
        Element("e1", ElementType.DIVIDER, Box(210, 430, 160, 4)),
        Element("e1", ElementType.TEXT, Box(210, 424, 160, 12)),
        Element("e1", ElementType.TEXT, Box(222, 405, 130, 56), "X"),
        Element("e1", ElementType.IMAGE, Box(215, 400, 150, 60)),
    ],
)
def test_a_part_that_is_struck_out_goes(mark: Element) -> None:
    page = editor()
    page.draw(ink(mark), PLACES)
    assert 'id="e6"' not in html(page) and 'id="e5"' in html(page)


def test_ink_that_cannot_be_read_changes_nothing() -> None:
    page = editor()
    assert page.draw(ink(), PLACES).said == NOTHING_READ
    assert page.versions.current == 0


def test_places_from_a_hostile_page_move_nothing() -> None:
    page = editor()
    places = (("nope", Box(0, 0, 9, 9)), ("e4", Box(float("nan"), 0, 1, 1)), ("e5", Box(0, 0, -1, 5)))
    page.draw(ink(Element("e1", ElementType.BUTTON, Box(60, 386, 150, 30), "More")), places)
    assert ">More</button>" in html(page)


def test_a_failing_button_is_stilled_then_the_page_built_anew_then_all_buttons() -> None:
    page = editor()
    assert page.mend("x is undefined", "e5").said == "Done: the Send button only says that it was pressed."
    assert 'id="e5" type="button" data-action="tell"' in html(page)
    assert page.mend("x is undefined", "e5").said == "The page is built anew."
    assert "the buttons only say" in page.mend("x is undefined", "nope").said
    assert not page.mend("x is undefined", "nope").changed


def test_a_page_of_a_model_that_fails_gives_way_to_the_compiled_one_and_undo_brings_it_back() -> None:
    compiled = editor()
    version = Version(compiled.document, "as drawn", READING)
    written = replace(version, document=replace(compiled.document, written="<!doctype html><p>by a model</p>"))
    page = PageEditor.of_versions(Versions(written, (version,)), 1.0, measure)
    mended = page.mend("x is undefined", "e5")
    assert mended.changed
    assert "from the drawing" in mended.said
    assert html(page) == html(compiled)
    page.step(-1)
    assert "by a model" in html(page)
