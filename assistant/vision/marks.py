"""Tick boxes and radio rings in front of words, and the words that belong to them.

A mark looks much like a letter, so its surroundings decide: nothing close on its left, a gap on its right, marks of the
same kind above and below. Pure functions over a scene.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np

from assistant.core.sketch import Box
from assistant.vision.ink import Mask
from assistant.vision.reader import OcrLine
from assistant.vision.scene import Scene, TextSpan, cut, line_of
from assistant.vision.shapes import Form, Shape, enclosed
from assistant.vision.texts import tighten

MARK_GLYPHS = set("□☐☑☒■▢口囗回日目田凶○●◎⊙◯。〇①")
LETTER_GLYPHS = set("oO0@©QUDCVvnNLIl[](){}|")  # what the reader makes of a mark besides
MIDDLE_GLYPH = re.compile(r"\s[oO0@©Q](\s|[A-Z])|\s[\[\](){}|]")
SIZES = (0.35, 2.1)  # letter heights
REACH = 3.2  # letter heights between a mark and its words
CLEAR = 0.9  # an outline this well drawn is what it looks like, whatever stands above and below
SURE_LETTER = 0.8  # of the reader
ENOUGH = 1.3  # outline plus votes of the surroundings; found on drawings by several hands


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


@dataclass(frozen=True, slots=True)
class _Candidate:
    shape: Shape
    line: int
    votes: float
    first: bool
    """Nothing of its line stands before it."""


def find_marks(scene: Scene, writing: Mask, lines: Sequence[OcrLine]) -> tuple[list[MarkedText], list[OcrLine]]:
    """Marks with their words, and the lines of text that are left."""
    small = _outermost([s for s in scene.shapes if _is_small(s.box, scene.unit)])
    small = [s for s in small if not _is_cell(s.box, scene) and _is_hollow(s, scene)]
    candidates = [c for i, line in enumerate(lines) for c in _candidates(scene, line, i, small)]
    candidates = [c for c in candidates if not _is_written_alone(scene, lines[c.line], c.shape)]
    candidates = [c for c in (_after_reading(scene, lines[c.line], c) for c in candidates) if c is not None]
    chosen = _believed(candidates, scene.unit)
    marked: list[MarkedText] = []
    left: list[OcrLine] = []
    for i, line in enumerate(lines):
        marks = _with_words_between(scene, [m for at, m in chosen if at == i])
        if not marks:
            left.append(line)
            continue
        head, parts = _share_out(scene, writing, line, marks)
        left.extend(head)
        marked.extend(parts)
    return marked, left


def _with_words_between(scene: Scene, marks: Sequence[Mark]) -> list[Mark]:
    """Marks from left to right. Of two with nothing between, the less sure one is the first letter of the words."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: m.box.x):
        if kept and mark.box.x - kept[-1].box.right < 1.2 * scene.unit:
            before = kept[-1]
            top, bottom = round(mark.box.y), round(mark.box.bottom)
            between = scene.ink.mask[top:bottom, round(before.box.right) + 3 : round(mark.box.x) - 2]
            if not between.any():
                kept[-1] = max(before, mark, key=lambda m: m.sureness)
                continue
        kept.append(mark)
    return [replace(m, checked=is_checked(scene.ink.mask, m)) for m in kept]


def is_checked(mask: Mask, mark: Mark) -> bool:
    """Is there ink well inside the outline?"""
    box, inset = mark.box, 0.26
    share = 1 - 2 * inset
    inside = cut(
        mask, Box(box.x + inset * box.width, box.y + inset * box.height, share * box.width, share * box.height)
    )
    return bool(inside.size and np.count_nonzero(inside) > 0.1 * inside.size)


def _is_small(box: Box, unit: float) -> bool:
    low, high = SIZES[0] * unit, SIZES[1] * unit
    sized = low <= min(box.width, box.height) and max(box.width, box.height) <= high
    return sized and 0.55 < box.width / box.height < 1.8


def _outermost(shapes: Sequence[Shape]) -> list[Shape]:
    return [s for s in shapes if not any(o is not s and o.box.contains(s.box, 0.8) for o in shapes)]


