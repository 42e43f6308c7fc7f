"""The machine goes to sleep and wakes: before it, a turn in progress ends; after it, nothing stale is used any more.

logind says both where there is one. Everywhere a clock that stands still during sleep is compared with one that does
not, so that waking is noticed without it, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from assistant.app import Engines
from assistant.audio.sound_card import SoundCard
from assistant.core.aio import cancel_and_wait
from assistant.core.conversation import Phase
from assistant.core.events import StopRequested
from assistant.session.doorway import Doorway
from assistant.session.session import Session

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5  # between two looks at the clocks: sound is to be back five seconds after waking
LEAST_SECONDS = 2.0  # of sleep: without a clock for it, the wall clock stands in, which is put right now and then
ANSWER_SECONDS = 1.0  # of a message bus that is asked by the doctor
FREE_SECONDS = 2.0  # a turn that is cancelled has ended long before
LOGIN_NAME, LOGIN_PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
LOGIN_MANAGER = "org.freedesktop.login1.Manager"


class SuspendWatch:
    """`before` is called where sleep is announced, `after` once for each sleep, also for one that was called off."""

    def __init__(
        self,
        before: Callable[[], None],
        after: Callable[[], Awaitable[None]],
        asleep_seconds: Callable[[], float] | None = None,
        bus: str = "SYSTEM",
    ) -> None:
        """`asleep_seconds` grows by sleep only; `bus` is the address of the message bus with logind on it."""
        self._before = before
        self._after = after
        self._asleep_seconds = asleep_seconds or seconds_asleep
        self._bus = bus
        self._known = self._asleep_seconds()
        self._is_announced = False

    async def run(self) -> None:
        """Until cancelled."""
        listening = asyncio.create_task(self._listen()) if sys.platform == "linux" else None
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                if self._asleep_seconds() - self._known > LEAST_SECONDS:
                    await self._wake()
        finally:
            await cancel_and_wait(listening)

    async def _wake(self) -> None:
        log.info("the machine woke after %.0f s", self._asleep_seconds() - self._known)
        self._known = self._asleep_seconds()
        self._is_announced = False
        await self._after()

    async def _listen(self) -> None:
        from jeepney import MatchRule, MessageType, message_bus
        from jeepney.io.asyncio import open_dbus_connection

        rule = MatchRule(
            type="signal", sender=LOGIN_NAME, interface=LOGIN_MANAGER, member="PrepareForSleep", path=LOGIN_PATH
        )
        try:
            bus = await open_dbus_connection(self._bus)
        except (OSError, EOFError, RuntimeError, ValueError) as error:
            log.info("no message bus tells of sleep: %s", type(error).__name__)
            return
        try:
            await bus.send(message_bus.AddMatch(rule))
            while True:
                message = await bus.receive()
                if message.header.message_type is MessageType.signal:
                    await self._told(message.body)
        except (OSError, EOFError) as error:
            log.info("the message bus has ended: %s", type(error).__name__)
        finally:
            with contextlib.suppress(OSError):
                await bus.close()

    async def _told(self, body: Any) -> None:
        """`body` is of PrepareForSleep; other signals, such as the name the bus gives us, say neither."""
        if body == (True,) and not self._is_announced:
            self._is_announced = True
            self._before()
        elif body == (False,) and self._is_announced:  # else the clocks have been quicker
            await self._wake()


def watch_suspends(session: Session, doorway: Doorway, card: SoundCard, engines: Engines) -> SuspendWatch:
    """What a conversation does about sleep. A word that was cut by it is not spoken to its end hours later."""

    def end_turn() -> None:
        doorway.lapse()
        if session.phase is not Phase.LISTENING:
            session.post(StopRequested())

    async def start_afresh() -> None:
        end_turn()
        card.reopen()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FREE_SECONDS):
                while session.phase is not Phase.LISTENING:  # noqa: ASYNC110  # the phase is a plain value
                    await asyncio.sleep(LOOK_SECONDS / 10)
        await reconnect(engines)

    return SuspendWatch(end_turn, start_afresh)


async def reconnect(engines: Engines) -> None:
    """Leave connections to other machines behind: the far end has long forgotten them, and does not say so."""
    settings = engines.settings
    if settings.mind.server_url:
        await engines.mind.renew()
    if settings.hearing.is_elsewhere:
        await engines.hearing.renew()
    if settings.voice.is_elsewhere:
        await engines.voice.renew()


def seconds_asleep() -> float:
    """How long this machine has slept, counted from some moment. Grows by sleep only, where the system can tell."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC_RAW) - time.clock_gettime(time.CLOCK_UPTIME_RAW)
    if sys.platform == "win32":
        awake, kernel = ctypes.c_ulonglong(), ctypes.WinDLL("kernel32")
        kernel.GetTickCount64.restype = ctypes.c_ulonglong
        kernel.QueryUnbiasedInterruptTime(ctypes.byref(awake))
        return float(kernel.GetTickCount64()) / 1e3 - awake.value / 1e7
    return time.time() - time.monotonic()


def sleep_in_words() -> str:
    """How sleep of the machine is noticed. Blocking; for the report of `vesper doctor`."""
    return "announced by logind" if sys.platform == "linux" and _has_logind() else "noticed by the clocks after it"


def _has_logind() -> bool:
    from jeepney import message_bus
    from jeepney.io.blocking import open_dbus_connection

    try:
        with open_dbus_connection("SYSTEM") as bus:
            reply = bus.send_and_get_reply(message_bus.NameHasOwner(LOGIN_NAME), timeout=ANSWER_SECONDS)
    except (OSError, ValueError, RuntimeError):
        return False
    return bool(reply.body == (True,))
