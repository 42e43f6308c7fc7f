"""What a drawn frame is: picture, field, menu, button or just a border around other things.

Pure functions over a scene.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.core.sketch import Box, ElementType
from assistant.vision.lexicon import is_button_text, is_hint_text, mend
from assistant.vision.scene import Scene, TextSpan, cut, ink_box
from assistant.vision.shapes import Form, Shape, diagonals
from assistant.vision.switches import read_switch

CROSSED = 0.62  # of the weaker diagonal: a slanted tick covers less
FIELD_HEIGHT = 2.8  # letter heights; a higher empty box takes more than one line
PICTURE_ASPECT = 2.3  # an empty high box wider than this is for writing in
LABEL_ASPECT = (1.2, 6.0)  # width to height of a button
TIGHT, ROOMY = 1.5, 3.6  # letter heights: what is lower holds no words, what is higher is a picture
WRITTEN = 0.22  # share of ink in the box around a line of writing; an icon's is as high, a picture's is not
ARROW = re.compile(r"[\s|/\[\]]*[VvDU▼▽△ΔA∇7>Y]$")


@dataclass(frozen=True, slots=True)
class Framed:
    """A frame that was understood. `texts` are the lines it uses up."""

    type: ElementType
    box: Box
    text: str
    confidence: float
    texts: tuple[TextSpan, ...] = ()
    hides: bool = False
    """Whatever else lies inside is part of it."""
    checked: bool = False
    """Of a switch: its knob is at the right."""


def read_frame(scene: Scene, shape: Shape, inner: Sequence[Shape], texts: Sequence[TextSpan], marks: int) -> Framed:
    """`inner` are the frames, `texts` the lines, `marks` the number of tick boxes and rings inside."""
    box, unit = shape.box, scene.unit
    switch = read_switch(scene, box) if not any(_is_word(t, 2) for t in texts) else None
    if switch is not None:
        return Framed(ElementType.CHECKBOX, switch.box, "", shape.score, tuple(texts), True, switch.is_on)
    if shape.form is Form.RING:
        return _ring(shape, texts)
    if not _is_labelled(box, texts) and diagonals(scene.ink.mask, box) >= CROSSED:
        return Framed(ElementType.IMAGE, box, "", shape.score, hides=True)
    if _is_grid([s.box for s in inner if s.form is Form.BOX], box):
        return Framed(ElementType.TABLE, box, "", shape.score)
    cells = [s for s in inner if s.form is Form.BOX and _is_cell(s.box, box)]
    menu = _menu(scene, shape, cells, texts)
    if menu is not None:
        return menu
    solid = [s for s in inner if s not in cells and s.box.area > 0.02 * box.area and not _is_lettering(s.box, texts)]
    if marks > 1 or len(texts) > 3 or (texts and any(s.form is Form.BOX for s in solid)) or len(solid) > 1:
        return Framed(ElementType.CARD, box, "", shape.score)
    if texts:
        return _with_text(shape, texts, unit)
    return _empty(scene, shape, solid)


def _is_labelled(box: Box, texts: Sequence[TextSpan]) -> bool:
    """Does a word that reads well fill much of it?"""
    return any(t.confidence > 0.8 and len(t.text) > 1 and t.box.width > 0.4 * box.width for t in texts)


def _is_word(text: TextSpan, letters: int = 3) -> bool:
    return text.confidence > 0.8 and sum(c.isalnum() for c in text.text) >= letters


def _is_lettering(box: Box, texts: Sequence[TextSpan]) -> bool:
    """Is it the outside of some letters?"""
    return any(_is_word(t) and t.box.contains(box, 0.75) for t in texts)


def _is_grid(cells: Sequence[Box], outer: Box) -> bool:
    """Do cells in at least two rows and two columns fill it?"""
    smallest = [c for c in cells if not any(o is not c and c.contains(o, 0.85) for o in cells)]
    if len(smallest) < 4 or sum(c.area for c in smallest) < 0.6 * outer.area:
        return False
    height = sorted(c.height for c in smallest)[len(smallest) // 2]
    rows = {round((c.centre[1] - outer.y) / height) for c in smallest}
    columns = {round((c.x - outer.x) / (0.1 * outer.width)) for c in smallest}
    return len(rows) >= 2 and len(columns) >= 2


def _ring(shape: Shape, texts: Sequence[TextSpan]) -> Framed:
    words = [t for t in texts if t.confidence > 0.8 and len(t.text) > 1 and t.box.width > 0.45 * shape.box.width]
    if len(words) == 1:
        return Framed(ElementType.BUTTON, shape.box, words[0].text, shape.score, tuple(texts), hides=True)
    return Framed(ElementType.IMAGE, shape.box, "", shape.score, tuple(texts), hides=True)


def _is_cell(inner: Box, outer: Box) -> bool:
    """Does it share top and bottom with the outer frame?"""
    slack = 0.2 * outer.height
    return abs(inner.y - outer.y) <= slack and abs(inner.bottom - outer.bottom) <= slack


def _menu(scene: Scene, shape: Shape, cells: Sequence[Shape], texts: Sequence[TextSpan]) -> Framed | None:
    """A field with an arrow at its right end."""
    box, unit = shape.box, scene.unit
    if box.height > 3.5 * unit or box.width < 1.3 * box.height or len(texts) > 2:
        return None
    label = [t for t in texts if t.box.centre[0] < box.right - 0.9 * box.height]
    separator = _separator(scene, box, cells)
    if separator is not None and _runs_across(scene, box, separator):
        separator = None  # it is a letter of the words
    tails = [t for t in label if ARROW.search(t.text) and t.box.right > box.right - 1.2 * box.height]
    tails = [t for t in tails if _has_room_before_arrow(scene, t.box)]
    if separator is None and not tails and not _arrow_glyph(scene, box, label, texts):
        return None
    words = []
    for text in label:
        reaches = text.box.right > (separator or box.right - 0.8 * box.height)
        words.append(ARROW.sub("", text.text).strip(" |[]") if reaches and len(text.text) > 2 else text.text)
    return Framed(ElementType.SELECT, box, " ".join(w for w in words if w), shape.score, tuple(texts), hides=True)


def _separator(scene: Scene, box: Box, cells: Sequence[Shape]) -> float | None:
    """Where an upright stroke parts off the right end, from top to bottom, with an arrow behind it."""
    for cell in cells:
        if cell.box.x > box.x + 0.4 * box.width and cell.box.width < 1.9 * box.height and _is_inked(scene, cell.box):
            return cell.box.x
    view = cut(scene.ink.mask, box) > 0
    height, width = view.shape
    reach = max(2, round(0.07 * height))
    start, end = max(round(0.4 * width), width - round(1.7 * height)), width - round(0.35 * height)
    middle = view[round(0.15 * height) : round(0.85 * height)]
    for column in range(start, end, max(1, reach // 2)):
        rows = middle[:, max(0, column - reach) : column + reach + 1].any(axis=1)
        behind = Box(box.x + column + reach, box.y, width - column - reach, box.height)
        if rows.mean() > 0.93 and _holds_arrow(scene, behind):
            return box.x + column
    return None


def _runs_across(scene: Scene, box: Box, x: float) -> bool:
    """Does writing go on from one side of an upright stroke to the other?"""
    reach = 0.25 * box.height
    return any(
        box.contains(p.box, 0.97)
        and p.box.x < x - reach
        and p.box.right > x + reach
        and p.box.height < 0.8 * box.height
        for p in scene.pieces
    )


def _is_inked(scene: Scene, cell: Box) -> bool:
    inner = Box(cell.x + 0.25 * cell.width, cell.y + 0.25 * cell.height, 0.5 * cell.width, 0.5 * cell.height)
    inside = cut(scene.ink.mask, inner)
    return bool(inside.size and np.count_nonzero(inside) > 0.03 * inside.size)


def _holds_arrow(scene: Scene, cell: Box) -> bool:
    """A small piece of ink apart from the cell's sides."""
    for piece in scene.pieces:
        high = 0.15 * cell.height < piece.box.height < 0.8 * cell.height
        if high and cell.contains(piece.box, 0.97) and piece.box.width < 0.9 * cell.width:
            x, y = piece.box.centre
            if abs(y - cell.centre[1]) < 0.3 * cell.height and abs(x - cell.centre[0]) < 0.35 * cell.width:
                return True
    return False


