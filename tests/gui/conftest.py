"""Qt without a screen, and a page preview that is allowed to run as root: both for tests only."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from assistant.core.settings import Settings
from assistant.gui.main_window import MainWindow, create_window
from assistant.gui.web_engine import prepare_web_engine
from tests.gui.fake_commands import FakeCommands

prepare_web_engine({"VESPER_TEST": "1"})  # before any QApplication; the variable itself is not set for other tests

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def commands() -> FakeCommands:
    return FakeCommands()


@pytest.fixture
def make_window(qtbot: QtBot, commands: FakeCommands) -> Iterator[MakeWindow]:
    made: list[MainWindow] = []

    def make(settings: Settings | None = None) -> MainWindow:
        window = create_window(commands, settings or Settings())
        window.show()
        qtbot.waitExposed(window)
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()
    made.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # else every window outlives its test


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window()
