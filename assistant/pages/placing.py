"""Where the parts of a document are: found, taken out, put elsewhere. A field goes with its label. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages import grafts
from assistant.pages.document import PAGE, Document, Style
from assistant.pages.grafts import Path
from assistant.pages.labels import field_labels
from assistant.pages.measures import Measures
from assistant.pages.tree import Kind, Node, hull, in_flow

LANDMARKS = ("header", "footer", "navigation")
SHORT = (ElementType.LINK, ElementType.TEXT, ElementType.BUTTON, ElementType.ICON)
WRITING = (ElementType.HEADING, ElementType.TEXT, ElementType.PARAGRAPH, ElementType.LINK)
APART = 20.0  # pixels of the page between an added part and the next
CENTRED = 0.05  # of the column's width: how far a centre may be off and still be meant


@dataclass(frozen=True, slots=True)
class Declined:
    """Why an edit was not made, in one sentence for the user."""

    sentence: str


Outcome = Document | Declined


def missing(target: str) -> Declined:
    if target in LANDMARKS:
        return Declined(f"I see no {target} on the page.")
    return Declined("That part is no longer on the page." if target else "Which part do you mean? Click it first.")


def part(document: Document, target: str) -> tuple[Document, Path] | None:
    """The place of a part. Frames and landmarks get the name they are styled by."""
    if target == PAGE:
        return document, ()
    path = grafts.path_of(document.root, target)
    if path is None and target in LANDMARKS:
        return _landmark(document, target)
    if not path:
        return None
    node = grafts.at(document.root, path)
    if node.kind is not Kind.LEAF and not node.name:
        document = replace(document, root=grafts.exchange(document.root, path, replace(node, name=target)))
    return document, path


def unit(document: Document, target: str) -> tuple[Document, Path] | None:
    """The place of what moves as one: a field together with its label."""
    found = part(document, target)
    if found is None or target == PAGE:
        return None
    document, path = found
    labels = {field: text for text, field in field_labels(document.elements()).items()}
    beside = grafts.path_of(document.root, labels[target]) if target in labels else None
    if beside is None or beside[:-1] != path[:-1]:
        return document, path
    above, parent = path[:-1], grafts.at(document.root, path[:-1])
    if len(parent.children) == 2 and above:
        return document, above
    first = min(path[-1], beside[-1])
    if parent.kind is not Kind.COLUMN or abs(path[-1] - beside[-1]) != 1:
        return document, path
    pair = parent.children[first : first + 2]
    both = Node(Kind.COLUMN, hull(pair), pair)
    children = (*parent.children[:first], both, *parent.children[first + 2 :])
    root = grafts.exchange(document.root, above, replace(parent, children=children))
    return replace(document, root=root), (*above, first)


def take(document: Document, target: str) -> tuple[Document, Node] | None:
    """The document without the part, and the part."""
    found = unit(document, target)
    if found is None:
        return None
    document, path = found
    node = grafts.at(document.root, path)
    return replace(document, root=grafts.swap_in(document.root, path, None)), node


def put(document: Document, node: Node, where: str, anchor: str = "") -> Outcome:
    """Place a part above, below, left or right of another, or at the top or bottom of the page."""
    if not anchor or anchor == PAGE:
        children = in_flow(document.root)
        last_is_footer = bool(children) and children[-1].name == "footer" and node.name != "footer"
        index = 0 if where == "top" else len(children) - last_is_footer
        return replace(document, root=_inserted(document, node, (index,)))
    found = unit(document, anchor)
    if found is None:
        return missing(anchor)
    return put_at(found[0], node, found[1], where)


def along(document: Document, where: str, anchor: str) -> str:
    """ "before" and "after" as a side: parts of a row stand beside each other, others below."""
    found = unit(document, anchor) if anchor and where in ("before", "after") else None
    if found is None:
        return {"before": "above", "after": "below"}.get(where, where)
    in_row = bool(found[1]) and grafts.at(found[0].root, found[1][:-1]).kind is Kind.ROW
    if where == "before":
        return "left" if in_row else "above"
    return "right" if in_row else "below"


def put_at(document: Document, node: Node, path: Path, where: str) -> Outcome:
    parent, anchor = grafts.at(document.root, path[:-1]), grafts.at(document.root, path)
    if parent.kind is Kind.TABLE:
        return Declined("A part of a table cannot have a neighbour.")
    if where in ("left", "right"):
        return replace(document, root=_beside(document, node, path, where))
    after = where != "above"
    if parent.kind is Kind.COLUMN:
        node = _aligned(grafts.fitted(node, parent.box.width), anchor, parent)
        return replace(document, root=_inserted(document, node, (*path[:-1], path[-1] + after)))
    node = grafts.fitted(node, max(anchor.box.width, 0.4 * parent.box.width))
    first, second = (anchor, node) if after else (node, anchor)
    pair = grafts.stacked((first, second), (space_below(document.measures(), first),))
    pair = grafts.shifted(pair, anchor.box.x - pair.box.x, 0)
    return replace(document, root=grafts.swap_in(document.root, path, pair))


def exchanged(document: Document, one: Path, two: Path) -> Outcome:
    """Two parts in each other's place."""
    root = document.root
    first, second = grafts.at(root, one), grafts.at(root, two)
    if Kind.TABLE in (grafts.at(root, one[:-1]).kind, grafts.at(root, two[:-1]).kind):
        return Declined("Parts of a table cannot change places.")
    held = Node(Kind.LEAF, first.box, name="held-place")
    root = grafts.exchange(root, one, held)
    room = grafts.at(root, two[:-1]).box.width
    root = grafts.swap_in(root, two, _in_place_of(grafts.fitted(first, room), second))
    place = grafts.path_of(root, held.name)
    if place is None:
        return document
    room = grafts.at(root, place[:-1]).box.width
    return replace(document, root=grafts.swap_in(root, place, _in_place_of(grafts.fitted(second, room), held)))


