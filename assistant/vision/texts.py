"""Draws the boxes of text lines tight around their ink, and finds underlines.

Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from assistant.core.sketch import Box
from assistant.vision.ink import Mask
from assistant.vision.reader import OcrLine
from assistant.vision.scene import SCRIBBLE, Scene, TextSpan, cut, ink_box
from assistant.vision.shapes import Shape
from assistant.vision.strokes import Stroke


def writing_mask(scene: Scene, frames: Sequence[Shape]) -> Mask:
    """The ink without the outlines of frames and without level strokes that are no part of a letter."""
    mask = erase_outlines(scene, [f.box for f in frames])
    for stroke in scene.strokes:
        if stroke.length > 2.2 * scene.unit and not any(_is_waved(line, stroke) for line in scene.lines):
            _erase_stroke(mask, stroke, scene.ink.stroke)
    return mask


def erase_outlines(scene: Scene, frames: Sequence[Box]) -> Mask:
    """The ink without the outlines of frames."""
    mask = scene.ink.mask.copy()
    band = max(3, round(1.5 * scene.ink.stroke))
    for frame in frames:
        _erase_outline(mask, scene, frame, band)
    return mask


def tighten(box: Box, mask: Mask, unit: float) -> Box | None:
    """The box of the ink that belongs to a line. None where there is none: the reader saw a ghost."""
    core = Box(box.x, box.y + 0.06 * box.height, box.width, 0.88 * box.height)
    inside = cut(mask, core)
    if not inside.any():
        return None
    grown = Box(box.x - 0.15 * unit, box.y - 0.2 * box.height, box.width + 0.3 * unit, 1.4 * box.height)
    wide = cut(mask, grown)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(wide, connectivity=8)
    keep = []
    for i in range(1, count):
        middle = centres[i][1] + max(0.0, grown.y)
        tall = stats[i, cv2.CC_STAT_HEIGHT]
        if box.y + 0.1 * box.height <= middle <= box.bottom - 0.1 * box.height or tall > 0.5 * box.height:
            keep.append(i)
    kept = np.where(np.isin(labels, keep), 255, 0).astype(np.uint8)
    tight = ink_box(np.asarray(kept, np.uint8), Box(0, 0, kept.shape[1], kept.shape[0]))
    if tight is None or tight.height < 0.15 * unit:
        return None
    return Box(max(0.0, round(grown.x)) + tight.x, max(0.0, round(grown.y)) + tight.y, tight.width, tight.height)


def _is_waved(line: OcrLine, stroke: Stroke) -> bool:
    return line.text == SCRIBBLE and line.box.contains(stroke.box, 0.6)


def underline_of(box: Box, strokes: Sequence[Stroke], unit: float) -> Stroke | None:
    """The stroke right under a text and about as long as it."""
    for stroke in strokes:
        shared = min(stroke.x1, box.right) - max(stroke.x0, box.x)
        below = stroke.y_at(box.x + box.width / 2) - box.bottom
        if (
            shared >= 0.6 * box.width
            and stroke.length <= 1.45 * box.width + 0.5 * unit
            and -0.35 * box.height <= below <= 0.45 * unit
        ):
            return stroke
    return None


def is_side(stroke: Stroke, frame: Box, unit: float) -> bool:
    """Is it the top or bottom of a frame?"""
    if min(stroke.x1, frame.right) - max(stroke.x0, frame.x) < 0.6 * stroke.length:
        return False
    middle = stroke.y_at(min(max(frame.centre[0], stroke.x0), stroke.x1))
    slack = max(0.35 * unit, min(0.12 * frame.height, unit))
    return stroke.length > 0.5 * frame.width and min(abs(middle - frame.y), abs(middle - frame.bottom)) < slack


def spans(scene: Scene, lines: Sequence[OcrLine], mask: Mask, frames: Sequence[Shape]) -> list[TextSpan]:
    """The lines with tight boxes. `mask` holds writing only."""
    loose = [s for s in scene.strokes if not any(is_side(s, f.box, scene.unit) for f in frames)]
    found = []
    for line in lines:
        box = tighten(line.box, mask, scene.unit)
        if box is not None:
            underlined = underline_of(box, loose, scene.unit) is not None
            found.append(TextSpan(line.text, line.confidence, box, underlined))
    return found


def _erase_outline(mask: Mask, scene: Scene, box: Box, band: int) -> None:
    """Remove the pieces that form a frame's sides, but only what lies near the sides."""
    height, width = mask.shape
    left, top = max(0, round(box.x) - band), max(0, round(box.y) - band)
    right, bottom = min(width, round(box.right) + band), min(height, round(box.bottom) + band)
    view, labels = mask[top:bottom, left:right], scene.labels[top:bottom, left:right]
    slant = min(round(0.18 * min(box.width, box.height)), round(0.6 * scene.unit))
    rim = np.ones(view.shape, bool)
    inner = band + slant
    rim[inner : -inner or None, inner : -inner or None] = False
    counts = np.bincount(labels[rim & (view > 0)], minlength=1)
    sizes = np.bincount(labels[view > 0], minlength=1)
    span = 0.3 * min(box.width, box.height)
    for label in np.flatnonzero(counts):
        if label == 0 or counts[label] < 0.5 * sizes[label]:
            continue
        rows, columns = np.nonzero(labels == label)
        if max(np.ptp(rows), np.ptp(columns)) >= span:
            view[(labels == label) & rim] = 0


def _erase_stroke(mask: Mask, stroke: Stroke, width: float) -> None:
    """Remove a level stroke. Letters that stand on it lose their feet, no more."""
    half = max(2, round(0.9 * width))
    start, end = (round(stroke.x0), round(stroke.y0)), (round(stroke.x1), round(stroke.y1))
    line = np.zeros_like(mask)
    cv2.line(line, start, end, 255, 2 * half + 1)
    box = stroke.box
    view = np.zeros_like(mask)
    top, left = max(0, round(box.y) - 1), max(0, round(box.x) - 1)
    view[top : round(box.bottom) + 1, left : round(box.right) + 1] = 255
    mask[(line > 0) & (view > 0)] = 0
