"""Hearing the user and not the assistant: our own voice is taken out of what the microphone heard.

The rule: nobody behind this microphone ever hears the loudspeaker as speech. Where the voice can be subtracted it is;
where it cannot (no library, no common rhythm of the devices) the microphone is deaf while the loudspeaker plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from enum import Enum, auto
from typing import Any, Protocol

import numpy as np

from assistant.audio.echo_convergence import Convergence, Trust
from assistant.audio.echo_linear import BLOCK_SAMPLES, RoomFilter
from assistant.audio.microphone import Framer
from assistant.audio.resampler import Resampler
from assistant.audio.sound_card import SoundCard
from assistant.audio.tracks import CaptureTrack
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError
from assistant.core.events import NoticeShown
from assistant.core.ports import Emit
from assistant.core.settings import AudioSettings
from assistant.core.types import SPEECH_RATE, AudioFrame, Cleaning, Samples

STEP_SAMPLES = 160  # 10 ms at SPEECH_RATE, the only length WebRTC's canceller takes
DEAF_SECONDS = 0.25  # after the loudspeaker's last sound: what is still in the air and in the buffers
HUSHED_SECONDS = 2.0  # since the loudspeaker's last sound: longer than any echo of it
HUSH = 1e-6  # stands for silence where exact zeros would look like a microphone that is switched off


class Way(Enum):
    """What is done to what the microphone heard."""

    STRAIGHT = auto()
    """Nothing: a headset, or no loudspeaker at all."""
    CLEANED = auto()
    DEAF = auto()
    """Silence while the loudspeaker plays."""


class Canceller(Protocol):
    """Takes the echo of `played` out of `heard`: equally long, whole blocks of BLOCK_SAMPLES at SPEECH_RATE."""

    def clean(self, heard: Samples, played: Samples) -> Samples: ...


class EchoCanceller:
    """WebRTC's canceller (livekit's build): finds the delay by itself. For one stream, on one thread at a time.

    Takes 0.1 ms per 10 ms. It crushes the user while both talk, which the speech detector survives now and then and a
    recogniser does not: it judges what RoomFilter leaves, and stands in for it until that is good (docs/adr/0014).
    """

    def __init__(self) -> None:
        """Raises EngineError where the library is missing or does not load."""
        try:
            from livekit.rtc import AudioFrame as Block
            from livekit.rtc import AudioProcessingModule
        except (ImportError, OSError) as error:
            raise EngineError("The echo canceller is not installed.", "Install the package livekit.") from error
        self._block: Any = Block
        self._module = AudioProcessingModule(echo_cancellation=True)

    def clean(self, heard: Samples, played: Samples) -> Samples:
        cleaned = np.empty(len(heard), np.float32)
        for start in range(0, len(heard), STEP_SAMPLES):
            block = slice(start, start + STEP_SAMPLES)
            self._module.process_reverse_stream(self._frame(played[block]))
            near = self._frame(heard[block])
            self._module.process_stream(near)
            np.divide(np.frombuffer(near.data, np.int16), 32768, out=cleaned[block], dtype=np.float32)
        return cleaned

    def _frame(self, samples: Samples) -> Any:
        data = bytearray((np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes())
        return self._block(data, SPEECH_RATE, 1, len(samples))


class EchoSafeMicrophone:
    """Implements the Microphone port around the sound card's. One consumer at a time."""

    def __init__(
        self,
        card: SoundCard,
        settings: AudioSettings,
        emit: Emit,
        make_canceller: Callable[[], Canceller] = EchoCanceller,
    ) -> None:
        """`make_canceller` is called on the echo thread, anew for every device that is opened."""
        self._card = card
        self._settings = settings
        self._emit = emit
        self._make_canceller = make_canceller
        self._thread = EngineThread("echo")
        self._told: set[str] = set()
        self._played_at = float("-inf")
        self._deaf_until = float("-inf")
        self.tape: Callable[[int, Samples], None] | None = None
        """Given what the microphone heard, as it came, with its rate: for the checks of the sound page."""
        self.delay_seconds = 0.0
        """From a sound's hand-over to its return through the air, where it was measured."""
        self.convergence = Convergence()
        """How well the canceller of the open device does."""

    @property
    def device(self) -> str:
        return self._card.microphone.device

    @property
    def latency_seconds(self) -> float:
        return self._card.microphone.latency_seconds

    def apply(self, settings: AudioSettings) -> None:
        """Take over changed settings: a headset is believed at once."""
        self._settings = settings

    def cover(self, seconds: float) -> None:
        """Hear nothing for so long: a signal sound is about to be played, and is nobody's word."""
        latency = max(self.delay_seconds, self._card.speaker.latency_seconds + self.latency_seconds)
        until = asyncio.get_running_loop().time() + seconds + latency + DEAF_SECONDS
        self._deaf_until = max(until, self._deaf_until)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        track: CaptureTrack | None = None
        chain = Chain(SPEECH_RATE, None)
        try:
            async for source, heard, played in self._card.microphone.blocks():
                if source is not track:
                    track = source
                    chain = Chain(source.sample_rate, await self._canceller())
                    self.convergence = chain.convergence
                if self.tape is not None:
                    self.tape(source.sample_rate, heard)
                way = self._way(chain)
                if chain.is_hushed and not played.any():  # a millisecond's tenth; the way to the thread takes longer
                    frames = chain.push(heard, played, way)
                else:
                    frames = await self._thread.call(chain.push, heard, played, way)
                for frame in frames:
                    yield frame
        finally:
            self._thread.close()

    async def _canceller(self) -> Canceller | None:
        try:
            return await self._thread.call(self._make_canceller)
        except EngineError as error:
            self._tell(error.what)
            return None

    def _way(self, chain: Chain) -> Way:
        speaker = self._card.speaker
        if self._settings.headset or not speaker.is_open:
            return Way.STRAIGHT
        if asyncio.get_running_loop().time() < self._deaf_until:
            return Way.DEAF
        if chain.can_clean and self._card.has_reference:
            return Way.CLEANED
        if chain.can_clean:
            self._tell("Microphone and loudspeaker run at different rates, so I cannot hear you while I speak.")
        now = asyncio.get_running_loop().time()
        if speaker.queued_seconds > 0:
            self._played_at = now
        return Way.DEAF if now - self._played_at < DEAF_SECONDS else Way.STRAIGHT

    def _tell(self, what: str) -> None:
        """Each sentence once: it stays true until the program is started anew."""
        if what not in self._told:
            self._told.add(what)
            self._emit(NoticeShown("info", what, "Use the Stop button to interrupt, or wear a headset."))


