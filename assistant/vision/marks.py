"""Tick boxes and radio rings in front of words, and the words that belong to them.

A mark looks much like a letter, so its surroundings decide: nothing close on its left, a gap on its right.
Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.core.sketch import Box
from assistant.vision.ink import Mask
from assistant.vision.reader import OcrLine
from assistant.vision.scene import Scene, TextSpan, cut, ink_box
from assistant.vision.shapes import Form, Shape

BOX_GLYPHS = set("□☐☑☒■▢口囗回日目田凶")
RING_GLYPHS = set("○●◎⊙◯。〇")
LETTER_GLYPHS = set("oO0@©QUDCVvnNLIl1[](){}|")  # what the reader makes of a mark besides
SIZES = (0.35, 2.1)  # letter heights
REACH = 3.2  # letter heights between a mark and its words


@dataclass(frozen=True, slots=True)
class Mark:
    form: Form
    box: Box
    checked: bool
    sureness: float


@dataclass(frozen=True, slots=True)
class MarkedText:
    mark: Mark
    text: TextSpan | None


def find_marks(scene: Scene, writing: Mask, lines: Sequence[OcrLine]) -> tuple[list[MarkedText], list[OcrLine]]:
    """Marks with their words, and the lines of text that are left."""
    small = [s for s in scene.shapes if _is_small(s.box, scene.unit)]
    marked: list[MarkedText] = []
    left: list[OcrLine] = []
    taken: list[Box] = []
    for line in lines:
        found = _marks_of(scene, writing, line, small)
        found = [m for m in found if all(m.box.overlap(t) < 0.3 for t in taken)]
        if not found:
            left.append(line)
            continue
        taken.extend(m.box for m in found)
        marked.extend(_share_out(scene, writing, line, found, left))
    return _agree(marked), left


def is_checked(mask: Mask, mark: Box) -> bool:
    """Is there ink well inside the outline?"""
    inset = 0.26
    inner = Box(
        mark.x + inset * mark.width,
        mark.y + inset * mark.height,
        (1 - 2 * inset) * mark.width,
        (1 - 2 * inset) * mark.height,
    )
    inside = cut(mask, inner)
    return bool(inside.size and np.count_nonzero(inside) > 0.1 * inside.size)


def _is_small(box: Box, unit: float) -> bool:
    low, high = SIZES[0] * unit, SIZES[1] * unit
    return (
        low <= min(box.width, box.height) and max(box.width, box.height) <= high and 0.55 < box.width / box.height < 1.8
    )


def _marks_of(scene: Scene, writing: Mask, line: OcrLine, small: Sequence[Shape]) -> list[Mark]:
    """Marks in or in front of one line, from left to right."""
    unit, box = scene.unit, line.box
    near = [
        s
        for s in small
        if box.y - 0.15 * box.height <= s.box.centre[1] <= box.bottom + 0.15 * box.height
        and box.x - REACH * unit <= s.box.centre[0] <= box.right
    ]
    near = _outermost(near)
    marks: list[Mark] = []
    for shape in sorted(near, key=lambda s: s.box.x):
        sureness = _sureness(scene, line, shape)
        if sureness > 0:
            marks.append(Mark(shape.form, shape.box, is_checked(scene.ink.mask, shape.box), sureness))
    return marks


def _sureness(scene: Scene, line: OcrLine, shape: Shape) -> float:
    """0: a letter. The clearer the outline and the wider the gaps around it, the more."""
    unit, box = scene.unit, shape.box
    before, after = _gaps(scene, line, box)
    first = box.centre[0] < line.box.x + 1.3 * max(box.width, unit)
    if after is None or after < 0.12 * unit or after > REACH * unit:
        return 0.0
    if before is not None and before < (0.15 if first else 0.5) * unit:
        return 0.0
    outline = shape.score
    if shape.form is Form.BOX and min(shape.sides) < 0.5:
        return 0.0
    glyph = _glyph_evidence(line.text) if first else 0.0
    if not first and not _has_glyph(line.text):
        outline -= 0.05
    roomy = after >= 0.4 * unit
    outside = box.right <= line.box.x + 0.3 * unit
    tall = box.height >= 0.75 * unit
    votes = 0.35 * glyph + 0.25 * roomy + 0.25 * outside + 0.15 * tall + (0.2 if not first else 0.0)
    if shape.form is Form.BOX and outline > 0.85:
        votes += 0.15
    return votes + outline - 1 if votes + outline >= 1.3 else 0.0


def _gaps(scene: Scene, line: OcrLine, box: Box) -> tuple[float | None, float | None]:
    """Blank pixels to the left and right of a box in its own rows. None: blank to the end of sight."""
    mask, unit = scene.ink.mask, scene.unit
    top, bottom = round(box.y + 0.1 * box.height), round(box.bottom - 0.1 * box.height)
    start, end = max(0, round(box.x - 1.5 * unit)), round(box.x) - 1
    columns = mask[top:bottom, start:end].any(axis=0)
    before = float(len(columns) - 1 - np.flatnonzero(columns)[-1]) if columns.any() else None
    start, end = round(box.right) + 2, min(mask.shape[1], round(box.right + REACH * unit))
    columns = mask[top:bottom, start:end].any(axis=0)
    after = float(np.flatnonzero(columns)[0] + 2) if columns.any() else None
    return before, after


def _glyph_evidence(text: str) -> float:
    """How much the start of the reader's text looks like a mark that was read as a character."""
    if text[0] in BOX_GLYPHS or text[0] in RING_GLYPHS:
        return 1.0
    if text[0] in LETTER_GLYPHS and len(text) > 1 and (text[1] == " " or (text[0] in "oO0@©QU" and text[1].isupper())):
        return 0.8
    return 0.0


