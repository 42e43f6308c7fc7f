"""The sound card: opens the devices, keeps them open, and comes back when they went away.

The rule: the conversation never waits for a device. Whatever is missing is told once, in a sentence, and looked for
again in the background; microphone and speaker stay the same objects all the while. PortAudio is called from one
thread only, and its callback (`_Wire`) only copies between the device and the rings.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, TypeVar

from assistant.audio.devices import SoundDriver
from assistant.audio.microphone import CardMicrophone
from assistant.audio.portaudio import PortAudio
from assistant.audio.speaker import CardSpeaker
from assistant.audio.streams import OpenDevices, Side, open_devices
from assistant.core.aio import EngineThread
from assistant.core.errors import DeviceError
from assistant.core.events import LevelMeasured, NoticeShown
from assistant.core.ports import Emit
from assistant.core.settings import AudioSettings

TICK_SECONDS = 0.05  # the level meter's 20 Hz; everything else is counted from it
QUIET_TICK_SECONDS = 0.1  # while the meter shows nothing
RETRY_SECONDS = 1.0  # a device that came back is heard within five seconds, driver and server included
LOOK_AROUND_SECONDS = 2.0  # how often the system's default devices are compared with the open ones
START_SECONDS = 5.0  # a virtual microphone gives its first block after 1.4 s and the second 2 s later
MISSING_SECONDS = 4.0  # how long one side is done without before both are opened anew in the hope of the other
STALLED_SECONDS = 1.0  # without a callback: a working device calls 50 times in it
STRAINED_SHARE = 0.3  # of a core; a healthy stream takes 0.02, ALSA's bridge to PulseAudio was seen spinning at 0.97
QUIET_LEVEL = 0.3  # -42 dB: nobody is speaking whom a change of streams would cut off
CLOSE_SECONDS = 2.0  # closing takes 0.1 s, or its sound server hangs and it takes for ever
ANSWER_SECONDS = 8.0  # the list of devices, with a server that `pactl` waits for in vain, takes 4 s
MOST_STUCK = 3  # calls that do not return hold a thread each; with so many, one has to come back first
SLEPT_SECONDS = 4.0  # the loop was away for so long: the machine slept, and what the device has kept is stale


T = TypeVar("T")

log = logging.getLogger(__name__)


class Loss(Enum):
    """Why open devices are given up."""

    GONE = auto()
    """The stream ended by itself: device pulled out, sound server killed."""
    STALLED = auto()
    """Nothing ended, but nothing comes either."""
    STRAINED = auto()
    """The shared stream works, but its driver burns a processor core."""
    CHANGED = auto()
    """Other devices are wanted, or there may be more of them now."""


class SoundCard:
    """`microphone` and `speaker` are ready at once; `run()` gives them a device. All methods belong to the loop."""

    def __init__(
        self,
        settings: AudioSettings,
        emit: Emit,
        make_driver: Callable[[], SoundDriver] = PortAudio,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`make_driver` is called on the sound card's thread; a DeviceError from it is told like any other."""
        self.microphone = CardMicrophone()
        self.speaker = CardSpeaker(clock)
        self._settings = settings
        self._emit = emit
        self._make_driver = make_driver
        self._driver: SoundDriver | None = None
        self._clock = clock
        self._thread = EngineThread("sound-card")
        self._stuck: set[asyncio.Future[Any]] = set()
        self._devices: OpenDevices | None = None
        self._told: tuple[tuple[str, str], ...] = ()
        self._may_share = True
        self._change_wanted = False
        self._level = (0.0, 0.0)
        self.speaker.volume = settings.volume

    @property
    def latency_seconds(self) -> float:
        """The round trip from the callback through the air and back, as the system reports it."""
        return self.microphone.latency_seconds + self.speaker.latency_seconds

    @property
    def has_reference(self) -> bool:
        """`microphone.blocks()` gives what was played beside what was heard: an echo canceller can work."""
        return self._devices is not None and self._devices.has_reference

    @property
    def has_started(self) -> bool:
        """Blocks flow: what is played now is heard at once."""
        return self._devices is not None and self._devices.has_started

    @property
    def is_stuck(self) -> bool:
        """A call into the system's sound has not returned: the process cannot end by itself."""
        return bool(self._stuck)

    def apply(self, settings: AudioSettings) -> None:
        """Take over changed settings: the volume at once, other devices within a tenth of a second."""
        before, self._settings = self._settings, settings
        self.speaker.volume = settings.volume
        if (before.input_device, before.output_device) != (settings.input_device, settings.output_device):
            self._change_wanted = True

    def reopen(self) -> None:
        """Within a tenth of a second, open the devices anew: what is known of the open ones is stale."""
        self._change_wanted = True

    async def run(self) -> None:
        """Keep the devices open until cancelled. Never raises because of a device."""
        try:
            while True:
                opened = await self._open()
                if opened is None:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                loss = await self._watch(opened)
                await self._give_up(opened, loss)
        finally:
            await self._close()

    async def _open(self) -> OpenDevices | None:
        self._change_wanted = False
        if len(self._stuck) >= MOST_STUCK:
            return None
        try:
            opened = await self._ask(self._open_blocking, ANSWER_SECONDS)
        except DeviceError as error:
            if not self._told:  # that a device went away has been said, and is the better sentence
                self._tell((error.what, error.advice))
            return None
        if opened.playback and opened.speaker:
            self.speaker.attach(opened.playback, opened.speaker.device.name, opened.speaker.latency_seconds)
        if opened.capture and opened.microphone:
            self.microphone.attach(opened.capture, opened.microphone.device.name, opened.microphone.latency_seconds)
        self._tell(*opened.notices)
        return opened

    def _open_blocking(self) -> OpenDevices:
        thread = self._thread
        driver = self._driver = self._driver or self._make_driver()
        opened = open_devices(driver, self._settings, self._clock, self._may_share)
        if thread is not self._thread:  # given up meanwhile; nobody waits for these devices any more
            opened.close()
            raise _silent()
        # Kept here, on the sound card's thread: a caller that was cancelled meanwhile would not take it.
        self._devices = opened
        return opened

    async def _ask(self, work: Callable[[], T], seconds: float) -> T:
        """Run it on the sound card's thread. Raises DeviceError where the system does not answer in time.

        Then thread and driver are left to themselves, and the next call starts with new ones.
        """
        call = asyncio.ensure_future(self._thread.call(work))
        call.add_done_callback(self._came_back)
        await asyncio.wait({call}, timeout=seconds)
        if call.done():
            return call.result()
        log.warning("the sound system has not answered for %.1f s", seconds)
        self._stuck.add(call)
        self._thread.abandon()
        self._thread = EngineThread("sound-card")
        driver, self._driver, self._devices = self._driver, None, None
        if driver is not None:
            driver.forsake()
        raise _silent()

    def _came_back(self, call: asyncio.Future[Any]) -> None:
        self._stuck.discard(call)
        if not call.cancelled():
            call.exception()  # looked at: nobody else will

    async def _watch(self, opened: OpenDevices) -> Loss:
        """Returns when these devices should be opened anew."""
        opened_at = looked_at = ticked_at = self._clock()  # the first look only starts the count of `busy_before`
        busy_before = 0.0
        while True:
            await asyncio.sleep(TICK_SECONDS if any(self._level) else QUIET_TICK_SECONDS)
            self._measure()
            now = self._clock()
            if now - ticked_at > SLEPT_SECONDS or self._change_wanted:
                return Loss.CHANGED
            ticked_at = now
            loss = self._loss(opened, opened_at, now)
            if loss is not None:
                return loss
            if now - looked_at > LOOK_AROUND_SECONDS and self.speaker.queued_seconds == 0:
                if await self._others_are_there(opened, now - opened_at):
                    return Loss.CHANGED
                busy = opened.busy_seconds
                is_strained = busy - busy_before > STRAINED_SHARE * (now - looked_at) and looked_at > opened_at
                if is_strained and opened.shares_a_stream and self.microphone.level < QUIET_LEVEL:
                    return Loss.STRAINED
                looked_at, busy_before = now, busy
                ticked_at = self._clock()

    def _loss(self, opened: OpenDevices, opened_at: float, now: float) -> Loss | None:
        speaker, microphone = (
            _loss(side, opened_at, now) if side else None for side in (opened.speaker, opened.microphone)
        )
        if opened.speaker is None and opened.microphone is None:
            return Loss.GONE
        # A microphone of its own that failed is no reason to cut the loudspeaker's words short.
        return speaker or (microphone if self.speaker.queued_seconds == 0 else None)

    async def _others_are_there(self, opened: OpenDevices, open_seconds: float) -> bool:
        if self._driver is None:
            return False
        try:
            fingerprint = await self._ask(self._driver.fingerprint, ANSWER_SECONDS)
        except DeviceError:
            return True
        if fingerprint != opened.system.fingerprint:
            return True
        # What is missing may have come without a sign, unless its coming would have changed the fingerprint.
        is_missing = not opened.is_complete and not opened.system.listens_to_itself
        return is_missing and open_seconds > MISSING_SECONDS

    async def _give_up(self, opened: OpenDevices, loss: Loss) -> None:
        self.microphone.detach()
        self.speaker.detach()
        self._measure()
        if loss is Loss.GONE:
            self._tell(("The sound device went away.", "It is used again as soon as it is back; you can type."))
        self._may_share = not (opened.shares_a_stream and loss in (Loss.STALLED, Loss.STRAINED))
        try:
            await self._ask(self._close_blocking, CLOSE_SECONDS)
        except DeviceError as error:
            self._tell((error.what, error.advice))

    def _tell(self, *notices: tuple[str, str]) -> None:
        """Each sentence once, until it has stopped being true; then that all is well again."""
        for what, advice in notices:
            if (what, advice) not in self._told:
                self._emit(NoticeShown("warning", what, advice))
        if self._told and not notices:
            self._emit(NoticeShown("info", "Sound is back."))
        self._told = notices

    def _measure(self) -> None:
        level = (self.microphone.level, self.speaker.level)
        if level != self._level:
            self._level = level
            self._emit(LevelMeasured(*level))

    async def _close(self) -> None:
        self.microphone.detach()
        self.speaker.detach()
        with contextlib.suppress(DeviceError):
            await self._ask(self._close_blocking, CLOSE_SECONDS)
        self._thread.close()

    def _close_blocking(self) -> None:
        devices, self._devices = self._devices, None  # first: by the time it returns there may be new ones
        if devices is not None:
            devices.close()


def _silent() -> DeviceError:
    advice = "It is used again as soon as it does; restart it if it stays silent."
    return DeviceError("The sound system does not answer.", advice)


def _loss(side: Side, opened_at: float, now: float) -> Loss | None:
    if not side.stream.is_active:
        return Loss.GONE
    if now - opened_at < START_SECONDS:
        return None
    is_silent = side.wire.last_block_at is None or now - side.wire.last_block_at > STALLED_SECONDS
    return Loss.STALLED if is_silent else None