def _after_reading(scene: Scene, line: OcrLine, one: _Candidate) -> _Candidate | None:
    """Read the line again without the mark. A mark leaves the words whole; without its first letter, a word changes."""
    box, unit, mark = line.box, scene.unit, one.shape.box
    inside = box.x - 0.2 * unit < mark.x and mark.right < box.x + 0.6 * box.width
    if not one.first or not inside or not line.text[0].isalnum() or _glyph_evidence(line.text):
        return one
    rest = Box(mark.right + 0.05 * unit, box.y, box.right - mark.right, box.height)
    text, _ = scene.recognise([np.ascontiguousarray(cut(scene.image, rest))])[0]
    if _alikeness(line.text[1:], text) <= _alikeness(line.text, text):
        return replace(one, votes=one.votes + 0.35)
    is_square = one.shape.form is Form.BOX and min(one.shape.sides) >= 0.8 and mark.height >= 0.75 * unit
    return one if is_square else None


def _is_written_alone(scene: Scene, line: OcrLine, shape: Shape) -> bool:
    """Is it a figure or a letter in a cell of its own?"""
    few = len(line.text) <= 3 and line.text.isalnum() and line.confidence > SURE_LETTER
    return few and line.box.contains(shape.box, 0.7) and any(g.contains(shape.box) for g in scene.tables)


def _alikeness(one: str, two: str) -> float:
    return SequenceMatcher(None, one.lower(), two.lower()).ratio()


def _is_cell(box: Box, scene: Scene) -> bool:
    """Part of a field, like the arrow's place at the end of a menu."""
    frames = (s.box for s in scene.shapes if s.box.width > 1.8 * box.width and s.box.height < 2.2 * box.height)
    return any(f.contains(box, 0.85) and f.height < 3.5 * scene.unit for f in frames)


def _is_hollow(shape: Shape, scene: Scene) -> bool:
    """Fenced in all around, which most letters are not. A large box may leak a little."""
    gap = 0.15 if shape.box.height < 0.9 * scene.unit else 0.3
    return enclosed(scene.ink.mask, shape.box, gap * scene.unit) > 0.55


def _candidates(scene: Scene, line: OcrLine, index: int, small: Sequence[Shape]) -> list[_Candidate]:
    """Shapes in or in front of one line that leave room around them."""
    unit, box = scene.unit, line.box
    found = []
    for shape in small:
        x, y = shape.box.centre
        aside = abs(y - line.middle_at(x)) / max(line.height, unit)
        if (
            aside > 0.65
            or not box.x - REACH * unit <= x <= box.right
            or (shape.form is Form.BOX and min(shape.sides) < 0.5)
        ):
            continue
        before, after = _gaps(scene, shape.box)
        first = x < box.x + 1.3 * max(shape.box.width, unit)
        if after is None or not 0.1 * unit <= after <= REACH * unit:
            continue
        if before is not None and before < (0.15 if first else 0.4) * unit:
            continue
        if not first and after < 0.3 * unit and not _has_glyph(line.text):
            continue
        if box.x - shape.box.right - after > 0.6 * unit:
            continue  # other words stand between
        votes = _votes(scene, line, shape, after, first) - 0.3 * max(0.0, aside - 0.2)
        found.append(_Candidate(shape, index, votes, first))
    return found


def _votes(scene: Scene, line: OcrLine, shape: Shape, after: float, first: bool) -> float:
    unit, box = scene.unit, shape.box
    glyph = _glyph_evidence(line.text) if first else float(_has_glyph(line.text))
    outside = box.right <= line.box.x + 0.3 * unit
    votes = 0.35 * glyph if first else 0.15 + 0.1 * glyph
    votes += 0.25 * (after >= 0.4 * unit) + 0.25 * outside + 0.15 * (box.height >= 0.75 * unit)
    return votes + 0.15 * (shape.form is Form.BOX and shape.score > 0.85)


def _believed(candidates: Sequence[_Candidate], unit: float) -> list[tuple[int, Mark]]:
    """Candidates that are sure enough, with what like marks in their column add. Each shape goes to one line."""
    best: dict[int, tuple[float, _Candidate, Form]] = {}
    for one in candidates:
        fellows = [f for f in candidates if _alike(one, f, unit)]
        total = one.shape.score + one.votes + min(0.3, 0.2 * len(fellows))
        if total < ENOUGH or (not one.first and not fellows):
            continue
        rings = sum(f.shape.form is Form.RING for f in (*fellows, one))
        form = one.shape.form
        if len(fellows) > 1 and one.shape.score < CLEAR:
            form = Form.RING if 2 * rings > len(fellows) + 1 else Form.BOX
        key = id(one.shape)
        if key not in best or best[key][0] < total:
            best[key] = (total, one, form)
    return [(c.line, Mark(form, c.shape.box, False, total - 1)) for total, c, form in best.values()]


