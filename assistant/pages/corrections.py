"""What the user corrects in the sketch, carried into the reading and into the page. Pure.

A page that is still as drawn is laid out again, because one element decides on the place of others. A page that was
edited since keeps its edits: there the correction is an edit like any other.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.core.sketch import Box, Correction, Element, ElementType, SketchReading
from assistant.pages.document import Document, Version
from assistant.pages.intents import Slots
from assistant.pages.markup import html_id
from assistant.pages.measures import Fit
from assistant.pages.naming import named
from assistant.pages.opening import open_drawn
from assistant.pages.over_ink import drawn_over
from assistant.pages.patches import Patch, Remove, SetText, SetType, apply_all
from assistant.pages.placing import Declined, Outcome

BY_USER = "user"
"""Evidence of an element that a person has named."""
SMALLEST = 4.0  # pixels of a box's side


def corrected_reading(reading: SketchReading, correction: Correction) -> SketchReading:
    """The same reading where the correction is about no element of it, or changes nothing."""
    if not correction.element_id:
        return _with_missed(reading, correction)
    elements = []
    for element in reading.elements:
        if element.id != correction.element_id:
            elements.append(element)
        elif not correction.is_removed:
            elements.append(_corrected(element, correction, reading))
    return replace(reading, elements=tuple(elements))


def corrected_page(before: Version, reading: SketchReading, correction: Correction) -> Outcome:
    """The page of the corrected reading."""
    document = before.document
    if _is_as_drawn(before):
        fresh = open_drawn(reading, document.title)
        target = correction.element_id
        slots = replace(
            document.slots,
            actions={key: value for key, value in document.slots.actions.items() if key != target},
            labels={key: value for key, value in document.slots.labels.items() if key != target},
        )
        fit = replace(document.fit, spaces={})  # the proportions hold for any reading, the distances do not
        return replace(fresh, slots=slots, fit=fit, edited=document.edited | ({target} if target else set()))
    if not correction.element_id:
        missed = replace(reading, elements=reading.elements[-1:], instructions=())
        places = tuple((element.id, element.box) for element in document.elements())
        outcome = drawn_over(document, missed, places, 1.0)
        return outcome if isinstance(outcome, Declined) else outcome[0]
    return apply_all(document, _patches(correction))


def told_of(reading: SketchReading, correction: Correction) -> str:
    old = next((element for element in reading.elements if element.id == correction.element_id), None)
    if old is None:
        return f"there is a {named(correction.type or ElementType.TEXT)} more"
    name = f"“{old.text[:28]}”" if old.text else f"the {named(old.type)}"
    if correction.is_removed:
        return f"{name} is not on the page"
    if correction.type not in (None, old.type):
        return f"{name} is a {named(correction.type)} now" if correction.type else name
    if correction.text not in (None, old.text):
        return f"{name} now says {correction.text[:80]}" if correction.text else f"{name} says nothing now"
    return f"{name} has its right place"


def _patches(correction: Correction) -> tuple[Patch, ...]:
    if correction.is_removed:
        return (Remove(html_id(correction.element_id)),)
    patches: tuple[Patch, ...] = ()
    if correction.type is not None:
        patches += (SetType(html_id(correction.element_id), correction.type),)
    if correction.text:
        patches += (SetText(html_id(correction.element_id), correction.text),)
    return patches


def _is_as_drawn(version: Version) -> bool:
    """Nobody has changed parts or looks; what a model has filled in, and what was repaired, may be there."""
    fresh = open_drawn(version.reading, version.document.title)
    return _bare(fresh) == _bare(version.document)


def _bare(document: Document) -> Document:
    return replace(document, slots=Slots(), fit=Fit(), edited=frozenset())


def _corrected(element: Element, correction: Correction, reading: SketchReading) -> Element:
    changed = replace(
        element,
        type=correction.type or element.type,
        text=element.text if correction.text is None else " ".join(correction.text.split()),
        box=element.box if correction.box is None else _within(correction.box, reading),
    )
    return element if changed == element else replace(changed, confidence=1.0, evidence=(BY_USER,))


def _with_missed(reading: SketchReading, correction: Correction) -> SketchReading:
    if correction.type is None or correction.box is None:
        return reading
    taken = {element.id for element in reading.elements}
    number = next(n for n in range(1, len(taken) + 2) if f"u{n}" not in taken)
    text = " ".join((correction.text or "").split())
    box = _within(correction.box, reading)
    missed = Element(f"u{number}", correction.type, box, text, evidence=(BY_USER,))
    return replace(reading, elements=(*reading.elements, missed))


def _within(box: Box, reading: SketchReading) -> Box:
    """The box inside the picture, and not too small to be seen."""
    left, top = max(0.0, min(box.x, reading.width - SMALLEST)), max(0.0, min(box.y, reading.height - SMALLEST))
    width = max(SMALLEST, min(box.right, reading.width) - left)
    return Box(left, top, width, max(SMALLEST, min(box.bottom, reading.height) - top))
