"""Stand-ins for the world outside, one class each. They keep the contracts of the ports and nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np

from assistant.audio.devices import Process, SoundDevice, SoundSystem, StreamRequest
from assistant.core.errors import DeviceError
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples


class LoudnessDetector:
    """Speech is what is loud: the probability of a frame is its peak."""

    def __init__(self) -> None:
        self.resets = 0

    def probability(self, frame512: Samples) -> float:
        return float(np.abs(frame512).max())

    def reset(self) -> None:
        self.resets += 1


class FakeMicrophone:
    """Frames come when a test says so, at once; `hang_up` ends them."""

    latency_seconds = 0.0

    def __init__(self, device: str = "fake microphone") -> None:
        self.device = device
        self._frames: asyncio.Queue[AudioFrame | None] = asyncio.Queue()

    async def hear(self, samples: Samples) -> None:
        """Give samples (whole frames of 512), and return when the listener has had the time to take them."""
        for start in range(0, len(samples), 512):
            self._frames.put_nowait(AudioFrame(samples[start : start + 512], SPEECH_RATE))
        while not self._frames.empty():  # noqa: ASYNC110 - the queue has no "empty" to wait for
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.005)

    def hang_up(self) -> None:
        self._frames.put_nowait(None)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        while (frame := await self._frames.get()) is not None:
            yield frame


@dataclass
class FakeStream:
    """An open stream whose callback a test calls with `tick`."""

    request: StreamRequest
    process: Process
    is_active: bool = True
    is_closed: bool = False
    latency_seconds: tuple[float, float] = (0.02, 0.03)

    def tick(self, blocks: int = 1, loudness: float = 0.0) -> Samples:
        """Blocks of 20 ms; returns what was played, one channel."""
        size = self.request.sample_rate // 50
        heard = np.full(size, loudness, np.float32) if self.request.microphone else None
        out = np.ones((size, self.request.speaker.output_channels), np.float32) if self.request.speaker else None
        played = []
        for _ in range(blocks):
            self.process(heard, out, self.latency_seconds[1])
            if out is not None:
                played.append(out[:, 0].copy())
        return np.concatenate(played) if played else np.zeros(0, np.float32)

    def close(self) -> None:
        self.is_active = False
        self.is_closed = True


@dataclass
class FakeSoundDriver:
    """A machine whose devices a test plugs in and pulls out. Opening a device in `broken` fails."""

    system: SoundSystem
    broken: set[str] = field(default_factory=set)
    streams: list[FakeStream] = field(default_factory=list)
    has_library: bool = True

    def make(self) -> FakeSoundDriver:
        if not self.has_library:
            raise DeviceError("The sound library PortAudio is not installed.", "Install it.")
        return self

    def survey(self, refresh: bool = False) -> SoundSystem:
        return self.system

    def fingerprint(self) -> str:
        return self.system.fingerprint

    def open(self, request: StreamRequest, process: Process) -> FakeStream:
        for device in (request.microphone, request.speaker):
            if device and device.name in self.broken:
                raise DeviceError(f"“{device.name}” cannot be opened.", "Choose another.")
        self.streams.append(FakeStream(request, process))
        return self.streams[-1]

    @property
    def open_streams(self) -> list[FakeStream]:
        return [stream for stream in self.streams if not stream.is_closed]


def microphone_device(name: str = "mic", rate: int = 48_000) -> SoundDevice:
    return SoundDevice(name, 0, 1, 0, rate, is_default_input=True)


def speaker_device(name: str = "speaker", rate: int = 48_000) -> SoundDevice:
    return SoundDevice(name, 1, 0, 2, rate, is_default_output=True)