def _arrow_glyph(scene: Scene, box: Box, label: Sequence[TextSpan], texts: Sequence[TextSpan]) -> bool:
    """A small triangle or V alone near the right end."""
    for text in texts:
        if text not in label and len(text.text) <= 1:
            return True
    used = max((t.box.right for t in label), default=box.x + 0.3 * box.width)
    for piece in scene.pieces:
        inside = box.contains(piece.box, 0.98) and piece.box.x > max(used + 0.3 * scene.unit, box.x + 0.6 * box.width)
        if not inside or piece.box.height > 0.75 * box.height or piece.box.height < 0.15 * box.height:
            continue
        if 0.5 < piece.box.width / piece.box.height < 2.6 and piece.box.right < box.right - 0.03 * box.height:
            return bool(label) or len(texts) == 0
    return False


def _has_room_before_arrow(scene: Scene, box: Box) -> bool:
    """Is the last glyph of a line set apart from the rest?"""
    columns = np.asarray(np.any(cut(scene.ink.mask, box), axis=0), np.bool_)
    ink = np.flatnonzero(columns)
    if len(ink) < 3:
        return False
    gaps = np.diff(ink)
    tail = ink[1:][gaps > 0.6 * scene.unit]
    return bool(len(tail)) and len(columns) - int(tail[-1]) < 1.3 * scene.unit


