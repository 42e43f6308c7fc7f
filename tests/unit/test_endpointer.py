from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.endpointer import Discard, Endpointer, Onset, Stretch
from assistant.core.settings import EndpointSettings

RATE = 1_000  # one sample is a millisecond
SETTINGS = EndpointSettings()


def listen(pieces: list[tuple[int, float]], settings: EndpointSettings = SETTINGS) -> list[tuple[int, object]]:
    """Push (length, probability) pieces of a ramp 0, 1, 2, ...; returns (samples pushed, what came)."""
    endpointer = Endpointer(settings, RATE)
    position, came = 0, []
    for length, probability in pieces:
        samples = np.arange(position, position + length, dtype=np.float32)
        position += length
        signal = endpointer.push(samples, probability)
        if signal is not None:
            came.append((position, signal))
    return came


def frames(*parts: tuple[int, float]) -> list[tuple[int, float]]:
    """32 ms frames: (count, probability) parts."""
    return [(32, probability) for count, probability in parts for _ in range(count)]


def test_an_utterance_has_its_pre_roll_and_a_short_tail() -> None:
    came = listen(frames((20, 0.1), (30, 0.9), (30, 0.1)))

    (onset_at, onset), (end_at, stretch) = came
    assert isinstance(onset, Onset)
    assert onset_at == 23 * 32, "three voiced frames in a row"
    assert isinstance(stretch, Stretch)
    assert stretch.start == 20 * 32 - 300
    assert stretch.speech_end == 50 * 32
    assert stretch.start + len(stretch.samples) == 50 * 32 + 300
    assert end_at == 69 * 32, "0.6 s of silence, in whole frames"


def test_speech_at_the_very_beginning_has_what_pre_roll_there_is() -> None:
    stretch = listen(frames((2, 0.1), (20, 0.9), (30, 0.1)))[-1][1]

    assert isinstance(stretch, Stretch)
    assert stretch.start == 0


def test_a_click_of_two_frames_is_not_speech() -> None:
    assert listen(frames((20, 0.1), (2, 0.9), (1, 0.4), (2, 0.9), (40, 0.1))) == []


def test_a_cough_is_discarded_and_the_next_utterance_is_heard() -> None:
    came = listen(frames((20, 0.1), (5, 0.9), (30, 0.1), (20, 0.9), (30, 0.1)))

    assert [type(signal) for _, signal in came] == [Onset, Discard, Onset, Stretch]


def test_speech_goes_on_through_dips_that_silence_would_end() -> None:
    came = listen(frames((20, 0.1), (10, 0.9), (40, 0.4), (10, 0.9), (30, 0.1)))

    assert [type(signal) for _, signal in came] == [Onset, Stretch]


def test_a_pause_that_is_short_enough_does_not_end_an_utterance() -> None:
    came = listen(frames((20, 0.1), (10, 0.9), (18, 0.1), (10, 0.9), (30, 0.1)))

    assert [type(signal) for _, signal in came] == [Onset, Stretch]


def test_endless_speech_is_cut_without_a_gap_or_an_overlap() -> None:
    settings = EndpointSettings(longest_seconds=2.0)

    came = listen(frames((20, 0.1), (200, 0.9), (30, 0.1)), settings)

    stretches = [signal for _, signal in came if isinstance(signal, Stretch)]
    assert len(stretches) == 4
    for before, after in itertools.pairwise(stretches):
        assert before.start + len(before.samples) == after.start
    assert all(len(stretch.samples) <= 2_000 + 32 for stretch in stretches)


def test_reset_forgets_speech_in_progress() -> None:
    endpointer = Endpointer(SETTINGS, RATE)
    for _ in range(20):
        endpointer.push(np.ones(32, np.float32), 0.9)

    endpointer.reset()

    assert all(endpointer.push(np.zeros(32, np.float32), 0.1) is None for _ in range(40))


PIECES = st.lists(
    st.tuples(st.integers(1, 400), st.one_of(st.floats(0, 1), st.sampled_from([0.05, 0.95]))), max_size=120
)


@given(PIECES, st.sampled_from([0.6, 2.0, 60.0]))
def test_whatever_comes_an_utterance_is_a_slice_and_no_sample_is_in_two(
    pieces: list[tuple[int, float]], longest: float
) -> None:
    free_from = 0
    is_open = False
    for position, signal in listen(pieces, EndpointSettings(longest_seconds=longest)):
        assert isinstance(signal, Onset) is not is_open, "every onset has one end"
        is_open = isinstance(signal, Onset)
        if isinstance(signal, Stretch):
            end = signal.start + len(signal.samples)
            assert np.array_equal(signal.samples, np.arange(signal.start, end, dtype=np.float32))
            assert free_from <= signal.start < signal.speech_end <= end <= position
            free_from = end


@given(PIECES)
def test_long_speech_is_always_in_an_utterance(pieces: list[tuple[int, float]]) -> None:
    speech = [(100, 0.9)] * 5
    silence = [(100, 0.0)] * 8

    came = listen([*pieces, *silence, *speech, *silence])

    start = sum(length for length, _ in pieces) + 800
    last = came[-1][1]
    assert isinstance(last, Stretch)
    assert last.start <= start
    assert last.start + len(last.samples) >= start + 500


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.data())
def test_chunking_does_not_matter_where_frames_are_cut_in_parts(voiced: list[bool], data: st.DataObject) -> None:
    """Frames split into two parts of one probability give the same utterances."""
    whole = [(32, 0.9 if is_voiced else 0.0) for is_voiced in voiced for _ in range(8)]
    parts = []
    for length, probability in whole:
        cut = data.draw(st.integers(1, length - 1), label="cut")
        parts += [(cut, probability), (length - cut, probability)]

    def slices(came: list[tuple[int, object]]) -> list[tuple[int, int]]:
        return [(s.start, s.speech_end) for _, s in came if isinstance(s, Stretch)]

    assert slices(listen(parts)) == slices(listen(whole))


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_the_pre_roll_is_as_long_as_it_is_set(seconds: float) -> None:
    settings = EndpointSettings(pre_roll_seconds=seconds)

    stretch = listen(frames((40, 0.1), (20, 0.9), (30, 0.1)), settings)[-1][1]

    assert isinstance(stretch, Stretch)
    assert stretch.start == 40 * 32 - round(seconds * RATE)
