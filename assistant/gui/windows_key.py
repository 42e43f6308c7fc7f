"""The talk key on Windows: RegisterHotKey for the press, the state of the key for the release."""

from __future__ import annotations

import ctypes
import threading
import time
from typing import Any

from assistant.gui.system_key import Granted, Told, parsed, refusal

POLL_SECONDS = 0.03  # Windows tells when a hot key goes down, but not when it comes up
WINDOWS_KEYS = {"space": 0x20, "insert": 0x2D, "delete": 0x2E, "prior": 0x21, "next": 0x22, "escape": 0x1B,
                "return": 0x0D, "scroll_lock": 0x91, "menu": 0x5D, "pause": 0x13,
                "home": 0x24, "end": 0x23}  # fmt: skip


class WindowsKey:
    waits = True

    ID, WM_HOTKEY, NO_REPEAT = 1, 0x0312, 0x4000

    def __init__(self, key: str) -> None:
        self._key = key
        self._stopped = threading.Event()
        self._user: Any = ctypes.CDLL("user32")

    def run(self, told: Told, granted: Granted) -> None:
        code, mask = self.code(*parsed(self._key))
        if not code or not self._user.RegisterHotKey(None, self.ID, mask | self.NO_REPEAT, code):
            raise refusal(self._key)
        granted(self._key)
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
