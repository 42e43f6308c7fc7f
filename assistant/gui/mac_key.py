"""The talk key on macOS: RegisterEventHotKey, which lends a program one key and asks for no permission.

Carbon tells of the key in the main thread's event loop, which Qt runs: nothing here waits. The signatures and numbers
are those of Apple's headers CarbonEvents.h and Events.h. It has been run on no Mac yet; what can be tested elsewhere is
the naming of keys and what is said when the system refuses.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from assistant.gui.system_key import ALT, CTRL, ELSEWHERE, META, SHIFT, Granted, KeyRefused, Told, parsed, refusal

CARBON = "/System/Library/Frameworks/Carbon.framework/Carbon"
KEYBOARD, PRESSED, RELEASED = int.from_bytes(b"keyb", "big"), 5, 6  # a class of events, and two of its kinds
SIGNATURE = int.from_bytes(b"Vspr", "big")
MODIFIERS = ((CTRL, 0x100), (SHIFT, 0x200), (ALT, 0x800), (META, 0x1000))  # Qt's "Ctrl" is the command key there
LETTERS = {"a": 0, "s": 1, "d": 2, "f": 3, "h": 4, "g": 5, "z": 6, "x": 7, "c": 8, "v": 9, "b": 11, "q": 12, "w": 13,
           "e": 14, "r": 15, "y": 16, "t": 17, "o": 31, "u": 32, "i": 34, "p": 35, "l": 37, "j": 38, "k": 40, "n": 45,
           "m": 46, "1": 18, "2": 19, "3": 20, "4": 21, "6": 22, "5": 23, "9": 25, "7": 26, "8": 28,
           "0": 29}  # fmt: skip
NAMED = {"space": 0x31, "return": 0x24, "tab": 0x30, "escape": 0x35, "delete": 0x75, "home": 0x73, "end": 0x77,
         "prior": 0x74, "next": 0x79, "f1": 0x7A, "f2": 0x78, "f3": 0x63, "f4": 0x76, "f5": 0x60, "f6": 0x61,
         "f7": 0x62, "f8": 0x64, "f9": 0x65, "f10": 0x6D, "f11": 0x67, "f12": 0x6F, "f13": 0x69, "f14": 0x6B,
         "f15": 0x71, "f16": 0x6A, "f17": 0x40, "f18": 0x4F, "f19": 0x50, "f20": 0x5A}  # fmt: skip
NO_CARBON = ("macOS did not let Vesper ask for a talk key for all windows.", ELSEWHERE)


class EventKind(ctypes.Structure):
    _fields_ = (("kind_class", ctypes.c_uint32), ("kind", ctypes.c_uint32))


class HotKeyId(ctypes.Structure):
    _fields_ = (("signature", ctypes.c_uint32), ("number", ctypes.c_uint32))


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class MacKey:
    waits = False

    def __init__(self, key: str, load: Callable[[str], Any] = ctypes.CDLL) -> None:
        self._key = key
        self._hot_key, self._handling = ctypes.c_void_p(), ctypes.c_void_p()
        self._handler: Any = None
        try:
            self._carbon = load(CARBON)
        except OSError as error:
            raise KeyRefused(*NO_CARBON) from error

    def run(self, told: Told, granted: Granted) -> None:
        code, flags = self.code(*parsed(self._key))
        if code is None:
            raise refusal(self._key)

        def handle(_: int, event: int, __: int) -> int:
            told(carbon.GetEventKind(ctypes.c_void_p(event)) == PRESSED)
            return 0

        carbon = self._carbon
        carbon.GetApplicationEventTarget.restype = ctypes.c_void_p
        target = ctypes.c_void_p(carbon.GetApplicationEventTarget())
        self._handler = _HANDLER(handle)  # kept for as long as it may be called
        kinds = (EventKind * 2)(EventKind(KEYBOARD, PRESSED), EventKind(KEYBOARD, RELEASED))
        handling, hot_key = ctypes.byref(self._handling), ctypes.byref(self._hot_key)
        if carbon.InstallEventHandler(target, self._handler, ctypes.c_ulong(2), kinds, None, handling):
            raise KeyRefused(*NO_CARBON)
        if carbon.RegisterEventHotKey(code, flags, HotKeyId(SIGNATURE, 1), target, 0, hot_key):
            self.stop()
            raise refusal(self._key)
        granted(self._key)

    def stop(self) -> None:
        if self._hot_key:
            self._carbon.UnregisterEventHotKey(self._hot_key)
        if self._handling:
            self._carbon.RemoveEventHandler(self._handling)
        self._hot_key, self._handling = ctypes.c_void_p(), ctypes.c_void_p()

    @staticmethod
    def code(name: str, mask: int) -> tuple[int | None, int]:
        """The number of the key on a Mac, None if it has none here, and Carbon's mask of its modifiers."""
        flags = sum(flag for bit, flag in MODIFIERS if mask & bit)
        return LETTERS.get(name.lower(), NAMED.get(name.lower())), flags
