"""Straightens a drawn layout: edges that were meant to be one line become one, and slanted rows level. Pure.

Only boxes move, and only by little; what stands in which row or column stays as `layout` found it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from assistant.core.sketch import Box, ElementType
from assistant.pages.tree import Kind, Node, Widget, hull, in_flow

EDGE = 0.045  # of a column's width: neighbouring edges this close are one edge
LETTER = 0.4  # of a line's height: the same for narrow columns, where hands waver by a letter
DRIFT = 0.13  # of a column's width: how far one edge may wander down a slanted page
CENTRED = 0.08  # of a column's width: how far a centre may be off and still be meant
INDENT = 0.06  # of a column's width: a smaller one on either side is no centring
MIDDLE = 0.01  # the same as CENTRED, after straightening
ALIKE = 0.25  # parts of one kind whose sizes differ less are equal
ALIKE_IN_ROW = 0.9  # the same for writing in one row, where "go" and "(Ag)" are one size
LEVEL_LINES = 3.5  # rows up to so many lines high are one line that slants
PITCH = 0.7  # of the distance between two rows: the slant a grid of choices may have
CHOICES = (ElementType.CHECKBOX, ElementType.RADIO)
WRITING = (ElementType.HEADING, ElementType.TEXT, ElementType.LINK)
BOXED = (ElementType.INPUT, ElementType.SELECT, ElementType.TEXTAREA, ElementType.BUTTON, ElementType.IMAGE)
PICTURES = (ElementType.IMAGE, ElementType.ICON)
FIELDS = (ElementType.INPUT, ElementType.SELECT, ElementType.TEXTAREA)
CARD_PARTS = (ElementType.HEADING, ElementType.TEXT, ElementType.PARAGRAPH, ElementType.LINK, ElementType.BUTTON)
LOW = (ElementType.HEADING, ElementType.TEXT, ElementType.LINK, ElementType.BUTTON, ElementType.INPUT,
       ElementType.SELECT, ElementType.ICON, *CHOICES)  # fmt: skip


def straighten(node: Node) -> Node:
    if node.kind is Kind.LEAF or node.kind is Kind.TABLE:
        return node
    if node.widget:
        return node.with_children(tuple(straighten(child) for child in node.children))
    node = _rows_of_grid(node)
    children = tuple(straighten(child) for child in in_flow(node))
    dialogs = tuple(straighten(child) for child in node.children if child.widget is Widget.DIALOG)
    if node.kind is Kind.ROW:
        return _around(node, _equal_in_row(_levelled(children)))
    if node.kind is Kind.CARD:
        return node.with_children(children)
    reach = _reach(node.box, children)
    rows = _columns_of_cards(_on_tracks(_joined_rows(children, reach), reach))
    placed = _on_edges(node.box, rows)
    height = hull(placed)
    box = Box(node.box.x, height.y, node.box.width, height.height)
    return replace(node, children=(*placed, *dialogs), box=box)


def _around(node: Node, children: tuple[Node, ...]) -> Node:
    return replace(node, children=children, box=hull(children))


def is_centred(box: Box, within: Box, slack: float = MIDDLE) -> bool:
    """Does it stand in the middle, with room on both sides?"""
    off = abs(box.centre[0] - within.centre[0]) / within.width
    room = min(box.x - within.x, within.right - box.right)
    return off < slack and room > INDENT * within.width


def moved(node: Node, dx: float, dy: float = 0.0) -> Node:
    box = Box(node.box.x + dx, node.box.y + dy, node.box.width, node.box.height)
    element = replace(node.element, box=_shifted(node.element.box, dx, dy)) if node.element is not None else None
    return replace(node, box=box, element=element, children=tuple(moved(child, dx, dy) for child in node.children))


def _shifted(box: Box, dx: float, dy: float) -> Box:
    return Box(box.x + dx, box.y + dy, box.width, box.height)


def _rows_of_grid(node: Node) -> Node:
    """Columns of choices side by side whose lines fit each other become rows, also where they slant."""
    columns = node.children
    if node.kind is not Kind.ROW or any(column.kind is not Kind.COLUMN for column in columns):
        return node
    counts = {len(column.children) for column in columns}
    if len(counts) != 1 or not all(_is_a(child, CHOICES) for column in columns for child in column.children):
        return node
    rows = list(zip(*(column.children for column in columns), strict=True))
    middles = [[child.box.centre[1] for child in row] for row in rows]
    pitch = min(b - a for column in zip(*middles, strict=True) for a, b in pairwise(column))
    if any(max(row) - min(row) > PITCH * pitch for row in middles):
        return node
    made = tuple(Node(Kind.ROW, hull(row), row) for row in rows)
    return Node(Kind.COLUMN, node.box, made, name=node.name)


def _levelled(children: tuple[Node, ...]) -> tuple[Node, ...]:
    """A row of single lines stands on one line; cards of a row start at one height."""
    if all(child.kind is Kind.CARD for child in children):
        top = min(child.box.y for child in children)
        return tuple(moved(child, 0, top - child.box.y) for child in children)
    elements = [child.element for child in children if child.kind is Kind.LEAF and child.element is not None]
    low = [element for element in elements if element.type in LOW and element.lines == 1]
    if len(low) < len(children):
        return children
    line = median(element.box.height for element in low)
    box = hull(children)
    if box.height > LEVEL_LINES * line:
        return children
    return tuple(moved(child, 0, box.centre[1] - child.box.centre[1]) for child in children)


def _reach(column: Box, children: tuple[Node, ...]) -> float:
    """How far apart two drawn edges may be and still be one, in pixels of the sketch."""
    lines = [e.box.height / e.lines for child in children for e in child.elements() if e.type in LOW]
    return max(EDGE * column.width, LETTER * median(lines) if lines else 0.0)


def _equal_in_row(children: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(_equal(child, children, ALIKE_IN_ROW) for child in children)


def _joined_rows(children: tuple[Node, ...], reach: float) -> tuple[Node, ...]:
    """Parts one above the other that stand on different tracks of the rows around them are one slanted row."""
    tracks = _clusters((p.box.x for row in children if row.kind is Kind.ROW for p in row.children), reach)
    if len(tracks) < 2:
        return children
    result: list[Node] = []
    for child in children:
        above = result[-1] if result else None
        if above is None or not _is_one_row(above, child, tracks, 2 * reach):
            result.append(child)
            continue
        parts = [part for node in (above, child) for part in (node.children if node.kind is Kind.ROW else (node,))]
        row = tuple(sorted(parts, key=lambda part: part.box.x))
        result[-1] = Node(Kind.ROW, hull(row), _levelled(row))
    return tuple(result)


def _is_one_row(above: Node, below: Node, tracks: Sequence[float], reach: float) -> bool:
    if Kind.LEAF not in (above.kind, below.kind) or not {above.kind, below.kind} <= {Kind.LEAF, Kind.ROW}:
        return False
    lower, higher = min(above.box.height, below.box.height), max(above.box.height, below.box.height)
    shared = min(above.box.bottom, below.box.bottom) - max(above.box.y, below.box.y)
    apart = above.box.right < below.box.x or below.box.right < above.box.x
    if not apart or shared < 0.15 * lower or higher > 2 * lower:
        return False
    places = [_nearest(tracks, node.box.x) for node in (above, below)]
    near = all(abs(x - node.box.x) < reach for x, node in zip(places, (above, below), strict=True))
    return near and places[0] != places[1]


def _on_tracks(children: tuple[Node, ...], reach: float) -> tuple[Node, ...]:
    """Left edges inside the rows of a column: the nearly equal ones become equal."""
    rows = [child for child in children if child.kind is Kind.ROW]
    if len(rows) < 2:
        return children
    edges = _clusters((part.box.x for row in rows for part in row.children), reach)
    right = max(row.box.right for row in rows)

    def aligned(row: Node) -> Node:
        if row.kind is not Kind.ROW:
            return row
        places = [_nearest(edges, part.box.x) for part in row.children]
        if len(set(places)) < len(places):
            return row
        parts = tuple(moved(part, x - part.box.x) for part, x in zip(row.children, places, strict=True))
        box = hull(parts)
        end = right if right - box.right < 2 * reach else box.right
        return replace(row, children=parts, box=Box(box.x, box.y, end - box.x, box.height))

    placed = [aligned(child) for child in children]
    parts = [part for row in placed if row.kind is Kind.ROW for part in row.children]

    def equal(row: Node) -> Node:
        if row.kind is not Kind.ROW:
            return row
        return row.with_children(tuple(_equal(p, [q for q in parts if q.box.x == p.box.x]) for p in row.children))

    return tuple(equal(child) for child in placed)


def _columns_of_cards(children: tuple[Node, ...]) -> tuple[Node, ...]:
    """Rows whose parts belong together from top to bottom become columns side by side.

    That is a row of pictures with names and words below, or a row of labels with a row of fields below.
    """
    result: list[Node] = []
    rest = list(children)
    while rest:
        stack = _stack_of_rows(rest)
        if len(stack) < 2:
            result.append(rest.pop(0))
            continue
        del rest[: len(stack)]
        cards = _cards(stack)
        result.append(Node(Kind.ROW, hull(cards), cards))
    return tuple(result)


def _cards(stack: Sequence[Node]) -> tuple[Node, ...]:
    """Columns of one size, from the top of the stack to its bottom."""
    columns = list(zip(*(row.children for row in stack), strict=True))
    boxes = [hull(parts) for parts in columns]
    whole, width = hull(tuple(stack)), max(box.width for box in boxes)
    frames = [Box(box.x, whole.y, width, whole.height) for box in boxes]
    return tuple(
        Node(Kind.COLUMN, frame, _on_edges(box, parts))
        for frame, box, parts in zip(frames, boxes, columns, strict=True)
    )


def _stack_of_rows(rows: Sequence[Node]) -> list[Node]:
    """The rows from the first on whose parts stand under those of the first and belong to them."""
    first = rows[0]
    if first.kind is not Kind.ROW:
        return []
    if all(_is_a(part, PICTURES) for part in first.children):
        belonging: tuple[ElementType, ...] = CARD_PARTS
        most = len(rows)
    elif all(_is_a(part, (ElementType.TEXT,)) for part in first.children):
        belonging, most = FIELDS, 2
    else:
        return []
    stack = [first]
    for row in rows[1:most]:
        if row.kind is not Kind.ROW or len(row.children) != len(first.children):
            break
        if not all(_is_a(b, belonging) and _is_under(a, b) for a, b in zip(first.children, row.children, strict=True)):
            break
        stack.append(row)
    return stack


def _is_under(above: Node, below: Node) -> bool:
    shared = min(above.box.right, below.box.right) - max(above.box.x, below.box.x)
    return shared > 0.5 * min(above.box.width, below.box.width)


def _is_a(node: Node, types: tuple[ElementType, ...]) -> bool:
    return node.element is not None and node.element.type in types


def _on_edges(column: Box, children: tuple[Node, ...]) -> tuple[Node, ...]:
    """Left edges of a column's parts, and sizes of its fields; what was meant to be in the middle goes there."""
    middle = {id(child) for child in children if _is_meant_centred(child, column, children)}
    edges = _clusters((child.box.x for child in children if id(child) not in middle), _reach(column, children))
    if edges and edges[0] - column.x < DRIFT * column.width / 2:
        edges[0] = column.x

    def placed(child: Node) -> Node:
        if id(child) in middle:
            return moved(child, column.centre[0] - child.box.centre[0])
        return moved(child, _nearest(edges, child.box.x) - child.box.x)

    made = [placed(child) for child in children]
    return tuple(_equal(child, made) for child in made)


