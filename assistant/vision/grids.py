"""Drawn tables: cells in rows and columns, or rows that level rules part. What stands in a cell is no frame of its own.

A cell looks like a field and a row like a menu; that there are many of one size, side by side, tells them apart. Pure
functions over arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from assistant.core.sketch import Box
from assistant.vision.ink import Mask
from assistant.vision.reader import OcrLine
from assistant.vision.scene import Scene, TextSpan, cut, ink_box, line_of
from assistant.vision.shapes import Form, Shape
from assistant.vision.strokes import Stroke

GAPS = (0.0, 0.35)  # letter heights that lines of a grid may leave open
SQUARE = 0.72  # share of its box that a cell fills; the parts of a crossed picture are triangles
FILLED = 0.7  # share of the grid that its cells fill, and of the places that are cells
SMALLEST = (1.6, 1.0)  # letter heights: width and height of a cell
ALIKE = 1.45  # the highest row between rules to the lowest
FEWEST_RULES = 3
LONGEST_RULE = 9.0  # letter heights: a shorter rule parts no row of a table


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's outline, and its cells where there are columns drawn; else its rows."""

    box: Box
    cells: tuple[Box, ...]
    is_ruled: bool = False
    """Only level lines were drawn: the cells are whole rows."""

    def takes(self, shape: Shape) -> bool:
        """Is the shape one of its cells, or several of them, or all?"""
        box = shape.box
        if shape.form is not Form.BOX or not self.box.contains(box, 0.8):
            return False
        width = float(np.median([c.width for c in self.cells]))
        height = float(np.median([c.height for c in self.cells]))
        wide = self.is_ruled or box.width > 0.75 * width
        return (wide and box.height > 0.75 * height) or box.height > 1.3 * height or box.width > 1.3 * width


def find_grids(mask: Mask, strokes: Sequence[Stroke], lines: Sequence[OcrLine], unit: float) -> list[Grid]:
    """Tables, the largest first; none lies in another."""
    found = [grid for gap in GAPS for grid in _with_cells(mask, round(gap * unit), unit)]
    found += _ruled(strokes, lines, unit)
    kept: list[Grid] = []
    for grid in sorted(found, key=lambda g: -g.box.area):
        if all(grid.box.intersection(other.box) < 0.2 * grid.box.area for other in kept):
            kept.append(grid)
    return kept


def cut_at_cells(scene: Scene, lines: Sequence[OcrLine], grids: Sequence[Grid]) -> list[OcrLine]:
    """Lines that run through several cells of a row, read again cell by cell."""
    result: list[OcrLine] = []
    for line in lines:
        crossed = [c for g in grids if not g.is_ruled for c in g.cells if _crosses(line.box, c)]
        if len(crossed) < 2:
            result.append(line)
            continue
        parts = [Box(c.x + 1, line.box.y, c.width - 2, line.box.height) for c in sorted(crossed, key=lambda c: c.x)]
        boxes = [box for part in parts if (box := ink_box(scene.ink.mask, part)) is not None]
        margin = 0.15 * scene.unit
        read = scene.recognise([np.ascontiguousarray(cut(scene.image, box, margin)) for box in boxes]) if boxes else []
        for box, (text, sure) in zip(boxes, read, strict=True):
            if text:
                grown = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
                result.append(line_of(TextSpan(text, sure, grown)))
    return result


def _crosses(line: Box, cell: Box) -> bool:
    """Does a good part of the cell's width lie in the line, at its height?"""
    shared = min(line.right, cell.right) - max(line.x, cell.x)
    return cell.y < line.centre[1] < cell.bottom and shared > 0.2 * min(cell.width, line.width)


