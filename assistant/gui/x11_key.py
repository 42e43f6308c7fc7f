"""The talk key on X11: grabbed through the system's own libX11, so that nothing else is read from the keyboard."""

from __future__ import annotations

import ctypes
import ctypes.util
import select
from typing import Any

from assistant.gui.system_key import Granted, Told, Waker, parsed, refusal

KEY_PRESS, KEY_RELEASE = 2, 3  # X11's event types
LOCKS = (0, 2, 16, 18)  # caps lock, num lock and both: a grab without them fails while they are on
EVENT_BYTES = 192  # sizeof(XEvent)

_errors: list[int] = []


def _note_error(_: int, __: int) -> int:
    _errors.append(1)
    return 0


# Xlib's own ends the process. One for the whole of its life: Xlib keeps the address.
_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_note_error)


class X11Key:
    waits = True

    def __init__(self, key: str) -> None:
        self._key = key
        self._waker = Waker()
        name = ctypes.util.find_library("X11") or "libX11.so.6"
        try:
            self._x: Any = ctypes.CDLL(name)
        except OSError as error:
            raise refusal(key) from error
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = self._x.XStringToKeysym.restype = ctypes.c_ulong

    def run(self, told: Told, granted: Granted) -> None:
        x = self._x
        opened = x.XOpenDisplay(None)
        if not opened:
            self._waker.close()
            raise refusal(self._key)
        display = ctypes.c_void_p(opened)
        try:
            self._grab(display)
            granted(self._key)
            self._wait(display, told)
        finally:
            x.XCloseDisplay(display)  # gives every grab back
            self._waker.close()

    def stop(self) -> None:
        self._waker.wake()

    def _grab(self, display: ctypes.c_void_p) -> None:
        x, (name, mask) = self._x, parsed(self._key)
        code = x.XKeysymToKeycode(display, ctypes.c_ulong(x.XStringToKeysym(name.encode())))
        if not code:
            raise refusal(self._key)
        x.XSetErrorHandler(_HANDLER)
        _errors.clear()
        x.XkbSetDetectableAutoRepeat(display, 1, None)  # a held key comes up once, when it does
        root = ctypes.c_ulong(x.XDefaultRootWindow(display))
        for lock in LOCKS:
            x.XGrabKey(display, code, mask | lock, root, 0, 1, 1)
        x.XSync(display, 0)
        if _errors:
            raise refusal(self._key)

    def _wait(self, display: ctypes.c_void_p, told: Told) -> None:
        x, event, is_down = self._x, ctypes.create_string_buffer(EVENT_BYTES), False
        connection = x.XConnectionNumber(display)
        while True:
            while x.XPending(display):
                x.XNextEvent(display, event)
                kind = ctypes.c_int.from_buffer(event).value
                if kind in (KEY_PRESS, KEY_RELEASE) and (kind == KEY_PRESS) != is_down:
                    is_down = kind == KEY_PRESS
                    told(is_down)
            ready, _, _ = select.select([connection, self._waker], [], [])
            if self._waker in ready:
                return
