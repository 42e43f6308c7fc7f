"""Tabs, carousels, dialogs and tables that sort: found in drawings, asked for by voice, and kept in one piece."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from assistant.core.sketch import Box, Element, ElementType, SketchReading, WorkRecord
from assistant.pages.archive import recorded, restored
from assistant.pages.compiler import compile_document, compile_page
from assistant.pages.document import Document, Version, open_document
from assistant.pages.edit_plan import Change, Scope
from assistant.pages.opening import open_drawn
from assistant.pages.patches import Add, Remove, apply_all
from assistant.pages.placing import Declined, Outcome
from assistant.pages.spoken_edits import understand
from assistant.pages.tree import Widget, every_node
from tests.readings import Parsed, T
from tests.unit.test_pages_properties import problems

HEADING = Element("h", T.HEADING, Box(40, 20, 300, 44), "Our shop")


def drawn(*elements: Element) -> SketchReading:
    return SketchReading(1000, 1000, (HEADING, *elements))


def element(name: str, kind: ElementType, box: tuple[float, float, float, float], text: str = "") -> Element:
    return Element(name, kind, Box(*box), text)


def tabbed(gap: float = 2) -> SketchReading:
    top = 160 - gap
    return drawn(
        element("a", T.BUTTON, (60, top - 44, 140, 44), "Profile"),
        element("b", T.BUTTON, (205, top - 44, 140, 44), "Orders"),
        element("c", T.BUTTON, (350, top - 44, 140, 44), "Settings"),
        element("f", T.CARD, (60, 160, 800, 300)),
        element("n", T.TEXT, (90, 200, 80, 26), "Name"),
        element("i", T.INPUT, (220, 190, 400, 46)),
        element("s", T.BUTTON, (220, 300, 160, 50), "Save"),
        element("z", T.TEXT, (60, 600, 300, 26), "Questions? Write to us."),
    )


def slides(*extra: Element) -> SketchReading:
    return drawn(
        element("p", T.IMAGE, (250, 120, 500, 300)), *extra, element("z", T.TEXT, (250, 600, 300, 26), "Trips")
    )


ARROWS = (element("l", T.TEXT, (190, 250, 24, 40), "<"), element("r", T.TEXT, (790, 250, 24, 40), ">"))
DOTS = tuple(element(f"d{n}", T.RADIO, (440 + 40 * n, 450, 20, 20)) for n in range(4))


def over(cross: str = "x", at: float = 760, name: str = "New album") -> SketchReading:
    return drawn(
        element("o", T.BUTTON, (700, 20, 200, 50), "New album"),
        element("p", T.IMAGE, (60, 100, 400, 250)),
        element("f", T.CARD, (300, 250, 500, 400)),
        element("t", T.HEADING, (330, 280, 220, 40), name),
        element("x", T.TEXT, (at, 270, 20, 26), cross),
        element("i", T.INPUT, (330, 400, 400, 46)),
        element("k", T.BUTTON, (330, 540, 160, 50), "Cancel"),
        element("c", T.BUTTON, (560, 540, 160, 50), "Create"),
    )


def table(*names: str, rows: int = 3) -> SketchReading:
    cells = [
        element(f"c{row}{column}", T.TEXT, (80 + 240 * column, 130 + 60 * row, 100, 26), text)
        for row in range(rows)
        for column, name in enumerate(names)
        for text in [name if row == 0 else f"{column}{row}"]
    ]
    return drawn(element("t", T.TABLE, (60, 110, 800, 60 * rows + 30)), *cells)


def widgets(reading: SketchReading) -> list[Widget]:
    return [node.widget for node in every_node(open_document(reading, "x").root) if node.widget]


def page_of(document: Document) -> str:
    html = compile_document(document).html
    assert problems(html) == []
    return html


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'id="page-data">(.*?)</script>', html)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def said(words: str, document: Document, selected: str = "") -> Outcome:
    plan = understand(words, Scope(document, selected))
    assert isinstance(plan, Change), plan
    return apply_all(document, plan.patches)


def shaped(words: str, document: Document, selected: str = "") -> Document:
    outcome = said(words, document, selected)
    assert isinstance(outcome, Document), outcome
    return outcome


# As drawn -----------------------------------------------------------------------------------------------------------


def test_small_boxes_on_the_edge_of_a_frame_are_tabs() -> None:
    page = Parsed(html := page_of(open_document(tabbed(), "x")))
    tabs = [a for a in page.named("button") if a.get("role") == "tab"]
    assert [a["id"] for a in tabs] == ["a", "b", "c"]
    assert [a["aria-selected"] for a in tabs] == ["true", "false", "false"]
    assert all(a["aria-controls"] in page.ids() for a in tabs)
    assert html.index('id="a-panel"') < html.index('id="i"') < html.index('id="b-panel"')


def test_tabs_with_a_frame_drawn_around_both_are_tabs() -> None:
    inside = tuple(e for e in tabbed().elements if e.id not in ("h", "f"))
    frame = element("f", T.CARD, (58, 114, 804, 346))
    rule = element("r", T.DIVIDER, (60, 158, 800, 4))
    assert widgets(drawn(frame, rule, *inside)) == [Widget.TABS]


@pytest.mark.parametrize("gap", [40, 90])
def test_buttons_well_above_a_frame_are_buttons(gap: float) -> None:
    assert widgets(tabbed(gap)) == []


def test_names_beside_fields_stay_in_their_rows() -> None:
    two = element("m", T.TEXT, (90, 262, 80, 26), "Email"), element("j", T.INPUT, (220, 252, 400, 46))
    html = page_of(open_document(SketchReading(1000, 1000, (*tabbed().elements, *two)), "x"))
    assert html.index('id="n"') < html.index('id="i"') < html.index('id="m"') < html.index('id="j"')


def test_short_words_on_top_of_a_dialog_are_its_heading() -> None:
    plain = SketchReading(1000, 1000, tuple(e if e.id != "t" else replace(e, type=T.TEXT) for e in over().elements))
    assert '<h2 id="t"' in page_of(open_document(plain, "x"))


def test_a_single_box_on_a_frame_is_a_button() -> None:
    assert widgets(drawn(*(e for e in tabbed().elements if e.id not in "hbc"))) == []


@pytest.mark.parametrize("marks", [ARROWS, DOTS, (*ARROWS, *DOTS)])
def test_a_picture_with_arrows_or_dots_is_a_carousel(marks: tuple[Element, ...]) -> None:
    reading = slides(*marks)
    assert widgets(reading) == [Widget.CAROUSEL]
    html = page_of(open_document(reading, "x"))
    assert html.count('aria-roledescription="slide"') == (4 if DOTS[0] in marks else 3)
    assert set(Parsed(html).ids()) >= {e.id for e in marks if e in ARROWS or len(marks) != 2}


def test_boxes_that_mirror_each_other_beside_a_picture_are_its_arrows() -> None:
    pair = (element("l", T.IMAGE, (150, 240, 60, 60)), element("r", T.IMAGE, (790, 242, 62, 58)))
    html = page_of(open_document(slides(*pair), "x"))
    assert re.search(r'<button id="l"[^>]* aria-label="Previous"', html)
    assert re.search(r'<button id="r"[^>]* aria-label="Next"', html)
    assert html.count('aria-roledescription="slide"') == 3


def test_tabs_over_an_empty_frame_are_tabs() -> None:
    names = tuple(e for e in tabbed().elements if e.id in "abc")
    frame, rule = element("f", T.CARD, (58, 114, 804, 346)), element("r", T.DIVIDER, (60, 158, 800, 4))
    assert widgets(drawn(frame, rule, *names)) == [Widget.TABS]
    assert "“Profile”" in page_of(open_document(drawn(frame, rule, *names), "x"))


def test_a_frame_that_can_be_refused_is_a_dialog_and_every_button_of_its_name_opens_it() -> None:
    rows = tuple(element(f"d{n}", T.BUTTON, (820, 120 + 90 * n, 120, 50), "Delete") for n in range(3))
    asked = (
        element("f", T.CARD, (250, 250, 500, 300)),
        element("t", T.TEXT, (280, 280, 200, 36), "Delete file?"),
        element("x", T.TEXT, (715, 262, 20, 24), "X"),
        element("k", T.BUTTON, (280, 450, 160, 50), "Cancel"),
        element("y", T.BUTTON, (560, 450, 160, 50), "Delete"),
    )
    data = data_of(page_of(open_document(drawn(*rows, *asked), "x")))
    assert data["opens"] == {"d0": "f", "d1": "f", "d2": "f"}


def test_a_row_of_pictures_between_arrows_is_one_slide() -> None:
    row = tuple(element(f"p{n}", T.IMAGE, (100 + 280 * n, 120, 240, 200)) for n in range(3))
    arrows = (element("l", T.BUTTON, (50, 200, 30, 40), "<"), element("r", T.BUTTON, (910, 200, 30, 40), ">"))
    html = page_of(open_document(drawn(*row, *arrows), "x"))
    assert html.count('class="carousel"') == 1
    assert html.index('id="p2"') < html.index('aria-label="2 of 3"')


@pytest.mark.parametrize(
    "marks",
    [
        ARROWS[:1],
        (ARROWS[1], element("l", T.TEXT, (190, 250, 24, 40), "5")),
        DOTS[:2],
        tuple(element(f"r{n}", T.RADIO, (440 + 40 * n, 450, 200, 20), f"Choice {n}") for n in range(3)),
        (element("l", T.TEXT, (190, 500, 24, 40), "<"), element("r", T.TEXT, (790, 500, 24, 40), ">")),
    ],
)
def test_anything_less_is_a_picture(marks: tuple[Element, ...]) -> None:
    assert widgets(slides(*marks)) == []


def test_a_frame_with_a_cross_over_other_things_is_a_dialog_that_its_button_opens() -> None:
    html = page_of(open_document(over(), "x"))
    data = data_of(html)
    assert data["opens"] == {"o": "f"}
    assert data["shown"] == ["f"]
    dialog = html[html.index("<dialog") : html.index("</dialog>")]
    assert 'aria-labelledby="t"' in dialog
    assert '<button id="x" type="button" class="close quiet" data-action="close" aria-label="Close">' in dialog
    assert 'id="k" type="button" data-action="close"' in dialog
    assert 'id="p"' not in dialog


def test_frames_with_crosses_in_a_list_are_no_dialogs() -> None:
    cards = [
        part
        for n in range(3)
        for part in (
            element(f"f{n}", T.CARD, (60, 120 + 150 * n, 700, 120)),
            element(f"t{n}", T.TEXT, (90, 140 + 150 * n, 200, 30), "Milk"),
            element(f"q{n}", T.TEXT, (90, 190 + 150 * n, 200, 30), "2 litres"),
            element(f"x{n}", T.TEXT, (720, 130 + 150 * n, 20, 24), "x"),
        )
    ]
    assert widgets(drawn(*cards)) == []


@pytest.mark.parametrize(("cross", "at"), [("?", 760), ("x", 500)])
def test_a_frame_without_a_cross_in_its_corner_is_no_dialog(cross: str, at: float) -> None:
    assert widgets(over(cross, at)) == []


def test_the_window_that_everything_stands_in_is_no_dialog() -> None:
    window = element("w", T.CARD, (10, 5, 980, 900))
    inside = (element("x", T.TEXT, (940, 20, 20, 24), "x"), element("b", T.BUTTON, (60, 300, 160, 50), "Our shop"))
    assert widgets(drawn(window, *inside, element("u", T.TEXT, (60, 920, 200, 20), "outside"))) == []


def test_a_table_with_named_columns_sorts_and_its_headings_stay_on_top() -> None:
    html = page_of(open_document(table("Name", "Price"), "x"))
    assert "<table" in html and "data-sorts" in html
    assert '<thead><tr><th scope="col">Name</th><th scope="col">Price</th></tr></thead>' in html


@pytest.mark.parametrize("reading", [table("Name", rows=3), table("Name", "Price", rows=2), table("Name", "", rows=3)])
def test_a_table_without_anything_to_sort_stays_still(reading: SketchReading) -> None:
    assert "<table data-sorts" not in re.sub(r"<script>.*", "", compile_page(reading, "x").html, flags=re.DOTALL)


# As said ------------------------------------------------------------------------------------------------------------


def menu() -> Document:
    links = tuple(
        element(f"m{n}", T.LINK, (60 + 200 * n, 110, 120, 26), text) for n, text in enumerate(("Day", "Week"))
    )
    return open_document(
        drawn(
            *links,
            element("p", T.PARAGRAPH, (60, 200, 500, 80)),
            element("b", T.BUTTON, (60, 400, 180, 50), "Help"),
        ),
        "x",
    )


def cards() -> Document:
    made = [
        part
        for n, name in enumerate(("Bread", "Cake", "Tea"))
        for part in (
            element(f"f{n}", T.CARD, (40 + 310 * n, 120, 280, 320)),
            element(f"i{n}", T.IMAGE, (60 + 310 * n, 140, 240, 150)),
            element(f"t{n}", T.HEADING, (60 + 310 * n, 320, 160, 36), name),
        )
    ]
    return open_document(drawn(*made, element("b", T.BUTTON, (40, 500, 180, 50), "Order")), "x")


def form() -> Document:
    return open_document(
        drawn(
            element("o", T.BUTTON, (40, 120, 180, 50), "Contact"),
            element("n", T.TEXT, (40, 240, 100, 26), "Email"),
            element("i", T.INPUT, (40, 275, 400, 46)),
            element("s", T.BUTTON, (40, 360, 180, 50), "Send"),
        ),
        "x",
    )


@pytest.mark.parametrize("words", ["make these tabs", "turn this into tabs", "Make the links into tabs, please."])
def test_a_row_of_names_becomes_tabs(words: str) -> None:
    html = page_of(shaped(words, menu(), "m0"))
    assert re.findall(r'role="tab" aria-selected="(\w+)"', html) == ["true", "false"]
    assert html.index('id="m0-panel"') < html.index('id="p"') < html.index('id="m1-panel"')


@pytest.mark.parametrize("words", ["make the cards tabs", "show the cards as tabs", "use tabs for the cards"])
def test_cards_become_what_stands_under_tabs_with_their_names(words: str) -> None:
    html = page_of(shaped(words, cards()))
    assert re.findall(r'aria-controls="[^"]+" style="[^"]+">([^<]+)<', html) == ["Bread", "Cake", "Tea"]
    assert html.index('id="t0"') < html.index('aria-labelledby="n2"') < html.index('id="t1"')


def test_sections_become_tabs() -> None:
    parts = [
        part
        for n, name in enumerate(("Rooms", "Prices"))
        for part in (
            element(f"t{n}", T.HEADING, (40, 120 + 250 * n, 160, 36), name),
            element(f"p{n}", T.PARAGRAPH, (40, 180 + 250 * n, 500, 80)),
        )
    ]
    html = page_of(shaped("turn the sections into tabs", open_document(drawn(*parts), "x")))
    assert re.findall(r'aria-controls="[^"]+" style="[^"]+">([^<]+)<', html) == ["Rooms", "Prices"]


@pytest.mark.parametrize("words", ["make the pictures a carousel", "turn the pictures into a slideshow"])
def test_pictures_become_a_carousel(words: str) -> None:
    html = page_of(shaped(words, cards()))
    assert html.count('aria-roledescription="slide"') == 3
    assert html.index('id="i0"') < html.index('aria-label="2 of 3"') < html.index('id="i1"')


def test_one_picture_becomes_a_carousel_with_room_for_more() -> None:
    html = page_of(shaped("make the picture a carousel", open_document(slides(), "x")))
    assert html.count('aria-roledescription="slide"') == 3


@pytest.mark.parametrize(
    "words",
    [
        "open the form in a dialog when the contact button is clicked",
        "show the form in a popup when I click on contact",
        "put the contact form into a modal",
        "when the contact button is pressed, open the form in a dialog",
    ],
)
def test_a_form_goes_into_a_dialog(words: str) -> None:
    html = page_of(shaped(words, form()))
    dialog = html[html.index("<dialog") : html.index("</dialog>")]
    assert all(f'id="{name}"' in dialog for name in "nis")
    assert 'id="o"' not in dialog
    data = data_of(html)
    assert list(data["opens"]) == ["o"]  # type: ignore[call-overload]
    assert "shown" not in data


def test_what_is_pointed_at_goes_into_a_dialog() -> None:
    html = page_of(shaped("open this in a dialog when the order button is clicked", cards(), "f1"))
    assert html.index("<dialog") < html.index('id="t1"') < html.index("</dialog>")
    assert data_of(html)["opens"] == {"b": "f1"}


def test_a_dialog_cannot_be_opened_from_within() -> None:
    assert isinstance(said("open the form in a dialog when the send button is clicked", form()), Declined)


def test_without_a_button_there_is_no_dialog() -> None:
    assert isinstance(said("open the picture in a dialog", open_document(slides(), "x")), Declined)


@pytest.mark.parametrize("words", ["let me sort the table", "make the table sortable", "sort it by price"])
def test_a_short_table_sorts_when_asked(words: str) -> None:
    html = page_of(shaped(words, open_document(table("Name", "Price", rows=2), "x")))
    assert "<table" in html and " data-sorts" in html


def test_a_table_without_names_cannot_be_sorted() -> None:
    assert isinstance(said("let me sort the table", open_document(table("Name", "", rows=3), "x")), Declined)


@pytest.mark.parametrize("words", ["let me search the table", "make the table searchable"])
def test_a_table_gets_a_field_to_search_it(words: str) -> None:
    html = page_of(shaped(words, open_document(table("Name", "Price"), "x")))
    assert html.index('type="search"') < html.index("<table")


def test_the_page_keeps_entries_only_when_asked() -> None:
    document = form()
    kept = shaped("remember my entries", document)
    assert "keeps" not in data_of(page_of(document))
    assert data_of(page_of(kept))["keeps"] is True
    assert "keeps" not in data_of(page_of(shaped("don't remember my entries", kept)))


@pytest.mark.parametrize(
    "words",
    ["make the table bigger", "open the door", "show me the tabs I had yesterday", "what is a carousel", "sort it out"],
)
def test_other_words_make_no_widgets(words: str) -> None:
    plan = understand(words, Scope(form()))
    assert not isinstance(plan, Change) or not any("Make" in type(patch).__name__ for patch in plan.patches)


@pytest.mark.parametrize("reading", [tabbed(), slides(*ARROWS, *DOTS), over(), table("Name", "Price")])
def test_widgets_outlive_the_program_and_further_edits(reading: SketchReading) -> None:
    document = open_drawn(reading, "x")
    for patch in (Add("button", "Go"), Add("heading", "More", "top"), Remove("z"), Remove("h")):
        outcome = patch.apply(document)
        document = outcome if isinstance(outcome, Document) else document
    version = Version(document, "as drawn", reading)
    again = restored(WorkRecord(1, "x.jpg", (recorded(version),), 0))
    assert again is not None and again.present == version
    html = page_of(document)
    assert html.rindex("</dialog>" if "<dialog" in html else "</main>") <= html.index("</main>")
    assert ">Go</button>" in html
