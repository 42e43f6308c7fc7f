"""The talk key on Wayland, against a real message bus with a portal on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from assistant.core.settings import Settings
from assistant.gui.facts import TalkKeyAnswered
from assistant.gui.global_key import ASKING, GlobalKey, key_in_words
from assistant.gui.portal_key import DECLINED, LOST, NO_BUS, NO_PORTAL, trigger
from tests.gui.conftest import MakeWindow
from tests.gui.fake_commands import FakeCommands
from tests.gui.key_portal import CANCELLED, KeyPortal
from tests.message_bus import running_bus

SECONDS = 5.0


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with running_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


class Desk(QObject):
    """A talk key for all windows, and what it said."""

    def __init__(self) -> None:
        super().__init__()
        self.key = GlobalKey(self)
        self.strokes: list[str] = []
        self.answers: list[TalkKeyAnswered] = []
        self.key.pressed.connect(self._down)
        self.key.released.connect(self._up)
        self.key.answered.connect(self.answers.append)

    def _down(self) -> None:
        self.strokes.append("down")

    def _up(self) -> None:
        self.strokes.append("up")

    @property
    def last(self) -> TalkKeyAnswered:
        return self.answers[-1]


@pytest.fixture
def desk(qapp: QApplication) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.key.close()


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never came"
        QApplication.processEvents()
        time.sleep(0.005)


@pytest.fixture
def portal(bus: str) -> Iterator[KeyPortal]:
    portal = KeyPortal(bus)
    yield portal
    portal.close()


def granted(desk: Desk, key: str = "F8") -> None:
    desk.key.follow(key, is_wanted=True)
    wait_for(lambda: "works in all windows" in desk.last.what)


def test_the_desktop_is_asked_and_its_key_is_heard(desk: Desk, portal: KeyPortal) -> None:
    granted(desk, "Ctrl+Space")

    [(name, wishes)] = portal.bound
    assert (name, wishes["preferred_trigger"]) == ("talk", ("s", "CTRL+space"))
    assert [answer.what for answer in desk.answers] == [ASKING, "Press F8 works in all windows."]
    portal.press()
    wait_for(lambda: desk.strokes == ["down"])
    portal.release()
    wait_for(lambda: desk.strokes == ["down", "up"])


def test_a_press_told_twice_and_other_shortcuts_and_sessions_are_no_press(desk: Desk, portal: KeyPortal) -> None:
    granted(desk)

    portal.press(shortcut="other")
    portal.press(session="/org/freedesktop/portal/desktop/session/1_99/other")
    portal.press()
    portal.press()
    portal.release()

    wait_for(lambda: "up" in desk.strokes)
    assert desk.strokes == ["down", "up"]


def test_the_key_the_user_chose_on_the_desktop_is_the_one_that_is_named(desk: Desk, portal: KeyPortal) -> None:
    granted(desk)

    portal.change("Press Pause")
    wait_for(lambda: desk.last.what == "Press Pause works in all windows.")
    portal.change("")
    wait_for(lambda: "keyboard settings" in desk.last.advice)


def test_a_user_who_declines_is_told_how_to_be_asked_again(desk: Desk, bus: str) -> None:
    portal = KeyPortal(bus, user_answers=CANCELLED)

    desk.key.follow("F8", is_wanted=True)

    wait_for(lambda: desk.last.is_refused)
    assert (desk.last.what, desk.last.advice) == DECLINED
    portal.close()


def test_a_dialog_that_is_left_open_holds_nothing_up(desk: Desk, bus: str) -> None:
    portal = KeyPortal(bus, user_answers=None)
    desk.key.follow("F8", is_wanted=True)
    assert portal.asked.wait(SECONDS)

    began = time.monotonic()
    desk.key.follow("F8", is_wanted=False)

    assert time.monotonic() - began < 0.9, "the thread had to be waited for"
    assert desk.last == TalkKeyAnswered("")
    portal.close()


@pytest.mark.parametrize("has_service", [True, False])
def test_a_desktop_without_such_a_portal_is_told(desk: Desk, bus: str, has_service: bool) -> None:
    portal = KeyPortal(bus, has_shortcuts=False) if has_service else None

    desk.key.follow("F8", is_wanted=True)

    wait_for(lambda: desk.last.is_refused)
    assert (desk.last.what, desk.last.advice) == NO_PORTAL
    if portal:
        portal.close()


def test_a_portal_that_ends_lets_the_key_go_and_says_so(desk: Desk, bus: str) -> None:
    portal = KeyPortal(bus)
    granted(desk)
    portal.press()
    wait_for(lambda: desk.strokes == ["down"])

    portal.close()

    wait_for(lambda: desk.last.is_refused)
    assert (desk.last.what, desk.last.advice) == LOST
    assert desk.strokes == ["down", "up"]


def test_the_doctor_says_where_the_key_comes_from(bus: str) -> None:
    assert key_in_words() == "none: the desktop has no portal"
    portal = KeyPortal(bus)
    assert key_in_words() == "asked for at the desktop's portal, version 1"
    portal.close()


def test_without_a_bus_there_is_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")

    desk.key.follow("F8", is_wanted=True)

    wait_for(lambda: desk.last.is_refused)
    assert (desk.last.what, desk.last.advice) == NO_BUS


def test_the_key_of_the_desktop_is_push_to_talk_for_the_window(
    make_window: MakeWindow, commands: FakeCommands, portal: KeyPortal
) -> None:
    make_window(replace(Settings(), talk=replace(Settings().talk, global_key=True)))
    assert portal.asked.wait(SECONDS)

    portal.press()
    wait_for(lambda: commands.named("begin_push") == [()])
    portal.release()
    wait_for(lambda: commands.named("end_push") == [()])


@pytest.mark.parametrize(
    ("key", "written"),
    [("F8", "F8"), ("Ctrl+Shift+A", "CTRL+SHIFT+a"), ("Meta+Ins", "LOGO+Insert"), ("Alt++", "ALT+plus")],
)
def test_keys_are_written_as_the_specification_of_shortcuts_says(key: str, written: str) -> None:
    assert trigger(key) == written
