"""Times of words, and the marks that belong to them."""

from __future__ import annotations

import numpy as np

from assistant.audio.alignment import token_times, with_joined_punctuation
from assistant.audio.phonemes import in_parts
from assistant.core.types import Word


def test_tokens_start_where_the_decoder_looked():
    weights = np.zeros((4, 20), np.float32)
    for token, frame in enumerate((0, 6, 9, 17)):
        weights[token, frame : frame + 3] = 1.0
    times = token_times(weights)
    assert list(times) == sorted(times)
    assert abs(times - np.array([0, 6, 9, 17])).max() <= 3


def test_one_token_starts_at_the_beginning():
    assert list(token_times(np.ones((1, 5), np.float32))) == [0]


def test_lone_marks_join_their_word():
    words = [Word('"', 0, 0.1), Word("Hi", 0.1, 0.4), Word(",", 0.4, 0.4), Word("you", 0.5, 0.8), Word('."', 0.8, 0.8)]
    assert [(word.text, word.end_seconds) for word in with_joined_punctuation(words)] == [('"Hi,', 0.4), ('you."', 0.8)]
    assert with_joined_punctuation([Word("...", 0, 1)]) == ()


def test_long_phoneme_strings_are_cut_at_pauses_then_spaces_then_anywhere():
    assert list(in_parts(["aaaa, bbbb cccc"], 10)) == ["aaaa,", "bbbb cccc"]
    assert list(in_parts(["aaaa bbbb cccc"], 10)) == ["aaaa bbbb", "cccc"]
    assert list(in_parts(["a" * 25], 10)) == ["a" * 10, "a" * 10, "a" * 5]
    assert list(in_parts(["...", " "], 10)) == []
