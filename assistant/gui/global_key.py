"""The talk key while another window has the focus, where the desktop lets a program have one.

X11: the key is grabbed, so that nothing else is ever read from the keyboard. Windows: it is registered as a hot key.
Wayland and macOS give keys of other windows to no program that has not been given special rights; there the reason is
told in a sentence. The thread here only waits for the system and emits signals.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

KEY_PRESS, KEY_RELEASE = 2, 3  # X11's event types
LOCKS = (0, 2, 16, 18)  # caps lock, num lock and both: a grab without them fails while they are on
EVENT_BYTES = 192  # sizeof(XEvent)
MODIFIERS = {"shift": 1, "ctrl": 4, "alt": 8, "meta": 64}
KEYSYMS = {"ins": "Insert", "del": "Delete", "pgup": "Prior", "pgdown": "Next", "esc": "Escape", "return": "Return",
           "scrolllock": "Scroll_Lock", "capslock": "Caps_Lock", "menu": "Menu"}  # fmt: skip
POLL_SECONDS = 0.03  # Windows tells when a hot key goes down, but not when it comes up
WAYLAND = (
    "Your desktop (Wayland) lets no program see keys of other windows.",
    "The talk key works while Vesper's window has the focus; or call Vesper by its name.",
)
MAC = (
    "A talk key for all windows is not available on macOS.",
    "The talk key works while Vesper's window has the focus; or call Vesper by its name.",
)


class Backend(Protocol):
    """Blocking `run` until `stop`; raises KeyRefused at once if there can be no such key."""

    def run(self, told: Callable[[bool], None]) -> None:
        """`told` gets True when the key goes down and False when it comes up."""
        ...

    def stop(self) -> None: ...


class KeyRefused(Exception):
    """(what, advice)"""


class GlobalKey(QObject):
    """`follow` may be called as often as settings change; signals arrive on this object's thread."""

    pressed = Signal()
    released = Signal()
    refused = Signal(str, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._backend: Backend | None = None
        self._thread: threading.Thread | None = None
        self._wanted = ""

    def follow(self, key: str, is_wanted: bool) -> None:
        """Grab this key, as Qt writes it ("F8", "Ctrl+Space"), or none."""
        wanted = key if is_wanted else ""
        if wanted == self._wanted:
            return
        self.close()
        self._wanted = wanted
        if wanted:
            self._start(wanted)

    def close(self) -> None:
        self._wanted = ""
        if self._backend is not None and self._thread is not None:
            self._backend.stop()
            self._thread.join(1.0)
        self._backend = self._thread = None

    def _start(self, key: str) -> None:
        try:
            self._backend = backend_for(key)
        except KeyRefused as refusal:
            self.refused.emit(*refusal.args)
            return
        self._thread = threading.Thread(target=self._run, args=(self._backend,), name="talk-key", daemon=True)
        self._thread.start()

    def _run(self, backend: Backend) -> None:
        try:
            backend.run(self._tell)
        except KeyRefused as refusal:
            self.refused.emit(*refusal.args)

    def _tell(self, is_down: bool) -> None:
        (self.pressed if is_down else self.released).emit()


def backend_for(key: str) -> Backend:
    """Raises KeyRefused, with the reason, where the desktop has no such thing."""
    if sys.platform == "win32":
        return WindowsKey(key)
    if sys.platform == "darwin":
        raise KeyRefused(*MAC)
    if os.environ.get("WAYLAND_DISPLAY") or not os.environ.get("DISPLAY"):
        raise KeyRefused(*WAYLAND)
    return X11Key(key)


def parsed(key: str) -> tuple[str, int]:
    """The key's own name as X11 knows it, and X11's mask of its modifiers."""
    *modifiers, name = key.split("+") if not key.endswith("+") else [*key[:-2].split("+"), "plus"]
    mask = sum(MODIFIERS.get(modifier.strip().lower(), 0) for modifier in modifiers)
    name = name.strip()
    lowered = name.lower()
    if len(name) == 1:
        return lowered, mask
    return KEYSYMS.get(lowered, "space" if lowered == "space" else name), mask


def refusal(key: str) -> KeyRefused:
    return KeyRefused(
        f"The key {key} cannot be had for all windows.", "Another program may hold it; choose another key in Settings."
    )


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class X11Key:
    def __init__(self, key: str) -> None:
        self._key = key
        self._stop_read, self._stop_write = os.pipe()
        name = ctypes.util.find_library("X11") or "libX11.so.6"
        try:
            self._x: Any = ctypes.CDLL(name)
        except OSError as error:
            raise refusal(key) from error
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = self._x.XStringToKeysym.restype = ctypes.c_ulong
        self._errors = 0
        self._handler = _HANDLER(self._note_error)  # Xlib's own ends the process; it is kept as long as this object

    def run(self, told: Callable[[bool], None]) -> None:
        x = self._x
        opened = x.XOpenDisplay(None)
        if not opened:
            raise refusal(self._key)
        display = ctypes.c_void_p(opened)
        try:
            self._grab(display)
            self._wait(display, told)
        finally:
            x.XCloseDisplay(display)  # gives every grab back
            os.close(self._stop_read)
            os.close(self._stop_write)

    def stop(self) -> None:
        with contextlib.suppress(OSError):  # it has ended by itself
            os.write(self._stop_write, b".")

    def _grab(self, display: ctypes.c_void_p) -> None:
        x, (name, mask) = self._x, parsed(self._key)
        code = x.XKeysymToKeycode(display, ctypes.c_ulong(x.XStringToKeysym(name.encode())))
        if not code:
            raise refusal(self._key)
        x.XSetErrorHandler(self._handler)
        x.XkbSetDetectableAutoRepeat(display, 1, None)  # a held key comes up once, when it does
        root = ctypes.c_ulong(x.XDefaultRootWindow(display))
        for lock in LOCKS:
            x.XGrabKey(display, code, mask | lock, root, 0, 1, 1)
        x.XSync(display, 0)
        if self._errors:
            raise refusal(self._key)

    def _wait(self, display: ctypes.c_void_p, told: Callable[[bool], None]) -> None:
        x, event, is_down = self._x, ctypes.create_string_buffer(EVENT_BYTES), False
        connection = x.XConnectionNumber(display)
        while True:
            while x.XPending(display):
                x.XNextEvent(display, event)
                kind = ctypes.c_int.from_buffer(event).value
                if kind in (KEY_PRESS, KEY_RELEASE) and (kind == KEY_PRESS) != is_down:
                    is_down = kind == KEY_PRESS
                    told(is_down)
            ready, _, _ = select.select([connection, self._stop_read], [], [])
            if self._stop_read in ready:
                return

    def _note_error(self, _: int, __: int) -> int:
        self._errors += 1
        return 0


WINDOWS_KEYS = {"space": 0x20, "insert": 0x2D, "delete": 0x2E, "prior": 0x21, "next": 0x22, "escape": 0x1B,
                "return": 0x0D, "scroll_lock": 0x91, "menu": 0x5D, "pause": 0x13,
                "home": 0x24, "end": 0x23}  # fmt: skip


class WindowsKey:
    """RegisterHotKey for the press, the state of the key for the release."""

    ID, WM_HOTKEY, NO_REPEAT = 1, 0x0312, 0x4000

    def __init__(self, key: str) -> None:
        self._key = key
        self._stopped = threading.Event()
        self._user: Any = ctypes.CDLL("user32")

    def run(self, told: Callable[[bool], None]) -> None:
        code, mask = self.code(*parsed(self._key))
        if not code or not self._user.RegisterHotKey(None, self.ID, mask | self.NO_REPEAT, code):
            raise refusal(self._key)
        message = ctypes.create_string_buffer(64)
        try:
            while not self._stopped.is_set():
                if self._user.PeekMessageW(message, None, self.WM_HOTKEY, self.WM_HOTKEY, 1):
                    told(True)
                    while self._user.GetAsyncKeyState(code) & 0x8000 and not self._stopped.is_set():
                        time.sleep(POLL_SECONDS)
                    told(False)
                time.sleep(POLL_SECONDS)
        finally:
            self._user.UnregisterHotKey(None, self.ID)

    def stop(self) -> None:
        self._stopped.set()

    @staticmethod
    def code(name: str, mask: int) -> tuple[int, int]:
        """Windows' number of the key, 0 if it has none here, and Windows' mask of its modifiers."""
        flags = sum(flag for bit, flag in ((8, 1), (4, 2), (1, 4), (64, 8)) if mask & bit)
        if len(name) == 1 and name.isalnum() and name.isascii():
            return ord(name.upper()), flags
        if name[:1] in "Ff" and name[1:].isdigit() and 1 <= int(name[1:]) <= 24:
            return 0x6F + int(name[1:]), flags
        return WINDOWS_KEYS.get(name.lower(), 0), flags
