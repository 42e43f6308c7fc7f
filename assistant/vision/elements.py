"""From writing, marks and shapes to typed elements in reading order.

Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.core.sketch import Box, Element, ElementType
from assistant.vision import lexicon
from assistant.vision.charts import find_charts
from assistant.vision.columns import join_lines, part_lines
from assistant.vision.frames import Framed, read_frame
from assistant.vision.grids import cut_at_cells, find_grids
from assistant.vision.marks import MarkedText, find_marks
from assistant.vision.paragraphs import Hinted, hinted_texts
from assistant.vision.reader import OcrLine
from assistant.vision.scene import SCRIBBLE, Scene, TextSpan, cut
from assistant.vision.scribbles import without_scribbles
from assistant.vision.shapes import Form, Shape
from assistant.vision.texts import spans, writing_mask

PAGE_SHARE = 0.8  # of both sides of the picture: a frame that large is the page itself
MOST_ELEMENTS = 300  # a page nobody could draw
TIGHT = 1.5  # letter heights: few frames around words are lower
HEADING_HEIGHT = 1.3  # times the typical text
SWITCH = "switch"
"""Evidence of a checkbox that was drawn as a switch."""
RADIO, CHECKBOX = ElementType.RADIO, ElementType.CHECKBOX


@dataclass(slots=True)
class _Draft:
    elements: list[Element] = field(default_factory=list)

    def add(self, type_: ElementType, box: Box, text: str = "", **more: object) -> None:
        self.elements.append(Element("", type_, box, text, **more))  # type: ignore[arg-type]  # checked by Element


def find_elements(scene: Scene) -> tuple[Element, ...]:
    """The elements of a drawn page, ids e1, e2, ... in reading order."""
    grids = find_grids(scene.ink.mask, scene.strokes, scene.lines, scene.unit)
    frames = _frames(scene)
    cells = [Shape(Form.BOX, cell, 1.0) for grid in grids for cell in (grid.box, *grid.cells)]
    writing = writing_mask(scene, [*frames, *cells])
    frames = [f for f in frames if not any(grid.takes(f) for grid in grids)]
    scene = replace(scene, tables=tuple(grid.box for grid in grids))
    lines = cut_at_cells(scene, scene.lines, grids)
    marked, lines = find_marks(scene, writing, lines)
    lines = join_lines(scene, writing, lines)
    lines = part_lines(scene, writing, lines, [f.box for f in frames])
    marked, frames = _settle(marked, frames)
    texts = spans(scene, lines, writing, frames)
    charts = find_charts(frames, texts, scene.unit)
    frames = [f for f in frames if not any(chart.contains(f.box, 0.8) for chart in charts)]
    read = [Framed(ElementType.TABLE, grid.box, "", 0.9) for grid in grids]
    read += [Framed(ElementType.IMAGE, chart, "", 0.8, hides=True) for chart in charts]
    read += _read_frames(scene, frames, texts, marked)
    hiding = [f for f in read if f.hides]
    used = {id(t) for f in read for t in f.texts}
    free = [t for t in texts if id(t) not in used and not any(f.box.contains(t.box, 0.6) for f in hiding)]
    marked = [m for m in marked if not any(f.box.contains(m.mark.box, 0.8) for f in hiding)]
    closed = [f.box for f in read if f.hides or f.type is ElementType.TABLE]
    closed += [line.box for line in scene.lines if line.text == SCRIBBLE]
    strokes = tuple(s for s in scene.strokes if not any(c.contains(s.box, 0.6) for c in closed))
    hinted = hinted_texts(replace(scene, strokes=strokes), [f.box for f in read], free, [m.mark.box for m in marked])
    draft = _Draft()
    _add_frames(draft, read)
    _add_marks(draft, marked)
    paragraphs = [h.box for h in hinted if h.type is ElementType.PARAGRAPH]
    _add_texts(draft, [_without_false_underline(t, paragraphs) for t in free], scene.unit)
    _add_hinted(draft, hinted)
    elements = without_scribbles(_without_letters(draft.elements), scene.unit)
    return in_reading_order(elements[:MOST_ELEMENTS], scene.unit)


def _frames(scene: Scene) -> list[Shape]:
    """Shapes that are not letters, marks or the page itself."""
    height, width = scene.ink.mask.shape
    kept = []
    for shape in scene.shapes:
        box = shape.box
        if box.width > PAGE_SHARE * width and box.height > PAGE_SHARE * height:
            continue
        if min(box.width, box.height) < 0.8 * scene.unit or max(box.width, box.height) < 1.9 * scene.unit:
            continue
        if any(_is_part_of_text(shape, line.box, scene.unit) for line in scene.lines if line.confidence > 0.5):
            continue
        if _spells(scene, shape):
            continue
        kept.append(shape)
    return [s for s in kept if not any(_is_band(s.box, o.box, scene.unit) for o in kept)]


def _spells(scene: Scene, shape: Shape) -> bool:
    """Is it a line of writing, perhaps underlined? Its upper side then consists of letters."""
    box = shape.box
    written = any(box.overlap(line.box) > 0.5 or line.box.contains(box, 0.8) for line in scene.lines)
    if shape.form is not Form.BOX or not written:
        return False
    band = cut(scene.labels, Box(box.x, box.y, box.width, max(3.0, 0.2 * box.height)))
    labels = [v for v in np.unique(band) if v]
    widest = max((float(np.ptp(np.nonzero((band == v).any(axis=0))[0])) for v in labels), default=0.0)
    tight = any(_fills(line, box) and box.height < max(TIGHT * scene.unit, line.height) for line in scene.lines)
    if tight and (widest < 0.6 * box.width or not _holds_letters(scene, box)):
        return True  # letters that touch are wide, too
    return widest < 0.3 * box.width


def _holds_letters(scene: Scene, box: Box) -> bool:
    """Is there ink inside that does not touch the outline?"""
    rim = max(1.5, 0.08 * box.height)
    inner = Box(box.x + rim, box.y + rim, box.width - 2 * rim, box.height - 2 * rim)
    inside = [p.box for p in scene.pieces if inner.contains(p.box, 1.0)]
    return sum(b.width for b in inside) > 0.3 * box.width


def _fills(line: OcrLine, box: Box) -> bool:
    return line.confidence > 0.5 and box.overlap(line.box) > 0.5 and sum(c.isalpha() for c in line.text) > 2


def _is_band(box: Box, outer: Box, unit: float) -> bool:
    """A strip of a larger frame from its left to its right side, along its top or bottom: not a frame of its own."""
    if box is outer or not outer.contains(box, 0.85) or outer.height < 1.8 * box.height:
        return False
    slack = min(0.08 * outer.width, 0.8 * unit)
    across = abs(box.x - outer.x) < slack and abs(box.right - outer.right) < slack
    return across and min(abs(box.y - outer.y), abs(box.bottom - outer.bottom)) < slack


def _is_part_of_text(shape: Shape, line: Box, unit: float) -> bool:
    """Letters with straight outsides. What is clearly higher than a letter and well drawn is a frame all the same."""
    box = shape.box
    inside = line.contains(box, 0.75) and (box.width < 0.85 * line.width or box.height < 0.7 * line.height)
    high = box.height >= 1.35 * unit and min(shape.sides) >= 0.6
    wide = box.width >= 2 * unit and min(shape.sides) >= 0.8
    return inside and not high and not wide


def _settle(marked: list[MarkedText], frames: list[Shape]) -> tuple[list[MarkedText], list[Shape]]:
    """A shape is a mark or a frame, not both."""
    marks = [m.mark.box for m in marked]
    frames = [f for f in frames if not any(f.box.overlap(m) > 0.4 or m.contains(f.box, 0.8) for m in marks)]
    return marked, frames


def _read_frames(
    scene: Scene, frames: Sequence[Shape], texts: Sequence[TextSpan], marked: Sequence[MarkedText]
) -> list[Framed]:
    """Frames from the outside in; what a hiding frame contains is not looked at."""
    read: list[Framed] = []
    for shape in sorted(frames, key=lambda s: -s.box.area):
        if any(f.hides and f.box.contains(shape.box, 0.7) for f in read):
            continue
        if any(f.type is ElementType.TABLE and f.box.contains(shape.box, 0.85) for f in read):
            continue
        inner = [
            s for s in frames if s is not shape and shape.box.contains(s.box, 0.85) and s.box.area < shape.box.area
        ]
        inside = [t for t in texts if shape.box.contains(t.box, 0.65)]
        marks = sum(shape.box.contains(m.mark.box, 0.8) for m in marked)
        read.append(read_frame(scene, shape, inner, inside, marks))
    return [f for f in read if f.type is not ElementType.CARD or f.box.width > 3 * scene.unit]


def _add_frames(draft: _Draft, read: Sequence[Framed]) -> None:
    for framed in read:
        text = lexicon.mend(framed.text, min((t.confidence for t in framed.texts), default=1.0))
        sure = max(0.1, min(1.0, framed.confidence))
        evidence = ("shape", SWITCH) if framed.type is ElementType.CHECKBOX else ("shape",)
        draft.add(framed.type, framed.box, text, confidence=sure, checked=framed.checked, evidence=evidence)


def _add_marks(draft: _Draft, marked: Sequence[MarkedText]) -> None:
    for item in marked:
        mark = item.mark
        kind = RADIO if mark.form is Form.RING else CHECKBOX
        box = mark.box.union(item.text.box) if item.text else mark.box
        text = lexicon.mend(item.text.text, item.text.confidence) if item.text else ""
        sure = min(1.0, 0.5 + mark.sureness / 2)
        draft.add(kind, box, text, confidence=sure, checked=mark.checked, evidence=("shape", "ocr"))


def _without_letters(elements: Sequence[Element]) -> list[Element]:
    """Round letters of a large clear line are no pictures."""
    lines = [e for e in elements if e.type in (ElementType.HEADING, ElementType.TEXT) and e.confidence > 0.9]

    def is_letter(element: Element) -> bool:
        return any(o.box.contains(element.box, 0.85) and element.box.width < 0.4 * o.box.width for o in lines)

    return [e for e in elements if e.type not in (ElementType.IMAGE, ElementType.ICON) or not is_letter(e)]


def _without_false_underline(text: TextSpan, paragraphs: Sequence[Box]) -> TextSpan:
    """The first line of a hinted paragraph right under a text does not make it a link."""
    box = text.box
    near = any(abs(p.y - box.bottom) < 0.6 * box.height and p.x < box.right and box.x < p.right for p in paragraphs)
    return replace(text, underlined=False) if near else text


def _add_texts(draft: _Draft, texts: Sequence[TextSpan], unit: float) -> None:
    texts = [t for t in texts if _is_writing(t)]
    heights = [t.box.height for t in texts]
    typical = float(np.median(heights)) if heights else 0.0
    for text in texts:
        words = lexicon.mend(text.text, text.confidence)
        kind = ElementType.TEXT
        if len(heights) > 1 and text.box.height > HEADING_HEIGHT * typical:
            kind = ElementType.HEADING
        elif text.underlined or lexicon.is_link_text(words) or _is_navigation(text, texts):
            kind = ElementType.LINK
        draft.add(kind, text.box, words, confidence=text.confidence, evidence=("ocr",))
    _name_title(draft, typical)


def _is_navigation(text: TextSpan, others: Sequence[TextSpan]) -> bool:
    """One of several menu words in a row, or below each other."""
    if not lexicon.is_navigation_text(text.text):
        return False
    menu = [t for t in others if lexicon.is_navigation_text(t.text)]
    y = text.box.centre[1]
    row = [t for t in menu if t.box.y < y < t.box.bottom]
    column = [t for t in menu if abs(t.box.x - text.box.x) < text.box.height]
    return len(row) > 1 or len(column) > 2


def _is_writing(text: TextSpan) -> bool:
    return text.text == SCRIBBLE or (any(c.isalnum() for c in text.text) and text.confidence > 0.35)


def _name_title(draft: _Draft, typical: float) -> None:
    """The topmost line is a heading unless it is small or one of several in its row."""
    texts = [e for e in draft.elements if e.type in (ElementType.TEXT, ElementType.HEADING)]
    if not draft.elements or len(texts) < 2 or any(e.type is ElementType.HEADING for e in texts):
        return
    top = min(texts, key=lambda e: e.box.y)
    above = [e for e in draft.elements if e is not top and e.box.y < top.box.bottom]
    if not above and top.box.height > 0.9 * typical:
        draft.elements[draft.elements.index(top)] = replace(top, type=ElementType.HEADING)


def _add_hinted(draft: _Draft, hinted: Sequence[Hinted]) -> None:
    for hint in hinted:
        draft.add(hint.type, hint.box, confidence=hint.confidence, lines=hint.lines, evidence=("stroke",))


def in_reading_order(elements: Sequence[Element], unit: float) -> tuple[Element, ...]:
    """Rows from the top, each from the left. A row is what overlaps the first element's height by half."""
    rest = sorted(elements, key=lambda e: e.box.y)
    ordered: list[Element] = []
    while rest:
        first = rest[0]
        row = [e for e in rest if e is first or _same_row(first.box, e.box, unit)]
        ordered.extend(sorted(row, key=lambda e: e.box.x))
        rest = [e for e in rest if all(e is not r for r in row)]
    return tuple(replace(e, id=f"e{i}") for i, e in enumerate(ordered, 1))


def _same_row(first: Box, box: Box, unit: float) -> bool:
    shared = min(first.bottom, box.bottom) - max(first.y, box.y)
    alike = max(first.height, box.height) < 4 * unit
    return alike and shared > 0.5 * min(first.height, box.height)
