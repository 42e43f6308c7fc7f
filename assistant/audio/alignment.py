"""When each word was said, from how the decoder looked at the sound. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from assistant.core.types import Samples, Word

_OPENING = frozenset("\"'“‘¿¡([{-")


def token_times(weights: Samples) -> npt.NDArray[np.int64]:
    """First frame of every token on the best monotonic path through `weights` (tokens by frames).

    Dynamic time warping along anti-diagonals: numpy needs 20 ms where compiling a loop would take seconds.
    """
    tokens, frames = weights.shape
    cost = np.full((tokens + 1, frames + 1), np.inf)
    step = np.zeros((tokens + 1, frames + 1), np.int8)
    cost[0, 0] = 0
    for diagonal in range(2, tokens + frames + 1):
        row = np.arange(max(1, diagonal - frames), min(tokens, diagonal - 1) + 1)
        column = diagonal - row
        before = np.stack([cost[row - 1, column - 1], cost[row - 1, column], cost[row, column - 1]])
        best = before.argmin(axis=0)
        step[row, column] = best
        cost[row, column] = before[best, np.arange(len(row))] - weights[row - 1, column - 1]
    times = np.zeros(tokens, np.int64)
    token, frame = tokens, frames
    while token > 0 and frame > 0:
        times[token - 1] = frame - 1
        taken = step[token, frame]
        token, frame = token - (taken != 2), frame - (taken != 1)
    return times


def with_joined_punctuation(words: Iterable[Word]) -> tuple[Word, ...]:
    """Marks that stand alone become part of the word before, opening ones of the word after."""
    joined: list[Word] = []
    opening = ""
    for word in words:
        if any(character.isalnum() for character in word.text):
            joined.append(Word(opening + word.text, word.start_seconds, word.end_seconds, word.probability))
            opening = ""
        elif word.text in _OPENING or not joined:
            opening += word.text
        else:
            last = joined.pop()
            joined.append(Word(last.text + word.text, last.start_seconds, last.end_seconds, last.probability))
    return tuple(joined)
