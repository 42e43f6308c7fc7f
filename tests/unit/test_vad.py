"""The speech detector in silence, where it does not look, and behind it, where it must hear as well as ever."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.vad import FRAME_SAMPLES, Silero
from assistant.core.types import Samples
from tests.speech import recording


def frames_of(samples: Samples) -> list[Samples]:
    whole = len(samples) - len(samples) % FRAME_SAMPLES
    return list(samples[:whole].reshape(-1, FRAME_SAMPLES))


def first_speech(detector: Silero, frames: list[Samples]) -> int:
    return next(number for number, frame in enumerate(frames) if detector.probability(frame) >= 0.5)


@pytest.mark.parametrize("clip", ["go-forward.flac", "austen-0870.flac"])
def test_the_first_word_after_a_minute_of_silence_is_noticed_as_soon_as_without_it(clip: str):
    speech = frames_of(recording(clip).samples)
    waiting = Silero()
    for _ in range(60 * 16_000 // FRAME_SAMPLES):
        assert waiting.probability(np.zeros(FRAME_SAMPLES, np.float32)) < 0.1
    assert abs(first_speech(waiting, speech) - first_speech(Silero(), speech)) <= 1


def test_a_pause_inside_a_sentence_is_looked_at_like_the_rest():
    speech = frames_of(recording("go-forward.flac").samples)
    pause = [np.zeros(FRAME_SAMPLES, np.float32)] * 16
    stream, whole = Silero(), np.concatenate([*speech, *pause, *speech])
    expected = Silero().probabilities(whole)
    assert np.allclose([stream.probability(frame) for frame in frames_of(whole)], expected, atol=1e-4)
