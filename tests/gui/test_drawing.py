"""The sheet to draw on, ink over the page, and pages on their way out in parts."""

import io
import zipfile

import pytest
from PySide6.QtCore import QMimeData, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from assistant.core import events, page_events
from assistant.core.sketch import Box
from assistant.gui import facts
from assistant.gui.ink import InkPad, Pen
from assistant.gui.page_parts import parts_of, zipped
from assistant.pages.page_maker import PageMaker
from tests.gui import samples


@pytest.fixture
def pad(window):
    window.pane.show_drawing()
    return window.pane.pad


def stroke(widget, *points):
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(widget, QPoint(*point))
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(*points[-1]))


def dark_pixels(image: QImage) -> int:
    small = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return sum(small.pixelColor(x, y).value() < 128 for x in range(small.width()) for y in range(small.height()))


def test_ink_is_drawn_erased_undone_and_done_again(pad):
    ink = pad.pad
    centre = ink.rect().center()
    stroke(ink, (centre.x() - 60, centre.y()), (centre.x(), centre.y()), (centre.x() + 60, centre.y()))
    stroke(ink, (centre.x() - 60, centre.y() + 50), (centre.x() + 60, centre.y() + 50))
    assert len(ink.strokes) == 2 and pad.make.isEnabled()
    pad.pens.button(1).click()
    assert ink.pen is Pen.ERASE
    stroke(ink, (centre.x(), centre.y() + 50), (centre.x() + 2, centre.y() + 50))
    assert len(ink.strokes) == 1
    pad.undo.click()
    assert len(ink.strokes) == 2
    QTest.keyClick(pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(ink.strokes) == 1
    pad.redo.click()
    pad.redo.click()
    assert len(ink.strokes) == 1 and not pad.redo.isEnabled()
    pad.clear.click()
    assert ink.is_empty and not pad.make.isEnabled()


def test_the_sheet_goes_the_way_of_every_sketch(pad, commands, qtbot):
    centre = pad.pad.rect().center()
    stroke(pad.pad, (centre.x() - 60, centre.y()), (centre.x() + 60, centre.y()))
    pad.make.click()
    qtbot.waitUntil(lambda: bool(commands.named("build_page")), timeout=3000)
    ((data, name),) = commands.named("build_page")
    image = QImage.fromData(data)
    assert name == "Drawing" and image.size() == QSize(1000, 1250)
    assert dark_pixels(image) > 300 and image.pixelColor(2, 2) == QColor("#ffffff")


def test_a_photo_lies_under_the_ink_after_the_worker_has_opened_it(pad, window, commands):
    mime = QMimeData()
    mime.setData("image/png", samples.picture().png)
    pad.paste_wanted.emit(mime)
    assert commands.named("open_on_sheet") == [(samples.picture().png, "Pasted picture")]
    window.on_event(facts.SheetPictureOpened(samples.picture()))
    window._paint()
    assert not pad.pad.is_empty and dark_pixels(pad.pad.image(QSize(200, 250))) > 20


def test_pasting_no_picture_is_one_sentence(pad, window, commands):
    pad.paste_wanted.emit(QMimeData())
    assert window.state.notices[-1].what == "There is no picture on the clipboard."


def inked(commands):
    return [act for (act,) in commands.named("act_on_page") if isinstance(act, page_events.InkDrawn)]


def ask(qtbot, page, script):
    answers = []
    page.runJavaScript(script, 1, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=3000)
    return answers[0]


@pytest.fixture
def preview(window, qtbot):
    editor = PageMaker().open(samples.reading(), "a")
    window.on_event(page_events.PageJobStarted(1, "a.jpg"))
    with qtbot.waitSignal(window.pane.preview.frame.settled, timeout=10_000):
        window.on_event(page_events.PagePainted(1, editor.page(0), True))
    return window.pane.preview


def test_ink_over_the_page_is_as_large_as_the_page_and_comes_with_its_places(preview, commands, qtbot):
    preview.bar.ink.click()
    ink = preview.ink
    assert ink.isVisible() and not ink.take.isEnabled()
    stroke(ink.pad, (40, 60), (200, 60), (200, 120), (40, 120), (40, 60))
    ink.take.click()
    qtbot.waitUntil(lambda: bool(inked(commands)), timeout=5000)
    (drawn,) = inked(commands)
    zoom = preview.frame.page.zoomFactor()
    assert abs(drawn.picture.width - (160 / zoom + 240)) < 20
    assert {"e1", "e5", "e7"} <= {name for name, _ in drawn.places}
    assert all(isinstance(box, Box) and box.width > 0 for _, box in drawn.places)
    image = QImage.fromData(drawn.picture.png)
    places = dict(drawn.places)
    heading = ask(qtbot, preview.frame.page, "document.getElementById('e1').getBoundingClientRect().left")
    across = places["e1"].x + 40 / zoom - heading  # the ink is where it was drawn, beside the heading
    assert min(image.pixelColor(round(across) + x, round(30 / zoom) + 120).value() for x in range(-4, 5)) < 128
    assert not ink.isVisible() and not preview.bar.ink.isChecked()


def test_drawing_over_the_page_can_be_given_up(preview, commands):
    preview.bar.ink.click()
    stroke(preview.ink.pad, (40, 60), (200, 60))
    QTest.keyClick(preview.ink, Qt.Key.Key_Escape)
    assert not preview.ink.isVisible() and not inked(commands)


def test_a_dot_is_a_stroke(qtbot):
    pad = InkPad()
    qtbot.addWidget(pad)
    pad.resize(100, 100)
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert dark_pixels(pad.image(QSize(100, 100))) >= 4


def test_a_page_in_parts_refers_only_to_its_own_files():
    html = PageMaker().open(samples.reading(), "a").page(0).html
    parts = parts_of(html)
    index = parts["index.html"].decode()
    assert set(parts) == {"index.html", "style.css", "script.js"}
    assert '<link rel="stylesheet" href="style.css">' in index and '<script src="script.js"></script>' in index
    assert "<style" not in index and "script-src 'self'" in index and "default-src 'none'" in index
    assert b"--accent" in parts["style.css"] and b"use strict" in parts["script.js"]
    assert 'id="page-data"' in index  # data, not script
    assert index.index('id="page-data"') < index.index("script.js")


def test_pictures_inside_a_page_become_files_once_each():
    pixel = "data:image/png;base64,iVBORw0KGgo="
    parts = parts_of(f"<!doctype html><img src='{pixel}'><img src='{pixel}'><img src='data:image/png;base64,A'>")
    assert list(parts) == ["index.html", "images/picture-1.png"]
    assert parts["index.html"].decode().count("images/picture-1.png") == 2


def test_the_zip_is_whole_and_the_same_every_time():
    html = PageMaker().open(samples.reading(), "a").page(0).html
    first = zipped(html)
    assert first == zipped(html)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["index.html", "script.js", "style.css"]


def test_the_parts_can_be_saved_from_the_window(preview, qtbot, tmp_path, window):
    preview._save_as(str(tmp_path / "shop.zip"))
    qtbot.waitUntil(lambda: bool(window.state.notices), timeout=3000)
    assert zipfile.is_zipfile(tmp_path / "shop.zip")


def test_the_camera_shows_what_it_sees_and_the_photo_lies_under_the_ink(pad, window, commands):
    pad.camera_wanted.emit()
    dialog = window.page_desk.camera
    assert dialog.isVisible() and not dialog.take.isEnabled()
    window.on_event(events.CameraSeen(samples.picture()))
    window._paint()
    assert dialog.take.isEnabled()
    dialog.take.click()
    window.on_event(facts.SheetPictureOpened(samples.picture()))
    window._paint()
    assert not dialog.isVisible() and not pad.pad.is_empty
    assert [call for call in commands.calls if "camera" in str(call[0])] == [("begin_camera",), ("end_camera", True)]


def test_no_camera_is_said_and_the_dialog_can_be_closed(pad, window, commands):
    pad.camera_wanted.emit()
    dialog = window.page_desk.camera
    window.on_event(facts.CameraFailed("No camera was found.", "Plug one in."))
    window._paint()
    assert dialog._view.text() == "No camera was found. Plug one in." and not dialog.take.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and commands.named("end_camera") == [(False,)]
