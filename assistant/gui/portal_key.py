"""The talk key on Wayland: the desktop's portal asks the user, keeps the keyboard, and tells of this one key.

The interface is org.freedesktop.portal.GlobalShortcuts, published by the project xdg-desktop-portal ("API Reference":
Global Shortcuts, Request, Session); keys are written as in the "Shortcuts XDG Specification" of freedesktop.org. It is
spoken by jeepney on the talk-key thread, which may wait as long as the user looks at the desktop's dialog (ADR 0023).
"""

from __future__ import annotations

import contextlib
import os
import select
from collections import deque
from collections.abc import Callable
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from assistant.gui.system_key import ALT, CTRL, ELSEWHERE, META, SHIFT, Granted, KeyRefused, Told, Waker, parsed

BUS_NAME, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SHORTCUTS, REQUEST, SESSION = (f"org.freedesktop.portal.{name}" for name in ("GlobalShortcuts", "Request", "Session"))
SHORTCUT = "talk"
DESCRIPTION = "Hold to talk to Vesper"
ANSWER_SECONDS = 1.0
SUCCEEDED = 0  # a Request's response; 1: the user said no, 2: it ended in some other way
ABSENT = tuple(f"org.freedesktop.DBus.Error.{name}" for name in ("ServiceUnknown", "NameHasNoOwner", "Spawn",
               "UnknownMethod", "UnknownInterface", "UnknownObject", "TimedOut", "NoReply"))  # fmt: skip
MODIFIERS = ((CTRL, "CTRL"), (ALT, "ALT"), (SHIFT, "SHIFT"), (META, "LOGO"))
NO_PORTAL = ("Your desktop (Wayland) has no way to give a program a key for all windows.", ELSEWHERE)
NO_BUS = ("Vesper cannot reach your desktop to ask for the talk key.", ELSEWHERE)
DECLINED = (
    "Your desktop did not give Vesper the talk key.",
    "Tick “Also while another window has the focus” anew to be asked once more; it works in Vesper's window.",
)
LOST = (
    "Your desktop has taken the talk key back.",
    "Tick “Also while another window has the focus” anew to ask for it; it works in Vesper's window.",
)


class Stopped(Exception):
    """The key is not wanted any more."""