def _with_cells(mask: Mask, gap: int, unit: float) -> list[Grid]:
    closed = mask
    if gap >= 2:
        closed = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)), np.uint8)
    contours, tree = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    holes: dict[int, list[Box]] = {}
    for contour, relation in zip(contours, tree[0] if tree is not None else (), strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        large = w >= SMALLEST[0] * unit and h >= SMALLEST[1] * unit
        if relation[3] >= 0 and large and cv2.contourArea(contour) >= SQUARE * w * h:
            holes.setdefault(int(relation[3]), []).append(Box(x, y, w, h))
    grids = [_grid(cells) for cells in holes.values() if len(cells) >= 4]
    return [grid for grid in grids if grid is not None]


def _grid(cells: Sequence[Box]) -> Grid | None:
    rows = _bands([(c.y, c.bottom) for c in cells])
    columns = _bands([(c.x, c.right) for c in cells])
    whole = cells[0]
    for cell in cells[1:]:
        whole = whole.union(cell)
    heights = [bottom - top for top, bottom in rows]
    taken = {(_place(rows, c.centre[1]), _place(columns, c.centre[0])) for c in cells}
    is_crowded = len(taken) < len(cells)  # a frame in a frame, as in screens that arrows join
    if len(rows) < 2 or len(columns) < 2 or is_crowded or len(cells) < FILLED * len(rows) * len(columns):
        return None
    even = max(heights[1:]) <= 2.2 * min(heights[1:]) if len(heights) > 2 else True
    return Grid(whole, tuple(cells)) if even and sum(c.area for c in cells) >= FILLED * whole.area else None


def _bands(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that share their middles, as one each."""
    bands: list[tuple[float, float]] = []
    for start, end in sorted(spans, key=sum):
        if bands and bands[-1][0] < (start + end) / 2 < bands[-1][1]:
            bands[-1] = min(start, bands[-1][0]), max(end, bands[-1][1])
        else:
            bands.append((start, end))
    return bands


def _place(bands: Sequence[tuple[float, float]], middle: float) -> int:
    """Number of the band that the middle of a cell lies in."""
    return next(i for i, (start, end) in enumerate(bands) if start <= middle <= end)


def _ruled(strokes: Sequence[Stroke], lines: Sequence[OcrLine], unit: float) -> list[Grid]:
    """Tables of which only level lines are drawn: rows of one height, each with things side by side."""
    long = sorted((s for s in strokes if s.length >= LONGEST_RULE * unit), key=lambda s: s.y)
    grids: list[Grid] = []
    while long:
        first = long[0]
        stack = [s for s in long if abs(s.x0 - first.x0) < 1.2 * unit and abs(s.x1 - first.x1) < 1.2 * unit]
        long = [s for s in long if s not in stack]
        grids.extend(_rows_between(_thin(stack, unit), lines, unit))
    return grids


def _thin(stack: Sequence[Stroke], unit: float) -> list[Stroke]:
    """Lines drawn twice, once."""
    kept: list[Stroke] = []
    for stroke in stack:
        if not kept or stroke.y - kept[-1].y > 0.8 * unit:
            kept.append(stroke)
    return kept


def _rows_between(rules: Sequence[Stroke], lines: Sequence[OcrLine], unit: float) -> list[Grid]:
    if len(rules) < FEWEST_RULES:
        return []
    left, right = min(r.x0 for r in rules), max(r.x1 for r in rules)
    bands = [Box(left, a.y, right - left, b.y - a.y) for a, b in pairwise(rules)]
    pitch = float(np.median([band.height for band in bands]))
    head = Box(left, rules[0].y - pitch, right - left, pitch)  # names of the columns stand above the first rule
    bands = [band for band in (head, *bands) if _is_row(band, lines)]
    if len(bands) < FEWEST_RULES or pitch > 6 * unit:
        return []
    if max(b.height for b in bands) > ALIKE * min(b.height for b in bands):
        return []
    whole = bands[0].union(bands[-1])
    return [Grid(whole, tuple(bands), is_ruled=True)] if len(bands) * pitch > 0.8 * whole.height else []


def _is_row(band: Box, lines: Sequence[OcrLine]) -> bool:
    """Do at least two pieces of writing stand beside each other there?"""
    inside = [line.box for line in lines if band.contains(line.box, 0.6)]
    return any(a.right < b.x for a in inside for b in inside)
