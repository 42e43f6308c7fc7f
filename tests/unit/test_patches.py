"""Operations on a page: pure, never raising, and leaving everything else where it was."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages import style_patches as looks
from assistant.pages.compiler import compile_document, compile_page
from assistant.pages.document import PAGE, Document, Version, Versions, open_document, with_slots
from assistant.pages.grafts import at, path_of
from assistant.pages.intents import Action, Slots
from assistant.pages.parts import COMPOUNDS, SHAPES
from assistant.pages.patches import (
    Add,
    Duplicate,
    Move,
    Patch,
    Remove,
    RenamePage,
    SetOptions,
    SetPageWidth,
    SetPlaceholder,
    SetRequired,
    SetSpacing,
    SetText,
    SetTheme,
    SetType,
    Swap,
    apply_all,
)
from assistant.pages.placing import Declined
from assistant.pages.stylesheet import COLOURS, THEMES, VARIABLES, colour, contrast, readable_on, stylesheet
from assistant.pages.tree import Kind, Node
from assistant.pages.variants import variants
from tests.page_outline import bakery, changes, outline, reading


def done(patch: Patch, document: Document | None = None) -> Document:
    outcome = patch.apply(document or bakery())
    assert isinstance(outcome, Document), outcome
    return outcome


def box(document: Document, target: str) -> Box:
    path = path_of(document.root, target)
    assert path is not None
    return at(document.root, path).box


def test_an_untouched_document_has_no_rules_of_its_own() -> None:
    assert stylesheet(bakery()) == ""
    assert 'id="edits"' not in compile_document(bakery()).html


def test_a_text_that_is_set_is_escaped() -> None:
    html = compile_document(done(SetText("e13", "<script>alert(1)</script>"))).html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert(1)" not in html


def test_what_follows_a_removed_part_moves_up_and_its_own_distance_stays() -> None:
    before, after = bakery(), done(Remove("e11"))
    assert box(after, "e12").y == box(before, "e11").y
    assert box(after, "e13").y - box(after, "e12").y == box(before, "e13").y - box(before, "e12").y
    assert box(after, "e1") == box(before, "e1")


def test_an_added_part_changes_no_size_of_what_was_there() -> None:
    before, after = compile_document(bakery()).html, compile_document(done(Add("contact form"))).html
    kept = [line for line in before.splitlines() if 'id="e' in line]
    assert [line for line in after.splitlines() if 'id="e' in line] == kept


def test_a_part_that_moves_takes_its_label_along() -> None:
    lines = outline(done(Move("e8", "below", "e11")))
    at_select = lines.index('. select e11 "Country"')
    assert lines[at_select + 1 : at_select + 4] == [". column", '. . text e7 "Email"', ". . input e8"]


def test_a_colour_that_is_not_in_the_list_is_declined() -> None:
    assert isinstance(looks.SetColour("e13", "red; } body { display: none").apply(bakery()), Declined)
    assert colour("#12345") == ""
    assert colour("Light-Blue") == COLOURS["light blue"]


def test_ink_stays_readable_on_every_colour() -> None:
    assert all(contrast(readable_on(code), code) >= 4.5 for code in COLOURS.values())


def test_every_theme_keeps_a_readable_contrast() -> None:
    for values in THEMES.values():
        theme = dict(zip(VARIABLES, values, strict=True))
        pairs = (("ink", "paper"), ("ink", "back"), ("soft", "paper"), ("on-accent", "accent"), ("accent", "paper"))
        assert all(contrast(theme[first], theme[second]) >= 4.5 for first, second in pairs), theme


def test_a_sticky_header_stands_in_the_style_sheet() -> None:
    html = compile_document(done(looks.SetSticky("header"))).html
    assert (
        "#header { background: var(--paper, Canvas) !important; position: sticky !important; top: 0 !important" in html
    )
    assert 'id="header"' in html


def test_a_heading_with_links_under_it_is_the_header_together() -> None:
    elements = (
        Element("e1", ElementType.HEADING, Box(0, 0, 300, 50), "Shop"),
        Element("e2", ElementType.LINK, Box(0, 90, 60, 20), "Home"),
        Element("e3", ElementType.LINK, Box(200, 90, 60, 20), "Cart"),
        Element("e4", ElementType.LINK, Box(400, 90, 60, 20), "Help"),
        Element("e5", ElementType.IMAGE, Box(0, 180, 500, 300)),
    )
    lines = outline(done(looks.SetSticky("header"), open_document(reading(elements), "shop")))
    assert lines[1:4] == [". column header is_sticky=True", '. . heading e1 "Shop"', ". . row"]


def test_parts_of_a_page_that_are_not_there_are_declined_with_a_sentence() -> None:
    for patch in (Remove("e99"), SetText("e99", "x"), Move("e1", "below", "e99"), Swap("e1", "e99"), Duplicate("")):
        assert isinstance(patch.apply(bakery()), Declined)
    assert Remove("footer").apply(Document(Node(Kind.COLUMN, Box(0, 0, 1, 1)), Box(0, 0, 1, 1), (), "x")) == Declined(
        "I see no footer on the page."
    )


def test_a_part_cannot_be_moved_into_itself() -> None:
    page = done(Add("footer"))
    assert isinstance(Move("footer", "below", "n1").apply(page), Declined)
    assert isinstance(Move("e1", "below", "e1").apply(page), Declined)


def test_new_parts_stay_above_the_footer() -> None:
    page = done(Add("button", "Order"), done(Add("footer")))
    assert outline(page)[-4:] == ['. button n3 "Order"', ". column footer", ". . divider n1", '. . text n2 "© Welcome"']


def test_swapped_parts_take_each_others_place() -> None:
    before, after = bakery(), done(Swap("e5", "e12"))
    assert box(after, "e12").x == box(before, "e5").x
    assert changes(bakery(), done(Swap("e5", "e12"), after)) == []


def test_a_field_can_be_required_and_a_drop_down_gets_its_choices() -> None:
    page = done(SetOptions("e11", ("Spain", "<b>France", "Spain")), done(SetRequired("e8", False)))
    html = compile_document(page).html
    assert "<option>Spain</option><option>&lt;b&gt;France</option></select>" in html
    assert " required" not in next(line for line in html.splitlines() if 'id="e8"' in line)
    assert isinstance(SetOptions("e13", ("a",)).apply(page), Declined)
    assert isinstance(SetRequired("e13").apply(page), Declined)


def test_the_title_of_the_page_is_renamed() -> None:
    assert "<title>Good &amp; fresh</title>" in compile_document(done(RenamePage("Good & fresh"))).html


def test_a_late_answer_of_a_model_does_not_overwrite_what_the_user_decided() -> None:
    page = done(SetOptions("e11", ("Spain",)), done(SetText("e13", "Enter")))
    late = Slots(options={"e11": ("x", "y")}, labels={"e13": "Log in"}, actions={"e14": Action.CLEAR})
    filled = with_slots(page, late)
    assert filled.slots.options == {"e11": ("Spain",)}
    assert filled.slots.labels == {}
    assert filled.slots.actions == {"e14": Action.CLEAR}


def test_versions_go_back_and_forth_without_end() -> None:
    versions = Versions(Version(bakery(), "drawn", reading(bakery().drawn)))
    for number in range(200):
        versions = versions.changed(replace(bakery(), title=str(number)), str(number))
    assert versions.undone(150).present.sentence == "49"
    assert versions.undone(1000).present.sentence == "drawn"
    assert versions.undone(150).redone(150) == versions
    assert versions.undone(3).changed(bakery(), "new").redone() == versions.undone(3).changed(bakery(), "new")
    assert versions.redone() == versions


def test_three_variants_differ_from_each_other_and_keep_the_content() -> None:
    made = variants(done(SetTheme("ocean")))
    pages = {compile_document(variant.document).html for variant in made}
    assert len(pages) == 3
    assert all([e.id for e in variant.document.elements()] == [e.id for e in bakery().elements()] for variant in made)
    assert all(variant.document.look.theme != "ocean" for variant in made)


class Ids(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.depth: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attributes if name == "id" and value]
        if tag in ("div", "section", "main", "form", "nav", "header", "footer", "table"):
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("div", "section", "main", "form", "nav", "header", "footer", "table"):
            assert self.depth.pop() == tag


numbers = st.floats(min_value=1, max_value=900)
elements = st.lists(
    st.builds(
        Element,
        st.just("e"),
        st.sampled_from(ElementType),
        st.builds(Box, numbers, numbers, numbers, numbers),
        st.sampled_from(["", "Go", "Email", "A line of text with <b> in it"]),
    ),
    max_size=12,
).map(lambda made: tuple(replace(element, id=f"e{number}") for number, element in enumerate(made)))
targets = st.sampled_from(
    [*(f"e{n}" for n in range(12)), "n1", "n3", PAGE, "header", "footer", "navigation", "form", "", "?"]
)
words = st.sampled_from(["", "Hello", "x" * 900, "</style><script>", '"quoted"'])
factors = st.sampled_from([0.0, 0.5, 1.3, 9.0, -1.0])
wheres = st.sampled_from(["above", "below", "left", "right", "before", "after", "up", "down", "top", "bottom", "odd"])
kinds = st.sampled_from([*(kind.value for kind in SHAPES), *COMPOUNDS, "odd"])
some_patches = st.lists(
    st.one_of(
        st.builds(SetText, targets, words),
        st.builds(SetType, targets, st.sampled_from(ElementType)),
        st.builds(SetOptions, targets, st.tuples(words, words)),
        st.builds(SetPlaceholder, targets, words),
        st.builds(SetRequired, targets, st.booleans()),
        st.builds(RenamePage, words),
        st.builds(Remove, targets),
        st.builds(Move, targets, wheres, targets),
        st.builds(Add, kinds, words, wheres, targets, st.just((2, 2))),
        st.builds(Duplicate, targets),
        st.builds(Swap, targets, targets),
        st.builds(SetTheme, st.sampled_from(["dark", "odd"])),
        st.builds(SetPageWidth, st.sampled_from([0, 9, 700, 99999]), factors),
        st.builds(SetSpacing, factors, targets),
        st.builds(
            looks.SetColour, targets, st.sampled_from(["red", "#fff", "odd"]), st.sampled_from(["text", "background"])
        ),
        st.builds(looks.SetSize, targets, factors),
        st.builds(looks.SetWidth, targets, st.sampled_from([-5, 50, 1000])),
        st.builds(looks.Align, targets, st.sampled_from(["left", "centre", "right", "odd"])),
        st.builds(looks.SetSticky, targets),
        st.builds(looks.SetCorners, targets, st.booleans()),
        st.builds(looks.SetFace, targets, st.booleans(), st.none()),
        st.builds(looks.SetHidden, targets),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(elements, some_patches)
def test_any_edits_of_any_page_give_a_page_or_a_sentence(drawn: tuple[Element, ...], patches: list[Patch]) -> None:
    document = open_document(reading(drawn), "x")
    for patch in patches:
        outcome = patch.apply(document)
        assert patch.told(document)
        if isinstance(outcome, Declined):
            assert outcome.sentence.endswith((".", ":", "?"))
            continue
        document = outcome
    ids = Ids(compile_document(document).html).ids
    assert len(ids) == len(set(ids))
    assert all(element.box.width > 0 and element.box.height > 0 for element in document.elements())


def test_one_impossible_edit_stops_all_of_a_request() -> None:
    assert isinstance(apply_all(bakery(), (SetText("e13", "Enter"), Remove("e99"))), Declined)


@pytest.mark.parametrize("words", ["", "drawn"])
def test_compiling_a_reading_is_compiling_its_document(words: str) -> None:
    seen = reading(bakery().drawn)
    assert compile_page(seen, words) == compile_document(open_document(seen, words))
