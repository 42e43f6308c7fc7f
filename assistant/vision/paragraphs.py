"""Text that was only hinted at: stacks of level lines, squiggles, and the rules between sections.

Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.core.sketch import Box, ElementType
from assistant.vision.scene import Scene, TextSpan
from assistant.vision.strokes import Stroke
from assistant.vision.texts import is_side, underline_of

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
    unit = scene.unit
    free = [s for s in scene.strokes if s.length >= SHORTEST * unit and _is_free(s, unit, frames, texts)]
    things = [t.box for t in texts] + [f for f in frames if f.height < 5 * unit] + list(marks)
    found: list[Hinted] = []
    rest: list[Stroke] = []
    for stack in _stacks(free, unit, things):
        if len(stack) >= 3:
            found.append(_paragraph(stack))
        else:
            rest.extend(stack)
    rest = [s for s in rest if not any(underline_of(t.box, [s], unit) for t in texts)]
    for stack in _stacks(rest, unit, things):
        if len(stack) >= 2 and stack[1].y - stack[0].y < 1.3 * unit:
            found.append(_paragraph(stack))
        else:
            long = (s for s in stack if s.length >= DIVIDER * unit)
            found.extend(Hinted(ElementType.DIVIDER, s.box, 1, 0.7) for s in long)
    return found


def _paragraph(stack: Sequence[Stroke]) -> Hinted:
    box = stack[0].box
    for stroke in stack[1:]:
        box = box.union(stroke.box)
    return Hinted(ElementType.PARAGRAPH, box, len(stack), 0.8 if len(stack) > 2 else 0.6)


def _is_free(stroke: Stroke, unit: float, frames: Sequence[Box], texts: Sequence[TextSpan]) -> bool:
    """Neither a frame's side nor part of a letter."""
    if any(is_side(stroke, frame, unit) for frame in frames):
        return False
    return not any(t.box.contains(stroke.box, 0.7) and stroke.length < 0.8 * t.box.width for t in texts)


def _stacks(strokes: Sequence[Stroke], unit: float, things: Sequence[Box]) -> list[list[Stroke]]:
    """Strokes in groups: one above the other, about as long, at the distance of lines."""
    stacks: list[list[Stroke]] = []
    for stroke in sorted(strokes, key=lambda s: s.y):
        for stack in stacks:
            if _continues(stack, stroke, unit) and not _parted(stack[-1], stroke, things):
                stack.append(stroke)
                break
        else:
            stacks.append([stroke])
    return stacks


def _continues(stack: Sequence[Stroke], stroke: Stroke, unit: float) -> bool:
    last = stack[-1]
    gap = stroke.y - last.y
    shorter, longer = sorted((stroke.length, last.length))
    shared = min(stroke.x1, last.x1) - max(stroke.x0, last.x0)
    if not LINE_GAP[0] * unit <= gap <= LINE_GAP[1] * unit or shorter < 0.35 * longer or shared < 0.6 * shorter:
        return False
    return len(stack) < 2 or gap < 2.2 * max(stack[-1].y - stack[-2].y, 0.35 * unit)


def _parted(above: Stroke, below: Stroke, things: Sequence[Box]) -> bool:
    """Does something stand between two strokes?"""
    left, right = min(above.x0, below.x0), max(above.x1, below.x1)
    return any(above.y < t.centre[1] < below.y and left < t.centre[0] < right for t in things)