class Chain:
    """From blocks at the device's rate to clean frames. For one opened device, on one thread at a time."""

    def __init__(self, sample_rate: int, canceller: Canceller | None) -> None:
        self._canceller = canceller
        self._resamplers = Resampler(sample_rate, SPEECH_RATE), Resampler(sample_rate, SPEECH_RATE)
        self._rest = np.zeros((2, 0), np.float32)
        self._hushed = 0
        self._framers = Framer(SPEECH_RATE), Framer(SPEECH_RATE)
        self._room = RoomFilter()
        self._trust = Trust()
        self.convergence = Convergence()

    @property
    def can_clean(self) -> bool:
        return self._canceller is not None

    @property
    def is_hushed(self) -> bool:
        """Nothing has been played for so long that nothing of it can be heard any more."""
        return self._hushed > HUSHED_SECONDS * SPEECH_RATE

    def push(self, heard: Samples, played: Samples, way: Way) -> list[AudioFrame]:
        """Equally long columns in, whole frames out. The canceller sees everything that can hold an echo."""
        columns = [resampler.push(column) for resampler, column in zip(self._resamplers, (heard, played), strict=True)]
        pair = np.concatenate([self._rest, columns], axis=1)
        whole = pair.shape[1] - pair.shape[1] % BLOCK_SAMPLES
        self._rest = pair[:, whole:]
        near, far = pair[0, :whole], pair[1, :whole]
        self._hushed = 0 if far.any() else self._hushed + len(far)
        if self.is_hushed:
            self._room.rest(whole)
        if self._canceller is None or way is Way.STRAIGHT or self.is_hushed:
            cleaned = None  # there is no echo; the cancellers keep what they know of the room
        else:
            cleaned = self._clean(near, far, self._canceller)
        if way is Way.DEAF:
            near = np.full(len(near), HUSH, np.float32)
        elif cleaned is not None and near.any():  # a switched-off microphone stays recognisable
            return self._framed(*cleaned, Cleaning.CLEARED if self._trust.is_earned else Cleaning.CRUSHED)
        return self._framed(near, near)

    def _clean(self, near: Samples, far: Samples, canceller: Canceller) -> tuple[Samples, Samples]:
        """For the detector and for the recogniser."""
        crushed, cleaned = canceller.clean(near, far), self._room.clean(near, far)
        if np.dot(crushed, crushed) > np.dot(near, near):
            crushed = near  # its first block is a burst of noise, which a detector takes for a syllable
        self.convergence.push(near, far, crushed)
        self._trust.push(near, crushed, cleaned.residual)
        return cleaned.strict if self._trust.is_earned else crushed, cleaned.words

    def _framed(self, samples: Samples, words: Samples, cleaning: Cleaning = Cleaning.NONE) -> list[AudioFrame]:
        frames, spoken = (framer.push(part) for framer, part in zip(self._framers, (samples, words), strict=True))
        pairs = zip(frames, spoken, strict=True)
        return [replace(frame, words=other.samples, cleaning=cleaning) for frame, other in pairs]
