"""The loudspeaker of the sound card: any rate in, a clock of what was really heard out.

Runs on the loop. The rule: `played_seconds` counts samples of the reply that left the device, so that a reply that is
interrupted can be remembered to the word.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from assistant.audio.resampler import Resampler
from assistant.audio.tracks import PlaybackTrack, meter
from assistant.core.ports import Delivery
from assistant.core.types import AudioFrame, Samples

POLL_SECONDS = 0.01
LOWERED_GAIN = 0.25  # -12 dB: still understood, and no longer in the way
PART_SECONDS = 1.0  # resampled in one go, about a millisecond: the loop stays free


class CardSpeaker:
    """Implements the Speaker port. Without a device everything is dropped at once and `played_seconds` stands still."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._track: PlaybackTrack | None = None
        self._resampler = Resampler(1, 1)
        self._flushes = 0
        self._played_before = 0.0
        self._volume = 1.0
        self._delivery = Delivery.FULL
        self.device = ""
        """Name of the open device; empty while there is none."""
        self.latency_seconds = 0.0
        """From the callback to the air, as the system reports it."""

    @property
    def is_open(self) -> bool:
        return self._track is not None

    @property
    def level(self) -> float:
        """Loudness of the last 20 ms, 0 to 1."""
        return meter(self._track.level) if self._track else 0.0

    @property
    def volume(self) -> float:
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        """0 to 1.5; heard from the next block on."""
        self._volume = min(1.5, max(0.0, volume))
        self._adjust()

    @property
    def played_seconds(self) -> float:
        if self._track is None:
            return self._played_before
        return self._played_before + self._track.played(self._clock()) / self._track.sample_rate

    @property
    def queued_seconds(self) -> float:
        """What is still to be heard, the device's own buffer included."""
        return self._track.queued(self._clock()) / self._track.sample_rate if self._track else 0.0

    def attach(self, track: PlaybackTrack, device: str, latency_seconds: float) -> None:
        self.detach()
        self._track, self.device, self.latency_seconds = track, device, latency_seconds
        self._adjust()

    def detach(self) -> None:
        """The device is gone, and what was queued with it."""
        self._played_before = self.played_seconds
        self._flushes += 1
        self._resampler = Resampler(1, 1)
        self._track, self.device = None, ""

    async def play(self, frame: AudioFrame) -> None:
        """Waits while half a minute is queued. Ends early, dropping the frame, when `flush` is called meanwhile."""
        flushes = self._flushes
        part = max(1, round(PART_SECONDS * frame.sample_rate))
        for start in range(0, len(frame.samples), part):
            if self._track is None or flushes != self._flushes:
                return
            rates = (frame.sample_rate, self._track.sample_rate)
            if self._resampler.rates != rates:
                await self._queue(self._resampler.rest())
                self._resampler = Resampler(*rates)
            await self._queue(self._resampler.push(frame.samples[start : start + part]))

    async def drain(self) -> None:
        await self._queue(self._resampler.rest())
        self._resampler = Resampler(1, 1)
        while self.queued_seconds > 0:  # noqa: ASYNC110  # the card's callback may not wake anybody
            await asyncio.sleep(POLL_SECONDS)

    def flush(self) -> None:
        self._flushes += 1
        self._resampler = Resampler(1, 1)
        if self._track is not None:
            self._track.flush()

    def deliver(self, how: Delivery) -> None:
        self._delivery = how
        self._adjust()

    def _adjust(self) -> None:
        if self._track is not None:
            self._track.volume = self._volume * (LOWERED_GAIN if self._delivery is Delivery.LOWERED else 1.0)
            self._track.is_held = self._delivery is Delivery.HELD

    async def _queue(self, samples: Samples) -> None:
        flushes = self._flushes
        while self._track is not None and flushes == self._flushes:
            samples = samples[self._track.queue(samples) :]
            if not len(samples):
                return
            await asyncio.sleep(POLL_SECONDS)
