"""Every action of the behaviour kit in a real browser: it does what its button says, and nothing leaves the page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from assistant.core.sketch import Element, ElementType, SketchReading
from assistant.pages.compiler import compile_page
from assistant.pages.intents import Action
from assistant.pages.render import find_browser
from tests.readings import JOKES, LOGIN, ORDER, T, row, stacked, with_elements
from tests.unit.test_pages_screens import APP

Open = Callable[[SketchReading], Page]
Drawn = tuple[ElementType, str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_browser()
    assert path is not None, "These tests need Chromium: `make test` installs it (or: apt-get install chromium)."
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--disable-gpu", *sandbox])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a reading. Whatever the test does with it: no script error, no request, no dialog."""
    context = browser.new_context(viewport={"width": 1100, "height": 800}, offline=True)
    context.set_default_timeout(5000)
    page = context.new_page()
    faults: list[str] = []

    def asked(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on(
        "console", lambda line: faults.append(f"console: {line.text}") if line.type in ("error", "warning") else None
    )
    page.on("request", lambda request: faults.append(f"request: {request.url}") if request.url != address else None)
    page.on("dialog", asked)
    page.on("popup", lambda popup: faults.append(f"window: {popup.url}"))
    file = tmp_path / "page.html"
    address = file.as_uri()

    def open_reading(reading: SketchReading) -> Page:
        file.write_text(compile_page(reading, "drawing").html, encoding="utf-8")
        page.goto(address)
        return page

    yield open_reading
    assert faults == []
    assert page.url.split("#")[0] == address
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def said(page: Page) -> str:
    toast = page.locator("#toast")
    return toast.inner_text() if toast.is_visible() else ""


def body(page: Page) -> str:
    return page.locator("main").inner_text()


def eventually(happened: Callable[[], bool], page: Page) -> None:
    """Playwright's own waiting needs eval, which the page's policy forbids."""
    for _ in range(100):
        if happened():
            return
        page.wait_for_timeout(30)
    pytest.fail("It did not happen within three seconds.")


def test_a_punchline_is_revealed_and_hidden_again(open_page: Open) -> None:
    page = open_page(JOKES)
    assert "other side" not in body(page)
    press(page, "Reveal punchline")
    assert "To get to the other side!" in body(page)
    press(page, "Reveal punchline")
    assert "other side" not in body(page)


def test_the_next_joke_replaces_setup_and_punchline(open_page: Open) -> None:
    page = open_page(JOKES)
    press(page, "Reveal punchline")
    press(page, "Next joke")
    assert "chicken" not in body(page)
    assert "other side" not in body(page)
    press(page, "Reveal punchline")
    first = page.locator(".reveal").inner_text()
    press(page, "Next joke")
    press(page, "Reveal punchline")
    assert first != page.locator(".reveal").inner_text()


def test_jokes_come_round_again(open_page: Open) -> None:
    page = open_page(JOKES)
    for _ in range(60):
        press(page, "Next joke")
        if "chicken" in body(page):
            break
    assert "Why did the chicken cross the road?" in body(page)


TODO = stacked((T.HEADING, "To do"), (T.INPUT, "New task"), (T.BUTTON, "Add"), (T.CHECKBOX, "Buy milk"))


def test_adding_needs_a_text(open_page: Open) -> None:
    page = open_page(TODO)
    press(page, "Add")
    assert page.locator(".added li").count() == 0
    assert said(page)
    page.get_by_role("textbox").fill("   ")
    press(page, "Add")
    assert page.locator(".added li").count() == 0


def test_an_added_line_can_be_ticked_and_removed(open_page: Open) -> None:
    page = open_page(TODO)
    field = page.get_by_role("textbox")
    for text in ("water the plants", "<b>call</b> Ada"):
        field.fill(text)
        press(page, "Add")
    assert field.input_value() == ""
    assert page.locator(".added li").all_inner_texts()[1].startswith("<b>call</b> Ada")
    tick = page.get_by_role("checkbox", name="water the plants")
    tick.check()
    assert "line-through" in page.locator(".added .done").evaluate("e => getComputedStyle(e).textDecorationLine")
    press(page, "Remove water the plants")
    assert page.locator(".added li").count() == 1


def test_enter_in_a_field_presses_the_button_after_it(open_page: Open) -> None:
    page = open_page(TODO)
    page.get_by_role("textbox").fill("by key")
    page.keyboard.press("Enter")
    assert page.locator(".added li").count() == 1


COUNTER = with_elements(
    stacked((T.HEADING, "Counter"), (T.TEXT, "Count: 5")),
    *row((T.BUTTON, "-"), (T.BUTTON, "+"), (T.BUTTON, "Reset"), top=200, first=3),
)


def test_a_counter_counts_both_ways_and_starts_again(open_page: Open) -> None:
    page = open_page(COUNTER)
    press(page, "+")
    press(page, "+")
    assert "Count: 7" in body(page)
    for _ in range(8):
        press(page, "-")
    assert "Count: -1" in body(page)
    press(page, "Reset")
    assert "Count: 0" in body(page)


def test_a_counter_without_a_drawn_number_makes_one(open_page: Open) -> None:
    page = open_page(stacked((T.HEADING, "Sheep"), (T.BUTTON, "+")))
    press(page, "+")
    press(page, "+")
    assert "2" in body(page)


def test_a_bill_gets_its_tip(open_page: Open) -> None:
    page = open_page(
        stacked(
            (T.HEADING, "Tip calculator"),
            (T.TEXT, "Bill"),
            T.INPUT,
            (T.TEXT, "Tip %"),
            T.INPUT,
            (T.BUTTON, "Calculate"),
        )
    )
    fields = page.locator("input")
    fields.nth(0).fill("80")
    fields.nth(1).fill("15")
    press(page, "Calculate")
    assert "12.00" in body(page)
    assert "92.00" in body(page)


def test_numbers_are_summed(open_page: Open) -> None:
    page = open_page(stacked((T.HEADING, "Sum"), (T.INPUT, "First"), (T.INPUT, "Second"), (T.BUTTON, "Calculate")))
    press(page, "Calculate")
    assert "numbers" in body(page)
    page.locator("input").nth(0).fill("1.5")
    page.locator("input").nth(1).fill("40")
    press(page, "Calculate")
    assert "41.5" in body(page)


def test_a_search_shows_what_fits(open_page: Open) -> None:
    page = open_page(
        stacked(
            (T.INPUT, "Search"),
            (T.BUTTON, "Search"),
            (T.TEXT, "Red apples"),
            (T.TEXT, "Green pears."),
            (T.TEXT, "Plums"),
        )
    )
    press(page, "Search")
    assert said(page)
    page.locator("input").fill("PEARS")
    press(page, "Search")
    assert "Green pears" in body(page)
    assert "Plums" not in body(page)
    page.locator("input").fill("bananas")
    press(page, "Search")
    assert "bananas" in said(page)
    assert "Plums" in body(page)


CHECKLIST = stacked(
    (T.HEADING, "List"),
    (T.CHECKBOX, "One"),
    (T.CHECKBOX, "Two"),
    (T.INPUT, "Note"),
    (T.BUTTON, "Check all"),
    (T.BUTTON, "Clear"),
)


def test_all_boxes_are_ticked_and_unticked(open_page: Open) -> None:
    page = open_page(CHECKLIST)
    boxes = page.get_by_role("checkbox")
    press(page, "Check all")
    assert [box.is_checked() for box in boxes.all()] == [True, True]
    press(page, "Check all")
    assert [box.is_checked() for box in boxes.all()] == [False, False]


def test_clearing_empties_everything(open_page: Open) -> None:
    page = open_page(CHECKLIST)
    press(page, "Check all")
    page.get_by_role("textbox").fill("remember")
    press(page, "Clear")
    assert page.get_by_role("textbox").input_value() == ""
    assert not any(box.is_checked() for box in page.get_by_role("checkbox").all())


def test_a_form_says_what_is_missing_and_then_that_it_is_done(open_page: Open) -> None:
    page = open_page(LOGIN)
    press(page, "Log in")
    assert page.locator(".problem").count() == 2
    assert page.evaluate("document.activeElement.id") == "e3"
    page.get_by_label("Email").fill("not an address")
    page.get_by_label("Password").fill("secret")
    press(page, "Log in")
    assert "e-mail" in page.locator(".problem").inner_text()
    page.get_by_label("Email").fill("ada@example.org")
    press(page, "Log in")
    assert page.locator(".problem").count() == 0
    assert "Log in" in said(page)


def test_a_drawn_tick_is_ticked(open_page: Open) -> None:
    assert open_page(LOGIN).get_by_role("checkbox", name="Remember me").is_checked()


def test_a_vague_button_answers(open_page: Open) -> None:
    page = open_page(stacked((T.HEADING, "Page"), (T.BUTTON, "Frobnicate")))
    press(page, "Frobnicate")
    assert "Frobnicate" in said(page)


def test_a_link_leads_to_its_heading_or_says_that_there_is_none(open_page: Open) -> None:
    page = open_page(
        with_elements(
            stacked(
                (T.HEADING, "Home"),
                (T.IMAGE, ""),
                (T.IMAGE, ""),
                (T.IMAGE, ""),
                (T.IMAGE, ""),
                (T.IMAGE, ""),
                (T.HEADING, "Prices"),
            ),
            *(
                Element(f"n{i}", T.LINK, place.box, place.text)
                for i, place in enumerate(row((T.LINK, "Prices"), (T.LINK, "Nowhere"), top=70))
            ),
        )
    )
    page.get_by_role("link", name="Prices").click()
    eventually(lambda: page.evaluate("scrollY") > 100, page)
    page.get_by_role("link", name="Nowhere").click()
    assert "Nowhere" in said(page)


def test_radios_of_a_group_exclude_each_other(open_page: Open) -> None:
    page = open_page(ORDER)
    express, standard = page.get_by_role("radio", name="Express"), page.get_by_role("radio", name="Standard")
    assert express.is_checked()
    standard.check()
    assert not express.is_checked()


def test_a_drop_down_offers_a_choice(open_page: Open) -> None:
    page = open_page(ORDER)
    options = page.locator("select option").all_inner_texts()
    assert len(options) == len(set(options)) >= 2
    page.locator("select").select_option(options[1])
    assert page.locator("select").input_value() == options[1]


def test_a_table_is_a_table(open_page: Open) -> None:
    page = open_page(ORDER)
    assert page.get_by_role("columnheader").all_inner_texts() == ["Item", "Price"]
    assert page.get_by_role("cell").all_inner_texts() == ["Mug", "$10.00"]


def test_a_pocket_calculator_computes(open_page: Open) -> None:
    keys = ("7", "8", "9", "÷"), ("4", "5", "6", "x"), ("1", "2", "3", "-"), ("0", "C", "=", "+")
    drawn = [
        part
        for line, names in enumerate(keys)
        for part in row(*((T.BUTTON, name) for name in names), top=120 + 80 * line, first=10 * line + 2)
    ]
    page = open_page(with_elements(stacked((T.INPUT, "0"), width=900), *drawn))
    for key in ("2", "+", "3", "x", "4", "="):
        press(page, key)
    assert page.locator("input").input_value() == "14"
    press(page, "C")
    assert page.locator("input").input_value() == "0"
    for key in ("1", "÷", "0", "="):
        press(page, key)
    assert page.locator("input").input_value() == "Error"


def test_dice_fall_on_one_of_six_sides(open_page: Open) -> None:
    page = open_page(stacked((T.HEADING, "Dice"), (T.BUTTON, "Roll")))
    press(page, "Roll")
    assert page.locator(".reveal").inner_text()[0] in "123456"


def test_a_cart_counts_what_is_put_in(open_page: Open) -> None:
    page = open_page(stacked((T.HEADING, "Shop"), (T.BUTTON, "Add to cart")))
    press(page, "Add to cart")
    press(page, "Add to cart")
    assert "2" in said(page)


@pytest.mark.parametrize(
    "drawn",
    [
        [(T.TEXT, "25:00"), (T.BUTTON, "Start"), (T.BUTTON, "Stop"), (T.BUTTON, "Reset")],
        [(T.HEADING, "Photo"), (T.BUTTON, "Like"), (T.BUTTON, "Dark mode")],
        [(T.SELECT, "C Sharp"), (T.CHECKBOX, "PHP"), (T.BUTTON, "Get selected item")],
        [(T.BUTTON, "")],
        [(T.BUTTON, "constructor"), (T.BUTTON, "__proto__"), (T.LINK, "toString")],
        [(T.BUTTON, "Next joke"), (T.BUTTON, "Reveal punchline"), (T.BUTTON, "+"), (T.BUTTON, "-"), (T.BUTTON, "Add")],
    ],
    ids=lambda drawn: " ".join(text or "?" for _, text in drawn),
)
def test_every_button_does_something_each_time_it_is_pressed(open_page: Open, drawn: list[Drawn]) -> None:
    page = open_page(stacked(*drawn))
    for button in page.locator("main button").all():
        before = page.locator("body").evaluate("b => b.outerHTML")
        button.click()
        assert page.locator("body").evaluate("b => b.outerHTML") != before


def test_every_action_is_known_to_the_kit(open_page: Open) -> None:
    page = open_page(stacked((T.HEADING, "All"), (T.INPUT, "x"), (T.CHECKBOX, "y"), (T.BUTTON, "Press")))
    for action in Action:
        page.locator("#e4").evaluate("(b, name) => { b.dataset.action = name; b.click(); }", action.value)
        nothing = "there is nothing behind this yet"
        has_nothing_to_do = action in (Action.TELL, Action.CLOSE)  # outside a dialog there is nothing to close
        assert has_nothing_to_do or nothing not in said(page), action


@pytest.mark.parametrize("reading", [LOGIN, JOKES, ORDER, TODO], ids=["login", "jokes", "order", "todo"])
@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_no_page_is_wider_than_its_window(open_page: Open, reading: SketchReading, width: int) -> None:
    page = open_page(reading)
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_follows_the_dark_theme_of_the_system(open_page: Open) -> None:
    page = open_page(LOGIN)
    page.emulate_media(color_scheme="dark")
    red = int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert red < 80


def test_several_screens_are_views_that_lead_to_each_other(open_page: Open) -> None:
    page = open_page(APP)
    assert page.locator(".view:visible").count() == 1
    page.fill("#s1p2", "ana@example.org")
    page.click("#s1p3")
    assert page.locator("#screen-2").is_visible()
    assert not page.locator("#screen-1").is_visible()
    page.click("#s2p3")
    page.click("#s3p2")
    assert page.locator("#screen-2").is_visible(), "back"
    assert page.url.endswith("#screen-2")
    page.go_back()
    assert page.locator("#screen-3").is_visible()


def test_a_form_is_checked_before_its_screen_is_left(open_page: Open) -> None:
    page = open_page(APP)
    page.fill("#s1p2", "nobody")
    page.click("#s1p3")
    assert page.locator("#screen-1").is_visible()
    assert "e-mail" in page.locator(".problem").inner_text()
