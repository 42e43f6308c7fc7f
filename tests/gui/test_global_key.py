"""The talk key for all windows: on a real X server, and what is said where there can be none."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from assistant.gui.global_key import GlobalKey
from assistant.gui.mac_key import MacKey
from assistant.gui.portal_key import PortalKey
from assistant.gui.system_key import KeyRefused, parsed
from assistant.gui.windows_key import WindowsKey

NEEDED = ("Xvfb", "xdotool")


@pytest.mark.parametrize(
    ("key", "name", "mask"),
    [
        ("F8", "F8", 0),
        ("Ctrl+Space", "space", 4),
        ("Ctrl+Shift+A", "a", 5),
        ("Ins", "Insert", 0),
        ("Ctrl++", "plus", 4),
    ],
)
def test_qt_names_are_understood(key: str, name: str, mask: int) -> None:
    assert parsed(key) == (name, mask)


@pytest.mark.parametrize(
    ("key", "code"), [("F8", (0x77, 0)), ("Ctrl+Space", (0x20, 2)), ("Alt+A", (0x41, 1)), ("ä", (0, 0))]
)
def test_windows_has_its_own_numbers(key: str, code: tuple[int, int]) -> None:
    assert WindowsKey.code(*parsed(key)) == code


@pytest.mark.parametrize(
    ("key", "code"),
    [("F8", (0x64, 0)), ("Ctrl+Space", (0x31, 0x100)), ("Alt+Shift+A", (0, 0xA00)), ("Meta+5", (23, 0x1000)),
     ("ä", (None, 0))],
)  # fmt: skip
def test_a_mac_has_its_own_numbers_and_ctrl_is_its_command_key(key: str, code: tuple[int | None, int]) -> None:
    assert MacKey.code(*parsed(key)) == code


class Carbon:
    """Carbon's answers, without a Mac: what was registered, and whether the key is another program's."""

    TAKEN = -9878

    def __init__(self, status: int = 0) -> None:
        self.calls: list[str] = []
        self.status = status
        self.handler: Callable[[int, int, int], int] = lambda *_: 0
        self.kind = 0

    def __call__(self, path: str) -> Carbon:
        return self

    @staticmethod
    def GetApplicationEventTarget() -> int:
        return 7

    def InstallEventHandler(self, target: object, handler: Callable[[int, int, int], int], *_: object) -> int:
        self.handler = handler
        return 0

    def RegisterEventHotKey(self, code: int, flags: int, *_: object) -> int:
        self.calls.append(f"{code} {flags}")
        return self.status

    def GetEventKind(self, _: object) -> int:
        return self.kind


def test_a_mac_tells_of_press_and_release() -> None:
    carbon, strokes, names = Carbon(), list[bool](), list[str]()
    MacKey("F8", carbon).run(strokes.append, names.append)

    for carbon.kind in (5, 6):
        carbon.handler(0, 1, 0)

    assert (carbon.calls, names, strokes) == (["100 0"], ["F8"], [True, False])


@pytest.mark.parametrize(("key", "status"), [("F8", Carbon.TAKEN), ("ä", 0)])
def test_a_mac_that_refuses_is_told_in_a_sentence(key: str, status: int) -> None:
    with pytest.raises(KeyRefused, match="cannot be had"):
        MacKey(key, Carbon(status)).run(lambda _: None, lambda _: None)


def test_without_carbon_there_is_a_sentence() -> None:
    with pytest.raises(KeyRefused, match="macOS"):
        MacKey("F8")


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or not sys.platform.startswith("linux"):
        pytest.skip(f"needs {', '.join(NEEDED)}")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "320x240x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[write])
    os.close(write)
    with os.fdopen(read) as numbers:
        number = numbers.readline().strip()
    monkeypatch.setenv("DISPLAY", f":{number}")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    yield f":{number}"
    server.terminate()
    server.wait(10)


class Told:
    """What the key said, in order."""

    def __init__(self, key: GlobalKey) -> None:
        self.words: list[str] = []
        key.pressed.connect(lambda: self.words.append("down"))
        key.released.connect(lambda: self.words.append("up"))
        key.answered.connect(lambda answer: self.words.append(answer.what) if answer.is_refused else None)

    def until(self, count: int, seconds: float = 5.0) -> list[str]:
        end = time.monotonic() + seconds
        while len(self.words) < count and time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.005)
        return self.words


def press(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, timeout=10)


def test_the_key_is_heard_without_any_window_and_a_held_one_is_one_press(qapp: QApplication, display: str) -> None:
    parent = QObject()
    key = GlobalKey(parent)
    told = Told(key)
    key.follow("F8", is_wanted=True)
    time.sleep(0.5)

    press("key", "F7")
    press("keydown", "F8")
    assert told.until(1) == ["down"]
    time.sleep(1.0)  # the server repeats a held key after 0.66 s
    press("keyup", "F8")
    assert told.until(2) == ["down", "up"]
    key.close()


def test_a_key_another_program_holds_is_told(qapp: QApplication, display: str) -> None:
    parent = QObject()
    first, second = GlobalKey(parent), GlobalKey(parent)
    first.follow("F8", is_wanted=True)
    time.sleep(0.5)
    told = Told(second)

    second.follow("F8", is_wanted=True)

    assert "F8" in told.until(1)[0]
    second.close()
    first.close()


def test_a_key_that_is_let_go_is_free_again(qapp: QApplication, display: str) -> None:
    parent = QObject()
    first, second = GlobalKey(parent), GlobalKey(parent)
    first.follow("F8", is_wanted=True)
    time.sleep(0.3)
    first.follow("F8", is_wanted=False)
    told = Told(second)
    second.follow("F8", is_wanted=True)
    time.sleep(0.3)

    press("key", "F8")

    assert told.until(2) == ["down", "up"]
    second.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux desktop")
def test_a_key_that_ended_by_itself_is_stopped_without_touching_others_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    key = PortalKey("F8")
    with pytest.raises(KeyRefused):
        key.run(lambda _: None, lambda _: None)
    read, write = os.pipe()  # takes the numbers that are free again
    more_read, more_write = os.pipe()
    try:
        key.stop()
        assert select.select([read, more_read], [], [], 0)[0] == []
    finally:
        for number in (read, write, more_read, more_write):
            os.close(number)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux desktop")
def test_refused_keys_leave_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    before = psutil.Process().num_fds()
    keys = [PortalKey("F8") for _ in range(10)]
    for key in keys:
        with pytest.raises(KeyRefused):
            key.run(lambda _: None, lambda _: None)
    assert psutil.Process().num_fds() <= before
