"""From a photo of paper to the ink on it: light divided out, strokes kept, red notes apart.

Pure functions over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]  # 0 or 255

STRONG_FLOOR = 26  # darkness of 255; paper grain and JPEG blocks stay below
STRONG_CEILING = 80  # pale pencil beside black pen must still start a stroke
WEAK_SHARE = 0.5  # a stroke goes on where it is at least half as dark as where it starts
MOST_PALE = 0.8  # pale ink far from all strokes, per ink of strokes: more is ruled or squared paper
RULED_SHARE = 0.85  # the least darkness there of where a stroke goes on, per darkness of where it starts
LEAK_PIXELS = 16  # how far weak ink may run from strong ink: ruled paper touching a stroke must not come along
RED_SHARE = 0.6  # more red ink than this: the pen was red, it is the drawing
RIM = 0.006  # of the longer side: ink that comes so near the edge of the picture goes on beyond it
MAX_PIECES = 3000  # connected pieces looked at; a photo of gravel has more


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """`flat` is the picture on even white paper (grey); `mask` the drawing, `red` the notes to the builder."""

    flat: Pixels
    mask: Mask
    red: Mask
    stroke: float
    """Typical stroke width in pixels."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A connected piece of ink."""

    label: int
    box: Box
    pixels: int


def find_ink(image: Pixels) -> Ink:
    """Ink in a BGR picture."""
    even = flatten(image)
    darkness = _darkness(even)
    mask = _hysteresis(darkness, *_thresholds(darkness))
    mask = _without_rim(mask)
    red = _both(mask, _red(even))
    if np.count_nonzero(red) > RED_SHARE * np.count_nonzero(mask):
        red = np.zeros_like(mask)
    red = _whole_strokes(red, mask)
    mask = _without_specks(np.where(red > 0, 0, mask).astype(np.uint8))
    return Ink(np.asarray(cv2.cvtColor(even, cv2.COLOR_BGR2GRAY), np.uint8), mask, red, stroke_width(mask))


def flatten(image: Pixels) -> Pixels:
    """The picture divided by its paper: shadows and tints go, ink stays."""
    height, width = image.shape[:2]
    scale = min(1.0, 400 / max(height, width))  # paper is smooth: a small copy is enough and ten times faster
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    margin = 14  # mirrored, or a bright rim of three pixels would count as the paper beside it
    paper = cv2.dilate(small, np.ones((7, 7), np.uint8))
    paper = cv2.medianBlur(cv2.copyMakeBorder(paper, margin, margin, margin, margin, cv2.BORDER_REFLECT), 21)
    paper = np.ascontiguousarray(paper[margin:-margin, margin:-margin])
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(image, np.maximum(paper, 1), scale=255), np.uint8)


def pieces(mask: Mask) -> tuple[npt.NDArray[np.int32], list[Piece]]:
    """Connected pieces of ink, largest first, with their label image."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:MAX_PIECES] + 1
    found = [Piece(int(i), Box(*(float(v) for v in stats[i, :4])), int(stats[i, 4])) for i in order]
    return np.asarray(labels, np.int32), found


def has_drawing(mask: Mask) -> bool:
    """Is there ink that does not run from rim to rim? What does is ruled paper, a wall, or the edge of a table."""
    height, width = mask.shape
    reach = max(3, round(RIM * max(height, width)))
    for piece in pieces(mask)[1]:
        box = piece.box
        across = box.x <= reach and box.right >= width - reach
        down = box.y <= reach and box.bottom >= height - reach
        if not (across or down):
            return True
    return False


def stroke_width(mask: Mask) -> float:
    """Twice the typical distance from a stroke's middle to its edge."""
    if not mask.any():
        return 3.0
    rimmed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)  # all ink has no distance at all
    depth = cv2.distanceTransform(rimmed, cv2.DIST_L2, 3)
    ridge = (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8))) & (rimmed > 0)
    return float(np.clip(2 * np.median(depth[ridge]) - 0.5, 1.5, 20.0))


