"""A desktop's portal for global shortcuts, as xdg-desktop-portal's published interface describes it, for tests.

org.freedesktop.portal.GlobalShortcuts version 1: CreateSession and BindShortcuts return the handle of a Request at once
and answer through its Response signal; a session binds once; Activated and Deactivated go to the session's owner.
"""

from __future__ import annotations

import threading
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, new_signal

from tests.message_bus import BusService

NAME, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SHORTCUTS, REQUEST = "org.freedesktop.portal.GlobalShortcuts", "org.freedesktop.portal.Request"
GIVEN, CANCELLED = 0, 1


class KeyPortal(BusService):
    """`user_answers` is what the user does in the dialog; None leaves it open."""

    def __init__(self, address: str, user_answers: int | None = GIVEN, has_shortcuts: bool = True) -> None:
        self.user_answers = user_answers
        self.has_shortcuts = has_shortcuts
        self.trigger = "Press F8"
        self.bound: list[tuple[str, dict[str, Any]]] = []
        self.asked = threading.Event()
        self.session = ""
        self._client = ""
        super().__init__(address, NAME)

    def answer(self, call: Message) -> tuple[str, tuple[Any, ...]] | None:
        fields = call.header.fields
        if self.has_shortcuts and call.body == (SHORTCUTS, "version"):
            return "v", (("u", 1),)
        if not self.has_shortcuts or fields.get(HeaderFields.interface) != SHORTCUTS:
            return None
        self._client = fields[HeaderFields.sender]
        place = self._client.removeprefix(":").replace(".", "_")
        options = call.body[-1]
        handle = f"{PATH}/request/{place}/{options['handle_token'][1]}"
        if fields[HeaderFields.member] == "CreateSession":
            self.session = f"{PATH}/session/{place}/{options['session_handle_token'][1]}"
            self._respond(handle, GIVEN, {"session_handle": ("s", self.session)})
        else:
            assert call.body[0] == self.session
            self.bound = call.body[1]
            self.asked.set()
            if self.user_answers is not None:
                self._respond(handle, self.user_answers, {"shortcuts": ("a(sa{sv})", self._given())})
        return "o", (handle,)

    def press(self, shortcut: str = "talk", session: str = "") -> None:
        self._tell("Activated", "osta{sv}", (session or self.session, shortcut, 1, {}))

    def release(self) -> None:
        self._tell("Deactivated", "osta{sv}", (self.session, "talk", 2, {}))

    def change(self, trigger: str) -> None:
        self.trigger = trigger
        self._tell("ShortcutsChanged", "oa(sa{sv})", (self.session, self._given()))

    def _given(self) -> list[tuple[str, dict[str, Any]]]:
        if self.user_answers != GIVEN:
            return []
        return [(name, {"trigger_description": ("s", self.trigger)}) for name, _ in self.bound]

    def _respond(self, handle: str, response: int, results: dict[str, Any]) -> None:
        self._unicast(DBusAddress(handle, interface=REQUEST), "Response", "ua{sv}", (response, results))

    def _tell(self, name: str, signature: str, body: tuple[Any, ...]) -> None:
        self._unicast(DBusAddress(PATH, interface=SHORTCUTS), name, signature, body)

    def _unicast(self, place: DBusAddress, name: str, signature: str, body: tuple[Any, ...]) -> None:
        message = new_signal(place, name, signature, body)
        message.header.fields[HeaderFields.destination] = self._client
        self.send(message)
