"""Arrows between the screens of one drawing: long strokes outside all parts that end in a head.

Looked for only where several frames are drawn. Better none than a wrong one: without an arrow the words of a control
say where it leads. Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Arrow, Box, Element, ElementType
from assistant.vision.ink import pieces
from assistant.vision.scene import Scene
from assistant.vision.texts import erase_outlines

FEWEST_FRAMES = 2
LARGE = 0.05  # share of the drawing that a screen takes at least
LIKE_ARROWS = (ElementType.DIVIDER, ElementType.ICON, ElementType.PARAGRAPH)
"""What an arrow may have been taken for."""
SHORTEST = 2.5  # letter heights
GAP = 0.3  # letter heights between a shaft and its head
HEAD = 1.8  # times as wide as the tail
HEAD_STROKES = 3.0  # and so many strokes wide
MOST_INK = 9.0  # strokes of ink per length: more is no line
END_SHARE = 0.2  # of the length that counts as an end, at most
END_STROKES = 10.0  # strokes of it: further on the line may bend

Points = npt.NDArray[np.float64]


def find_arrows(scene: Scene, elements: Sequence[Element]) -> tuple[Arrow, ...]:
    """Arrows from tail to tip, in the pixels of the scene."""
    height, width = scene.ink.mask.shape
    cards = [e.box for e in elements if e.type is ElementType.CARD and e.box.area > LARGE * width * height]
    frames = [c for c in cards if not any(other is not c and c.contains(other, 0.9) for other in cards)]
    if len(frames) < FEWEST_FRAMES:
        return ()
    parts = [e.box for e in elements if e.type is not ElementType.CARD and not _may_be_arrow(e, frames)]
    mask = erase_outlines(scene, frames)
    for box in (*parts, *(line.box for line in scene.lines)):
        mask[round(box.y) : round(box.bottom) + 1, round(box.x) : round(box.right) + 1] = 0
    for frame in frames:
        _erase_sides(mask, frame, 1.5 * scene.ink.stroke)
    size = max(3, round(GAP * scene.unit))
    joined = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), np.uint8)
    labels, found = pieces(joined)
    arrows = []
    for piece in found:
        if np.hypot(piece.box.width, piece.box.height) < SHORTEST * scene.unit:
            continue
        rows, columns = np.nonzero((labels == piece.label) & (mask > 0))
        arrow = arrow_in(np.stack([columns, rows], axis=1).astype(np.float64), scene.ink.stroke)
        if arrow is not None and np.hypot(arrow.x1 - arrow.x0, arrow.y1 - arrow.y0) >= SHORTEST * scene.unit:
            arrows.append(arrow)
    return tuple(arrows)


def arrow_in(points: Points, stroke: float) -> Arrow | None:
    """The arrow that these pixels of ink are: one end is a plain line, the other one is wider."""
    if len(points) < 20:
        return None
    hull = cv2.convexHull(points.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    apart = np.hypot(*(hull[:, None] - hull[None]).transpose(2, 0, 1))
    first, second = np.unravel_index(int(apart.argmax()), apart.shape)
    one, other, length = hull[first], hull[second], float(apart.max())
    if len(points) > MOST_INK * stroke * length:
        return None
    reach = min(END_SHARE * length, END_STROKES * stroke)
    widths = [_width_at(points, end, middle, reach) for end, middle in ((one, other), (other, one))]
    wide, narrow = max(widths), min(widths)
    if wide < HEAD * narrow or wide < HEAD_STROKES * stroke or narrow > HEAD_STROKES * stroke:
        return None
    tail, tip = (one, other) if widths[1] > widths[0] else (other, one)
    return Arrow(float(tail[0]), float(tail[1]), float(tip[0]), float(tip[1]))


def _width_at(points: Points, end: npt.NDArray[np.float64], other: npt.NDArray[np.float64], reach: float) -> float:
    """How far the ink near an end spreads across the way that the line takes there."""
    distance = np.hypot(*(points - end).T)
    near, beyond = points[distance <= reach], points[(distance > reach) & (distance <= 2 * reach)]
    along = (beyond.mean(axis=0) if len(beyond) else other) - end
    across = np.array([-along[1], along[0]]) / max(1e-6, float(np.hypot(*along)))
    return float(np.ptp((near - end) @ across)) + 1.0


def _may_be_arrow(element: Element, frames: Sequence[Box]) -> bool:
    """Something without words that lies in no frame, or leads out of one."""
    if element.text or element.type not in LIKE_ARROWS:
        return False
    return not any(frame.contains(element.box, 0.95) for frame in frames)


def _erase_sides(mask: npt.NDArray[np.uint8], frame: Box, band: float) -> None:
    """Part what crosses the frame's outline from what lies on its other side."""
    corners = (round(frame.x), round(frame.y)), (round(frame.right), round(frame.bottom))
    cv2.rectangle(mask, *corners, 0, max(3, round(2 * band)))
