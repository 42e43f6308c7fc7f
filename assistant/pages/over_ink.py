"""What was drawn on top of a running page becomes part of it, at the place where it was drawn. Pure.

Three things a pen can mean there: words inside a part are its new words, a stroke or a cross through a part takes it
away, and anything else is a new part beside the nearest one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from assistant.core.sketch import Box, Element, ElementType, Places, SketchReading
from assistant.pages import grafts
from assistant.pages.document import Document
from assistant.pages.intake import intake
from assistant.pages.layout import layout
from assistant.pages.naming import listed, name_of, named
from assistant.pages.parts import Builder
from assistant.pages.patches import Patch, Remove, SetText
from assistant.pages.placing import Declined, along, put
from assistant.pages.targets import find
from assistant.pages.tree import Node

NOTHING_READ = "I could not read what you drew. Draw it larger, or say what should be there."
WRITING = (ElementType.HEADING, ElementType.TEXT, ElementType.LINK)
WORDLESS = (ElementType.TEXT, ElementType.PARAGRAPH, ElementType.HEADING)
FLAT = 5.0  # width per height of a stroke through something
CROSSES = (ElementType.IMAGE, ElementType.ICON)  # what a large cross is read as
CROSS_WORDS = ("x", "×", "xx", "X")
COVERED = 0.6  # share of a part that a cross covers, and of its width that a stroke does
INSIDE = 0.7  # share of written words that lie in the part they are for
MIDDLE = (0.15, 0.85)  # of a part's height: where a stroke through it lies
MOST_TOLD = 3


def drawn_over(
    document: Document, drawn: SketchReading, places: Places, per_pixel: float | None = None
) -> tuple[Document, str] | Declined:
    """The page with what was drawn, and what was done. `per_pixel` is the sketch's pixels per pixel of the drawing."""
    known = {name: box for name, box in places if _is_finite(box) and find(document, name) is not None}
    told: list[str] = []
    fresh: list[Element] = []
    for element in intake(drawn).elements:
        patch = _edit(document, element, known)
        if patch is None:
            fresh.append(element)
            continue
        outcome = patch.apply(document)
        if not isinstance(outcome, Declined):
            told.append(patch.told(document))
            document = outcome
    if fresh:
        scale = per_pixel or 1 / document.measures().scale
        for child in layout(tuple(fresh)).children:
            put_in = _placed(document, child, known, scale)
            if isinstance(put_in, Declined):
                return put_in
            document, words = put_in
            told.append(words)
    if not told:
        return Declined(NOTHING_READ)
    return document, listed(told, "and") if len(told) <= MOST_TOLD else f"{told[0]}, and {len(told) - 1} changes more"


def _edit(document: Document, element: Element, places: Mapping[str, Box]) -> Patch | None:
    """What a mark means for the part under it; None where it is a part of its own."""
    crossed = _crossed(element, places)
    if crossed:
        return Remove(crossed)
    if element.type not in WRITING or not element.text:
        return None
    around = [(box.area, name) for name, box in places.items() if box.contains(element.box, INSIDE)]
    if not around:
        return None
    target = min(around)[1]
    is_frame = document.element(target) is None
    return None if is_frame else SetText(target, element.text)


def _crossed(element: Element, places: Mapping[str, Box]) -> str:
    """Id of the part that is struck out."""
    box = element.box
    for name, place in sorted(places.items(), key=lambda item: item[1].area):
        across = min(box.right, place.right) - max(box.x, place.x)
        height = (box.centre[1] - place.y) / max(place.height, 1.0)
        if _is_stroke(element) and across >= COVERED * place.width and _between(height, MIDDLE):
            return name
        is_cross = element.type in CROSSES or element.text.strip() in CROSS_WORDS
        if is_cross and place.intersection(box) >= COVERED * place.area and box.area <= 4 * place.area:
            return name
    return ""


def _is_stroke(element: Element) -> bool:
    """A line without words, however it was read."""
    flat = element.box.width > FLAT * element.box.height
    return element.type is ElementType.DIVIDER or (element.type in WORDLESS and not element.text and flat)


def _placed(document: Document, drawn: Node, places: dict[str, Box], scale: float) -> tuple[Document, str] | Declined:
    """A new part beside what stands next to it; what comes later may stand next to this one."""
    node = Builder(document).renamed(_scaled(drawn, scale))
    anchor, where = _neighbour(drawn.box, places)
    node = grafts.shifted(node, document.root.box.x - node.box.x, 0) if not anchor else node
    outcome = put(document, node, along(document, where, anchor), anchor)
    if isinstance(outcome, Declined):
        return outcome
    for old, new in zip(drawn.elements(), node.elements(), strict=True):
        places[new.id] = old.box
    return outcome, _told(document, outcome, node, anchor, where)


def _neighbour(box: Box, places: Mapping[str, Box]) -> tuple[str, str]:
    """The nearest part, and on which side of it the box is. Beyond all of them it is the page's top or bottom."""
    if not places or box.y > max(place.bottom for place in places.values()):
        return "", "bottom"
    if box.bottom < min(place.y for place in places.values()):
        return "", "top"
    name = min(places, key=lambda key: (_distance(box, places[key]), places[key].area))
    place = places[name]
    dx, dy = box.centre[0] - place.centre[0], box.centre[1] - place.centre[1]
    apart_x = max(box.x, place.x) - min(box.right, place.right)
    apart_y = max(box.y, place.y) - min(box.bottom, place.bottom)
    if apart_y > 0 or (apart_x <= 0 and abs(dy) * place.width > abs(dx) * place.height):
        return name, "below" if dy > 0 else "above"
    return name, "right" if dx > 0 else "left"


def _distance(one: Box, other: Box) -> float:
    """Between the nearest edges. Over is nearer than beside: people read and draw in lines."""
    apart_x = max(0.0, max(one.x, other.x) - min(one.right, other.right))
    apart_y = max(0.0, max(one.y, other.y) - min(one.bottom, other.bottom))
    return math.hypot(apart_x, apart_y)


def _told(before: Document, after: Document, node: Node, anchor: str, where: str) -> str:
    elements = list(node.elements())
    what = name_of(after, elements[0].id) if len(elements) == 1 else f"{len(elements)} new parts"
    if not elements:
        what = named(ElementType.CARD)
    if not anchor:
        return f"{what} {_are(elements)} at the {where}"
    side = {"left": "left of", "right": "right of"}.get(where, where)
    return f"{what} {_are(elements)} {side} {name_of(before, anchor) if find(before, anchor) else 'the others'}"


def _are(elements: list[Element]) -> str:
    return "is" if len(elements) == 1 else "are"


def _scaled(node: Node, factor: float) -> Node:
    box = node.box
    box = Box(box.x * factor, box.y * factor, box.width * factor, box.height * factor)
    element = None if node.element is None else replace(node.element, box=box)
    return replace(node, box=box, element=element, children=tuple(_scaled(child, factor) for child in node.children))


def _between(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _is_finite(box: Box) -> bool:
    sides = (box.x, box.y, box.width, box.height)
    return all(map(math.isfinite, sides)) and box.width > 0 and box.height > 0
