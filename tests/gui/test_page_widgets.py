"""Tabs, carousels, dialogs and tables in a real browser view: by the mouse and by the keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from assistant.core import page_events
from assistant.pages.compiler import compile_document, compile_page
from assistant.pages.document import open_document
from tests.gui import samples
from tests.gui.test_preview import ask
from tests.readings import T
from tests.unit.test_pages_widgets import ARROWS, DOTS, drawn, element, form, over, shaped, slides, tabbed, table

ACTIVE = "document.activeElement.id"


@pytest.fixture
def opened(window, qtbot):
    def opened(html):
        window.on_event(page_events.PageJobStarted(1, "a.jpg"))
        window.on_event(page_events.PagePainted(1, samples.page(0, html), True))
        frame = window.pane.preview.frame
        qtbot.waitUntil(lambda: frame.page is not None and not frame._patience.isActive(), timeout=10_000)
        qtbot.wait(200)
        frame.view.focusProxy().setFocus()
        assert frame.page.errors == []
        return frame

    return opened


def press(qtbot, frame, *keys):
    for key in keys:
        QTest.keyClick(frame.view.focusProxy(), key)
        qtbot.wait(60)


def focus(qtbot, frame, element_id):
    ask(qtbot, frame.page, f"document.getElementById('{element_id}').focus(); 1")


def click(qtbot, frame, selector):
    ask(qtbot, frame.page, f"document.querySelector('{selector}').click(); 1")


def shown(qtbot, frame, selector):
    script = f"[...document.querySelectorAll('{selector}')].filter(n => n.offsetParent).map(n => n.id).join()"
    return ask(qtbot, frame.page, script)


def test_tabs_change_with_a_click_and_with_the_arrow_keys(opened, qtbot):
    frame = opened(compile_page(tabbed(), "x").html)
    assert shown(qtbot, frame, "[role=tabpanel]") == "a-panel"
    click(qtbot, frame, "#b")
    assert shown(qtbot, frame, "[role=tabpanel]") == "b-panel"
    focus(qtbot, frame, "b")
    press(qtbot, frame, Qt.Key.Key_Right)
    assert ask(qtbot, frame.page, ACTIVE) == "c"
    press(qtbot, frame, Qt.Key.Key_Right)
    assert shown(qtbot, frame, "[role=tabpanel]") == "a-panel"
    press(qtbot, frame, Qt.Key.Key_End)
    assert ask(qtbot, frame.page, "document.querySelector('[aria-selected=true]').id") == "c"
    assert ask(qtbot, frame.page, "document.querySelectorAll('[role=tab][tabindex=\"0\"]').length") == 1


def test_a_carousel_turns_by_arrows_dots_and_keys_and_never_by_itself(opened, qtbot):
    frame = opened(compile_page(slides(*ARROWS, *DOTS), "x").html)
    now = "[...document.querySelectorAll('.slide')].findIndex(s => !s.hidden)"
    assert ask(qtbot, frame.page, now) == 0
    click(qtbot, frame, ".next")
    assert ask(qtbot, frame.page, now) == 1
    click(qtbot, frame, ".previous")
    click(qtbot, frame, ".previous")
    assert ask(qtbot, frame.page, now) == 3
    click(qtbot, frame, ".dot:nth-child(2)")
    assert ask(qtbot, frame.page, now) == 1
    focus(qtbot, frame, "r")
    press(qtbot, frame, Qt.Key.Key_Right)
    assert ask(qtbot, frame.page, now) == 2
    assert ask(qtbot, frame.page, "document.querySelectorAll('.dot[aria-current=true]').length") == 1


def test_a_dialog_closes_with_escape_and_gives_the_focus_back(opened, qtbot):
    page = compile_document(shaped("open the form in a dialog when the contact button is clicked", form())).html
    frame = opened(page)
    is_open = "document.querySelector('dialog').open"
    assert ask(qtbot, frame.page, is_open) is False
    focus(qtbot, frame, "o")
    press(qtbot, frame, Qt.Key.Key_Return)
    assert ask(qtbot, frame.page, is_open) is True
    assert ask(qtbot, frame.page, "document.querySelector('dialog').contains(document.activeElement)") is True
    press(qtbot, frame, Qt.Key.Key_Escape)
    assert ask(qtbot, frame.page, is_open) is False
    assert ask(qtbot, frame.page, ACTIVE) == "o"


def test_a_form_in_a_dialog_is_checked_before_it_closes(opened, qtbot):
    page = compile_document(shaped("open the form in a dialog when the contact button is clicked", form())).html
    frame = opened(page)
    click(qtbot, frame, "#o")
    click(qtbot, frame, "#s")
    assert ask(qtbot, frame.page, "document.querySelector('dialog').open") is True
    problem = "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    assert ask(qtbot, frame.page, problem) == "Please fill this in"
    ask(qtbot, frame.page, "document.getElementById('i').value = 'ada@example.org'; 1")
    click(qtbot, frame, "#s")
    assert ask(qtbot, frame.page, "document.querySelector('dialog').open") is False


def test_a_drawn_dialog_is_open_as_drawn_and_opens_again(opened, qtbot):
    frame = opened(compile_page(over(), "x").html)
    assert ask(qtbot, frame.page, "document.querySelector('dialog').matches(':modal')") is True
    click(qtbot, frame, "#x")
    assert ask(qtbot, frame.page, "document.querySelector('dialog').open") is False
    click(qtbot, frame, "#o")
    assert ask(qtbot, frame.page, "document.querySelector('dialog').open") is True
    click(qtbot, frame, "#k")
    assert ask(qtbot, frame.page, "document.querySelector('dialog').open") is False


@pytest.mark.parametrize(
    ("texts", "sorted_"),
    [
        (("$120", "$9", "$1,085.50"), "$9 $120 $1,085.50"),
        (("03.02.2024", "17.11.2023", "01.07.2024"), "17.11.2023 03.02.2024 01.07.2024"),
        (("3 Mar 2024", "12 Jan 2024", "1 Feb 2023"), "1 Feb 2023 12 Jan 2024 3 Mar 2024"),
        (("Zoë", "anna", "Émile"), "anna Émile Zoë"),
        (("10 %", "", "9 %"), "9 % 10 % "),
    ],
)
def test_a_table_sorts_numbers_and_dates_as_what_they_are(opened, qtbot, texts, sorted_):
    cells = [element(f"v{n}", T.TEXT, (320, 190 + 60 * n, 100, 26), text) for n, text in enumerate(texts) if text]
    names = [element(f"w{n}", T.TEXT, (80, 190 + 60 * n, 100, 26), f"Row {n}") for n in range(3)]
    head = [element("a", T.TEXT, (80, 130, 100, 26), "Name"), element("b", T.TEXT, (320, 130, 100, 26), "Value")]
    frame = opened(compile_page(drawn(element("t", T.TABLE, (60, 110, 500, 280)), *head, *cells, *names), "x").html)
    column = "[...document.querySelectorAll('tbody tr')].map(r => r.cells[1].innerText.trim()).join(' ')"
    click(qtbot, frame, "th:nth-child(2) .sort")
    assert ask(qtbot, frame.page, column) == sorted_
    assert ask(qtbot, frame.page, "document.querySelectorAll('th')[1].ariaSort") == "ascending"
    click(qtbot, frame, "th:nth-child(2) .sort")
    assert ask(qtbot, frame.page, "document.querySelectorAll('th')[1].ariaSort") == "descending"
    assert ask(qtbot, frame.page, "document.querySelectorAll('th')[0].ariaSort") == "none"


def test_a_search_over_a_table_leaves_its_headings(opened, qtbot):
    page = shaped("let me search the table", open_document(table("Name", "Price"), "x"))
    frame = opened(compile_document(page).html)
    script = "const f = document.querySelector('input[type=search]'); f.value = '02'; "
    ask(qtbot, frame.page, f"{script} f.dispatchEvent(new Event('input', {{bubbles: true}})); 1")
    rows = "[...document.querySelectorAll('tr')].filter(r => r.offsetParent).map(r => r.cells[0].innerText).join()"
    assert ask(qtbot, frame.page, rows).startswith("Name")
    assert ask(qtbot, frame.page, "[...document.querySelectorAll('tr')].filter(r => r.offsetParent).length") == 2


def test_a_page_that_remembers_runs_where_there_is_no_storage(opened, qtbot):
    todo = drawn(
        element("i", T.INPUT, (40, 120, 300, 46), "New task"),
        element("a", T.BUTTON, (380, 120, 120, 46), "Add"),
        element("c", T.CHECKBOX, (40, 220, 200, 26), "Milk"),
    )
    frame = opened(compile_document(shaped("remember the list", open_document(todo, "x"))).html)
    ask(qtbot, frame.page, "document.getElementById('i').value = 'Bread'; 1")
    click(qtbot, frame, "#a")
    click(qtbot, frame, "#c")
    assert "Bread" in ask(qtbot, frame.page, "document.querySelector('.added').textContent")
    assert frame.page.errors == []
