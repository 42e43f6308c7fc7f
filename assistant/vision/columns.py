"""Parts lines of writing that belong to different columns, and joins a heading that was read as two.

The reader runs words together when they stand close: "Details More Delete" may be three links. Pure functions over a
scene.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.core.sketch import Box
from assistant.vision.ink import Mask
from assistant.vision.reader import OcrLine
from assistant.vision.scene import Scene, TextSpan, cut, line_of
from assistant.vision.texts import tighten

NARROWEST = 0.55  # letter heights: gaps between letters are below, between words above
WIDE = 1.75  # times the writing's height: no gap between words is that wide
JOINABLE = 0.7  # times the writing's height
CORRIDOR = 5.0  # letter heights above and below in which other things may show the same columns


@dataclass(frozen=True, slots=True)
class _Gap:
    left: float
    right: float

    @property
    def width(self) -> float:
        return self.right - self.left


def part_lines(scene: Scene, writing: Mask, lines: Sequence[OcrLine], things: Sequence[Box]) -> list[OcrLine]:
    """Lines cut where columns part. `things` are the frames and rings of the drawing."""
    tight = [tighten(line.box, writing, scene.unit) for line in lines]
    boxes = [b for b in tight if b is not None] + list(things)
    result: list[OcrLine] = []
    for line, box in zip(lines, tight, strict=True):
        cuts = [] if box is None else _cuts(scene, writing, line, box, boxes)
        if box is None or not cuts:
            result.append(line)
        else:
            result.extend(_cut_up(scene, box, cuts))
    return result


def join_lines(scene: Scene, writing: Mask, lines: Sequence[OcrLine]) -> list[OcrLine]:
    """Lines that continue each other closely, as one."""
    rest = sorted(lines, key=lambda line: line.box.x)
    joined: list[OcrLine] = []
    for line in rest:
        box = tighten(line.box, writing, scene.unit)
        for i, before in enumerate(joined):
            first = tighten(before.box, writing, scene.unit)
            if box is not None and first is not None and _continues(scene, first, box):
                text = f"{before.text} {line.text}"
                joined[i] = line_of(TextSpan(text, min(before.confidence, line.confidence), before.box.union(line.box)))
                break
        else:
            joined.append(line)
    return joined


def _continues(scene: Scene, first: Box, second: Box) -> bool:
    shorter = min(first.height, second.height)
    gap = second.x - first.right
    level = min(first.bottom, second.bottom) - max(first.y, second.y) > 0.6 * shorter
    if not level or shorter < 0.7 * max(first.height, second.height) or not -0.3 * shorter < gap < JOINABLE * shorter:
        return False
    between = Box(first.right, min(first.y, second.y), max(1.0, gap), max(first.height, second.height))
    return not any(s.box.intersection(between) > 0.2 * min(s.box.area, between.area) for s in scene.shapes)


def _cuts(scene: Scene, writing: Mask, line: OcrLine, box: Box, boxes: Sequence[Box]) -> list[float]:
    gaps = _gaps(writing, box, NARROWEST * scene.unit)
    cuts = [g for g in gaps if _parts(scene, g, box, boxes)]
    if not cuts and gaps and re.search(r"\S\s*[$€£]\s?\d[\d.,]*$", line.text) and gaps[-1].width > 0.7 * scene.unit:
        widest = max(gaps, key=lambda g: g.width)  # a price stands in a column of its own
        if widest is gaps[-1] or box.right - gaps[-1].right > 0.8 * scene.unit:
            cuts = [gaps[-1]]
    return [(g.left + g.right) / 2 for g in cuts]


def _gaps(writing: Mask, box: Box, narrowest: float) -> list[_Gap]:
    columns = np.flatnonzero((cut(writing, box) > 0).any(axis=0))
    steps = np.diff(columns)
    left = max(0, round(box.x))
    return [_Gap(float(left + columns[i]), float(left + columns[i + 1])) for i in np.flatnonzero(steps > narrowest)]


def _parts(scene: Scene, gap: _Gap, box: Box, boxes: Sequence[Box]) -> bool:
    if gap.width > max(WIDE * box.height, 1.5 * scene.unit):
        return True
    return _underlines_part(scene, gap, box) or _columns_part(scene, gap, box, boxes)


def _underlines_part(scene: Scene, gap: _Gap, box: Box) -> bool:
    """Does one underline end here and another begin?"""
    slack = 0.45 * scene.unit
    under = [s for s in scene.strokes if -0.4 * box.height < s.y - box.bottom < 0.5 * scene.unit]
    ends = any(abs(s.x1 - gap.left) < slack + gap.width / 2 and s.x1 < gap.right for s in under)
    starts = any(abs(s.x0 - gap.right) < slack + gap.width / 2 and s.x0 > gap.left for s in under)
    return ends and starts


def _columns_part(scene: Scene, gap: _Gap, box: Box, boxes: Sequence[Box]) -> bool:
    """Do things above or below leave the same gap between them?"""
    if gap.width < 0.75 * scene.unit:
        return False
    reach = CORRIDOR * scene.unit
    near = [
        b
        for b in boxes
        if b.overlap(box) < 0.5
        and b.bottom > box.y - reach
        and b.y < box.bottom + reach
        and (b.bottom <= box.y + 0.4 * box.height or b.y >= box.bottom - 0.4 * box.height)
    ]
    middle, slack = (gap.left + gap.right) / 2, 0.8 * scene.unit
    crossing = [b for b in near if b.x < gap.left - slack and b.right > gap.right + slack]
    left = [b for b in near if b.right <= middle + 0.2 * slack and b.right > box.x and gap.left - b.right < 4 * slack]
    right = [b for b in near if b.x >= middle - 0.2 * slack and b.x < box.right and b.x - gap.right < 4 * slack]
    same_row = any(min(a.bottom, b.bottom) - max(a.y, b.y) > 0.5 * min(a.height, b.height) for a in left for b in right)
    return same_row and not crossing


def _cut_up(scene: Scene, box: Box, cuts: Sequence[float]) -> list[OcrLine]:
    edges = [box.x - 0.1 * scene.unit, *cuts, box.right + 0.1 * scene.unit]
    parts = [Box(a, box.y, b - a, box.height) for a, b in pairwise(edges)]
    crops = [np.ascontiguousarray(cut(scene.image, p, 0.12 * scene.unit)) for p in parts]
    read = scene.recognise(crops)
    return [line_of(TextSpan(text, sure, p)) for p, (text, sure) in zip(parts, read, strict=True) if text]
