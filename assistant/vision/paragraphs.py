"""Text that was only hinted at: stacks of level lines, squiggles, and the rules between sections.

Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.core.sketch import Box, ElementType
from assistant.vision.scene import Scene, TextSpan
from assistant.vision.strokes import Stroke
from assistant.vision.texts import underline_of

LINE_GAP = (0.2, 2.4)  # letter heights between the lines of one paragraph
SHORTEST = 2.0  # letter heights
DIVIDER = 5.0  # letter heights


@dataclass(frozen=True, slots=True)
class Hinted:
    type: ElementType
    box: Box
    lines: int
    confidence: float


def hinted_texts(scene: Scene, frames: Sequence[Box], texts: Sequence[TextSpan], marks: Sequence[Box]) -> list[Hinted]:
    """Paragraphs and dividers among the level strokes that belong to nothing else."""
    free = [s for s in scene.strokes if s.length >= SHORTEST * scene.unit and _is_free(s, scene.unit, frames, texts)]
    found: list[Hinted] = []
    between = [t.box for t in texts] + [f for f in frames if f.height < 5 * scene.unit] + list(marks)
    for group in _stacks(free, scene.unit, between):
        box = group[0].box
        for stroke in group[1:]:
            box = box.union(stroke.box)
        if len(group) >= 2:
            found.append(Hinted(ElementType.PARAGRAPH, box, len(group), 0.8 if len(group) > 2 else 0.6))
        elif box.width >= DIVIDER * scene.unit:
            found.append(Hinted(ElementType.DIVIDER, box, 1, 0.7))
    return found


def _is_free(stroke: Stroke, unit: float, frames: Sequence[Box], texts: Sequence[TextSpan]) -> bool:
    """Neither a frame's side, nor part of a letter, nor an underline."""
    for frame in frames:
        inside = min(stroke.x1, frame.right) - max(stroke.x0, frame.x)
        if inside < 0.6 * stroke.length:
            continue
        middle = stroke.y_at(min(max(frame.centre[0], stroke.x0), stroke.x1))
        slack = max(0.35 * unit, 0.12 * frame.height)
        if stroke.length > 0.5 * frame.width and min(abs(middle - frame.y), abs(middle - frame.bottom)) < slack:
            return False
    for text in texts:
        if text.box.contains(stroke.box, 0.7) and stroke.length < 0.8 * text.box.width:
            return False
        if underline_of(text.box, [stroke], unit) is not None:
            return False
    return True


def _stacks(strokes: Sequence[Stroke], unit: float, things: Sequence[Box]) -> list[list[Stroke]]:
    """Strokes in groups: one above the other, about as long, at the distance of lines."""
    stacks: list[list[Stroke]] = []
    for stroke in sorted(strokes, key=lambda s: s.y):
        for stack in stacks:
            last = stack[-1]
            gap = stroke.y - last.y
            shared = min(stroke.x1, last.x1) - max(stroke.x0, last.x0)
            alike = min(stroke.length, last.length) >= 0.35 * max(stroke.length, last.length)
            if (
                LINE_GAP[0] * unit <= gap <= LINE_GAP[1] * unit
                and shared >= 0.6 * min(stroke.length, last.length)
                and alike
            ):
                stack.append(stroke)
                break
        else:
            stacks.append([stroke])
    return stacks


def _parted(above: Stroke, below: Stroke, things: Sequence[Box]) -> bool:
    """Does something stand between two strokes?"""
    left, right = max(above.x0, below.x0), min(above.x1, below.x1)
    return any(above.y < t.centre[1] < below.y and left < t.centre[0] < right for t in things)
