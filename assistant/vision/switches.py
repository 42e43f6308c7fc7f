"""Switches: a lying pill with a knob at one end, as an outline, filled, or with a filled knob.

Hands draw the knob into the outline, so it is found as a hole in the ink or as a filled end. Pure functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box
from assistant.vision.scene import Scene, cut
from assistant.vision.shapes import Form

ASPECT = (1.3, 2.8)  # width to height
HIGHEST = 3.0  # letter heights
KNOB = (0.3, 0.97)  # of the switch's height; the hole in a knob drawn with a thick pen is small
LOOSE = (0.45, 0.97)
ROUND = (0.7, 1.4)  # width to height of the knob
ROUNDED = 0.8  # share of its hull that a hole fills; what an outlined knob leaves of a switch is hollow at one side
REST = 0.24  # of the switch's box: a larger hole beside a filled end is what a filled knob leaves
AT_END = 0.1  # of the width that the knob's middle is off the switch's middle, at least
FILLED, HOLLOW = 0.8, 0.5  # share of ink in a filled end, and the most in the other

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Switch:
    box: Box
    is_on: bool
    """The knob is at the right."""


def read_switch(scene: Scene, frame: Box) -> Switch | None:
    """The switch that a frame is. `frame` may miss an end that is drawn too round for it."""
    box = _whole(scene, frame)
    if not ASPECT[0] <= box.width / box.height <= ASPECT[1] or box.height > HIGHEST * scene.unit:
        return None
    ink = np.asarray(cut(scene.ink.mask, box) > 0)
    middle = _knob_hole(ink) if _is_pill(ink) else None
    if middle is None:
        middle = _loose_knob(scene, box)
    if middle is None and _is_pill(ink):
        middle = _filled_end(ink)
    return None if middle is None else Switch(box, middle > 0)


def _whole(scene: Scene, frame: Box) -> Box:
    """With the ends of the stroke that most of the frame is drawn with."""
    near = [p.box for p in scene.pieces if p.box.contains(frame, 0.9) and p.box.area < 1.8 * frame.area]
    return min(near, key=lambda b: b.area, default=frame)


def _loose_knob(scene: Scene, box: Box) -> float | None:
    """How far right of the middle a round knob lies that touches nothing, in widths; None where there is none."""
    for inner in (*(s.box for s in scene.shapes if s.form is Form.RING), *(p.box for p in scene.pieces)):
        if not box.contains(inner, 0.9) or not LOOSE[0] <= inner.height / box.height <= LOOSE[1]:
            continue
        at_end = min(inner.x - box.x, box.right - inner.right) < 0.25 * box.height
        if ROUND[0] < inner.width / inner.height < ROUND[1] and at_end and inner.width < 0.65 * box.width:
            return (inner.centre[0] - box.centre[0]) / box.width
    return None


def _is_pill(ink: Flags) -> bool:
    """Do its corners stay bare while its sides are inked?"""
    height, width = ink.shape
    corner = max(1, round(0.12 * height))
    corners = (ink[:corner, :corner], ink[:corner, -corner:], ink[-corner:, :corner], ink[-corner:, -corner:])
    belt = max(2, round(0.2 * height))
    middle = slice(round(0.35 * width), round(0.65 * width))
    sides = (ink[:belt, middle].any(axis=0), ink[-belt:, middle].any(axis=0))
    return sum(float(c.mean()) < 0.5 for c in corners) >= 3 and min(float(s.mean()) for s in sides) > 0.8


def _knob_hole(ink: Flags) -> float | None:
    """How far right of the middle the knob lies, in widths, told by the round hole that it is or leaves."""
    height, width = ink.shape
    bare = cv2.copyMakeBorder((~ink).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bare, connectivity=4)
    found: list[tuple[float, float]] = []
    ends = _end(ink[:, ::-1]), _end(ink)
    for label in range(1, count):
        x, y, w, h, pixels = (int(v) for v in stats[label])
        off = (x - 1 + w / 2) / width - 0.5
        level = abs(y - 1 + h / 2 - height / 2) < 0.2 * height
        alike = ROUND[0] <= w / h <= ROUND[1] and KNOB[0] <= h / height <= KNOB[1]
        if x > 0 and y > 0 and level and alike and abs(off) >= AT_END:  # what begins at 0 is the paper outside
            is_rest = pixels > REST * width * height and ends[off > 0] > FILLED
            found.append((_bulge(labels == label), -off if is_rest else off))
    bulge, off = max(found, default=(0.0, 0.0))
    return off if bulge > ROUNDED else None


def _bulge(hole: Flags) -> float:
    """Share of its hull that a hole fills: all for a knob, less for what a knob leaves of a switch."""
    contours, _ = cv2.findContours(hole.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.contourArea(cv2.convexHull(contours[0]))
    return float(cv2.contourArea(contours[0]) / hull) if hull else 0.0


def _filled_end(ink: Flags) -> float | None:
    """The same, told by the one end that is all ink."""
    left, right = _end(ink), _end(ink[:, ::-1])
    if max(left, right) < FILLED or min(left, right) > HOLLOW:
        return None
    return 0.25 if right > left else -0.25


def _end(ink: Flags) -> float:
    """Share of ink in the left end."""
    height, width = ink.shape
    return float(ink[round(0.25 * height) : round(0.75 * height), round(0.1 * width) : round(0.35 * width)].mean())
