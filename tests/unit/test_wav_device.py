from __future__ import annotations

import asyncio

import numpy as np
import pytest

from assistant.audio.wav_device import WavMicrophone, WavSpeaker
from assistant.core.types import AudioFrame
from tests.virtual_time import run_virtual

RATE = 24_000


def ramp(seconds: float, rate: int = RATE) -> AudioFrame:
    return AudioFrame(np.linspace(0.1, 0.9, round(seconds * rate), dtype=np.float32), rate)


def test_a_recording_is_heard_in_real_time() -> None:
    async def main() -> tuple[int, float]:
        frames = [frame async for frame in WavMicrophone(ramp(2.0, 44_100), silence_after_seconds=1.0).frames()]
        return len(frames), asyncio.get_running_loop().time()

    count, seconds = run_virtual(main())

    assert count == 94  # 3 s, the last frame filled up with silence
    assert seconds == pytest.approx(94 * 0.032)


def test_a_recording_is_heard_as_fast_as_it_is_taken() -> None:
    async def main() -> tuple[np.ndarray, float]:
        microphone = WavMicrophone(ramp(1.0, 16_000), in_real_time=False, silence_after_seconds=0)
        frames = [frame.samples async for frame in microphone.frames()]
        return np.concatenate(frames), asyncio.get_running_loop().time()

    heard, seconds = run_virtual(main())

    assert np.array_equal(heard[:16_000], ramp(1.0, 16_000).samples)
    assert not heard[16_000:].any()
    assert seconds == 0


def test_the_speaker_plays_pieces_one_after_another_and_drains() -> None:
    async def main() -> None:
        speaker = WavSpeaker(RATE)
        loop = asyncio.get_running_loop()
        await speaker.play(ramp(1.0))
        await speaker.play(ramp(0.5, 48_000))
        assert speaker.played_seconds == 0
        assert speaker.queued_seconds > 1.4
        await asyncio.sleep(0.25)
        assert speaker.played_seconds == pytest.approx(0.25)

        await speaker.drain()

        assert loop.time() == pytest.approx(1.5, abs=0.002)
        assert speaker.played_seconds == pytest.approx(1.5, abs=0.002)
        assert speaker.queued_seconds == 0
        assert len(speaker.recording().samples) == pytest.approx(1.5 * RATE, abs=50)

    run_virtual(main())


def test_flush_keeps_what_was_heard_and_no_more() -> None:
    async def main() -> None:
        speaker = WavSpeaker(RATE)
        await speaker.play(ramp(2.0))
        await asyncio.sleep(0.5)
        speaker.flush()
        assert speaker.queued_seconds == 0
        await asyncio.sleep(1.0)
        await speaker.play(ramp(0.25))
        await speaker.drain()

        assert speaker.played_seconds == pytest.approx(0.75)
        assert np.array_equal(speaker.recording().samples[: RATE // 2], ramp(2.0).samples[: RATE // 2])
        assert speaker.recording().seconds == pytest.approx(0.75)
        assert speaker.recording(with_pauses=True).seconds == pytest.approx(1.75)

    run_virtual(main())


def test_far_ahead_play_waits() -> None:
    async def main() -> float:
        speaker = WavSpeaker(RATE)
        await speaker.play(ramp(20.0))
        await speaker.play(ramp(20.0))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(10.0, abs=0.2)


def test_out_of_real_time_everything_is_played_at_once() -> None:
    async def main() -> None:
        speaker = WavSpeaker(RATE, in_real_time=False)
        await speaker.play(ramp(100.0))
        await speaker.drain()
        assert speaker.played_seconds == pytest.approx(100)
        assert asyncio.get_running_loop().time() == 0

    run_virtual(main())


def test_a_speaker_that_played_nothing_has_an_empty_recording() -> None:
    async def main() -> None:
        assert len(WavSpeaker().recording(with_pauses=True).samples) == 0

    run_virtual(main())
