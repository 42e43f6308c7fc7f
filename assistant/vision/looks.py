"""Other ways of looking at a picture that was read once: lighter, darker, larger, smaller, turned by a degree.

A reading is a chain of thresholds, and every threshold is wrong for some drawing. What stays the same through small
changes of the picture was drawn; what comes and goes was luck. See agreement.py for how the readings are put together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from assistant.core.sketch import Box, Element, SketchReading
from assistant.vision.detector import Detector
from assistant.vision.ink import Pixels, flatten
from assistant.vision.pipeline import Perception, perceive
from assistant.vision.reader import Reads
from assistant.vision.rectify import Matrix, move

Looked = tuple[Pixels, Matrix]
"""A picture, and the way from the points of the flat picture to its own."""
SHARPER = 1.2  # share of the blurred picture's difference that is added


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    at: Callable[[Pixels], Looked]


def look_again(seen: Perception, look: Look, reader: Reads, network: Detector | None) -> SketchReading:
    """The reading of the flat picture seen this way, with boxes where the first reading has its own."""
    image, there = look.at(seen.image)
    again = perceive(image, reader, network)
    back = np.asarray(np.linalg.inv(again.matrix @ there), np.float64)
    elements = tuple(_carried(element, back) for element in again.reading.elements)
    return replace(again.reading, width=seen.reading.width, height=seen.reading.height, elements=elements)


def _carried(element: Element, matrix: Matrix) -> Element:
    """The box between the moved middles of its sides: corners would overstate a turned box."""
    box = element.box
    (x, y) = box.centre
    points = np.array([[box.x, y], [x, box.y], [box.right, y], [x, box.bottom]], np.float32)
    left, top, right, bottom = (point.tolist() for point in move(points, matrix))
    width, height = max(1.0, right[0] - left[0]), max(1.0, bottom[1] - top[1])
    return replace(element, box=Box(left[0], top[1], width, height))


def _as_it_is(change: Callable[[Pixels], Pixels]) -> Callable[[Pixels], Looked]:
    return lambda image: (change(image), np.eye(3))


def _scaled(factor: float) -> Callable[[Pixels], Looked]:
    def at(image: Pixels) -> Looked:
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        scaled = cv2.resize(image, None, fx=factor, fy=factor, interpolation=way)
        return np.asarray(scaled, np.uint8), np.diag([factor, factor, 1.0])

    return at


def _turned(degrees: float) -> Callable[[Pixels], Looked]:
    def at(image: Pixels) -> Looked:
        height, width = image.shape[:2]
        matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0, 0, 1]])
        turned = cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(turned, np.uint8), matrix

    return at


def _sharpened(image: Pixels) -> Pixels:
    return np.asarray(cv2.addWeighted(image, 1 + SHARPER, cv2.GaussianBlur(image, (0, 0), 2.0), -SHARPER, 0), np.uint8)


def _darkened(image: Pixels) -> Pixels:
    """Pale strokes become as dark as bold ones."""
    table = np.array([255 * (value / 255) ** 1.8 for value in range(256)], np.uint8)
    return np.asarray(cv2.LUT(flatten(image), table), np.uint8)


LOOKS = (
    Look("smaller", _scaled(0.8)),
    Look("flat", _as_it_is(flatten)),
    Look("turned left", _turned(1.2)),
    Look("sharper", _as_it_is(_sharpened)),
    Look("larger", _scaled(1.25)),
    Look("darker", _as_it_is(_darkened)),
    Look("turned right", _turned(-1.2)),
)
"""The most telling first: how many are taken depends on the time there is. Softer and much smaller ones did harm."""
