from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.pacer import Moment, Pacer

FRAME = 512


def moments(silences: list[int]) -> list[tuple[int, Moment]]:
    """Frames at which something is told, for an utterance given as frames of silence at its end."""
    pacer = Pacer()
    told = [(number, pacer.push(FRAME, silent * FRAME)) for number, silent in enumerate(silences, start=1)]
    return [(number, moment) for number, moment in told if moment is not None]


def test_speech_that_goes_on_is_told_every_fifth_of_a_second():
    assert moments([0] * 15) == [(7, Moment.GROWN), (14, Moment.GROWN)]


def test_a_pause_is_told_once():
    assert moments([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) == [(4, Moment.PAUSED)]


def test_a_blip_within_a_pause_is_no_more_speech_but_another_pause():
    told = moments([0, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5])
    assert told == [(4, Moment.PAUSED), (11, Moment.PAUSED)]


def test_another_utterance_starts_afresh():
    pacer = Pacer()
    for _ in range(6):
        pacer.push(FRAME, 0)
    pacer.reset()
    assert [pacer.push(FRAME, 0) for _ in range(7)][-1] is Moment.GROWN


@given(st.lists(st.booleans(), max_size=100))
def test_a_pause_is_only_told_after_speech(voiced):
    silences, silent = [], 0
    for is_voiced in [True, *voiced]:
        silent = 0 if is_voiced else silent + 1
        silences.append(silent)
    pauses = [number for number, moment in moments(silences) if moment is Moment.PAUSED]
    for one, other in pairwise(pauses):
        assert 0 in silences[one:other]