def _is_meant_centred(node: Node, column: Box, siblings: Sequence[Node]) -> bool:
    if not is_centred(node.box, column, CENTRED):
        return False
    left = [other for other in siblings if other is not node and not is_centred(other.box, column, CENTRED)]
    return all(abs(other.box.x - node.box.x) > EDGE * column.width for other in left)


def _equal(node: Node, siblings: Sequence[Node], writing: float = ALIKE) -> Node:
    """The size that parts of its kind have beside it, where they are nearly equal: of writing, only the height."""
    element = node.element
    if element is None or element.type not in (*BOXED, *WRITING) or element.lines > 1:
        return node
    alike = [e.box for other in siblings if (e := other.element) and e.type is element.type and e.lines == 1]
    slack = ALIKE if element.type in BOXED else writing
    height = median(_near(node.box.height, (box.height for box in alike), slack))
    width = node.box.width
    if element.type in BOXED:
        width = median(_near(width, (box.width for box in alike), slack))
    box = Box(node.box.x, node.box.centre[1] - height / 2, width, height)
    return replace(node, box=box, element=replace(element, box=box))


def _near(size: float, others: Iterable[float], slack: float) -> list[float]:
    return [other for other in others if abs(other - size) <= slack * size]


def _clusters(values: Iterable[float], reach: float) -> list[float]:
    """Medians of groups of values whose neighbours lie within `reach`; no group is much wider than that."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= reach and value - groups[-1][0] <= reach * DRIFT / EDGE:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [median(group) for group in groups]


def _nearest(edges: Sequence[float], value: float) -> float:
    return min(edges, key=lambda edge: abs(edge - value))