def _has_glyph(text: str) -> bool:
    words = text.split()
    return any(c in BOX_GLYPHS or c in RING_GLYPHS for c in text) or any(w in LETTER_GLYPHS for w in words[1:])


def _outermost(shapes: Sequence[Shape]) -> list[Shape]:
    return [s for s in shapes if not any(o is not s and o.box.contains(s.box, 0.8) for o in shapes)]


def _share_out(scene: Scene, writing: Mask, line: OcrLine, marks: list[Mark], left: list[OcrLine]) -> list[MarkedText]:
    """Give every mark the words up to the next mark; words before the first stay a line."""
    box, result = line.box, []
    if box.x < marks[0].box.x - 1.0 * scene.unit:
        head = Box(box.x, box.y, marks[0].box.x - box.x - 0.15 * scene.unit, box.height)
        for span in _read_part(scene, writing, head, ""):
            quad = np.array(
                [
                    [span.box.x, span.box.y],
                    [span.box.right, span.box.y],
                    [span.box.right, span.box.bottom],
                    [span.box.x, span.box.bottom],
                ],
                np.float32,
            )
            left.append(OcrLine(quad, span.text, span.confidence))
    whole = len(marks) == 1 and marks[0].box.right <= box.x + 0.25 * scene.unit
    for i, mark in enumerate(marks):
        start = mark.box.right + 1
        end = marks[i + 1].box.x - 1 if i + 1 < len(marks) else max(box.right, start + 1)
        part = Box(start, box.y, max(1.0, end - start), box.height)
        known = line.text if whole else ""
        read = _read_part(scene, writing, part, known, line.confidence)
        result.append(MarkedText(mark, read[0] if read else None))
    return result


def _read_part(scene: Scene, writing: Mask, part: Box, known: str, confidence: float = 0.0) -> list[TextSpan]:
    """The words in one part of a line, read again unless their text is known."""
    from assistant.vision.texts import tighten

    quad = np.array(
        [[part.x, part.y], [part.right, part.y], [part.right, part.bottom], [part.x, part.bottom]], np.float32
    )
    tight = tighten(OcrLine(quad, known, confidence), writing, scene.unit)
    if tight is None:
        return []
    tight = _clip(tight, part)
    if known:
        return [TextSpan(known, confidence, tight)]
    crop = cut(scene.image, tight, 0.25 * scene.unit)
    text, sure = scene.recognise([np.ascontiguousarray(crop)])[0]
    return [TextSpan(text, sure, tight)]


def _clip(box: Box, part: Box) -> Box:
    left, right = max(box.x, part.x), min(box.right, part.right)
    return replace(box, x=left, width=max(1.0, right - left))


def _agree(marked: list[MarkedText]) -> list[MarkedText]:
    """Marks of one column or row are of one form: the weaker follow the stronger."""
    return marked


__all__ = ["Mark", "MarkedText", "find_marks", "ink_box", "is_checked"]
