"""The layout tree of a page. Pure values: everything that edits a page edits this, never the HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.core.sketch import Box, Element


class Kind(StrEnum):
    COLUMN = "column"
    ROW = "row"
    CARD = "card"
    TABLE = "table"
    LEAF = "leaf"


class Widget(StrEnum):
    """What a part does beyond showing its children."""

    NONE = ""
    TABS = "tabs"
    """The first child holds the names, every further one is what stands under the name of its number."""
    CAROUSEL = "carousel"
    """Every child is one slide; drawn arrows and dots among them become the controls."""
    DIALOG = "dialog"
    """Lies over the page and can be closed."""
    SORTED = "sorted"
    """A table whose columns can be sorted, however short it is."""


@dataclass(frozen=True, slots=True)
class Node:
    """A leaf holds an element; everything else holds children in reading order. Boxes are the sketch's pixels."""

    kind: Kind
    box: Box
    children: tuple[Node, ...] = ()
    element: Element | None = None
    name: str = ""
    """Id in the page of a part that an edit refers to, such as "header"; most parts have none."""
    widget: Widget = Widget.NONE
    """A part with a widget has a name, unless it is a leaf."""

    def leaves(self) -> Iterator[Node]:
        if self.kind is Kind.LEAF:
            yield self
        for child in self.children:
            yield from child.leaves()

    def elements(self) -> Iterator[Element]:
        return (leaf.element for leaf in self.leaves() if leaf.element is not None)

    def with_children(self, children: tuple[Node, ...]) -> Node:
        return replace(self, children=children)


def every_node(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from every_node(child)


def in_flow(node: Node) -> tuple[Node, ...]:
    """The children without dialogs, which stand last and lie over the page."""
    return tuple(child for child in node.children if child.widget is not Widget.DIALOG)


def leaf(element: Element) -> Node:
    return Node(Kind.LEAF, element.box, element=element)


def hull(nodes: tuple[Node, ...]) -> Box:
    """The box around all nodes; there is at least one."""
    box = nodes[0].box
    for node in nodes[1:]:
        box = box.union(node.box)
    return box


def first_id(node: Node) -> str:
    """Id of the element the part begins with; "" where it holds none."""
    return next((element.id for element in node.elements()), "")
