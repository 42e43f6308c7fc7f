"""From elements to a layout tree: containment first, then cuts between rows and columns (XY-cut, Nagy and Seth 1984).

Pure. A cut is made where the empty gap is widest for its direction. Boxes are shrunk a little across the cut, so that
slanted rows and overlapping strokes still part.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.labels import field_labels
from assistant.pages.screens import screens_of, stacked
from assistant.pages.straighten import straighten
from assistant.pages.tidy import tidy
from assistant.pages.tree import Kind, Node, Widget, hull, leaf
from assistant.pages.widgets import tabs_in, tabs_of, with_widgets

CONTAINERS = {ElementType.CARD: Kind.CARD, ElementType.TABLE: Kind.TABLE}
SHRINK = 0.22  # share of a box's height ignored when rows are parted: hands slant
SHRINK_ACROSS = 0.03  # the same for columns, whose edges are drawn straighter


def layout(elements: tuple[Element, ...]) -> Node:
    """The tree of a page. No element is lost; a page without elements is an empty column.

    Of several screens each is a tree of its own; arrows between them are ways, and no parts.
    """
    screens = screens_of(elements)
    if screens:
        return stacked([_page(screen.parts) for screen in screens], screens[0].frame.box)
    return _page(elements)


def _page(elements: tuple[Element, ...]) -> Node:
    nodes = _contained(tidy(elements))
    if not nodes:
        return Node(Kind.COLUMN, Box(0, 0, 1, 1))
    root = straighten(_laid(nodes))
    plain = root.kind is Kind.COLUMN and not root.widget
    return root if plain else Node(Kind.COLUMN, root.box, (root,))


def _laid(nodes: tuple[Node, ...]) -> Node:
    """Neighbours in rows and columns, dialogs last."""
    nodes = with_widgets(nodes)
    dialogs = tuple(node for node in nodes if node.widget is Widget.DIALOG)
    flow = tuple(node for node in nodes if node.widget is not Widget.DIALOG)
    made = _cut(flow)
    if not dialogs:
        return made
    children = made.children if made.kind is Kind.COLUMN and not made.widget else (made,)
    return Node(Kind.COLUMN, made.box, (*children, *dialogs))


def _contained(elements: tuple[Element, ...]) -> tuple[Node, ...]:
    """Top-level nodes: cards and tables with what lies in them, and everything else."""
    containers = sorted((e for e in elements if e.type in CONTAINERS), key=lambda e: e.box.area)
    inside: dict[str, list[Node]] = {container.id: [] for container in containers}
    top: list[Node] = []

    def place(node: Node, own_id: str, area: float) -> None:
        home = next(
            (c for c in containers if c.id != own_id and c.box.area > area and c.box.contains(node.box, 0.8)), None
        )
        (inside[home.id] if home is not None else top).append(node)

    for element in elements:
        if element.type not in CONTAINERS:
            place(leaf(element), element.id, element.box.area)
    for container in containers:
        children = tuple(inside[container.id])
        if not children:
            continue  # an empty frame: the outline of the paper, a browser window, or nothing
        kind = CONTAINERS[container.type]
        place(_framed(container, kind, children), container.id, container.box.area)
    return tuple(top)


def _framed(container: Element, kind: Kind, children: tuple[Node, ...]) -> Node:
    if kind is Kind.TABLE:
        return Node(kind, container.box, children, container)
    tabs = tabs_in(container.box, children)
    if tabs is None:
        return Node(kind, container.box, (_laid(children),), container)
    names, content = tabs
    return tabs_of(names, *([Node(kind, hull(content), (_laid(content),), container)] if content else []))


def _cut(nodes: tuple[Node, ...]) -> Node:
    if len(nodes) == 1:
        return nodes[0]
    line = _line_height(nodes)
    rows = _part(nodes, horizontal=True)
    columns = _part(nodes, horizontal=False)
    row_gap = _widest_gap(rows, horizontal=True) / line
    column_gap = _widest_gap(columns, horizontal=False) / (1.6 * line)  # words are further apart than lines
    if len(rows) == 1 and len(columns) == 1:
        return _overlapping(nodes)
    apart = row_gap >= column_gap or not _is_side_by_side(columns) or _are_names_of(columns)
    if len(columns) == 1 or (len(rows) > 1 and apart):
        children = tuple(_cut(group) for group in rows)
        return Node(Kind.COLUMN, hull(nodes), children)
    return Node(Kind.ROW, hull(nodes), tuple(_cut(group) for group in columns))


def _are_names_of(columns: list[tuple[Node, ...]]) -> bool:
    """Two columns of which one names the fields of the other: each name belongs to its row."""
    if len(columns) != 2:
        return False
    names, fields = ([node.element for node in column if node.element is not None] for column in columns)
    labels = field_labels((*names, *fields))
    inside = {element.id for element in fields}
    return len(names) > 1 and len(names) == len(columns[0]) and all(labels.get(name.id) in inside for name in names)


def _is_side_by_side(columns: list[tuple[Node, ...]]) -> bool:
    """Columns share most of their height: otherwise they are rows with a common gap."""
    boxes = [hull(column) for column in columns]
    tallest = max(box.height for box in boxes)
    whole = max(box.bottom for box in boxes) - min(box.y for box in boxes)
    return tallest > 0.6 * whole


def _part(nodes: tuple[Node, ...], horizontal: bool) -> list[tuple[Node, ...]]:
    """Groups of nodes whose shrunken spans touch, in order along the axis."""
    spans = sorted(((*_span(node.box, horizontal), node) for node in nodes), key=lambda item: item[:2])
    groups: list[list[Node]] = []
    reach = float("-inf")
    for start, end, node in spans:
        if start >= reach or not groups:
            groups.append([node])
            reach = end
        else:
            groups[-1].append(node)
            reach = max(reach, end)
    return [tuple(group) for group in groups]


def _span(box: Box, horizontal: bool) -> tuple[float, float]:
    if horizontal:
        margin = min(SHRINK * box.height, 40.0)
        return box.y + margin, box.bottom - margin
    margin = SHRINK_ACROSS * box.width
    return box.x + margin, box.right - margin


def _widest_gap(groups: list[tuple[Node, ...]], horizontal: bool) -> float:
    boxes = [hull(group) for group in groups]
    gaps = [(after.y - before.bottom) if horizontal else (after.x - before.right) for before, after in pairwise(boxes)]
    return max(gaps, default=float("-inf"))


def _line_height(nodes: tuple[Node, ...]) -> float:
    heights = [node.element.box.height / node.element.lines for node in nodes if node.element is not None]
    return max(4.0, median(heights)) if heights else max(4.0, median(node.box.height for node in nodes))


def _overlapping(nodes: tuple[Node, ...]) -> Node:
    """Nothing parts them: rows by the middles of the boxes, each row from left to right."""
    rows: list[list[Node]] = []
    for node in sorted(nodes, key=lambda item: item.box.centre[1]):
        middle = node.box.centre[1]
        if rows and middle < hull(tuple(rows[-1])).bottom - 0.35 * min(node.box.height, rows[-1][0].box.height):
            rows[-1].append(node)
        else:
            rows.append([node])
    made = []
    for row in rows:
        ordered = tuple(sorted(row, key=lambda item: item.box.x))
        made.append(ordered[0] if len(ordered) == 1 else Node(Kind.ROW, hull(ordered), ordered))
    return made[0] if len(made) == 1 else Node(Kind.COLUMN, hull(tuple(made)), tuple(made))
