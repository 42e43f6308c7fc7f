"""Large text, long words and little room: words give way, and nothing is cut off without a sign of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from assistant.core import events, page_events
from assistant.core.settings import Settings
from assistant.gui import facts
from assistant.gui.main_window import MainWindow
from assistant.gui.settings_form import FormPage
from assistant.gui.theme import BASE_PIXELS
from assistant.gui.yielding import BREAK, YieldingButton, YieldingCheckBox, YieldingLabel, breakable
from tests.gui.conftest import MakeWindow

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
PAGES = ("Voice", "Talking", "Sound", "Model", "Pages", "Privacy", "Appearance", "Keys")


@pytest.fixture
def large(make_window: MakeWindow) -> MainWindow:
    settings = Settings()
    return make_window(replace(settings, window=replace(settings.window, text_scale=2.0)))


def is_whole(widget: QWidget) -> bool:
    needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else widget.minimumSizeHint().height()
    return widget.height() >= needed or isinstance(widget, QProgressBar)  # the style makes those flat


@pytest.mark.parametrize("title", PAGES)
def test_no_page_of_the_settings_is_cut_at_twice_the_text_size(large: MainWindow, qtbot: QtBot, title: str) -> None:
    large.on_event(facts.ChoicesListed(facts.Choices((LONG,), (LONG,))))
    qtbot.wait(40)
    large.show_settings()
    dialog = large.dialogs.settings
    assert dialog is not None
    dialog.list.setCurrentItem(dialog.list.findItems(title, Qt.MatchFlag.MatchExactly)[0])
    large.on_event(facts.SoundChecked("echo", "The loudspeaker is heard after a while. " * 4))
    large.on_event(facts.TalkKeyAnswered("Your desktop did not give Vesper the talk key.", "Ask for it once more."))
    qtbot.wait(120)
    page = dialog.stack.currentWidget()
    assert isinstance(page, FormPage)

    inner = page.widget()
    assert inner is not None
    fields = [widget for widget in inner.findChildren(QWidget) if widget.isVisible()]
    assert [type(widget).__name__ for widget in fields if not is_whole(widget)] == []
    assert inner.width() <= page.viewport().width()


def test_the_list_of_pages_is_as_wide_as_its_words(large: MainWindow) -> None:
    large.show_settings()
    dialog = large.dialogs.settings
    assert dialog is not None
    assert dialog.list.width() >= dialog.list.sizeHintForColumn(0)


def test_what_is_offered_to_a_new_user_is_readable_at_twice_the_text_size(large: MainWindow, qtbot: QtBot) -> None:
    qtbot.wait(40)
    for button in large.welcome.findChildren(QPushButton):
        assert button.height() >= button.minimumSizeHint().height() > 2 * BASE_PIXELS
        assert button.width() > button.fontMetrics().horizontalAdvance(button.text())


def test_long_names_are_told_on_several_lines(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(640, 440)
    window.on_event(events.NoticeShown("warning", f"The loudspeaker “{LONG}” is not there.", "Another is used."))
    window.on_event(page_events.PageJobStarted(1, f"{LONG}.heic"))
    window.on_event(page_events.PageJobFailed(1, f"{LONG}.heic is no picture.", "Save it as PNG."))
    qtbot.wait(120)

    told = [label for label in window.findChildren(QLabel) if LONG in label.text().replace(BREAK, "")]
    assert len(told) >= 2
    for label in told:
        if label.wordWrap():
            assert (
                label.fontMetrics().horizontalAdvance(f"{LONG}.heic") > label.width() >= label.minimumSizeHint().width()
            )
            assert label.height() >= label.heightForWidth(label.width())


def test_a_word_is_broken_only_where_it_is_long_and_stays_the_same_word() -> None:
    text = f"No “{LONG}” in the folder notes."

    assert breakable("Plug one in; typing works.") == "Plug one in; typing works."
    assert breakable(text) != text
    assert breakable(text).replace(BREAK, "") == text
    assert max(map(len, breakable(text).replace(" ", BREAK).split(BREAK))) < 25


def test_a_label_that_is_cut_says_all_of_it_on_its_tooltip(qtbot: QtBot) -> None:
    label = YieldingLabel("Speaking - say “Vesper” to interrupt")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    label.grab()
    assert label.text().endswith("interrupt")
    assert label.toolTip() == label.text()

    label.resize(900, 20)
    label.grab()
    assert label.toolTip() == ""


def test_a_check_box_takes_a_click_on_any_of_its_lines(qtbot: QtBot) -> None:
    box = YieldingCheckBox("I use a headset: nothing I hear reaches the microphone")
    qtbot.addWidget(box)
    box.resize(150, box.heightForWidth(150))
    box.show()
    assert box.height() > 2 * box.fontMetrics().lineSpacing()

    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(100, box.height() - 4))
    assert box.isChecked()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert not box.isChecked()


def test_a_button_keeps_its_words_for_who_cannot_see_them(qtbot: QtBot) -> None:
    button = YieldingButton("Draw a page here, with the mouse or a pen…")
    qtbot.addWidget(button)
    button.resize(80, 40)
    button.show()
    button.grab()
    assert button.text().startswith("Draw a page here, with")