def _darkness(even: Pixels) -> Pixels:
    """One channel of ink: each colour counts as much as the pen darkens it, which averages the noise out."""
    dark = 255 - cv2.GaussianBlur(even, (3, 3), 0)
    inked = dark[dark.max(axis=2) > 2 * STRONG_FLOOR]
    weight = inked.mean(axis=0) if len(inked) else np.ones(3)
    return np.asarray(cv2.transform(dark, (weight / weight.sum()).reshape(1, 3)), np.uint8)


def _both(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> Mask:
    return np.asarray(cv2.bitwise_and(one, two), np.uint8)


def _thresholds(darkness: Pixels) -> tuple[float, float]:
    inked = darkness[darkness > STRONG_FLOOR // 2]
    if inked.size < 50:
        return STRONG_FLOOR, STRONG_FLOOR
    split, _ = cv2.threshold(inked.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    grain = 5.0 * float(np.median(darkness))
    strong = float(np.clip(max(0.6 * split, grain), STRONG_FLOOR, STRONG_CEILING))
    return strong, max(WEAK_SHARE * strong, STRONG_FLOOR / 2)


def _hysteresis(darkness: Pixels, strong: float, weak: float) -> Mask:
    start = np.where(darkness >= strong, 255, 0).astype(np.uint8)
    start = _without_specks(start)
    weak = max(weak, RULED_SHARE * strong) if _is_ruled(darkness, start, strong, weak) else weak
    allowed = np.where(darkness >= weak, 255, 0).astype(np.uint8)
    grown = start
    cross = np.ones((3, 3), np.uint8)
    for _ in range(LEAK_PIXELS):
        grown = _both(cv2.dilate(grown, cross), allowed)
    return np.asarray(cv2.bitwise_or(grown, start), np.uint8)


def _is_ruled(darkness: Pixels, start: Mask, strong: float, weak: float) -> bool:
    """Is there much pale ink that belongs to no stroke? Then strokes must not run on into it."""
    near = cv2.dilate(start, np.ones((9, 9), np.uint8))
    pale = (darkness >= weak) & (darkness < strong) & (near == 0)
    return bool(np.count_nonzero(pale) > MOST_PALE * np.count_nonzero(start))


def _without_specks(mask: Mask) -> Mask:
    """Drop pieces smaller than a full stop of the thinnest pen."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count <= 1:
        return mask
    smallest = max(6.0, (0.003 * max(mask.shape)) ** 2)
    keep = stats[:, cv2.CC_STAT_AREA] >= smallest
    keep[0] = False
    return np.where(keep[labels], 255, 0).astype(np.uint8)


def _without_rim(mask: Mask) -> Mask:
    """Drop the desk and shadows at the picture's rim: thick pieces that touch it, and lines that run along it."""
    height, width = mask.shape
    reach = max(3, round(RIM * max(height, width)))
    labels, found = pieces(mask)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    typical = stroke_width(mask)
    gone = []
    for piece in found:
        box = piece.box
        touches = [box.x <= reach, box.y <= reach, box.right >= width - reach, box.bottom >= height - reach]
        if not any(touches):
            continue
        inside = labels[int(box.y) : int(box.bottom), int(box.x) : int(box.right)] == piece.label
        thick = 2 * float(depth[int(box.y) : int(box.bottom), int(box.x) : int(box.right)][inside].max())
        level = (touches[1] or touches[3]) and box.width > 8 * box.height and box.width > 0.15 * width
        upright = (touches[0] or touches[2]) and box.height > 8 * box.width and box.height > 0.15 * height
        if thick > 3.0 * typical + 2 or level or upright:
            gone.append(piece.label)
    return np.where(np.isin(labels, gone), 0, mask).astype(np.uint8) if gone else mask


def _red(even: Pixels) -> Mask:
    blue, green, red = (even[..., i].astype(np.int16) for i in range(3))
    return np.where((red - np.maximum(blue, green) > 55) & (red > 110), 255, 0).astype(np.uint8)


def _whole_strokes(red: Mask, mask: Mask) -> Mask:
    """All of every stroke that is mostly red: its rim is grey in a JPEG."""
    if not red.any():
        return red
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    reds = np.bincount(labels[red > 0], minlength=count)
    is_red = reds > 0.35 * stats[:, cv2.CC_STAT_AREA]
    is_red[0] = False
    return np.where(is_red[labels], 255, 0).astype(np.uint8)
