"""A recording in the place of the microphone, and one in the place of the loudspeaker.

Both keep to the loop's clock, so a conversation with files runs at the pace of a real one (or as fast as the engines
can, or on a test's clock). What a listener would have heard becomes a recording again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np

from assistant.audio.microphone import FRAME_SAMPLES, Framer
from assistant.audio.resampler import Resampler
from assistant.core.ports import Delivery
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples

SILENCE_AFTER_SECONDS = 1.5  # lets the endpointer see that the recording's last words are over
QUEUE_SECONDS = 30.0  # how far ahead of the ear the speaker may be
LOOK_SECONDS = 0.1  # how soon somebody who waits for the queue notices a flush


class WavMicrophone:
    """Implements the Microphone port: plays a recording once, then ends.

    `in_real_time` False gives the frames as fast as they are taken. Leading and trailing silence can be added.
    """

    latency_seconds = 0.0

    def __init__(
        self,
        recording: AudioFrame,
        device: str = "recording",
        in_real_time: bool = True,
        silence_after_seconds: float = SILENCE_AFTER_SECONDS,
    ) -> None:
        self.device = device
        self._recording = recording
        self._in_real_time = in_real_time
        self._silence = np.zeros(round(silence_after_seconds * SPEECH_RATE), np.float32)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        for number, frame in enumerate(self._cut(), start=1):
            wait = started_at + number * FRAME_SAMPLES / SPEECH_RATE - loop.time() if self._in_real_time else 0.0
            await asyncio.sleep(max(0.0, wait))
            yield frame

    def _cut(self) -> list[AudioFrame]:
        resampler = Resampler(self._recording.sample_rate, SPEECH_RATE)
        parts = [resampler.push(self._recording.samples), resampler.rest(), self._silence]
        samples = np.concatenate(parts)
        filled = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
        return Framer(SPEECH_RATE).push(filled)


@dataclass(frozen=True, slots=True)
class _Piece:
    starts_at: float
    samples: Samples


class WavSpeaker:
    """Implements the Speaker port: keeps what would be heard, and when, on the loop's clock.

    `in_real_time` False counts everything as played the moment it is queued. Volume is not applied.
    """

    is_open = True

    def __init__(self, sample_rate: int = 24_000, in_real_time: bool = True) -> None:
        self.sample_rate = sample_rate
        self._in_real_time = in_real_time
        self._pieces: list[_Piece] = []
        self._resampler = Resampler(sample_rate, sample_rate)

    @property
    def played_seconds(self) -> float:
        return sum(self._heard(piece) for piece in self._pieces) / self.sample_rate

    @property
    def queued_seconds(self) -> float:
        return sum(len(piece.samples) for piece in self._pieces) / self.sample_rate - self.played_seconds

    async def play(self, frame: AudioFrame) -> None:
        rates = (frame.sample_rate, self.sample_rate)
        if self._resampler.rates != rates:
            self._append(self._resampler.rest())
            self._resampler = Resampler(*rates)
        self._append(self._resampler.push(frame.samples))
        await self._wait_until_queued(QUEUE_SECONDS)

    async def drain(self) -> None:
        self._append(self._resampler.rest())
        self._resampler = Resampler(self.sample_rate, self.sample_rate)
        await self._wait_until_queued(0.0)

    def flush(self) -> None:
        self._resampler = Resampler(self.sample_rate, self.sample_rate)
        cut = [_Piece(piece.starts_at, piece.samples[: int(self._heard(piece))]) for piece in self._pieces]
        self._pieces = [piece for piece in cut if len(piece.samples)]

    def deliver(self, how: Delivery) -> None:
        """Nobody interrupts a recording."""

    def recording(self, with_pauses: bool = False) -> AudioFrame:
        """What was heard so far. `with_pauses` keeps the silence between the pieces as long as it was."""
        parts: list[Samples] = [np.zeros(0, np.float32)]
        heard_until = self._pieces[0].starts_at if self._pieces else 0.0
        for piece in self._pieces:
            if with_pauses:
                pause = max(0.0, piece.starts_at - heard_until)
                parts.append(np.zeros(round(pause * self.sample_rate), np.float32))
            heard = piece.samples[: int(self._heard(piece))]
            parts.append(heard)
            heard_until = piece.starts_at + len(heard) / self.sample_rate
        return AudioFrame(np.concatenate(parts), self.sample_rate)

    async def _wait_until_queued(self, most_seconds: float) -> None:
        while (ahead := self.queued_seconds - most_seconds) > 0:  # noqa: ASYNC110  # a flush ends it early
            await asyncio.sleep(min(ahead, LOOK_SECONDS))

    def _append(self, samples: Samples) -> None:
        if len(samples):
            self._pieces.append(_Piece(max(_now(), self._free_at()), samples))

    def _free_at(self) -> float:
        """When the last piece will have been heard."""
        if not self._pieces or not self._in_real_time:
            return 0.0
        last = self._pieces[-1]
        return last.starts_at + len(last.samples) / self.sample_rate

    def _heard(self, piece: _Piece) -> float:
        """Samples of a piece that have been heard by now."""
        if not self._in_real_time:
            return float(len(piece.samples))
        # Rounded to a millionth of a sample: the clock's own rounding must not cost one.
        passed = round((_now() - piece.starts_at) * self.sample_rate, 6)
        return min(float(len(piece.samples)), max(0.0, passed))


def _now() -> float:
    return asyncio.get_running_loop().time()
