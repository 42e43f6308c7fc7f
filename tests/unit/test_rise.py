"""A voice is noticed as soon as it is louder than what the echo leaves; a lasting noise is got used to."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.rise import Rise
from assistant.core.types import Samples

FRAME = 512


def frame(decibel: float) -> Samples:
    return np.full(FRAME, 10 ** (decibel / 20), np.float32)


def rises(rise: Rise, *levels: float, probability: float = 0.05, is_speech: bool = False) -> list[bool]:
    return [rise.push(frame(level), probability, is_speech) for level in levels]


def used_to(decibel: float, frames: int = 100) -> Rise:
    rise = Rise()
    rises(rise, *[decibel] * frames)
    return rise


def test_a_voice_over_silence_is_noticed_in_its_first_frame() -> None:
    assert rises(used_to(-70), -70, -50) == [False, True]


def test_a_word_that_begins_in_the_last_quarter_is_noticed() -> None:
    samples = frame(-70)
    samples[-FRAME // 4 :] = frame(-45)[: FRAME // 4]
    assert used_to(-70).push(samples, 0.05, is_speech=False)


def test_what_the_echo_usually_leaves_is_nothing_new() -> None:
    assert not any(rises(used_to(-45), -44, -46, -43))


def test_what_a_detector_finds_nothing_of_a_voice_in_is_no_voice() -> None:
    assert rises(used_to(-70), -40, probability=0.001) == [False]


def test_speech_is_somebody_elses_business_and_teaches_nothing() -> None:
    rise = used_to(-70)
    assert not any(rises(rise, *[-25] * 50, is_speech=True))
    assert rises(rise, -50) == [True]


def test_a_lasting_noise_is_got_used_to_and_forgotten() -> None:
    rise = used_to(-70)
    assert rises(rise, *[-52] * 10) == [True] * 5 + [False] * 5
    assert not any(rises(rise, *[-70] * 10))
    assert not any(rises(rise, -52))
    rises(rise, *[-70] * 100)
    assert rises(rise, -52) == [True]


@given(st.lists(st.floats(-90, 0), max_size=60))
def test_it_never_cries_longer_than_its_patience(levels: list[float]) -> None:
    heard = "".join("x" if one else " " for one in rises(Rise(), *levels))
    assert max(map(len, heard.split()), default=0) <= 5
