from __future__ import annotations

import asyncio

import numpy as np
import pytest

from assistant.audio.microphone import Framer
from assistant.audio.speaker import CardSpeaker
from assistant.audio.tracks import QUEUE_SECONDS, PlaybackTrack
from assistant.core.types import AudioFrame

RATE = 48_000


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def speaker() -> tuple[CardSpeaker, PlaybackTrack, Clock]:
    clock = Clock()
    one, track = CardSpeaker(clock), PlaybackTrack(RATE)
    one.attach(track, "fake", 0.03)
    return one, track, clock


def play_out(track: PlaybackTrack, clock: Clock, seconds: float) -> np.ndarray:
    """Let the device take and sound `seconds` of audio."""
    parts = []
    for _ in range(round(seconds * 50)):
        out = np.zeros(RATE // 50, np.float32)
        track.fill(out, clock.now)
        clock.now += 0.02
        parts.append(out)
    return np.concatenate(parts)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000, 192_000])
async def test_any_rate_lasts_as_long_as_it_should(rate: int) -> None:
    one, track, clock = speaker()
    tone = np.sin(2 * np.pi * 300 * np.arange(rate) / rate).astype(np.float32) * 0.5

    for start in range(0, rate, 1_000):
        await one.play(AudioFrame(tone[start : start + 1_000], rate))
    draining = asyncio.create_task(one.drain())
    await asyncio.sleep(0)
    out = play_out(track, clock, 1.2)
    await asyncio.wait_for(draining, 1)

    assert one.played_seconds == pytest.approx(1.0, abs=0.001)
    middle = out[RATE // 4 : 3 * RATE // 4]
    expected = 0.5 * np.sin(2 * np.pi * 300 * (np.arange(len(middle)) + RATE // 4) / RATE)
    assert np.abs(middle - expected).max() < 0.01


async def test_half_a_minute_ahead_play_waits_and_a_flush_frees_it() -> None:
    one, _, _ = speaker()
    playing = asyncio.create_task(one.play(AudioFrame(np.zeros(40 * RATE, np.float32), RATE)))
    await asyncio.sleep(0.1)
    assert not playing.done()
    assert one.queued_seconds == pytest.approx(QUEUE_SECONDS)

    one.flush()
    await asyncio.wait_for(playing, 1)

    assert one.queued_seconds == 0


async def test_without_a_device_nothing_waits_and_nothing_counts() -> None:
    one = CardSpeaker()

    await one.play(AudioFrame(np.ones(100 * RATE, np.float32), RATE))
    await one.drain()
    one.flush()

    assert (one.is_open, one.played_seconds, one.queued_seconds) == (False, 0.0, 0.0)


async def test_the_count_goes_on_over_a_change_of_device() -> None:
    one, track, clock = speaker()
    await one.play(AudioFrame(np.ones(RATE, np.float32), RATE))
    play_out(track, clock, 0.5)

    one.detach()
    one.attach(PlaybackTrack(16_000), "other", 0.1)

    assert one.played_seconds == pytest.approx(0.5, abs=0.001)
    assert one.queued_seconds == 0


async def test_what_is_not_a_number_is_silence() -> None:
    one, track, clock = speaker()

    await one.play(AudioFrame(np.array([np.nan, np.inf, -np.inf, 0.5] * 240, np.float32), RATE))

    assert np.isfinite(play_out(track, clock, 0.1)).all()


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_a_framer_gives_whole_frames_whatever_the_chunks(rate: int) -> None:
    tone = (0.5 * np.sin(2 * np.pi * 200 * np.arange(rate) / rate)).astype(np.float32)
    once, often = Framer(rate), Framer(rate)

    whole = once.push(tone)
    parts = [frame for start in range(0, rate, 37) for frame in often.push(tone[start : start + 37])]

    assert all(len(frame.samples) == 512 and frame.sample_rate == 16_000 for frame in parts)
    count = min(len(whole), len(parts))
    assert count >= 28, "of 31 in a second; the filter keeps up to 80 ms"
    for left, right in zip(whole[:count], parts[:count], strict=True):
        assert np.allclose(left.samples, right.samples, atol=1e-3)
