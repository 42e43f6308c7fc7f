"""Where speech is found and recordings are cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.speech_gate import LONGEST_PIECE_SECONDS, Piece, SpeechGate, find_regions, plan_pieces
from assistant.audio.vad import FRAME_SAMPLES, Silero
from assistant.core.types import SPEECH_RATE
from tests.speech import noises, recording

SECOND = SPEECH_RATE // FRAME_SAMPLES + 1


def probabilities(*parts: tuple[float, float]) -> np.ndarray:
    """(seconds, probability) after one another."""
    return np.concatenate([np.full(int(seconds * SPEECH_RATE / FRAME_SAMPLES), p) for seconds, p in parts])


def pieces_of(chances: np.ndarray) -> list[Piece]:
    return plan_pieces(find_regions(chances, len(chances) * FRAME_SAMPLES), chances, 0)


def test_nothing_is_kept_of_silence_or_of_a_click():
    assert pieces_of(probabilities((5, 0.1))) == []
    assert find_regions(np.array([0, 0, 0.9, 0, 0] + [0] * 20), 25 * FRAME_SAMPLES) == []


def test_a_short_pause_stays_inside_a_piece_and_a_long_one_is_shortened():
    short = pieces_of(probabilities((2, 0.9), (0.6, 0.05), (2, 0.9)))
    long = pieces_of(probabilities((2, 0.9), (6, 0.05), (2, 0.9)))
    assert len(short) == len(long) == 1
    assert len(short[0].stretches) == 1
    assert len(long[0].stretches) == 2
    assert long[0].seconds < 7
    assert 9.0 < long[0].time_at(5.6) < 10.1


def test_long_speech_is_cut_at_its_longest_pause():
    pieces = pieces_of(probabilities((12, 0.9), (0.7, 0.05), (9, 0.9), (0.4, 0.05), (14, 0.9)))
    assert len(pieces) == 2
    assert 12 < pieces[0].end / SPEECH_RATE < 12.8
    assert not pieces[0].is_cut_in_speech


def test_speech_without_a_pause_is_cut_where_it_is_least_like_speech():
    chances = probabilities((20, 0.9), (0.2, 0.55), (20, 0.9))
    pieces = pieces_of(chances)
    assert [piece.is_cut_in_speech for piece in pieces] == [True, False]
    assert abs(pieces[0].end / SPEECH_RATE - 20.1) < 0.3


@given(st.lists(st.tuples(st.floats(0.05, 40), st.sampled_from([0.05, 0.4, 0.9])), min_size=1, max_size=8))
def test_every_speech_frame_is_in_a_piece_that_whisper_can_take(parts):
    chances = probabilities(*parts)
    pieces = pieces_of(chances)
    covered = np.zeros(len(chances) * FRAME_SAMPLES + 1, bool)
    for piece in pieces:
        assert piece.seconds <= LONGEST_PIECE_SECONDS + 1
        for start, end in piece.stretches:
            covered[start:end] = True
    loud = np.flatnonzero((chances >= 0.5) & (np.roll(chances, 1) >= 0.5) & (np.roll(chances, -1) >= 0.5))
    assert covered[loud[1:-1] * FRAME_SAMPLES].all()
    ends = [piece.end for piece in pieces]
    assert ends == sorted(ends)


def test_real_speech_passes_and_noise_does_not():
    gate = SpeechGate(Silero())
    assert gate.pieces(recording("one-moment-8khz.flac").samples)
    assert [name for name, sound in noises(4).items() if gate.pieces(sound)] == []


def test_a_stream_and_a_whole_recording_are_judged_alike():
    samples = recording("go-forward.flac").samples
    samples = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]
    detector = Silero()
    whole = detector.probabilities(samples)
    stream = [detector.probability(frame) for frame in samples.reshape(-1, FRAME_SAMPLES)]
    np.testing.assert_allclose(whole, stream, atol=1e-4)
    assert max(whole) > 0.9
    detector.reset()
    assert detector.probability(samples[:FRAME_SAMPLES]) == stream[0]


def test_an_utterance_that_grows_is_cut_as_if_it_were_heard_at_once():
    whole = recording("go-forward.flac").samples
    other = recording("one-moment-8khz.flac").samples
    growing = SpeechGate(Silero())
    for end in (1_000, 9_999, 16_384, len(whole) // 2, len(whole) - 7, len(whole)):
        assert growing.pieces(whole[:end]) == SpeechGate(Silero()).pieces(whole[:end])
    assert growing.pieces(other) == SpeechGate(Silero()).pieces(other)
    assert growing.pieces(whole, 8_000) == SpeechGate(Silero()).pieces(whole, 8_000)
    assert growing.pieces(whole) == SpeechGate(Silero()).pieces(whole)
