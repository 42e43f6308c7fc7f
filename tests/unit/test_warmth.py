"""A warmer voice has more bass, is as long and as loud, and has no seams."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from assistant.audio.warmth import taps, warmed
from assistant.core.types import AudioFrame, Samples

RATE = 24_000


class ReadyVoice:
    """Says the same noise every time, in frames of any length."""

    def __init__(self, samples: Samples, frame: int) -> None:
        self._samples, self._frame = samples, frame

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        for start in range(0, len(self._samples), self._frame):
            yield AudioFrame(self._samples[start : start + self._frame], RATE)


def noise() -> Samples:
    return (np.random.default_rng(1).standard_normal(RATE) * 0.1).astype(np.float32)


async def said(warmth: float, frame: int = 5_000) -> Samples:
    voice = warmed(ReadyVoice(noise(), frame), warmth)
    return np.concatenate([part.samples async for part in voice.synthesize("anything")])


def share_below(samples: Samples, hertz: float) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float(power[np.fft.rfftfreq(len(samples), 1 / RATE) < hertz].sum() / power.sum())


async def test_warm_has_more_of_the_low_half_and_clear_less() -> None:
    clear, plain, warm = [share_below(await said(warmth), 1_200) for warmth in (-1.0, 0.0, 1.0)]

    assert clear < 0.6 * plain
    assert warm > 1.4 * plain


async def test_the_length_does_not_change_and_frames_leave_no_seam() -> None:
    whole, pieces = await said(0.8, frame=RATE), await said(0.8, frame=333)

    assert len(whole) == len(pieces) == RATE
    assert np.allclose(whole, pieces, atol=1e-5)


async def test_no_warmth_is_the_voice_itself() -> None:
    assert np.array_equal(await said(0.0), noise())


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
@pytest.mark.parametrize("warmth", [-1.0, 0.5, 1.0])
def test_the_filter_is_gentle_at_every_rate(warmth: float, rate: int) -> None:
    gain = np.abs(np.fft.rfft(taps(warmth, rate), 4096))[20:]

    assert 0.5 < gain.min() <= gain.max() < 2.0