def with_element(document: Document, element: Element) -> Document:
    """The element in place of the one with its id; the user has decided on it from now on."""
    path = grafts.path_of(document.root, element.id)
    if not path:
        return document
    node, parent = grafts.at(document.root, path), grafts.at(document.root, path[:-1])
    if element.type in WRITING and node.element is not None and len(element.text) > len(node.element.text):
        element = _with_room(element, len(node.element.text), parent)
    root = grafts.swap_in(document.root, path, replace(node, element=element, box=element.box))
    return replace(document, root=root, edited=document.edited | {element.id})


def restyled(document: Document, target: str, style: Style) -> Outcome:
    found = part(document, target)
    return missing(target) if found is None else found[0].with_style(target, style)


def ids_within(document: Document, target: str) -> set[str]:
    path = grafts.path_of(document.root, target)
    return set() if path is None else {element.id for element in grafts.at(document.root, path).elements()}


def within(value: float, bounds: tuple[float, float]) -> float:
    return min(bounds[1], max(bounds[0], value))


def space_below(measures: Measures, part: Node, pixels: float = APART) -> float:
    """Between a part and the next one, in the sketch's pixels, so that there are `pixels` between them on the page.

    A part is rarely as tall on the page as it was drawn, and the compiler reckons from tops.
    """
    return max(0.0, (measures.height(part) + pixels) / measures.pitch - part.box.height)


def _inserted(document: Document, node: Node, path: Path) -> Node:
    measures, column = document.measures(), grafts.at(document.root, path[:-1])
    above = space_below(measures, column.children[path[-1] - 1]) if path[-1] else 0.0
    return grafts.insert(document.root, path, node, above, space_below(measures, node))


def _landmark(document: Document, target: str) -> tuple[Document, Path] | None:
    children = document.root.children
    last = len(in_flow(document.root)) - 1
    index = {
        "header": 0 if len(children) > 1 else None,
        "footer": last if last > 1 else None,
        "navigation": next((i for i, child in enumerate(children) if is_bar(child)), None),
    }[target]
    if index is None:
        return None
    node = children[index]
    if target == "header" and not is_bar(node) and len(children) > 2 and is_bar(children[1]):
        pair = children[:2]
        node = Node(Kind.COLUMN, _across(hull(pair), document.root.box), pair)
        root = replace(document.root, children=(replace(node, name=target), *children[2:]))
    else:
        if node.kind is Kind.LEAF or node.name:
            node = Node(Kind.COLUMN, _across(node.box, document.root.box), (node,))
        root = replace(document.root, children=(*children[:index], replace(node, name=target), *children[index + 1 :]))
    return replace(document, root=root), (index,)


def _across(box: Box, page: Box) -> Box:
    """As wide as the page: a bar that stays in view covers what scrolls under it."""
    return replace(box, x=page.x, width=page.width)


def is_bar(node: Node) -> bool:
    """A row of links, short texts and buttons, as navigation is drawn."""
    elements = [leaf.element for leaf in node.leaves() if leaf.element is not None]
    short = all(e.type in SHORT and len(e.text.split()) <= 3 for e in elements)
    return node.kind is Kind.ROW and len(elements) >= 2 and short


def _beside(document: Document, node: Node, path: Path, where: str) -> Node:
    parent, anchor = grafts.at(document.root, path[:-1]), grafts.at(document.root, path)
    if parent.kind is not Kind.ROW:
        order = (anchor, node) if where == "right" else (node, grafts.shifted(anchor, 0, 0))
        if where == "left":
            order = (grafts.shifted(node, anchor.box.x - node.box.x, 0), anchor)
        return grafts.swap_in(document.root, path, grafts.side_by_side(order, parent.box))
    index = path[-1] + (where == "right")
    children = (*parent.children[:index], node, *parent.children[index:])
    above = grafts.at(document.root, path[:-2]) if len(path) > 1 else document.root
    row = grafts.side_by_side(children, above.box)
    return grafts.swap_in(document.root, path[:-1], replace(row, name=parent.name, widget=parent.widget))


def _aligned(node: Node, anchor: Node, column: Node) -> Node:
    """Under a centred part in the middle, else at the same left edge."""
    off = abs(anchor.box.centre[0] - column.box.centre[0]) / column.box.width
    if off < CENTRED and anchor.box.width < 0.85 * column.box.width:
        return grafts.shifted(node, column.box.centre[0] - node.box.centre[0], 0)
    return grafts.shifted(node, anchor.box.x - node.box.x, 0)


def _in_place_of(new: Node, old: Node) -> Node:
    return grafts.shifted(new, old.box.x - new.box.x, old.box.centre[1] - new.box.centre[1])


def _with_room(element: Element, letters: int, parent: Node) -> Element:
    """A longer text takes the width it needs up to its column's edge, then more lines."""
    box, grown = element.box, len(element.text) / max(1, letters)
    room = parent.box.right - box.x if parent.kind is Kind.COLUMN else box.width
    width = max(box.width, min(box.width * grown, room))
    lines = max(element.lines, math.ceil(element.lines * grown * box.width / width - 0.15))
    height = box.height / element.lines * lines
    return replace(element, box=replace(box, width=width, height=height), lines=lines)
