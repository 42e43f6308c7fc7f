"""Drawings for tests, made with wobbly strokes; a Paper remembers its writing so that a stand-in can read it."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from assistant.core.sketch import Element, ElementType
from assistant.vision.ink import Pixels
from assistant.vision.pipeline import perceive
from tests.fakes import FakeTextReader

BLACK = (40, 30, 30)
RED = (30, 30, 210)


class Paper:
    """A sheet to draw on. Strokes tremble a little, always in the same way."""

    def __init__(self, width: int = 900, height: int = 900) -> None:
        self.image: Pixels = np.full((height, width, 3), 245, np.uint8)
        self.written: dict[tuple[int, int, int, int], str] = {}
        self._hand = np.random.default_rng(7)

    def stroke(self, *points: tuple[int, int], colour: tuple[int, int, int] = BLACK) -> None:
        for start, end in pairwise(points):
            steps = np.linspace(start, end, 12) + self._hand.normal(0, 0.7, (12, 2))
            cv2.polylines(self.image, [steps.round().astype(np.int32)], False, colour, 4, cv2.LINE_AA)

    def box(self, x: int, y: int, width: int, height: int) -> None:
        self.stroke((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y))

    def crossed_box(self, x: int, y: int, width: int, height: int) -> None:
        self.box(x, y, width, height)
        self.stroke((x, y), (x + width, y + height))
        self.stroke((x + width, y), (x, y + height))

    def ring(self, x: int, y: int, radius: int) -> None:
        cv2.circle(self.image, (x, y), radius, BLACK, 4, cv2.LINE_AA)

    def write(self, x: int, y: int, text: str, size: float = 1.2, colour: tuple[int, int, int] = BLACK) -> None:
        """`x`, `y` is the left end of the base line."""
        (width, height), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 3)
        cv2.putText(self.image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, colour, 3, cv2.LINE_AA)
        pad = height // 3  # the detector's boxes are larger than the ink
        self.written[(x - pad, y - height - pad, width + 2 * pad, height + base // 2 + 2 * pad)] = text

    def read(self, *again: str) -> tuple[Element, ...]:
        return perceive(self.image, FakeTextReader(self.written, again)).reading.elements

    def types(self, *again: str) -> list[tuple[ElementType, str]]:
        return [(e.type, e.text) for e in self.read(*again)]