def _alike(one: _Candidate, two: _Candidate, unit: float) -> bool:
    """Marks of one size above each other, or beside each other with words between."""
    a, b = one.shape.box, two.shape.box
    if not 0.65 < a.height / b.height < 1.55 or one.shape is two.shape:
        return False
    (x, y), (u, v) = a.centre, b.centre
    column = one.first and two.first and one.line != two.line and abs(x - u) < 0.7 * unit and abs(y - v) < 9 * unit
    row = abs(y - v) < 0.7 * unit and abs(x - u) > 2.5 * unit and one.shape.form is two.shape.form
    return column or row


def _gaps(scene: Scene, box: Box) -> tuple[float | None, float | None]:
    """Blank pixels left and right of a shape in its rows, its own overhang aside. None: blank to the end of sight."""
    unit = scene.unit
    top, bottom = round(box.y + 0.1 * box.height), round(box.bottom - 0.1 * box.height)
    start, end = max(0, round(box.x - 1.5 * unit)), min(scene.labels.shape[1], round(box.right + REACH * unit))
    rows = scene.labels[top:bottom, start:end]
    left, right = round(box.x) - start, round(box.right) - start
    own = _own_labels(scene, box)
    others = (rows > 0) & ~np.isin(rows, own)
    columns = np.asarray(np.any(others, axis=0), np.bool_)
    before_columns, after_columns = columns[: max(0, left - 1)], columns[right + 1 :]
    before = float(len(before_columns) - 1 - np.flatnonzero(before_columns)[-1]) if before_columns.any() else None
    after = float(np.flatnonzero(after_columns)[0] + 1) if after_columns.any() else None
    return before, after


def _own_labels(scene: Scene, box: Box) -> list[int]:
    """Pieces of ink that lie mostly inside: the outline with its overshoots, the tick."""
    inside = np.bincount(cut(scene.labels, box, 1).ravel())
    return [int(v) for v in np.flatnonzero(inside) if v and inside[v] >= 0.6 * scene.sizes[v]]


def _glyph_evidence(text: str) -> float:
    """How much the start of the reader's text looks like a mark that was read as a character."""
    if text[0] in MARK_GLYPHS or text[0] in "[](){}|":
        return 1.0
    if text[0] in LETTER_GLYPHS and len(text) > 1 and (text[1] == " " or (text[0] in "oO0@©QU" and text[1].isupper())):
        return 0.8
    return 0.0


def _has_glyph(text: str) -> bool:
    return any(c in MARK_GLYPHS for c in text) or bool(MIDDLE_GLYPH.search(text))


def _share_out(
    scene: Scene, writing: Mask, line: OcrLine, marks: Sequence[Mark]
) -> tuple[list[OcrLine], list[MarkedText]]:
    """Give every mark the words up to the next mark; words before the first stay a line."""
    box, head, result = line.box, [], []
    if box.x < marks[0].box.x - scene.unit:
        before = Box(box.x, box.y, marks[0].box.x - box.x - 0.15 * scene.unit, box.height)
        span = _read_part(scene, writing, before, None)
        head = [line_of(span)] if span else []
    whole = len(marks) == 1 and marks[0].box.right <= box.x + 0.25 * scene.unit
    for i, mark in enumerate(marks):
        start = mark.box.right + 1
        end = marks[i + 1].box.x - 1 if i + 1 < len(marks) else max(box.right, start + 1)
        part = Box(start, box.y, max(1.0, end - start), box.height)
        result.append(MarkedText(mark, _read_part(scene, writing, part, line if whole else None)))
    return head, result


def _read_part(scene: Scene, writing: Mask, part: Box, known: OcrLine | None) -> TextSpan | None:
    """The words in one part of a line, read again unless they are known."""
    tight = tighten(part, writing, scene.unit)
    if tight is None:
        return None
    left, right = max(tight.x, part.x), min(tight.right, part.right)
    tight = replace(tight, x=left, width=max(1.0, right - left))
    if known is not None:
        return TextSpan(known.text, known.confidence, tight)
    text, sure = scene.recognise([np.ascontiguousarray(cut(scene.image, tight, 0.25 * scene.unit))])[0]
    return TextSpan(text, sure, tight)
