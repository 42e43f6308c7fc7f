"""Taking parts out of a layout tree and putting others in, with every box moved to agree. Pure.

Parts below a change keep their distances; parts beside it stay where they are. A row that is left with one child gives
way to that child, and a part that is left empty goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.core.sketch import Box
from assistant.pages.tree import Kind, Node, Widget, hull, in_flow

Path = tuple[int, ...]
"""Indices of children from the root down; empty is the root itself."""

ROW_GAP = 0.03  # of the page's width: between parts that an edit puts side by side


def path_of(root: Node, target: str) -> Path | None:
    """Where the element or the named part is; None where there is none."""
    if (root.element is not None and root.element.id == target) or (root.name and root.name == target):
        return ()
    for index, child in enumerate(root.children):
        below = path_of(child, target)
        if below is not None:
            return (index, *below)
    return None


def at(root: Node, path: Path) -> Node:
    for index in path:
        root = root.children[index]
    return root


def exchange(root: Node, path: Path, new: Node) -> Node:
    """Another node of the same box at a place: nothing moves, and every path but those below stays right."""
    if not path:
        return new
    index = path[0]
    child = exchange(root.children[index], path[1:], new)
    return replace(root, children=(*root.children[:index], child, *root.children[index + 1 :]))


def swap_in(root: Node, path: Path, new: Node | None) -> Node:
    """The tree with another part at a place, or with nothing there. The last part of a page leaves an empty column."""
    if not path:
        return new or Node(Kind.COLUMN, root.box)
    above, index = path[:-1], path[-1]
    return swap_in(root, above, _settled(at(root, above), index, new))


def insert(root: Node, path: Path, new: Node, above: float, below: float) -> Node:
    """Put a part before the place `path` points to in a column, with the space `below` it.

    At the end of the column it is the space `above` it that counts.
    """
    column, index = at(root, path[:-1]), path[-1]
    new = fitted(new, column.box.width)
    left = min(max(new.box.x, column.box.x), column.box.right - new.box.width)
    flow = in_flow(column)
    before, after, over = flow[:index], flow[index:], column.children[len(flow) :]
    if not flow:
        placed = shifted(new, left - new.box.x, column.box.y - new.box.y)
        box = replace(column.box, height=max(new.box.height, 1.0))
        return swap_in(root, path[:-1], replace(column, children=(placed, *over), box=box))
    top = after[0].box.y if after else before[-1].box.bottom + above
    placed = shifted(new, left - new.box.x, top - new.box.y)
    lowered = tuple(shifted(child, 0, new.box.height + below) for child in after)
    children = (*before, placed, *lowered)
    box = replace(column.box, height=children[-1].box.bottom - column.box.y)
    return swap_in(root, path[:-1], replace(column, children=(*children, *over), box=box))


def side_by_side(parts: tuple[Node, ...], room: Box) -> Node:
    """A row of the parts, from the left of the first; narrowed where they do not fit into `room`."""
    gap = ROW_GAP * room.width
    left, placed = parts[0].box.x, []
    middle = parts[0].box.centre[1]
    tall = max(part.box.height for part in parts) > 2.5 * min(part.box.height for part in parts)
    for part in parts:
        down = parts[0].box.y - part.box.y if tall else middle - part.box.centre[1]
        placed.append(shifted(part, left - part.box.x, down))
        left += part.box.width + gap
    row = Node(Kind.ROW, hull(tuple(placed)), tuple(placed))
    return within_room(row, room)


def with_width(row: Node, index: int, new: Node, room: Box) -> Node:
    """A row in which one child is wider or narrower now; those after it move, and all give way to fit into `room`."""
    old = row.children[index]
    new = shifted(new, old.box.x - new.box.x, 0)
    further = new.box.width - old.box.width
    after = tuple(shifted(child, further, 0) for child in row.children[index + 1 :])
    children = (*row.children[:index], new, *after)
    return within_room(replace(row, children=children, box=hull(children)), room)


def stacked(parts: tuple[Node, ...], gaps: tuple[float, ...], name: str = "") -> Node:
    """A column of the parts, with the gap before each part after the first."""
    top, placed = parts[0].box.y, []
    for part, gap in zip(parts, (0.0, *gaps), strict=True):
        placed.append(shifted(part, parts[0].box.x - part.box.x, top + gap - part.box.y))
        top = placed[-1].box.bottom
    return Node(Kind.COLUMN, hull(tuple(placed)), tuple(placed), name=name)


def shifted(node: Node, right: float, down: float) -> Node:
    return _moved(node, lambda box: replace(box, x=box.x + right, y=box.y + down))


def fitted(node: Node, width: float) -> Node:
    """Not wider than `width`; heights stay, because they are the sizes of writing."""
    return _stretched(node, width / node.box.width) if node.box.width > width else node


def resized(node: Node, factor: float) -> Node:
    """Larger or smaller in both directions, about its upper middle."""
    x, y = node.box.centre[0], node.box.y

    def change(box: Box) -> Box:
        return Box(x + (box.x - x) * factor, y + (box.y - y) * factor, box.width * factor, box.height * factor)

    return _moved(node, change)


def within_room(row: Node, room: Box) -> Node:
    row = fitted(row, room.width)
    over = row.box.right - room.right
    return shifted(row, -over, 0) if over > 0 else row


def _stretched(node: Node, factor: float) -> Node:
    left = node.box.x
    return _moved(node, lambda box: replace(box, x=left + (box.x - left) * factor, width=box.width * factor))


def _moved(node: Node, change: Callable[[Box], Box]) -> Node:
    box = change(node.box)
    element = replace(node.element, box=box) if node.element is not None else None
    return replace(node, box=box, element=element, children=tuple(_moved(child, change) for child in node.children))


def _settled(parent: Node, index: int, new: Node | None) -> Node | None:
    """The parent with another child, or without it."""
    if parent.kind in (Kind.ROW, Kind.TABLE):
        return _settled_row(parent, index, new)
    old, before, after = parent.children[index], parent.children[:index], parent.children[index + 1 :]
    if new is None:
        if not before and not after:
            return None
        follows = after[:1] and after[0].widget is not Widget.DIALOG
        up = old.box.y - after[0].box.y if follows else 0.0
        children = (*before, *(shifted(child, 0, up) for child in after))
        growth = up if follows or not before else before[-1].box.bottom - parent.box.bottom
    else:
        new = shifted(new, 0, old.box.y - new.box.y)
        growth = new.box.height - old.box.height
        children = (*before, new, *(shifted(child, 0, growth) for child in after))
    return _grown(replace(parent, children=children), growth)


def _settled_row(row: Node, index: int, new: Node | None) -> Node | None:
    given = () if new is None else (new,)
    children: tuple[Node, ...] = (*row.children[:index], *given, *row.children[index + 1 :])
    if not children:
        return None
    if row.kind is Kind.TABLE:
        return replace(row, children=children)
    if len(children) == 1 and not row.name:
        return children[0]
    inner = tuple(part for child in children for part in _opened(child))
    return replace(row, children=inner, box=hull(inner))


def _opened(child: Node) -> tuple[Node, ...]:
    """A row inside a row is one row."""
    return child.children if child.kind is Kind.ROW and not child.name else (child,)


def _grown(parent: Node, growth: float) -> Node:
    box = replace(parent.box, height=max(1.0, parent.box.height + growth))
    element = replace(parent.element, box=box) if parent.element is not None else None
    return replace(parent, box=box, element=element)
