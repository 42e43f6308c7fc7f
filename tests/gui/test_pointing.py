"""Pointing at parts of the page and the sketch: the mouse selects, and the page notices nothing."""

import json
import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from assistant.core import page_events
from assistant.core.sketch import Box, Correction, ElementType, VersionList
from assistant.gui.page_scripts import id_of, place_of, places_of
from assistant.pages.page_maker import PageMaker
from tests.gui import samples

NOISY = """<!doctype html><style>body{margin:0}#b{position:absolute;left:100px;top:50px;width:200px;height:80px}</style>
<button id="b" onclick="console.error('the page was clicked')">x</button><div style="height:4000px"></div>"""


@pytest.fixture
def show(window, qtbot):
    def show(html=NOISY, revision=0):
        if not window.state.shown_job:
            window.on_event(page_events.PageJobStarted(1, "a.jpg"))
            window.on_event(page_events.SketchRead(1, samples.reading(), samples.picture()))
        with qtbot.waitSignal(window.pane.preview.frame.settled, timeout=10_000):
            window.on_event(page_events.PagePainted(1, samples.page(revision, html), True))
        qtbot.wait(50)
        return window.pane.preview

    return show


def chosen(commands):
    """Thumbnails come by themselves, whenever a page has painted."""
    acts = [act for (act,) in commands.named("act_on_page")]
    return [act for act in acts if not isinstance(act, page_events.ThumbnailTaken)]


def ask(qtbot, page, script):
    answers = []
    page.runJavaScript(script, 1, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=3000)
    return answers[0]


def on_screen(preview, x, y):
    zoom = preview.frame.page.zoomFactor()
    return QPoint(round(x * zoom), round(y * zoom))


def test_a_click_while_pointing_selects_and_the_page_hears_nothing(show, window, commands, qtbot):
    preview = show()
    preview.bar.point.click()
    QTest.mouseClick(preview.frame.pointer, Qt.MouseButton.LeftButton, pos=on_screen(preview, 150, 80))
    qtbot.waitUntil(lambda: bool(chosen(commands)), timeout=3000)
    assert chosen(commands) == [page_events.ElementSelected(1, "b")]
    assert preview.frame.page.errors == []

    window.on_event(page_events.PartSelected(1, "b", "the x button"))
    qtbot.waitUntil(lambda: not preview.frame.pointer.selected_box.isEmpty(), timeout=3000)
    box = preview.frame.pointer.selected_box
    assert abs(box.left() - on_screen(preview, 100, 50).x()) < 2
    assert preview.bar.this.text() == "“This” is the x button"


def test_a_click_on_empty_ground_selects_nothing(show, commands, qtbot):
    preview = show()
    preview.bar.point.click()
    QTest.mouseClick(preview.frame.pointer, Qt.MouseButton.LeftButton, pos=on_screen(preview, 700, 400))
    qtbot.waitUntil(lambda: chosen(commands) == [page_events.ElementSelected(1, "")], timeout=3000)


def test_alt_and_a_click_points_without_the_mode_and_a_plain_click_is_the_page_s(show, commands, qtbot):
    preview = show()
    target = preview.frame.view.focusProxy()
    at = on_screen(preview, 150, 80)
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, at)
    qtbot.waitUntil(lambda: chosen(commands) == [page_events.ElementSelected(1, "b")], timeout=3000)
    assert preview.frame.page.errors == []
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: bool(preview.frame.page.errors), timeout=3000)


def test_pointing_goes_by_the_keys_and_ends_with_escape(show, commands, qtbot):
    preview = show()
    preview.bar.point.click()
    pointer = preview.frame.pointer
    qtbot.waitUntil(lambda: bool(pointer._parts), timeout=3000)
    QTest.keyClick(pointer, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: pointer._hovered is not None, timeout=3000)
    QTest.keyClick(pointer, Qt.Key.Key_Return)
    assert chosen(commands) == [page_events.ElementSelected(1, "b")]
    QTest.keyClick(pointer, Qt.Key.Key_Escape)
    assert not commands.named("stop")
    assert not preview.bar.point.isChecked()


