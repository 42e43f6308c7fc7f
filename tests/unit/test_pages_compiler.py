"""What the compiler makes of drawings: semantics, order, and what perception got wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.pages.compiler import compile_page
from assistant.pages.tidy import tidy
from tests.readings import JOKES, LOGIN, ORDER, Parsed, T, row, stacked


def page_of(*elements: Element) -> str:
    return compile_page(SketchReading(1000, 1000, elements), "drawing").html


def element(
    kind: ElementType, x: float, y: float, width: float, height: float, text: str = "", name: str = ""
) -> Element:
    return Element(name or f"{kind.value}{x:g}-{y:g}", kind, Box(x, y, width, height), text)


@pytest.mark.parametrize(
    ("language", "shown"), [("es", "es"), ("en", "en"), ("pt-BR", "pt-BR"), ('"><b>', "en"), ("", "en")]
)
def test_the_page_says_its_language(language: str, shown: str) -> None:
    assert f'<html lang="{shown}">' in compile_page(replace(LOGIN, language=language), "x").html


def test_a_text_beside_or_above_a_field_is_its_label() -> None:
    labels = {a.get("for") for a in Parsed(compile_page(LOGIN, "x").html).named("label")}
    assert {"e3", "e5"} <= labels


def test_field_kinds_follow_their_labels() -> None:
    html = compile_page(LOGIN, "x").html
    assert re.search(r'<input id="e3" type="email" required', html)
    assert re.search(r'<input id="e5" type="password" required', html)


def test_one_first_heading() -> None:
    html = compile_page(stacked((T.HEADING, "Big"), (T.TEXT, "words"), (T.HEADING, "Small")), "x").html
    assert (html.count("<h1"), html.count("<h2")) == (1, 1)


def test_links_at_the_top_are_the_navigation() -> None:
    html = compile_page(JOKES, "x").html
    nav = html[html.index("<nav") : html.index("</nav>")]
    assert all(name in nav for name in ("Home", "Jokes", "About"))


def test_a_ruled_off_top_is_the_header_and_small_print_the_footer() -> None:
    reading = stacked(
        (T.HEADING, "Bakery"),
        T.DIVIDER,
        (T.TEXT, "Fresh bread every day."),
        T.IMAGE,
        T.IMAGE,
        T.IMAGE,
        (T.TEXT, "© 2026 Bakery"),
    )
    html = compile_page(reading, "x").html
    assert "Bakery" in html[html.index("<header") : html.index("</header>")]
    assert "© 2026" in html[html.index("<footer") : html.index("</footer>")]


def test_a_page_without_them_has_neither_header_nor_footer() -> None:
    html = compile_page(LOGIN, "x").html
    assert "<header" not in html
    assert "<footer" not in html


def test_everything_that_is_asked_stands_in_one_form() -> None:
    html = compile_page(LOGIN, "x").html
    form = html[html.index("<form") : html.index("</form>")]
    assert all(f'id="{name}"' in form for name in ("e3", "e5", "e6", "e8"))
    assert html.count("<form") == 1


def test_cards_hold_what_was_drawn_in_them() -> None:
    html = compile_page(ORDER, "x").html
    card = html[html.index("<section") : html.index("</section>")]
    assert 'id="e3"' in card
    assert 'id="e5"' not in card


def test_wireframes_of_squiggles_have_lines_and_no_empty_tags() -> None:
    html = compile_page(stacked(T.HEADING, T.TEXT, T.LINK, T.INPUT, T.RADIO, T.BUTTON), "x").html
    assert html.count('class="skeleton') >= 3
    assert not re.search(r"<(h1|h2|p|a|label)\b[^>]*></\1>", html)


def test_pictures_keep_their_drawn_aspect() -> None:
    assert "aspect-ratio: 2.00" in page_of(element(T.IMAGE, 0, 0, 400, 200))


def test_labels_stand_close_to_their_fields() -> None:
    gaps = re.findall(r'<input id="e[35]"[^>]*--gap: (\d+)px', compile_page(LOGIN, "x").html)
    assert gaps
    assert all(int(gap) <= 10 for gap in gaps)


def test_a_link_in_a_table_can_be_clicked() -> None:
    html = page_of(
        element(T.TABLE, 0, 0, 900, 200),
        element(T.TEXT, 20, 20, 100, 30, "Name"),
        element(T.TEXT, 500, 20, 100, 30, "Do"),
        element(T.TEXT, 20, 120, 100, 30, "Ada"),
        element(T.LINK, 500, 120, 100, 30, "Edit"),
    )
    assert re.search(r"<td><a [^>]*>Edit</a></td>", html)


def texts_after(*elements: Element) -> list[str]:
    return [e.text for e in tidy(elements)]


def test_words_of_one_line_are_joined() -> None:
    parts = [element(T.TEXT, 60, 20, 136, 59, "User"), element(T.TEXT, 230, 14, 252, 66, "Accounts")]
    body = [element(T.TEXT, 60, 200, 300, 50, "First line here"), element(T.BUTTON, 60, 300, 300, 80, "Go")]
    assert "User Accounts" in texts_after(*parts, *body)


def test_words_far_apart_stay_apart() -> None:
    menu = row((T.TEXT, "Home"), (T.TEXT, "News"), (T.TEXT, "About"))
    assert texts_after(*menu) == ["Home", "News", "About"]


def test_a_text_that_was_read_twice_is_shown_once() -> None:
    twice = [element(T.TEXT, 20, 20, 200, 30, "Subscribe now"), element(T.TEXT, 24, 22, 120, 26, "Subscribe")]
    assert texts_after(*twice) == ["Subscribe now"]


def test_a_button_s_own_words_do_not_stand_over_it() -> None:
    html = page_of(
        element(T.BUTTON, 20, 100, 300, 80, "Send"),
        element(T.TEXT, 60, 115, 120, 40, "Send"),
        element(T.TEXT, 20, 20, 90, 30, "Hi"),
    )
    assert Parsed(html).texts.count("Send") == 1


def test_words_in_an_empty_frame_become_its_own() -> None:
    drawn = tidy((element(T.BUTTON, 20, 100, 300, 80), element(T.TEXT, 60, 115, 120, 40, "Order")))
    assert [(e.type, e.text) for e in drawn] == [(T.BUTTON, "Order")]


def test_a_rule_along_the_edge_of_a_field_is_no_rule() -> None:
    field = element(T.INPUT, 20, 100, 400, 60)
    page = [element(T.TEXT, 20, 20, 90, 30, "Hi"), field, element(T.TEXT, 20, 300, 90, 30, "Bye")]
    assert not any(e.type is T.DIVIDER for e in tidy((*page, element(T.DIVIDER, 22, 98, 390, 6))))
    assert any(e.type is T.DIVIDER for e in tidy((*page, element(T.DIVIDER, 22, 220, 390, 6))))


def test_lines_of_running_text_become_one_paragraph() -> None:
    lines = [
        element(T.TEXT, 20, 20, 500, 40, "I told my wife she was"),
        element(T.TEXT, 22, 70, 480, 40, "drawing her eyebrows too high."),
    ]
    assert texts_after(*lines, element(T.BUTTON, 20, 200, 200, 60, "Go"))[0] == (
        "I told my wife she was drawing her eyebrows too high."
    )


def test_columns_of_pictures_and_names_stack_person_by_person() -> None:
    people = [
        part
        for i, name in enumerate(("Ada", "Bob", "Cyn"))
        for part in (
            element(T.IMAGE, 40 + 320 * i, 200, 180, 180),
            element(T.TEXT, 44 + 320 * i, 400, 120, 30, name),
            element(T.PARAGRAPH, 40 + 320 * i, 450, 200, 80),
        )
    ]
    html = page_of(element(T.HEADING, 300, 20, 400, 80, "Our team"), *people)
    first, second = html.index('id="image360-200"'), html.index(">Ada<")
    assert second < first
