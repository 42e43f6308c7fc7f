"""Tells from the ink alone that a clean drawing holds no writing, so that nobody has to look for any.

Only for pictures drawn on a screen: their paper is even, and a stroke is one piece. Every piece has to be explained as
something else than letters; one that is not sends the whole picture to the text reader. Pure.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box
from assistant.vision.ink import Mask, Piece, Pixels, pieces
from assistant.vision.shapes import diagonals

CLEAN_SHARE = 0.7  # of the pixels that have the paper's grey: a photo of paper has a tenth, a scan a third
GREY_STEP = 2  # JPEG moves even paper by so much
ROUNDING = 3.0  # strokes that an outline may stray from its box or its ring: hands wobble
ON_OUTLINE = 0.97  # share of a piece's ink that has to lie where an outline would be
LOW = 3.0  # strokes that a wave may rise in one column; the stem of a letter is higher
WAVE_ASPECT = 2.5  # width per height of a wave or a level stroke
ONCE = 0.93  # share of a wave's columns that it crosses once; letters have bows and loops
CROSSED = 0.5  # of the weaker diagonal that is drawn
SMALLEST_FRAME = 5.0  # strokes: what is smaller is a dot, or an o
MOST_PIECES = 400
MOST_STRANGE = 2  # pieces of unknown kind that stand alone: rings that touch, an arrow, a tick; words have neighbours
STRANGE_ASPECT = 0.8  # width per height of such a piece; two letters that touch are wider
TICK_ASPECT = 2.0  # of one that goes on from left to right
DASH = 1.8  # strokes: what is lower is a straight line, however short

Flags = npt.NDArray[np.bool_]


def is_clean(image: Pixels) -> bool:
    """Was it drawn on a screen, or made black and white? Then its paper is as even as can be."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    counts = np.bincount(grey.ravel(), minlength=256)
    paper = int(counts.argmax())
    return bool(counts[max(0, paper - GREY_STEP) : paper + GREY_STEP + 1].sum() >= CLEAN_SHARE * grey.size)


def is_wordless(mask: Mask, stroke: float) -> bool:
    """Is every piece of ink a frame, a ring, a cross, a wave or a straight stroke? `stroke` is the pen's width."""
    labels, found = pieces(mask)
    if not found or len(found) > MOST_PIECES:
        return False
    strange = [piece for piece in found if not _is_no_letter(labels, piece, stroke)]
    if len(strange) > MOST_STRANGE or not all(_may_stand_alone(_own(labels, piece)) for piece in strange):
        return False
    rings = [p.box for p in found if 0.7 <= p.box.width / p.box.height <= 1.4 and p.box.width < 20 * stroke]
    others = {piece.box for piece in strange} | set(rings)
    if any(_are_near(piece.box, box) for piece in strange for box in others if box != piece.box):
        return False
    return not any(_are_neighbours(one, other) for one, other in combinations(rings, 2))


def _is_no_letter(labels: npt.NDArray[np.int32], piece: Piece, stroke: float) -> bool:
    ink = _own(labels, piece)
    return _is_wave(ink, stroke) or _is_rule(ink, stroke) or _is_frame(ink, stroke) or _is_ring(ink, stroke)


def _own(labels: npt.NDArray[np.int32], piece: Piece) -> Flags:
    """The piece's ink in its box."""
    box = piece.box
    top, left = int(box.y), int(box.x)
    return np.asarray(labels[top : top + int(box.height), left : left + int(box.width)] == piece.label)


def _may_stand_alone(ink: Flags) -> bool:
    height, width = ink.shape
    return width <= STRANGE_ASPECT * height or (width <= TICK_ASPECT * height and _crossed_once(ink) >= ONCE)


def _crossed_once(ink: Flags) -> float:
    """Share of the columns that meet the line once."""
    entered = np.count_nonzero(np.diff(ink.astype(np.int8), axis=0, prepend=0) > 0, axis=0)
    return float(np.mean(entered == 1))


def _is_wave(ink: Flags, stroke: float) -> bool:
    """A low line that goes on from left to right: nearly every column meets it once."""
    height, width = ink.shape
    if width < WAVE_ASPECT * height and height > DASH * stroke:
        return False
    depth = float(np.median(np.count_nonzero(ink, axis=0)))
    return _crossed_once(ink) >= ONCE and depth <= LOW * stroke < width


def _is_rule(ink: Flags, stroke: float) -> bool:
    """A long upright stroke: no letter is so much higher than it is wide."""
    height, width = ink.shape
    return bool(height > 12 * stroke and width <= LOW * stroke and height > 8 * width)


def _is_frame(ink: Flags, stroke: float) -> bool:
    """All four sides of its box, with both diagonals or without."""
    height, width = ink.shape
    if min(height, width) < SMALLEST_FRAME * stroke:
        return False
    band = max(1, round(min(ROUNDING * stroke, 0.12 * min(height, width))))
    expected = np.zeros(ink.shape, np.uint8)
    cv2.rectangle(expected, (0, 0), (width - 1, height - 1), 1, 2 * band + 1)
    sides = (ink[:band].any(axis=0), ink[-band:].any(axis=0), ink[:, :band].any(axis=1), ink[:, -band:].any(axis=1))
    if min(float(side.mean()) for side in sides) < 0.8:
        return False
    if diagonals(ink.astype(np.uint8), Box(0, 0, width, height)) > CROSSED:
        cv2.line(expected, (0, 0), (width - 1, height - 1), 1, 2 * band + 1)
        cv2.line(expected, (0, height - 1), (width - 1, 0), 1, 2 * band + 1)
    return bool(np.mean(expected[ink]) >= ON_OUTLINE)


def _is_ring(ink: Flags, stroke: float) -> bool:
    height, width = ink.shape
    if min(height, width) < SMALLEST_FRAME * stroke or not 0.7 <= width / height <= 1.4:
        return False
    rows, columns = np.nonzero(ink)
    across, down = (columns + 0.5) / (width / 2) - 1, (rows + 0.5) / (height / 2) - 1
    near = np.hypot(across, down) > 1 - max(0.25, ROUNDING * stroke / min(height, width))
    turns = np.unique(((np.arctan2(down, across) + np.pi) / (2 * np.pi) * 24).astype(int) % 24)
    return bool(near.mean() >= ON_OUTLINE and len(turns) >= 22)


def _are_near(one: Box, other: Box) -> bool:
    """Closer than two letters of one word would be apart."""
    apart = max(one.x, other.x) - min(one.right, other.right)
    level = min(one.bottom, other.bottom) > max(one.y, other.y)
    return level and apart < 1.5 * max(one.height, other.height)


def _are_neighbours(one: Box, other: Box) -> bool:
    """Rings side by side and closer than their width are letters: "oo", "00"."""
    gap = max(one.x, other.x) - min(one.right, other.right)
    level = abs(one.centre[1] - other.centre[1]) < 0.4 * min(one.height, other.height)
    return level and gap < 0.8 * min(one.width, other.width)
