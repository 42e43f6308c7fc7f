"""What the trained network adds to the elements that the rules found. It fills gaps; what the rules saw stays.

    a mark in front of words that the rules took for plain text    ─▶ checkbox or radio
    a field, menu or button whose outline was too leaky            ─▶ that element, with the words inside
    a picture where nothing was found                              ─▶ image
    a mark of which the rules were not sure whether box or ring    ─▶ what the network says

Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.core.sketch import Box, Element, ElementType
from assistant.vision import lexicon
from assistant.vision.detector import Detection
from assistant.vision.marks import MARK_GLYPHS, REACH, SIZES, Mark, is_checked
from assistant.vision.scene import Scene, cut, ink_box
from assistant.vision.shapes import Form

WORDS = {ElementType.TEXT, ElementType.HEADING, ElementType.LINK}
CHOICES = {ElementType.CHECKBOX, ElementType.RADIO}
OPEN = {ElementType.CARD, ElementType.TABLE, ElementType.LIST, ElementType.DIVIDER}  # other things lie inside these
FIELDS = ("input", "textarea", "select", "button")


@dataclass(frozen=True, slots=True)
class Sureness:
    """Least scores of the network at which it is believed, per kind."""

    mark: float = 0.5
    inner: float = 0.65
    """A mark in the middle of a line, which parts it."""
    switch: float = 0.6
    image: float = 0.6
    fields: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0.6))


SURE = Sureness()
LONGEST_LABEL = 48  # letters beside a mark; a longer line is prose, and its round capitals are no marks
SURE_WORD = 0.9
DOUBTED = 0.75  # confidence of the rules below which the form of a mark may be corrected


def with_second_opinion(
    scene: Scene, elements: Sequence[Element], detections: Sequence[Detection], sure: Sureness = SURE
) -> list[Element]:
    """The elements, some with another type, and some more. New ones have no id yet."""
    result = list(elements)
    for detection in detections:
        kind = detection.kind
        if kind in ("checkbox", "radio") and _is_mark(scene, detection.box):
            _add_mark(scene, result, detection, sure)
        elif kind in FIELDS and detection.score >= sure.fields[kind]:
            _add_field(scene, result, detection)
        elif kind == "image" and detection.score >= sure.image:
            _add_image(scene, result, detection)
    return result


def _is_mark(scene: Scene, box: Box) -> bool:
    low, high = SIZES[0] * scene.unit, SIZES[1] * scene.unit
    return low <= min(box.width, box.height) and max(box.width, box.height) <= high


def _add_mark(scene: Scene, elements: list[Element], detection: Detection, sure: Sureness) -> None:
    box, kind = detection.box, ElementType(detection.kind)
    for i, element in enumerate(elements):
        if len(element.text) > LONGEST_LABEL and element.box.contains(box, 0.5):
            return
        if element.type in CHOICES | WORDS and _parts(scene, box, element):
            if detection.score >= sure.inner:
                elements[i : i + 1] = _parted(scene, element, detection)
            return
        if element.type in CHOICES and element.box.contains(box, 0.5):
            if element.type is not kind and detection.score >= sure.switch and element.confidence < DOUBTED:
                elements[i] = replace(element, type=kind, evidence=(*element.evidence, "detector"))
            return
    if detection.score < sure.mark or any(e.type not in WORDS | OPEN and e.box.intersection(box) for e in elements):
        return
    words = [e for e in elements if e.type in WORDS and _stands_before(scene, box, e.box)]
    if not words:
        return
    text = min(words, key=lambda e: abs(e.box.x - box.right))
    if len(text.text) > LONGEST_LABEL:
        return
    words_behind = text.text if box.right <= text.box.x else _read(scene, _behind(scene, box, text.box), text.text)
    if _is_initial(text, words_behind):
        return
    elements[elements.index(text)] = _choice(scene, replace(text, text=words_behind), detection)


def _is_initial(text: Element, rest: str) -> bool:
    """Is the mark the first letter of a word that reads well?"""
    return text.confidence > SURE_WORD and rest[:1].islower() and text.text.endswith(rest) and text.text != rest


def _choice(scene: Scene, text: Element, detection: Detection) -> Element:
    box, kind = detection.box, ElementType(detection.kind)
    form = Form.RING if kind is ElementType.RADIO else Form.BOX
    return replace(
        text,
        type=kind,
        box=box.union(text.box),
        confidence=min(text.confidence, detection.score),
        checked=is_checked(scene.ink.mask, Mark(form, box, False, detection.score)),
        evidence=(*text.evidence, "detector"),
    )


def _parts(scene: Scene, mark: Box, element: Element) -> bool:
    """Does the mark stand between words of the element, with room on both sides?"""
    box, room = element.box, 0.12 * scene.unit
    if not box.contains(mark, 0.5) or mark.x < box.x + 1.2 * scene.unit or mark.right > box.right - 0.8 * scene.unit:
        return False
    gaps = (Box(mark.x - 2 * room, mark.y, room, mark.height), Box(mark.right + room, mark.y, room, mark.height))
    return not any(np.any(cut(scene.ink.mask, gap)) for gap in gaps)


def _parted(scene: Scene, element: Element, detection: Detection) -> list[Element]:
    """What stands before the mark keeps its type; what stands behind becomes a choice."""
    box, mark = element.box, detection.box
    before = ink_box(scene.ink.mask, Box(box.x, box.y, mark.x - 0.15 * scene.unit - box.x, box.height))
    behind = ink_box(scene.ink.mask, _behind(scene, mark, box))
    if before is None or behind is None:
        return [element]
    head = replace(element, box=before, text=_read(scene, before, element.text))
    tail = replace(element, id="", box=behind, text=_read(scene, behind, ""))
    return [head, _choice(scene, tail, detection)]


def _behind(scene: Scene, mark: Box, words: Box) -> Box:
    left = mark.right + 0.05 * scene.unit
    return Box(left, words.y, words.right - left, words.height)


def _stands_before(scene: Scene, mark: Box, words: Box) -> bool:
    x, y = mark.centre
    level = words.y - 0.2 * scene.unit <= y <= words.bottom + 0.2 * scene.unit
    at_start = words.x - REACH * scene.unit <= mark.right and x <= words.x + 0.9 * mark.width
    return level and at_start and mark.right < words.right - 0.5 * scene.unit


def _read(scene: Scene, box: Box, otherwise: str) -> str:
    """The words in a box, without the glyph that the reader makes of a mark."""
    crop = np.ascontiguousarray(cut(scene.image, box, 0.15 * scene.unit))
    words, confidence = scene.recognise([crop])[0]
    if confidence < 0.5 or not words:
        return otherwise.lstrip("".join(MARK_GLYPHS) + " ")
    return lexicon.mend(words, confidence)


def _add_field(scene: Scene, elements: list[Element], detection: Detection) -> None:
    box, kind = detection.box, ElementType(detection.kind)
    if min(box.width, box.height) < 0.8 * scene.unit:
        return
    near = [e for e in elements if e.box.intersection(box) > 0.1 * min(e.box.area, box.area)]
    near = [e for e in near if not (e.type in OPEN and e.box.area > 1.5 * box.area)]
    inside = [e for e in near if e.type in WORDS and box.contains(e.box, 0.7) and e.box.area < 0.9 * box.area]
    if len(inside) < len(near) or len(inside) > 1 or (kind is ElementType.BUTTON and not inside):
        return
    tight = ink_box(scene.ink.mask, box)
    if tight is None:
        return
    for element in inside:
        elements.remove(element)
    words = inside[0].text if inside else ""
    elements.append(Element("", kind, box, words, detection.score, evidence=("detector",)))


def _add_image(scene: Scene, elements: list[Element], detection: Detection) -> None:
    box = detection.box
    if min(box.width, box.height) < 1.2 * scene.unit:
        return
    near = [e for e in elements if e.box.intersection(box) > 0.05 * min(e.box.area, box.area)]
    if any(not (e.type in OPEN and e.box.area > 1.5 * box.area) for e in near):
        return
    tight = ink_box(scene.ink.mask, box)
    if tight is not None:
        whole = tight if tight.overlap(box) > 0.7 else box  # faint lines are not in the ink
        elements.append(Element("", ElementType.IMAGE, whole, "", detection.score, evidence=("detector",)))
