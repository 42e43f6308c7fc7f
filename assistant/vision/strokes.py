"""Long level strokes: rules, underlines, the lines of a hinted paragraph, edges of boxes.

Pure functions over arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box
from assistant.vision.ink import Mask, pieces
from assistant.vision.reader import OcrLine

JOIN_GAP = 0.35  # letter heights: a faint pen skips this much; underlined words stand further apart
MOST_STROKES = 300  # the longest; a drawing has up to 100, squared paper thousands
SURE_WORDS = 0.85
CORE = 0.22  # of a line's height above and below its middle: an underline lies lower
SLOPE_PIXELS = 5  # a stroke may rise this much over its shortest length and still count as level


@dataclass(frozen=True, slots=True)
class Stroke:
    """A level stroke from its left end to its right end."""

    x0: float
    y0: float
    x1: float
    y1: float
    box: Box

    @property
    def length(self) -> float:
        return self.x1 - self.x0

    @property
    def y(self) -> float:
        return (self.y0 + self.y1) / 2

    def y_at(self, x: float) -> float:
        share = (x - self.x0) / max(self.length, 1.0)
        return self.y0 + (self.y1 - self.y0) * min(1.0, max(0.0, share))


def level_strokes(mask: Mask, unit: float) -> list[Stroke]:
    """Strokes at least as long as 1.2 times `unit` (the height of a letter), pieces of one line joined."""
    shortest = max(12, round(1.2 * unit))
    thick = cv2.dilate(mask, np.ones((SLOPE_PIXELS, 1), np.uint8))
    level = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8))
    labels, found = pieces(np.asarray(cv2.bitwise_and(level, mask), np.uint8))
    strokes = [
        _stroke(labels, piece.label, piece.box)
        for piece in found
        if piece.box.width >= shortest and piece.box.height <= 0.35 * piece.box.width + SLOPE_PIXELS
    ]
    return _joined(strokes, unit)


def is_lettering(stroke: Stroke, lines: Sequence[OcrLine]) -> bool:
    """Does it run through the middle of words that read well? Bold letters that touch make a level line."""
    x = stroke.x0 + stroke.length / 2
    y = stroke.y_at(x)
    return any(
        line.confidence > SURE_WORDS
        and line.box.x - line.height < stroke.x0
        and stroke.x1 < line.box.right + line.height
        and abs(y - line.middle_at(x)) < CORE * line.height
        for line in lines
    )


def _stroke(labels: npt.NDArray[np.int32], label: int, box: Box) -> Stroke:
    x, y, width, height = (int(v) for v in (box.x, box.y, box.width, box.height))
    inside = labels[y : y + height, x : x + width] == label
    end = max(1, width // 8)
    left = float(np.nonzero(inside[:, :end])[0].mean()) if inside[:, :end].any() else height / 2
    right = float(np.nonzero(inside[:, -end:])[0].mean()) if inside[:, -end:].any() else height / 2
    return Stroke(box.x, y + left, box.right, y + right, box)


def _joined(strokes: list[Stroke], unit: float) -> list[Stroke]:
    """Strokes that continue each other, as one."""
    strokes = sorted(strokes, key=lambda s: -s.length)[:MOST_STROKES]
    strokes.sort(key=lambda s: s.x0)
    joined: list[Stroke] = []
    for stroke in strokes:
        for i, before in enumerate(joined):
            gap = stroke.x0 - before.x1
            if (
                -0.5 * unit <= gap <= JOIN_GAP * unit
                and abs(stroke.y0 - before.y1) <= 0.3 * unit
                and stroke.x1 > before.x1
            ):
                joined[i] = Stroke(before.x0, before.y0, stroke.x1, stroke.y1, before.box.union(stroke.box))
                break
        else:
            joined.append(stroke)
    return joined
