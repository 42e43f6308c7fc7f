"""The window as a user meets it: typing, talking, dropping, stopping - against a session that only writes down."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from assistant.core import events, page_events
from assistant.core.history import Turn
from assistant.core.settings import Settings, WindowSettings
from assistant.gui import facts
from assistant.gui.bridge import Bridge
from assistant.gui.place import decode_place
from assistant.gui.screen import Microphone
from assistant.gui.theme import DARK, LIGHT
from tests.gui import samples


def type_and_send(window, text):
    window.composer.text.setPlainText(text)
    QTest.keyClick(window.composer.text, Qt.Key.Key_Return)


def settle(qtbot):
    qtbot.wait(60)


# Typing


def test_enter_sends_and_the_text_stays_grey_until_it_is_on_disk(window, commands, qtbot):
    type_and_send(window, "hello")

    [(text, ticket)] = commands.named("submit_text")
    settle(qtbot)
    assert (text, window.composer.text.toPlainText()) == ("hello", "hello")
    assert window.composer.text.isReadOnly() and not window.composer.send.isEnabled()

    window.on_event(events.TurnCommitted(1, "user", "hello", ticket))
    settle(qtbot)
    assert window.composer.text.toPlainText() == "" and not window.composer.text.isReadOnly()


def test_a_failed_turn_gives_the_text_back(window, commands, qtbot):
    type_and_send(window, "hello")
    window.on_event(events.PhaseChanged("thinking"))
    window.on_event(events.ReplyFailed("It broke.", "Try again."))
    window.on_event(events.PhaseChanged("listening"))
    settle(qtbot)

    assert window.composer.text.toPlainText() == "hello" and not window.composer.text.isReadOnly()
    type_and_send(window, window.composer.text.toPlainText())
    assert [text for text, _ in commands.named("submit_text")] == ["hello", "hello"]


def test_enter_twice_sends_once(window, commands):
    type_and_send(window, "hello")
    QTest.keyClick(window.composer.text, Qt.Key.Key_Return)

    assert len(commands.named("submit_text")) == 1


def test_shift_enter_breaks_the_line_and_blanks_are_not_sent(window, commands):
    QTest.keyClicks(window.composer.text, "a")
    QTest.keyClick(window.composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert window.composer.text.toPlainText() == "a\n"

    type_and_send(window, "  \n ")
    assert commands.named("submit_text") == []


def test_the_text_field_grows_with_its_lines_up_to_a_limit(window, qtbot):
    heights = []
    for count in (1, 3, 7, 40):
        window.composer.text.setPlainText("\n".join(["x"] * count))
        settle(qtbot)
        heights.append(window.composer.text.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_a_suggestion_is_a_question(window, commands):
    suggestion = next(b for b in window.welcome.findChildren(QAbstractButton) if "internet" in b.text())
    suggestion.click()
    assert commands.named("submit_text")[0][0] == suggestion.text()


def test_a_failed_reply_can_be_tried_again(window, commands, qtbot):
    window.on_event(events.TurnCommitted(1, "user", "why?"))
    window.on_event(events.ReplyFailed("It broke.", "Try again."))
    settle(qtbot)
    action = next(b for b in window.transcript.findChildren(QAbstractButton) if b.text() == "Try again")
    action.click()
    assert commands.named("submit_text")[0][0] == "why?"


# Talking and stopping


def test_escape_stops_wherever_the_focus_is(window, commands):
    QTest.keyClick(window.composer.text, Qt.Key.Key_Escape)
    assert commands.calls == [("stop",)]


def test_the_stop_button_works_while_there_is_something_to_stop(window, commands, qtbot):
    assert not window.composer.stop.isEnabled()
    window.on_event(events.PhaseChanged("speaking"))
    settle(qtbot)
    window.composer.stop.click()
    assert commands.calls == [("stop",)]


def test_holding_the_talk_key_listens_until_it_is_let_go(window, commands):
    handle = window.windowHandle()
    QTest.keyPress(handle, Qt.Key.Key_F8)
    QTest.keyPress(handle, Qt.Key.Key_F8)
    assert window.state.microphone is Microphone.PUSHED
    QTest.keyRelease(handle, Qt.Key.Key_F8)
    assert commands.calls == [("begin_push",), ("end_push",)]


def test_the_talk_key_can_be_another_one(make_window, commands):
    window = make_window(Settings(window=WindowSettings(push_to_talk_key="F9")))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F8)
    assert commands.calls == []
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F9)
    assert commands.calls == [("begin_push",), ("end_push",)]


def test_leaving_the_window_lets_the_talk_key_go(window, commands):
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_F8)
    QApplication.sendEvent(window, window_deactivated())
    assert commands.calls == [("begin_push",), ("end_push",)]


def window_deactivated():
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.WindowDeactivate)


def test_a_tap_on_the_talk_button_opens_the_microphone_for_good(window, commands, qtbot):
    QTest.mouseClick(window.composer.talk, Qt.MouseButton.LeftButton)
    assert commands.calls == [("begin_push",), ("end_push",), ("open_microphone",)]

    commands.calls.clear()
    window.on_event(events.MicrophoneOpened())
    settle(qtbot)
    QTest.mouseClick(window.composer.talk, Qt.MouseButton.LeftButton)
    assert commands.calls == [("close_microphone",)]


def test_the_open_microphone_button_shows_what_is_true_not_what_was_clicked(window, commands, qtbot):
    window.composer.ear.click()
    settle(qtbot)
    assert commands.calls == [("open_microphone",)] and not window.composer.ear.isChecked()
    window.on_event(events.MicrophoneOpened())
    settle(qtbot)
    assert window.composer.ear.isChecked()


def test_the_status_counts_the_seconds_of_thinking(window, qtbot):
    window.on_event(events.PhaseChanged("thinking"))
    settle(qtbot)
    assert window.top_bar.words.text() == "Thinking…"
    qtbot.waitUntil(lambda: window.top_bar.words.text() == "Thinking… 1 s", timeout=2500)


# Pictures


def drop(window, mime, x):
    point = QPointF(x, 200)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(point, copy, mime, left, none))
    shown = window.overlay.isVisible()
    QApplication.sendEvent(window, QDropEvent(point, copy, mime, left, none))
    return shown


def files(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_a_picture_dropped_on_the_left_becomes_a_page_byte_for_byte(window, commands, qtbot, tmp_path):
    path = tmp_path / "sketch.png"
    path.write_bytes(b"not even a picture: nobody looks inside")

    assert drop(window, files(path), 100)
    qtbot.waitUntil(lambda: bool(commands.calls), timeout=2000)
    assert commands.calls == [("build_page", b"not even a picture: nobody looks inside", "sketch.png")]
    assert not window.overlay.isVisible()


def test_a_picture_dropped_on_the_right_goes_with_the_question(window, commands, qtbot, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"bytes")
    drop(window, files(path), window.width() - 60)
    qtbot.waitUntil(lambda: bool(commands.calls), timeout=2000)
    assert commands.calls == [("attach_picture", b"bytes", "photo.jpg")]

    type_and_send(window, "what is this?")
    assert commands.named("submit_text") == []  # the picture must come first

    window.on_event(events.PictureAttached("photo.jpg", samples.picture()))
    qtbot.waitUntil(lambda: bool(commands.named("submit_text")), timeout=2000)


def test_text_dragged_over_the_window_is_not_a_picture(window):
    mime = QMimeData()
    mime.setText("words")
    assert not drop(window, mime, 100)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "empty", "huge", "missing"])
def test_what_is_not_a_plain_file_of_sensible_size_is_refused(window, commands, qtbot, tmp_path, kind):
    path = tmp_path / "thing.png"
    if kind == "link":
        (tmp_path / "real").write_bytes(b"x")
        path.symlink_to(tmp_path / "real")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(1 << 40)
    drop(window, files(path), 100)
    qtbot.waitUntil(lambda: bool(window.state.notices), timeout=2000)

    [notice] = window.state.notices
    assert notice.what.startswith("thing.png ") and str(tmp_path) not in notice.what + notice.advice
    assert commands.calls == []


def test_a_picture_from_the_web_is_not_fetched(window, commands):
    mime = QMimeData()
    mime.setUrls([QUrl("http://127.0.0.1:9/cat.png")])
    drop(window, mime, 100)
    assert window.state.notices[0].what == "That picture is on the web." and commands.calls == []


def test_a_pasted_picture_is_attached(window, commands, qtbot):
    mime = QMimeData()
    mime.setData("image/png", b"encoded bytes pass through")
    QGuiApplication.clipboard().setMimeData(mime)
    window.composer.text.setFocus()
    window.composer.text.paste()
    assert commands.calls == [("attach_picture", b"encoded bytes pass through", "Pasted picture")]


def test_a_pasted_bitmap_is_encoded_first(window, commands):
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(0)
    QGuiApplication.clipboard().setImage(image)
    window.composer.text.paste()
    [(data, _)] = commands.named("attach_picture")
    assert bytes(data).startswith(b"\x89PNG")


def test_pasted_text_is_plain_text(window, commands):
    mime = QMimeData()
    mime.setHtml("<b>bold</b>")
    mime.setText("bold")
    window.composer.text.insertFromMimeData(mime)
    assert window.composer.text.toPlainText() == "bold" and commands.calls == []


def test_attached_pictures_can_be_taken_back(window, commands, qtbot):
    window.on_event(events.PictureAttached("a.png", samples.picture()))
    settle(qtbot)
    remove = next(
        b for b in window.composer.findChildren(QAbstractButton) if b.accessibleName() == "Remove the attached pictures"
    )
    remove.click()
    assert commands.calls == [("detach_pictures",)]


# Rows and panes


def test_a_page_job_opens_the_pane_and_its_row_acts(window, commands, qtbot):
    window.on_event(page_events.PageJobStarted(1, "a.jpg"))
    settle(qtbot)
    assert window.pane.isVisible()
    next(b for b in window.transcript.findChildren(QAbstractButton) if b.text() == "Cancel").click()
    assert commands.calls == [("cancel_page_job", 1)]


def test_the_sketch_names_the_element_pointed_at(window, qtbot):
    window.on_event(page_events.PageJobStarted(1, "a.jpg"))
    window.on_event(page_events.SketchRead(1, samples.reading(), samples.picture()))
    settle(qtbot)
    sketch = window.pane.sketch
    button = samples.ELEMENTS[6]
    QTest.mouseMove(sketch, sketch.box(button).center().toPoint())
    qtbot.waitUntil(lambda: sketch.pointed is button, timeout=1000)
    assert sketch.accessibleDescription() == "button · Tell me one"

    QTest.mouseMove(sketch, QPoint(1, 1))
    qtbot.waitUntil(lambda: sketch.pointed is None, timeout=1000)
    QTest.keyClick(sketch, Qt.Key.Key_Right)
    assert sketch.pointed is samples.ELEMENTS[0]
    QTest.keyClick(sketch, Qt.Key.Key_Left)
    assert sketch.pointed is samples.ELEMENTS[6]


def test_of_two_boxes_the_smaller_is_meant(window, qtbot):
    card = replace(samples.ELEMENTS[6], id="card", box=samples.ELEMENTS[6].box.union(samples.ELEMENTS[5].box))
    reading = replace(samples.reading(), elements=(card, *samples.ELEMENTS))
    window.on_event(page_events.PageJobStarted(1, "a.jpg"))
    window.on_event(page_events.SketchRead(1, reading, samples.picture()))
    settle(qtbot)
    QTest.mouseMove(window.pane.sketch, window.pane.sketch.box(samples.ELEMENTS[6]).center().toPoint())
    qtbot.waitUntil(lambda: window.pane.sketch.pointed is samples.ELEMENTS[6], timeout=1000)


def test_a_notice_is_dismissed_by_its_button(window, qtbot):
    window.on_event(events.NoticeShown("warning", "The disk is nearly full."))
    settle(qtbot)
    next(b for b in window.notices.findChildren(QAbstractButton) if b.accessibleName() == "Dismiss").click()
    settle(qtbot)
    assert window.state.notices == () and not window.notices.isVisible()


# Settings, themes, place


def test_the_theme_changes_live(window, qtbot):
    dark = replace(Settings(), window=WindowSettings(theme="dark"))
    window.on_event(facts.SettingsApplied(dark))
    assert window.palette().window().color().name() == DARK.ground
    window.on_event(facts.SettingsApplied(replace(dark, window=WindowSettings(theme="light", text_scale=2.0))))
    assert window.palette().window().color().name() == LIGHT.ground
    window.on_event(events.TurnCommitted(1, "user", "hello"))
    settle(qtbot)
    assert window.transcript.widgets[0].height() > 50


def test_closing_remembers_the_place_and_opening_restores_it(make_window, commands):
    window = make_window()
    window.resize(701, 555)  # smaller than the screen that is not there
    window.close()
    [(settings,)] = commands.named("change_settings")
    again = make_window(settings)
    assert (again.width(), again.height()) == (701, 555)


@pytest.mark.parametrize("place", ["", "nonsense", "a.b.c", "####.####", "QUJD"])
def test_a_damaged_place_costs_nothing(place):
    assert decode_place(place) is None


def test_every_button_has_a_name_and_the_main_ones_are_reached_by_tab(window):
    nameless = [b for b in window.findChildren(QAbstractButton) if not (b.accessibleName() or b.text())]
    assert nameless == []
    reached = set()
    window.composer.text.setFocus()
    for _ in range(40):
        reached.add(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert {window.composer.attach, window.composer.ear, window.composer.talk, window.composer.text} <= reached


def test_the_stored_conversation_is_shown_and_a_new_one_clears_it(window, commands, qtbot):
    window.on_event(facts.TurnsRestored((Turn("user", "hi"), Turn("assistant", "hello"))))
    settle(qtbot)
    assert len(window.transcript.widgets) == 2
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert commands.calls == [("new_conversation",)]
    window.on_event(facts.TurnsRestored())
    settle(qtbot)
    assert window.welcome.isVisible()


# The bridge


def test_events_from_another_thread_arrive_in_order_on_the_gui_thread(window, qtbot):
    bridge = Bridge()
    bridge.happened.connect(window.on_event)

    def talk():
        bridge.publish(events.ReplyStarted())
        for number in range(200):
            bridge.publish(events.ReplyDelta(f"{number} "))

    thread = threading.Thread(target=talk)
    thread.start()
    thread.join()
    assert window.state.live is None  # queued: nothing ran on the other thread
    wanted = " ".join(map(str, range(200))) + " "
    qtbot.waitUntil(lambda: window.state.live is not None and window.state.live.text == wanted, timeout=3000)


def test_the_source_of_the_window_decodes_no_picture_but_our_own():
    folder = Path(__file__).parents[2] / "assistant" / "gui"
    decoding = [
        p.name for p in folder.glob("*.py") if "loadFromData" in p.read_text() or "QImageReader" in p.read_text()
    ]
    assert sorted(decoding) == [
        "camera_dialog.py",
        "composer.py",
        "draw_pad.py",
        "sketch_canvas.py",
        "version_strip.py",
    ]
