"""What perception leaves behind is mended by general habits of hands, and drawn edges become straight."""

from __future__ import annotations

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.layout import layout
from assistant.pages.straighten import is_centred
from assistant.pages.tidy import tidy
from assistant.pages.tree import Kind, Node

Drawn = tuple[ElementType, float, float, float, float, str]
TEXT, HEADING, LINK = ElementType.TEXT, ElementType.HEADING, ElementType.LINK
INPUT, BUTTON, SELECT = ElementType.INPUT, ElementType.BUTTON, ElementType.SELECT
CHECKBOX, IMAGE, RULE = ElementType.CHECKBOX, ElementType.IMAGE, ElementType.DIVIDER


def elements(*drawn: Drawn) -> tuple[Element, ...]:
    return tuple(
        Element(f"e{number}", kind, Box(x, y, width, height), text)
        for number, (kind, x, y, width, height, text) in enumerate(drawn, start=1)
    )


def mended(*drawn: Drawn) -> list[tuple[ElementType, str]]:
    return [(element.type, element.text) for element in tidy(elements(*drawn))]


def rows(root: Node) -> list[list[str]]:
    return [[element.text for element in child.elements()] for child in root.children]


def test_words_of_one_line_are_joined() -> None:
    found = mended(
        (HEADING, 0, 0, 300, 60, "Shop"), (TEXT, 0, 200, 100, 44, "This"), (TEXT, 140, 198, 300, 50, "is it")
    )
    assert (TEXT, "This is it") in found


def test_words_of_two_columns_stay_apart() -> None:
    found = mended(
        (TEXT, 0, 0, 150, 40, "Ann"), (TEXT, 180, 0, 150, 40, "Berlin"),
        (TEXT, 0, 80, 150, 40, "Bob"), (TEXT, 180, 80, 150, 40, "Paris"),
    )  # fmt: skip
    assert {text for _, text in found} == {"Ann", "Berlin", "Bob", "Paris"}


def test_a_price_beside_words_stays_apart() -> None:
    assert (TEXT, "$10") in mended((TEXT, 0, 0, 190, 70, "5-6 days"), (TEXT, 230, 0, 80, 60, "$10"))


def test_centred_lines_of_one_sentence_become_one_text() -> None:
    found = mended(
        (HEADING, 200, 0, 200, 60, "Team"),
        (TEXT, 50, 100, 500, 50, "This is the best team"),
        (TEXT, 150, 180, 300, 50, "that ever was"),
    )
    assert found[-1] == (TEXT, "This is the best team that ever was")


def test_a_piece_of_a_text_inside_its_own_box_is_dropped() -> None:
    assert mended((TEXT, 0, 0, 200, 60, "Job position"), (TEXT, 150, 20, 40, 25, "on")) == [(TEXT, "Job position")]


def test_a_text_inside_an_empty_button_becomes_its_own() -> None:
    assert mended((BUTTON, 0, 0, 200, 60, ""), (TEXT, 40, 15, 100, 30, "Send")) == [(BUTTON, "Send")]


def test_a_rule_on_the_edge_of_a_button_goes_and_one_under_a_title_stays() -> None:
    found = mended(
        (HEADING, 0, 0, 300, 60, "Login"), (RULE, 0, 80, 400, 10, ""),
        (BUTTON, 0, 200, 300, 70, "Go"), (RULE, 0, 268, 290, 8, ""),
        (TEXT, 0, 400, 300, 40, "Bye"),
    )  # fmt: skip
    assert [kind for kind, _ in found].count(RULE) == 1


def test_a_short_line_alone_at_the_top_is_the_title() -> None:
    assert mended((TEXT, 100, 0, 200, 50, "To-do list"), (CHECKBOX, 0, 100, 200, 40, "Milk"))[0][0] is HEADING


def test_a_label_above_the_first_field_is_no_title() -> None:
    assert mended((TEXT, 0, 0, 100, 40, "Name"), (INPUT, 0, 50, 300, 50, ""))[0][0] is TEXT


def test_a_value_at_the_end_of_a_row_is_no_heading() -> None:
    found = mended(
        (HEADING, 0, 0, 300, 60, "Order"), (TEXT, 0, 150, 200, 40, "Tea"), (HEADING, 500, 140, 120, 70, "$20")
    )
    assert (TEXT, "$20") in found


def test_edit_at_the_end_of_a_row_is_a_link_and_at_its_start_is_not() -> None:
    assert (LINK, "Edit") in mended((HEADING, 0, 0, 300, 50, "Cart"), (TEXT, 500, 5, 80, 40, "Edit"))
    assert (LINK, "Edit") not in mended((HEADING, 0, 0, 300, 50, "Cart"), (TEXT, 0, 105, 80, 40, "Edit"))


def test_two_links_read_as_one_text_are_parted_under_ids_of_their_own() -> None:
    found = tidy(elements((HEADING, 0, 0, 200, 50, "Users"), (TEXT, 400, 100, 300, 50, "More Delete")))
    assert [e.text for e in found if e.type is LINK] == ["More", "Delete"]
    assert len({e.id for e in found}) == len(found)


def test_a_year_field_beside_a_month_is_a_drop_down() -> None:
    assert (SELECT, "YYYY") in mended((SELECT, 0, 0, 150, 60, "MM"), (INPUT, 200, 5, 180, 60, "YYYY"))


def test_a_slanted_row_of_choices_stays_one_row() -> None:
    root = layout(
        elements(
            (CHECKBOX, 0, 0, 200, 50, "One"), (CHECKBOX, 400, 0, 200, 50, "Two"),
            (CHECKBOX, 0, 130, 200, 50, "Three"), (CHECKBOX, 400, 90, 200, 50, "Four"),
        )
    )  # fmt: skip
    assert rows(root) == [["One", "Two"], ["Three", "Four"]]


def test_left_edges_that_waver_become_one() -> None:
    root = layout(elements(*((INPUT, x, 120 * row, 400, 60, "") for row, x in enumerate((0.0, 12.0, 5.0, 17.0)))))
    assert len({child.box.x for child in root.children}) == 1


def test_pictures_over_names_become_cards() -> None:
    drawn = [(IMAGE, 300 * n, 100, 150, 150, "") for n in range(3)]
    names = [(TEXT, 300 * n, 330, 150, 40, name) for n, name in enumerate(("Ann", "Bob", "Cy"))]
    root = layout(elements(*drawn, *names))
    row = root.children[0]
    assert row.kind is Kind.ROW
    assert [[e.type for e in card.elements()] for card in row.children] == [[IMAGE, TEXT]] * 3
    assert len({card.box.width for card in row.children}) == 1


def test_what_was_nearly_in_the_middle_is_in_the_middle() -> None:
    root = layout(
        elements(
            (HEADING, 200, 0, 220, 60, "Jokes"),
            (TEXT, 0, 120, 600, 40, "A long line over the whole width of it"),
            (BUTTON, 190, 240, 200, 70, "More jokes"),
        )
    )
    assert is_centred(root.children[0].box, root.box)
    assert is_centred(root.children[2].box, root.box)