class PortalKey:
    waits = True

    def __init__(self, key: str) -> None:
        self._key = key
        self._waker = Waker()
        self._inbox: deque[Message] = deque(maxlen=100)  # what nobody waits for is not kept for ever
        self._portal = DBusAddress(PATH, BUS_NAME, SHORTCUTS)
        self._owner = ""
        self._bus: DBusConnection

    def run(self, told: Told, granted: Granted) -> None:
        try:
            self._bus = open_dbus_connection(session_bus())
        except (OSError, ValueError, RuntimeError) as error:  # no bus, one that refuses us, one that is no socket
            self._waker.close()
            raise KeyRefused(*NO_BUS) from error
        try:
            session = self._session()
            self._bind(session, granted)
            self._listen(session, told, granted)
        except Stopped:
            return
        except OSError as error:
            raise KeyRefused(*LOST) from error
        finally:
            self._bus.close()  # which ends the session, too
            self._waker.close()

    def stop(self) -> None:
        self._waker.wake()

    # What is said to the portal -------------------------------------------------------------------------------------

    def _session(self) -> str:
        signals = MatchRule(type="signal", sender=BUS_NAME, path_namespace=PATH)
        owners = MatchRule(type="signal", sender=message_bus.bus_name, member="NameOwnerChanged")
        owners.add_arg_condition(0, BUS_NAME)
        for rule in (signals, owners):
            self._call(message_bus.AddMatch(rule))
        options = {"handle_token": ("s", "vesper_session"), "session_handle_token": ("s", "vesper")}
        results = self._request(new_method_call(self._portal, "CreateSession", "a{sv}", (options,)))
        return str(results["session_handle"][1])

    def _bind(self, session: str, granted: Granted) -> None:
        wishes = {"description": ("s", DESCRIPTION), "preferred_trigger": ("s", trigger(self._key))}
        body = (session, [(SHORTCUT, wishes)], "", {"handle_token": ("s", "vesper_bind")})
        results = self._request(new_method_call(self._portal, "BindShortcuts", "oa(sa{sv})sa{sv}", body))
        bound = described(results.get("shortcuts", ("", ()))[1])
        if bound is None:
            raise KeyRefused(*DECLINED)
        granted(bound)

    def _listen(self, session: str, told: Told, granted: Granted) -> None:
        is_down = False
        try:
            while True:
                message = self._next(self._is_news)
                kind, body = message.header.fields[HeaderFields.member], message.body
                if kind in ("NameOwnerChanged", "Closed"):
                    raise KeyRefused(*LOST)
                if body[0] != session:
                    continue
                if kind == "ShortcutsChanged":
                    granted(described(body[1]) or "")
                elif body[1] == SHORTCUT and (kind == "Activated") != is_down:
                    is_down = not is_down
                    told(is_down)
        finally:
            if is_down:  # nobody else will say that it came up
                told(False)

    def _is_news(self, message: Message) -> bool:
        fields = message.header.fields
        if message.header.message_type is not MessageType.signal:
            return False
        member, sender = fields[HeaderFields.member], fields.get(HeaderFields.sender)
        if member == "NameOwnerChanged":
            return bool(sender == message_bus.bus_name and not message.body[2])
        return bool(sender == self._owner) and member in ("Activated", "Deactivated", "ShortcutsChanged", "Closed")

    # The bus --------------------------------------------------------------------------------------------------------

    def _request(self, message: Message) -> dict[str, Any]:
        """The portal's way to answer when its user has: a handle at once, and a signal from it later."""
        handle = self._call(message)[0]
        answer = self._next(lambda other: self._answers(other, handle))
        if answer.header.fields[HeaderFields.member] == "NameOwnerChanged":
            raise KeyRefused(*NO_PORTAL)
        response, results = answer.body
        if response != SUCCEEDED:
            raise KeyRefused(*DECLINED)
        return dict(results)

    def _answers(self, message: Message, handle: str) -> bool:
        fields = message.header.fields
        if self._is_news(message) and fields[HeaderFields.member] == "NameOwnerChanged":
            return True
        is_its = fields.get(HeaderFields.path) == handle and fields.get(HeaderFields.interface) == REQUEST
        return bool(is_its and fields.get(HeaderFields.sender) == self._owner)

    def _call(self, message: Message) -> Any:
        serial = next(self._bus.outgoing_serial)
        self._bus.send(message, serial=serial)
        reply = self._next(lambda other: other.header.fields.get(HeaderFields.reply_serial) == serial)
        if reply.header.message_type is MessageType.error:
            is_absent = str(reply.header.fields[HeaderFields.error_name]).startswith(ABSENT)
            raise KeyRefused(*(NO_PORTAL if is_absent else DECLINED))
        self._owner = str(reply.header.fields.get(HeaderFields.sender, ""))
        return reply.body

    def _next(self, is_wanted: Callable[[Message], bool]) -> Message:
        """The first such message of those that came and those that will. Raises Stopped after `stop`."""
        while True:
            for message in self._inbox:
                if is_wanted(message):
                    self._inbox.remove(message)
                    return message
            self._read()

    def _read(self) -> None:
        before = len(self._inbox)
        with contextlib.suppress(TimeoutError):
            while True:
                self._inbox.append(self._bus.receive(timeout=0))
        if len(self._inbox) == before:
            ready, _, _ = select.select([self._bus.sock, self._waker], [], [])
            if self._waker in ready:
                raise Stopped


def session_bus() -> str:
    """Its address; without the variable it lies where systemd puts it."""
    return os.environ.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={os.environ.get('XDG_RUNTIME_DIR', '')}/bus"


def trigger(key: str) -> str:
    name, mask = parsed(key)
    return "+".join([*(word for bit, word in MODIFIERS if mask & bit), name])


def described(shortcuts: Any) -> str | None:
    """How the desktop names the key of our shortcut; None if it gave us none."""
    for name, values in shortcuts:
        if name == SHORTCUT:
            return str(values.get("trigger_description", ("s", ""))[1])
    return None


def portal_version() -> int:
    """Of the desktop's portal for such keys, 0 where there is none. Blocking; a second at most."""
    try:
        with open_dbus_connection(session_bus()) as bus:
            question = Properties(DBusAddress(PATH, BUS_NAME, SHORTCUTS)).get("version")
            reply = bus.send_and_get_reply(question, timeout=ANSWER_SECONDS)
    except (OSError, ValueError, RuntimeError):
        return 0
    return int(reply.body[0][1]) if reply.header.message_type is MessageType.method_return else 0