def test_the_page_scrolls_under_the_pointer_and_the_outline_follows(show, window, qtbot):
    preview = show()
    window.on_event(page_events.PartSelected(1, "b", "it"))
    pointer = preview.frame.pointer
    qtbot.waitUntil(lambda: not pointer.selected_box.isEmpty(), timeout=3000)
    before = pointer.selected_box.top()
    preview.bar.point.click()
    centre = QPointF(pointer.rect().center())

    def scrolled():
        wheel = QWheelEvent(
            centre, pointer.mapToGlobal(centre), QPoint(0, -40), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(pointer, wheel)
        qtbot.wait(60)
        return pointer.selected_box.top() < before - 5

    qtbot.waitUntil(scrolled, timeout=5000)


@pytest.mark.parametrize(
    "answer",
    [
        None, 5, "b", {}, [], ["b"], ["b", 1, 2, 3], ["b", 1, 2, 3, "4"], ["b", 1, 2, 3, math.inf],
        ["b", 1, 2, 3, math.nan], ["b", 1, 2, 3, True], ["<b>", 1, 2, 3, 4], ["", 1, 2, 3, 4],
        ["x" * 65, 1, 2, 3, 4], [["b"], 1, 2, 3, 4], ["b", 1e9, 2, 3, 4], ["b'); alert(1", 1, 2, 3, 4],
    ],
)  # fmt: skip
def test_an_answer_of_a_hostile_page_is_taken_only_in_its_right_shape(answer):
    told = json.dumps(answer)
    assert place_of(told) is None
    assert places_of(json.dumps([answer, ["ok", 1, 2, 3, 4]])) == (("ok", Box(1, 2, 3, 4)),)
    assert places_of(told) == ()


def test_ids_are_plain_names():
    assert id_of('"e12"') == "e12"
    for other in ('"é"', '["e1"]', '"a b"', "e12", "[" * 9999, "", None, "1"):
        assert id_of(other) == ""


def test_a_page_that_shadows_names_is_still_pointed_at(show, commands, qtbot):
    preview = show(
        NOISY + "<form name=elementFromPoint></form><img name=getElementById><script>"
        "Document.prototype.elementFromPoint = () => { throw 1 }; Element.prototype.getAttribute = () => 'evil';"
        "Array.prototype.map = () => ['evil'];</script>"
    )
    preview.bar.point.click()
    QTest.mouseClick(preview.frame.pointer, Qt.MouseButton.LeftButton, pos=on_screen(preview, 150, 80))
    qtbot.waitUntil(lambda: bool(chosen(commands)), timeout=3000)
    assert chosen(commands) == [page_events.ElementSelected(1, "b")]


async def test_an_edit_repaints_only_what_changed(show, window, qtbot):
    editor = PageMaker().open(samples.reading(), "a")
    preview = show(editor.page(0).html)
    page = preview.frame.page
    loads = []
    page.loadStarted.connect(lambda: loads.append(1))
    ask(qtbot, page, "document.getElementById('e5').value = 'Ada'; document.getElementById('e6').checked = true; 1")
    await editor.change("make the button green", "", None)
    await editor.change("rename the checkbox to Write to me", "", None)
    await editor.change("add a contact form", "", None)
    show(editor.page(1).html, 1)
    assert ask(qtbot, page, "document.getElementById('e5').value") == "Ada"
    assert ask(qtbot, page, "document.getElementById('e6').checked") is True
    assert ask(qtbot, page, "document.getElementById('e6').parentElement.textContent") == "Write to me"
    assert "Contact us" in ask(qtbot, page, "document.body.textContent")
    assert ask(qtbot, page, "getComputedStyle(document.getElementById('e7')).backgroundColor") == "rgb(46, 125, 50)"
    assert loads == []
    fresh = ask(qtbot, page, "document.querySelector('main').innerHTML")
    preview.reload()
    qtbot.waitSignal(preview.frame.settled, timeout=10_000).wait()
    assert ask(qtbot, preview.frame.page, "document.querySelector('main').innerHTML") == fresh


def test_an_error_offers_a_repair_that_names_the_part_that_was_pressed(show, window, commands, qtbot):
    preview = show("<button id=b onclick='nosuch()'>x</button>")
    ask(qtbot, preview.frame.page, "document.getElementById('b').focus(); document.getElementById('b').click(); 1")
    qtbot.waitUntil(lambda: preview._strip.isVisible() and preview._failing == "b", timeout=3000)
    assert preview.fix.isVisible()
    preview.fix.click()
    (asked,) = chosen(commands)
    assert isinstance(asked, page_events.RepairAsked) and asked.element_id == "b" and "nosuch" in asked.problem


def test_undo_redo_and_the_strip_of_versions(show, window, commands, qtbot):
    preview = show()
    window.on_event(page_events.VersionsListed(1, VersionList(("drawn", "green", "blue"), 1)))
    window._paint()
    assert preview.bar.undo.isEnabled() and preview.bar.redo.isEnabled()
    preview.bar.undo.click()
    preview.bar.redo.click()
    preview.bar.versions.click()
    assert preview.versions.isVisible() and preview.versions.count() == 3
    assert preview.versions.currentRow() == 1
    preview.versions.itemClicked.emit(preview.versions.item(0))
    preview.versions.itemClicked.emit(preview.versions.item(1))  # where we are already
    assert chosen(commands) == [
        page_events.VersionStepped(1, -1),
        page_events.VersionStepped(1, 1),
        page_events.VersionChosen(1, 0),
    ]


def test_variants_run_beside_each_other_and_a_click_takes_one(show, window, commands, qtbot):
    preview = show()
    pages = tuple(samples.page(0, f"<button id=b>variant {index}</button>") for index in range(3))
    window.on_event(page_events.VariantsOffered(1, pages))
    window._paint()
    assert preview.variants.isVisible() and len(preview.variants.frames) == 3
    middle = preview.variants.frames[1]
    qtbot.waitUntil(lambda: middle.view is not None and not middle._patience.isActive(), timeout=10_000)
    QTest.mouseClick(middle.pointer, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert chosen(commands) == [page_events.VariantChosen(1, 1)]
    window.on_event(page_events.VariantsOffered(1, ()))
    window._paint()
    assert preview.frame.isVisible() and not preview.variants.frames


def test_a_click_in_the_sketch_selects_and_opens_what_can_be_corrected(show, window, commands, qtbot):
    show()
    window.pane.show_tab(1)
    sketch = window.pane.sketch
    at = sketch.box(samples.ELEMENTS[6]).center().toPoint()
    QTest.mouseClick(sketch, Qt.MouseButton.LeftButton, pos=at)
    assert chosen(commands) == [page_events.ElementSelected(1, "e7")]
    popover = sketch.popover
    assert popover.isVisible() and popover.text.text() == "Tell me one"
    popover.text.setText("Another")
    QTest.keyClick(popover.text, Qt.Key.Key_Return)
    assert chosen(commands)[-1] == page_events.ElementCorrected(1, Correction("e7", None, "Another"))
    assert not popover.isVisible()

    QTest.mouseClick(sketch, Qt.MouseButton.LeftButton, pos=at)
    popover.kind.setCurrentIndex(popover.kind.findData("link"))
    popover.kind.activated.emit(popover.kind.currentIndex())
    assert chosen(commands)[-1] == page_events.ElementCorrected(1, Correction("e7", ElementType.LINK))
    QTest.keyClick(popover.text, Qt.Key.Key_Escape)
    assert not popover.isVisible() and not commands.named("stop")
    QTest.mouseClick(sketch, Qt.MouseButton.LeftButton, pos=at)
    popover.remove.click()
    assert chosen(commands)[-1] == page_events.ElementCorrected(1, Correction("e7", is_removed=True))


def drag(widget, start, end):
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)


def test_a_corner_is_dragged_and_a_frame_stands_for_what_was_missed(show, window, commands, qtbot):
    show()
    window.pane.show_tab(1)
    window.on_event(page_events.PartSelected(1, "e7", "the button"))
    window._paint()
    sketch = window.pane.sketch
    corner = sketch.box(samples.ELEMENTS[6]).bottomRight().toPoint()
    drag(sketch, corner, corner + QPoint(40, 20))
    resized = chosen(commands)[-1].correction
    assert resized.element_id == "e7" and resized.box.width > samples.ELEMENTS[6].box.width + 20

    empty = sketch.box(samples.ELEMENTS[3]).bottomLeft().toPoint() + QPoint(10, 20)
    drag(sketch, empty, empty + QPoint(60, 30))
    sketch.popover.kind.setCurrentIndex(sketch.popover.kind.findData("button"))
    sketch.popover.text.setText("More")
    sketch.popover.done.click()
    missed = chosen(commands)[-1].correction
    assert (missed.element_id, missed.type, missed.text) == ("", ElementType.BUTTON, "More")
    assert missed.box.width > 10 and 0 <= missed.box.y < samples.HEIGHT
