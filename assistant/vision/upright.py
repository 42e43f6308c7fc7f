"""Which way up a picture is, told by its writing: read it turned where it reads badly.

Costs one or two more readings, and only on pictures that need it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.vision.ink import Pixels
from assistant.vision.reader import UNREAD, OcrLine, Reads
from assistant.vision.rectify import Matrix
from assistant.vision.scene import cut

BADLY_READ = 0.86  # mean confidence by letter; most upright handwriting reads better, what stands on its head worse
BETTER = 1.08
SAMPLE = 6  # lines that are turned over to see whether they read better: 10 ms each, a whole reading takes a second
FEWEST_LINES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    image: Pixels
    lines: Sequence[OcrLine]
    matrix: Matrix
    """From the picture's points to the turned picture's."""


def turn_upright(image: Pixels, lines: Sequence[OcrLine], reader: Reads) -> Turned:
    """The picture as it is, or turned by 90, 180 or 270 degrees where the writing then reads better."""
    best = Turned(image, lines, np.eye(3))
    if len(lines) < FEWEST_LINES:
        return best
    if _sideways(lines):
        quarters = _likelier_first(image, lines, reader)
    elif readability(lines) < BADLY_READ and _stands_on_its_head(image, lines, reader):
        quarters = (2,)
    else:
        return best
    best_score = 0.5 if len(quarters) == 2 else readability(lines) * BETTER
    for quarter in quarters:
        turned = np.ascontiguousarray(np.rot90(image, quarter))
        read = reader.lines(turned)
        if not _sideways(read) and readability(read) > best_score:
            best, best_score = Turned(turned, read, _turning(image.shape, quarter)), readability(read)
        if best_score >= BADLY_READ:
            break
    return best


def _likelier_first(image: Pixels, lines: Sequence[OcrLine], reader: Reads) -> tuple[int, ...]:
    """The two ways to turn a page that lies on its side, by how a sample reads: a whole reading takes a second."""
    scores = {quarter: readability(_sample(image, lines, reader, quarter)) for quarter in (1, 3)}
    return (1, 3) if scores[1] >= scores[3] else (3, 1)


def _stands_on_its_head(image: Pixels, lines: Sequence[OcrLine], reader: Reads) -> bool:
    return readability(_sample(image, lines, reader, 2)) > BETTER * readability(_longest(lines))


def _sample(image: Pixels, lines: Sequence[OcrLine], reader: Reads, quarter: int) -> list[OcrLine]:
    """The longest lines as they read when turned."""
    longest = _longest(lines)
    crops = [np.ascontiguousarray(np.rot90(cut(image, line.box), quarter)) for line in longest]
    return [OcrLine(o.quad, text, sure) for o, (text, sure) in zip(longest, reader.recognise(crops), strict=True)]


def _longest(lines: Sequence[OcrLine]) -> list[OcrLine]:
    """The longest lines that were read."""
    read = [line for line in lines if line.text != UNREAD] or list(lines)
    return sorted(read, key=lambda line: -max(line.width, line.height))[:SAMPLE]


def readability(lines: Sequence[OcrLine]) -> float:
    """Mean confidence, each letter counting once."""
    letters = sum(len(line.text) for line in lines)
    return sum(line.confidence * len(line.text) for line in lines) / max(1, letters)


def _sideways(lines: Sequence[OcrLine]) -> bool:
    words = [line for line in lines if len(line.text) > 1 or line.text == UNREAD]
    tall = [line for line in words if line.box.height > 1.3 * line.box.width]
    return len(words) >= 2 and len(tall) > 0.6 * len(words)


def _turning(shape: tuple[int, ...], quarter: int) -> Matrix:
    """The matrix of np.rot90 by `quarter` turns (against the clock)."""
    height, width = shape[:2]
    matrices = {
        1: [[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]],
        2: [[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
        3: [[0, -1, height - 1], [1, 0, 0], [0, 0, 1]],
    }
    return np.array(matrices[quarter], np.float64)
