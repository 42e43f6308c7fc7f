"""What the later steps look at together: the picture, its ink, its writing and its shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box
from assistant.vision.ink import Ink, Mask, Piece, Pixels
from assistant.vision.reader import UNREAD, OcrLine
from assistant.vision.shapes import Shape
from assistant.vision.strokes import Stroke

SCRIBBLE = UNREAD  # the text of a line that was only waved
Recognise = Callable[[Sequence[Pixels]], list[tuple[str, float]]]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All boxes are in pixels of `image`. `unit` is the typical height of a letter."""

    image: Pixels
    ink: Ink
    labels: npt.NDArray[np.int32]
    pieces: tuple[Piece, ...]
    sizes: npt.NDArray[np.int64]
    """Pixels per label."""
    unit: float
    lines: tuple[OcrLine, ...]
    strokes: tuple[Stroke, ...]
    shapes: tuple[Shape, ...]
    recognise: Recognise
    tables: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Writing with its box drawn tight around the ink."""

    text: str
    confidence: float
    box: Box
    underlined: bool = False


def letter_height(lines: Sequence[OcrLine], shape: tuple[int, ...]) -> float:
    """Typical height of a letter in pixels: the detector's boxes are half as high again as the writing."""
    largest = max(shape[:2])
    heights = [line.height * 0.68 for line in lines if line.confidence > 0.5]
    typical = float(np.median(heights)) if heights else 0.028 * largest
    return float(np.clip(typical, 8.0, 0.09 * largest))


def line_of(span: TextSpan) -> OcrLine:
    box = span.box
    corners = [[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]]
    return OcrLine(np.array(corners, np.float32), span.text, span.confidence)


def cut(image: npt.NDArray[Any], box: Box, margin: float = 0.0) -> npt.NDArray[Any]:
    """The part of an array inside a box, widened by `margin` pixels and clipped."""
    top, left = max(0, round(box.y - margin)), max(0, round(box.x - margin))
    return image[top : max(top + 1, round(box.bottom + margin)), left : max(left + 1, round(box.right + margin))]


def ink_box(mask: Mask, box: Box) -> Box | None:
    """The tightest box around the ink inside a box."""
    inside = cut(mask, box)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return None
    left, top = max(0, round(box.x)), max(0, round(box.y))
    return Box(
        float(left + columns[0]),
        float(top + rows[0]),
        float(columns[-1] - columns[0] + 1),
        float(rows[-1] - rows[0] + 1),
    )
