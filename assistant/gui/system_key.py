"""What the talk keys of all systems share: how a key is named, how one is had, and how it is refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Protocol

KEYSYMS = {"ins": "Insert", "del": "Delete", "pgup": "Prior", "pgdown": "Next", "esc": "Escape", "return": "Return",
           "scrolllock": "Scroll_Lock", "capslock": "Caps_Lock", "menu": "Menu"}  # fmt: skip
SHIFT, CTRL, ALT, META = 1, 4, 8, 64  # X11's masks
MODIFIERS = {"shift": SHIFT, "ctrl": CTRL, "alt": ALT, "meta": META}
ELSEWHERE = "The talk key works while Vesper's window has the focus; or call Vesper by its name."

Told = Callable[[bool], None]
"""Gets True when the key goes down and False when it comes up."""
Granted = Callable[[str], None]
"""Gets the key as the system names it, once it is ours; empty if no key has been chosen for us yet."""


class SystemKey(Protocol):
    """One key of the whole desktop. Raises KeyRefused from `run` if there can be none, or no longer."""

    @property
    def waits(self) -> bool:
        """`run` returns after `stop` only, and wants a thread; otherwise it returns at once, in the window's thread."""
        ...

    def run(self, told: Told, granted: Granted) -> None: ...

    def stop(self) -> None:
        """From the window's thread; returns at once."""
        ...


class Waker:
    """Ends a wait in `select` from another thread. To wake one that was closed does nothing: a bare number of a file
    could by then be another file's.
    """

    def __init__(self) -> None:
        self._read, self._write = socket.socketpair()
        self._closing = threading.Lock()

    def fileno(self) -> int:
        """For `select`."""
        return self._read.fileno()

    def wake(self) -> None:
        with self._closing:
            if self._write.fileno() >= 0:
                self._write.send(b".")

    def close(self) -> None:
        with self._closing:
            self._read.close()
            self._write.close()


class KeyRefused(Exception):
    """(what, advice)"""


def refusal(key: str) -> KeyRefused:
    return KeyRefused(
        f"The key {key} cannot be had for all windows.", "Another program may hold it; choose another key in Settings."
    )


def parsed(key: str) -> tuple[str, int]:
    """The key's own name as X11 and XKB know it, and X11's mask of its modifiers. `key` is as Qt writes it."""
    *modifiers, name = key.split("+") if not key.endswith("+") else [*key[:-2].split("+"), "plus"]
    mask = sum(MODIFIERS.get(modifier.strip().lower(), 0) for modifier in modifiers)
    name = name.strip()
    lowered = name.lower()
    if len(name) == 1:
        return lowered, mask
    return KEYSYMS.get(lowered, "space" if lowered == "space" else name), mask
