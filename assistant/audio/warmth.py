"""A warmer or a clearer voice: the low half of its spectrum is favoured over the high one, or the other way round.

Pure arithmetic on the samples, 0.2 ms for a second of speech. Loudness as a whole stays about the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np

from assistant.core.ports import Synthesizer
from assistant.core.types import AudioFrame, Samples

TAPS = 129  # 2.7 ms of delay at 24 kHz, and a slope that is smooth down to 200 Hz
MOST_DECIBEL = 5.0  # at either end: more sounds like a telephone, or like a blanket
TURNING_HERTZ = 1_200.0  # below it vowels have their body, above it consonants their edge


def warmed(voice: Synthesizer, warmth: float) -> Synthesizer:
    """`warmth` from -1 (clear) to 1 (warm); 0 is the voice itself."""
    return Warmed(voice, warmth) if warmth else voice


class Warmed:
    """The Synthesizer it was given, filtered. It is loaded and closed with it."""

    def __init__(self, voice: Synthesizer, warmth: float) -> None:
        self._voice = voice
        self._warmth = min(1.0, max(-1.0, warmth))

    async def load(self) -> None:
        load = getattr(self._voice, "load", None)
        if load is not None:
            await load()

    def close(self) -> None:
        close = getattr(self._voice, "close", None)
        if close is not None:
            close()

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        filter_: _Filter | None = None
        rate = 0
        async with aclosing(self._voice.synthesize(clause)) as frames:  # type: ignore[type-var]  # ports promise iterators
            async for frame in frames:
                if filter_ is None or frame.sample_rate != rate:
                    filter_, rate = _Filter(taps(self._warmth, frame.sample_rate)), frame.sample_rate
                yield AudioFrame(filter_.push(frame.samples), rate)


class _Filter:
    """Streams samples through taps without a seam, as many out as in: the clause keeps its length."""

    def __init__(self, response: Samples) -> None:
        self._response = response
        self._before = np.zeros(len(response) - 1, np.float32)

    def push(self, samples: Samples) -> Samples:
        whole = np.concatenate([self._before, samples])
        self._before = whole[len(whole) - len(self._before) :]
        return np.clip(np.convolve(whole, self._response, mode="valid"), -1.0, 1.0).astype(np.float32)


def taps(warmth: float, sample_rate: int) -> Samples:
    """A short filter whose gain falls (or rises) evenly over the octaves around TURNING_HERTZ."""
    hertz = np.fft.rfftfreq(1024, 1 / sample_rate)
    octaves = np.clip(np.log2(np.maximum(hertz, 75.0) / TURNING_HERTZ), -2.5, 2.5) / 2.5
    gain = 10 ** (-warmth * MOST_DECIBEL * octaves / 20)
    response = np.roll(np.fft.irfft(gain), TAPS // 2)[:TAPS] * np.hanning(TAPS)
    return np.asarray(response, np.float32)
