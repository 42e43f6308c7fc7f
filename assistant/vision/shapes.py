"""Boxes and rings in a drawing, however wobbly, leaky or crossed out.

Many rectangles are proposed; one is believed when ink runs along all four of its sides. Pure functions over arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box
from assistant.vision.ink import Mask
from assistant.vision.strokes import Stroke

CLOSINGS = (0.0, 0.15, 0.35, 0.6)  # gaps bridged, in letter heights: pens leave corners open
MOST_SAMPLES = 200  # points looked at along a side: more do not change the verdict
MOST_SIDES = 120  # strokes tried as top and bottom of a box, each with each
MOST_PROPOSALS = 800  # the largest are looked at; a photo of a lawn proposes many thousands
ROUND = 0.12  # how far from its corners a shape's ink stays, in sides: a circle 0.15, a drawn box up to 0.08
SMALLEST = 0.4  # letter heights: below this it is a dot


class Form(StrEnum):
    BOX = "box"
    RING = "ring"


@dataclass(frozen=True, slots=True)
class Shape:
    form: Form
    box: Box
    score: float
    """0 to 1: how much of the outline is really drawn."""
    sides: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """Drawn share of top, right, bottom, left."""


def find_shapes(mask: Mask, strokes: Sequence[Stroke], unit: float, stroke_width: float) -> list[Shape]:
    """Shapes without near duplicates, best first. `unit` is the height of a letter."""
    shapes = []
    for box in _proposals(mask, strokes, unit):
        tolerance = stroke_width + 1.5
        roundish = 0.6 <= box.width / box.height <= 1.7
        ring = ring_score(mask, box) if roundish else 0.0
        sides = side_scores(mask, box, tolerance)
        score = _box_score(sides, _runs_on(mask, box, unit))
        if ring >= 0.7 and roundness(mask, box) > ROUND:
            shapes.append(Shape(Form.RING, box, ring))
        elif score > 0 and not _is_split(mask, box, unit):
            shapes.append(Shape(Form.BOX, box, score, sides))
    return _without_twins(shapes)


def side_scores(mask: Mask, box: Box, tolerance: float) -> tuple[float, float, float, float]:
    """How much of each side (top, right, bottom, left) is drawn as one straight stroke, seen from outside."""
    inside = _cut(mask, box)
    if min(inside.shape) < 4:
        return 0.0, 0.0, 0.0, 0.0
    top, bottom = _straightness(inside, tolerance), _straightness(inside[::-1], tolerance)
    if min(top, bottom) < 0.5:  # no box, whatever the other two are; most proposals end here
        return top, 0.0, bottom, 0.0
    return top, _straightness(inside[:, ::-1].T, tolerance), bottom, _straightness(inside.T, tolerance)


def ring_score(mask: Mask, box: Box) -> float:
    """Share of directions in which the outermost ink lies on the ellipse that fills the box."""
    inside = _cut(mask, box)
    step = 2 if min(inside.shape) > MOST_SAMPLES else 1  # a stroke is at least three pixels wide
    inside = inside[::step, ::step]
    height, width = inside.shape
    if min(height, width) < 6:
        return 0.0
    ys, xs = np.nonzero(inside)
    if len(xs) < 12:
        return 0.0
    dx, dy = (xs + 0.5 - width / 2) / (width / 2), (ys + 0.5 - height / 2) / (height / 2)
    radius = np.hypot(dx, dy)
    bins = ((np.arctan2(dy, dx) + np.pi) / (2 * np.pi) * 36).astype(int) % 36
    outermost = np.zeros(36)
    np.maximum.at(outermost, bins, radius)
    return float(np.mean(np.abs(outermost - 0.98) < 0.15))


def roundness(mask: Mask, box: Box) -> float:
    """How far the ink stays away from the corners, in sides: 0 for a square, 0.15 for a circle."""
    inside = _cut(mask, box)
    height, width = inside.shape
    ys, xs = np.nonzero(inside)
    if not len(xs):
        return 0.0
    x, y = xs / max(1, width - 1), ys / max(1, height - 1)
    nearest = [float(np.min(np.maximum(np.abs(x - u), np.abs(y - v)))) for u in (0, 1) for v in (0, 1)]
    return float(np.mean(nearest))


def diagonals(mask: Mask, box: Box) -> float:
    """How much of the weaker of the two diagonals is drawn, beyond what is drawn beside it: 1 for a crossed box."""
    inside = _cut(mask, box)
    height, width = inside.shape
    if min(height, width) < 8:
        return 0.0
    reach = max(2, round(0.06 * min(height, width)))
    near = cv2.dilate(inside.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    steps = np.linspace(0.14, 0.86, 40)  # the corners have ink anyway
    rows, columns = (steps * (height - 1)).astype(int), (steps * (width - 1)).astype(int)
    shift = round(0.25 * width)  # beside a diagonal there is nothing; through a page full of things there is as much
    scores = []
    flat = 0.25 * height < 3 * reach + 6  # then what lies beside a diagonal is the diagonal's own width
    for along in (columns, columns[::-1]):
        on = float(near[rows, along].mean())
        if flat:
            ends = near[rows, along][4:10], near[rows, along][-10:-4]  # words stay in the middle of their box
            scores.append(on if min(float(end.mean()) for end in ends) >= 0.3 else 0.5 * on)
            continue
        aside = [near[rows, np.clip(along + s, 0, width - 1)][8:-8].mean() for s in (-shift, shift)]
        scores.append(on - max(0.0, float(np.mean(aside)) - 0.35))
    return min(scores)


def enclosed(mask: Mask, box: Box, gap: float) -> float:
    """Share of the box that ink fills or fences in, gaps of up to `gap` pixels bridged."""
    pad = round(gap) + 2
    inside = cv2.copyMakeBorder(_cut(mask, box).astype(np.uint8), pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    size = max(3, round(gap) | 1)
    closed = cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    cv2.floodFill(closed, None, (0, 0), 2)
    return float(np.count_nonzero(closed != 2) / max(1.0, box.area))


def _cut(mask: Mask, box: Box) -> npt.NDArray[np.bool_]:
    left, top = max(0, round(box.x)), max(0, round(box.y))
    return np.asarray(mask[top : round(box.bottom), left : round(box.right)] > 0)


def _straightness(inside: npt.NDArray[np.bool_], tolerance: float) -> float:
    """Share of columns whose first ink from above lies on one straight line."""
    height, width = inside.shape
    skip = max(1, round(0.05 * width))  # corners may be round
    step = max(1, width // MOST_SAMPLES)
    inside = inside[: max(2, round(0.45 * height)), skip : width - skip : step]
    first = inside.argmax(axis=0).astype(np.float64)
    usable = inside.any(axis=0)
    if usable.mean() < 0.25:
        return 0.0
    columns = np.arange(len(first), dtype=np.float64) * step
    slope, base = _line(columns[usable], first[usable], width)
    least = 0.12 * min(height, width)  # a small box may not be as wobbly as its pen is wide
    allowed = max(min(tolerance, least), 0.022 * width, 0.05 * min(height, width))
    return float(np.mean(usable & (np.abs(first - (base + slope * columns)) <= allowed)))


def _line(xs: npt.NDArray[np.float64], ys: npt.NDArray[np.float64], width: int) -> tuple[float, float]:
    """A line that half of the points may disagree with: slope from medians, then twice least squares on the near."""
    half = max(1, len(xs) // 2)
    run = _median(xs[-half:]) - _median(xs[:half])
    slope = (_median(ys[-half:]) - _median(ys[:half])) / run if run > 0.2 * width else 0.0
    slope = min(0.25, max(-0.25, slope))
    base = _median(ys - slope * xs)
    for spread in (0.06, 0.03):
        near = np.abs(ys - base - slope * xs) <= max(3.0, spread * width)
        if near.sum() >= 5 and np.ptp(xs[near]) > 0.3 * width:
            x, y = xs[near], ys[near]
            middle = float(x.mean())
            slope = float(((x - middle) * y).sum() / ((x - middle) ** 2).sum())
            base = float(y.mean()) - slope * middle
    return slope, base


def _median(values: npt.NDArray[np.float64]) -> float:
    """As np.median, which takes three times as long over a hundred values, and is asked thousands of times."""
    middle = len(values) // 2
    parted = np.partition(values, middle)
    upper = float(parted[middle])
    return upper if len(values) % 2 else (float(parted[:middle].max()) + upper) / 2


def _is_split(mask: Mask, box: Box, unit: float) -> bool:
    """Does a clear gap run right through? Then these are two boxes side by side."""
    inside = _cut(mask, box)
    longest = max(4, round(0.12 * unit))
    for empty in (~inside.any(axis=0), ~inside.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], empty.astype(np.int8), [0]])))
        if len(edges) and int((edges[1::2] - edges[::2]).max()) >= longest:
            return True
    return False


def _runs_on(mask: Mask, box: Box, unit: float) -> int:
    """How many of the eight ends of the sides run on past their corner: then they belong to something larger."""
    reach, half = round(0.8 * unit), max(2, round(0.12 * unit))
    left, top, right, bottom = (round(v) for v in (box.x, box.y, box.right, box.bottom))
    count = 0
    for y in (top, bottom):
        for start, end in ((left - reach, left - half), (right + half, right + reach)):
            view = mask[max(0, y - half) : y + half, max(0, start) : max(0, end)]
            count += bool(view.size and (view > 0).any(axis=0).mean() > 0.9 and view.shape[1] > 0.5 * reach)
    for x in (left, right):
        for start, end in ((top - reach, top - half), (bottom + half, bottom + reach)):
            view = mask[max(0, start) : max(0, end), max(0, x - half) : x + half]
            count += bool(view.size and (view > 0).any(axis=1).mean() > 0.9 and view.shape[0] > 0.5 * reach)
    return count


def _box_score(sides: tuple[float, float, float, float], runs_on: int) -> float:
    top, right, bottom, left = sides
    if runs_on:
        return sum(sides) / 4 - 0.05 * runs_on if min(sides) >= 0.85 else 0.0
    if min(sides) >= 0.5 and sum(sides) >= 3.0:
        return sum(sides) / 4
    if min(top, bottom) >= 0.75 and max(left, right) >= 0.6 and left + right >= 0.9:  # one short side is leaky
        return sum(sides) / 4 - 0.05
    return 0.0


def _proposals(mask: Mask, strokes: Sequence[Stroke], unit: float) -> list[Box]:
    smallest = SMALLEST * unit
    level = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(5, round(0.5 * unit))), np.uint8))
    upright = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((max(5, round(0.5 * unit)), 1), np.uint8))
    frame = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    boxes: set[tuple[int, int, int, int]] = set()
    for source in (mask, np.asarray(cv2.bitwise_and(frame, mask), np.uint8)):
        for gap in CLOSINGS:
            boxes.update(_outlines(source, round(gap * unit)))
    boxes.update(_pairs(mask, strokes, unit))
    kept = [b for b in boxes if b[2] >= smallest and b[3] >= smallest and b[2] < 60 * b[3] and b[3] < 12 * b[2]]
    kept.sort(key=lambda b: -b[2] * b[3])
    return [Box(*(float(v) for v in b)) for b in _distinct(kept)[:MOST_PROPOSALS]]


def _distinct(boxes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """One of all that differ by a fiftieth of their size only."""
    found: dict[tuple[int, ...], tuple[int, int, int, int]] = {}
    for x, y, width, height in boxes:
        grain = max(2, round(0.02 * min(width, height)))
        key = tuple(round(v / grain) for v in (x, y, x + width, y + height))
        found.setdefault((grain, *key), (x, y, width, height))
    return list(found.values())


def _outlines(mask: Mask, gap: int) -> Iterable[tuple[int, int, int, int]]:
    """Boxes around connected ink, around the holes in it, and around all holes of one piece."""
    closed: npt.NDArray[Any] = mask
    if gap >= 2:
        border = cv2.copyMakeBorder(mask, gap, gap, gap, gap, cv2.BORDER_CONSTANT, value=0)
        closed = cv2.morphologyEx(border, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))[gap:-gap, gap:-gap]
    contours, tree = cv2.findContours(np.ascontiguousarray(closed), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:
        return
    holes: dict[int, list[tuple[int, int, int, int]]] = {}
    for contour, (_, _, _, parent) in zip(contours, tree.reshape(-1, 4), strict=True):
        if len(contour) < 4:
            continue
        x, y, width, height = cv2.boundingRect(contour)
        if parent < 0:
            yield x, y, width, height
        else:
            rim = 3
            yield x - rim, y - rim, width + 2 * rim, height + 2 * rim
            holes.setdefault(int(parent), []).append((x, y, x + width, y + height))
    for group in holes.values():
        if len(group) > 1:
            array = np.array(group)
            left, top, right, bottom = (int(v) for v in (*array[:, :2].min(axis=0), *array[:, 2:].max(axis=0)))
            yield left - 2, top - 2, right - left + 4, bottom - top + 4


def _pairs(mask: Mask, strokes: Sequence[Stroke], unit: float) -> Iterable[tuple[int, int, int, int]]:
    """Boxes between two level strokes of about the same extent."""
    longest = sorted(strokes, key=lambda s: -s.length)[:MOST_SIDES]
    for i, one in enumerate(longest):
        for two in longest[i + 1 :]:
            shared = min(one.x1, two.x1) - max(one.x0, two.x0)
            if shared < 0.75 * max(one.length, two.length) or abs(one.y - two.y) < 0.5 * unit:
                continue
            box = one.box.union(two.box)
            if box.height < 4 * box.width:
                yield int(box.x), int(box.y), int(box.width), int(box.height)
                left, right = _upright_near(mask, box, box.x, unit), _upright_near(mask, box, box.right, unit)
                yield left - 2, int(box.y), right - left + 4, int(box.height)


def _upright_near(mask: Mask, box: Box, x: float, unit: float) -> int:
    """The column near `x` in which a box's side is most likely drawn."""
    start = max(0, round(x - 0.5 * unit))
    view = mask[round(box.y + 0.15 * box.height) : round(box.bottom - 0.15 * box.height), start : round(x + 0.5 * unit)]
    if view.size == 0 or not view.any():
        return round(x)
    filled = cv2.blur((view > 0).astype(np.float32), (5, 1)).sum(axis=0)
    return start + int(filled.argmax())


def _without_twins(shapes: list[Shape]) -> list[Shape]:
    """Of shapes that cover nearly the same place or cut through each other, the best drawn; of equals, the larger."""
    kept: list[Shape] = []
    for shape in sorted(shapes, key=lambda s: (-round(s.score, 1), -s.box.area)):
        if not any(_conflict(shape.box, other.box) for other in kept):
            kept.append(shape)
    return kept


def _conflict(one: Box, two: Box) -> bool:
    shared = one.intersection(two)
    smaller = min(one.area, two.area)
    return one.overlap(two) >= 0.6 or 0.12 * smaller < shared < 0.8 * smaller
