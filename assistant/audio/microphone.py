"""The microphone of the sound card, as 32 ms frames at the rate that recognition wants.

Runs on the loop: it looks into the ring a little more often than the card fills it, and resamples there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np

from assistant.audio.resampler import Resampler
from assistant.audio.tracks import CaptureTrack, meter
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples

FRAME_SAMPLES = 512  # 32 ms: what the speech detector takes at a time
POLL_SECONDS = 0.01  # half of the card's block
QUIET_POLL_SECONDS = 0.096  # three frames at a time: waking up costs more than looking at them
QUIET_SECONDS = 3.0  # so long after the last sound on either side: no utterance is still waiting for its end
QUIET = 0.01  # root mean square, -40 dB: a voice across the room is louder


class CardMicrophone:
    """Implements the Microphone port. While there is no device, `frames()` waits for one. One consumer at a time."""

    def __init__(self) -> None:
        self._track: CaptureTrack | None = None
        self._closed = False
        self.device = ""
        """Name of the open device; empty while there is none."""
        self.latency_seconds = 0.0
        """From the air to the callback, as the system reports it; the resampler adds 0.01."""

    @property
    def level(self) -> float:
        """Loudness of the last 20 ms, 0 to 1."""
        return meter(self._track.level) if self._track else 0.0

    def attach(self, track: CaptureTrack, device: str, latency_seconds: float) -> None:
        self._track, self.device, self.latency_seconds = track, device, latency_seconds

    def detach(self) -> None:
        self._track, self.device = None, ""

    def close(self) -> None:
        """Ends `frames()`."""
        self._closed = True

    async def frames(self) -> AsyncIterator[AudioFrame]:
        track: CaptureTrack | None = None
        framer = Framer(SPEECH_RATE)
        async for source, heard, _ in self.blocks():
            if source is not track:
                track, framer = source, Framer(source.sample_rate)
            for frame in framer.push(heard):
                yield frame

    async def blocks(self) -> AsyncIterator[tuple[CaptureTrack, Samples, Samples]]:
        """Pairs of what was heard and what was played at the same time, at the track's own rate, and that track.

        This is where an echo canceller goes. Takes the place of `frames()`: both at once would share the samples.
        """
        track: CaptureTrack | None = None
        quiet_seconds = 0.0
        while not self._closed:
            if self._track is not track:
                track = self._track
                if track is not None:
                    track.skip()  # whatever was said before anybody listened
            if track is not None:
                heard, played = track.read()
                if len(heard):
                    is_quiet = track.level < QUIET and not played.any()
                    quiet_seconds = quiet_seconds + len(heard) / track.sample_rate if is_quiet else 0.0
                    yield track, heard, played
            await asyncio.sleep(QUIET_POLL_SECONDS if quiet_seconds > QUIET_SECONDS else POLL_SECONDS)


class Framer:
    """Cuts a stream of samples at any rate into frames of 512 at SPEECH_RATE."""

    def __init__(self, sample_rate: int) -> None:
        self._resampler = Resampler(sample_rate, SPEECH_RATE)
        self._rest = np.zeros(0, np.float32)

    def push(self, samples: Samples) -> list[AudioFrame]:
        samples = np.concatenate([self._rest, np.clip(self._resampler.push(samples), -1, 1)])
        whole = len(samples) - len(samples) % FRAME_SAMPLES
        self._rest = samples[whole:]
        return [AudioFrame(samples[at : at + FRAME_SAMPLES], SPEECH_RATE) for at in range(0, whole, FRAME_SAMPLES)]
