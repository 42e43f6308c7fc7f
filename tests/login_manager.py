"""A login manager that announces sleep, as org.freedesktop.login1 is documented by systemd, for tests.

PrepareForSleep(b) is broadcast with true before the machine sleeps and with false after it woke or stayed awake.
"""

from __future__ import annotations

from typing import Any

from jeepney import Message

from tests.message_bus import BusService

NAME, PATH, MANAGER = "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"


class LoginManager(BusService):
    def __init__(self, address: str) -> None:
        super().__init__(address, NAME)

    def answer(self, call: Message) -> tuple[str, tuple[Any, ...]] | None:
        return None

    def prepare_for_sleep(self, begins: bool) -> None:
        self.signal(PATH, MANAGER, "PrepareForSleep", "b", (begins,))
