"""Stand-ins for the world outside, one class each. They keep the contracts of the ports and nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.audio.devices import Process, SoundDevice, SoundSystem, StreamRequest
from assistant.audio.whisper import Hypothesis, Search
from assistant.core.errors import DeviceError
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples, Transcript, Word
from assistant.vision.ink import Pixels
from assistant.vision.reader import OcrLine


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
        await self.take([AudioFrame(samples[at : at + 512], SPEECH_RATE) for at in range(0, len(samples), 512)])

    async def take(self, frames: Iterable[AudioFrame]) -> None:
        for frame in frames:
            self._frames.put_nowait(frame)
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
    forsaken: int = 0

    def make(self) -> FakeSoundDriver:
        if not self.has_library:
            raise DeviceError("The sound library PortAudio is not installed.", "Install it.")
        return self

    def survey(self, refresh: bool = False) -> SoundSystem:
        return self.system

    def fingerprint(self) -> str:
        return self.system.fingerprint

    def forsake(self) -> None:
        self.forsaken += 1

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


class FakeTextReader:
    """Reads the writing it was told of: text by box (left, top, width, height). Crops read as `again`, in turn."""

    def __init__(self, written: dict[tuple[int, int, int, int], str], again: tuple[str, ...] = ()) -> None:
        self._written = written
        self._again = list(again)

    def lines(self, image: Pixels) -> list[OcrLine]:
        found = []
        for (x, y, width, height), text in self._written.items():
            quad = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
            found.append(OcrLine(np.array(quad, np.float32), text, 0.95))
        return found

    def recognise(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
        return [(self._again.pop(0) if self._again else "", 0.9) for _ in crops]


@dataclass
class ScriptedDecoder:
    """A Whisper that hears `results` in turn, the last one for ever, and spreads its words evenly over the sound."""

    results: Sequence[Hypothesis]
    is_multilingual: bool = True
    probabilities: dict[str, float] = field(default_factory=lambda: {"en": 1.0})
    windows: list[float] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    languages_used: list[str] = field(default_factory=list)

    def encode(self, samples: Samples, window_seconds: float) -> None:
        self.windows.append(window_seconds)

    def languages(self, encoded: None) -> dict[str, float]:
        return self.probabilities

    def decode(self, encoded: None, language: str, search: Search) -> Hypothesis:
        self.searches.append(search)
        self.languages_used.append(language)
        return self.results[min(len(self.searches), len(self.results)) - 1]

    def align(self, encoded: None, language: str, tokens: tuple[int, ...], seconds: float) -> tuple[Word, ...]:
        words = next(result for result in self.results if result.tokens == tokens).text.split()
        step = seconds / len(words)
        return tuple(Word(word, at * step, (at + 1) * step) for at, word in enumerate(words))


class ScriptedTranscriber:
    """Hears the same in every recording."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        return Transcript(self.text, language or "en", (Word(self.text, 0.0, 1.0),), audio.seconds, 0.01)
