"""Red ink: notes to the builder. They become instructions for the nearest element and never content."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.core.sketch import Box, Element, Instruction
from assistant.vision.ink import Mask
from assistant.vision.reader import OcrLine
from assistant.vision.scene import cut

RED_SHARE = 0.5  # of a line's ink


def part_notes(lines: Sequence[OcrLine], black: Mask, red: Mask) -> tuple[list[OcrLine], list[OcrLine]]:
    """Lines of the drawing, and lines written in red."""
    drawn: list[OcrLine] = []
    notes: list[OcrLine] = []
    for line in lines:
        box = line.box
        reds, blacks = (np.count_nonzero(cut(mask, box)) for mask in (red, black))
        (notes if reds > RED_SHARE * (reds + blacks) and reds else drawn).append(line)
    return drawn, notes


def instructions(notes: Sequence[OcrLine], elements: Sequence[Element]) -> tuple[Instruction, ...]:
    """Each note with the element that lies nearest to it."""
    found = []
    for note in notes:
        nearest = min(elements, key=lambda e: _distance(note.box, e.box), default=None)
        found.append(Instruction(note.text, note.box, nearest.id if nearest else ""))
    return tuple(found)


def _distance(one: Box, two: Box) -> float:
    dx = max(0.0, one.x - two.right, two.x - one.right)
    dy = max(0.0, one.y - two.bottom, two.y - one.bottom)
    return float(np.hypot(dx, dy))