def _with_text(shape: Shape, texts: Sequence[TextSpan], unit: float) -> Framed:
    box = shape.box
    whole = texts[0].box
    for text in texts[1:]:
        whole = whole.union(text.box)
    words = " ".join(mend(t.text, t.confidence) for t in sorted(texts, key=lambda t: (round(t.box.y / unit), t.box.x)))
    before, after = whole.x - box.x, box.right - whole.right
    centred = abs(before - after) < 0.25 * box.width or whole.width > 0.62 * box.width
    hinted = is_hint_text(words)
    if _is_stack(texts):
        return Framed(ElementType.CARD, box, "", shape.score)
    button = is_button_text(words) and not (hinted and not centred) and not words.endswith(("...", "…"))
    if box.height > 4.5 * unit and whole.height < 0.4 * box.height and not button:
        kind = (
            ElementType.TEXTAREA
            if before < 0.2 * box.width and whole.y - box.y < 0.3 * box.height
            else ElementType.CARD
        )
        return Framed(
            kind,
            box,
            words if kind is ElementType.TEXTAREA else "",
            shape.score,
            tuple(texts) if kind is ElementType.TEXTAREA else (),
        )
    field = (not centred or hinted) and not button
    kind = ElementType.INPUT if field else ElementType.BUTTON
    return Framed(kind, box, words, shape.score, tuple(texts), hides=True)


def _is_stack(texts: Sequence[TextSpan]) -> bool:
    """Lines above each other that differ in height: a figure with its name, and not the words of one control."""
    rows = sorted(texts, key=lambda t: t.box.y)
    stacked = all(below.box.y > above.box.bottom - 0.2 * above.box.height for above, below in pairwise(rows))
    heights = [t.box.height for t in texts]
    return stacked and len(texts) > 1 and (len(texts) > 2 or max(heights) > 1.5 * min(heights))


def _unread_words(scene: Scene, box: Box) -> str | None:
    """The best guess at ink that stands in the middle of a small frame like one line of writing; None for none."""
    if not LABEL_ASPECT[0] <= box.width / box.height <= LABEL_ASPECT[1]:
        return None
    if not TIGHT * scene.unit < box.height < ROOMY * scene.unit:
        return None
    inner = Box(box.x + 0.14 * box.width, box.y + 0.22 * box.height, 0.72 * box.width, 0.56 * box.height)
    ink = ink_box(scene.ink.mask, inner)
    if ink is None or ink.width < 0.25 * box.width or ink.width < 1.1 * ink.height or ink.height < 0.15 * box.height:
        return None
    inked = np.count_nonzero(cut(scene.ink.mask, ink)) / ink.area
    off = max(abs(ink.centre[0] - box.centre[0]) / box.width, abs(ink.centre[1] - box.centre[1]) / box.height)
    if inked < WRITTEN or off > 0.14:
        return None
    text, sure = scene.recognise([np.ascontiguousarray(cut(scene.image, ink, 0.25 * scene.unit))])[0]
    return mend(text, sure) if sure > 0.3 and any(c.isalpha() for c in text) else ""


def _empty(scene: Scene, shape: Shape, solid: Sequence[Shape]) -> Framed:
    box, unit = shape.box, scene.unit
    words = _unread_words(scene, box)
    if words is not None:
        return Framed(ElementType.BUTTON, box, words, shape.score - 0.2, hides=True)
    if any(s.box.height > 0.15 * box.height for s in solid) and box.height > 2.5 * unit:
        return Framed(ElementType.IMAGE, box, "", shape.score, hides=True)
    if box.height <= FIELD_HEIGHT * unit and box.width > 1.8 * box.height:
        return Framed(ElementType.INPUT, box, "", shape.score)
    if box.width > PICTURE_ASPECT * box.height:
        return Framed(
            ElementType.TEXTAREA if box.height > 1.3 * FIELD_HEIGHT * unit else ElementType.INPUT, box, "", shape.score
        )
    return Framed(ElementType.IMAGE, box, "", shape.score - 0.2, hides=True)
