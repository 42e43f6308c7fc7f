"""The talk key for all windows: on a real X server, and what is said where there can be none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from assistant.gui.global_key import GlobalKey, WindowsKey, parsed

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


def test_wayland_is_told_why_not(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    parent, told = QObject(), []
    key = GlobalKey(parent)
    key.refused.connect(lambda what, advice: told.append((what, advice)))

    key.follow("F8", is_wanted=True)

    [(what, advice)] = told
    assert "Wayland" in what
    assert "name" in advice


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
        key.refused.connect(lambda what, advice: self.words.append(what))

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
