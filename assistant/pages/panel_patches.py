"""The operation that fills a tab or a slide other than the one that was drawn. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.core.sketch import Element, ElementType
from assistant.pages import grafts
from assistant.pages.document import Document
from assistant.pages.naming import ORDINALS, named
from assistant.pages.parts import SHAPES, Builder
from assistant.pages.placing import Declined, Outcome
from assistant.pages.tree import Kind, Node, Widget, every_node
from assistant.pages.widgets import slide_count, slides_of

LAST = -1
LONGEST_TEXT = 300
GAP = 14  # sketch pixels between what is in a panel and what is put under it
PLACES = {Widget.TABS: "tab", Widget.CAROUSEL: "slide"}


@dataclass(frozen=True, slots=True)
class PutInto:
    """Puts a new part into the tab or slide of a number, counted from 0; LAST is the last one."""

    widget: Widget
    index: int
    kind: str
    text: str = ""

    def apply(self, document: Document) -> Outcome:
        place = PLACES[self.widget]
        node = next((n for n in every_node(document.root) if n.widget is self.widget), None)
        path = grafts.path_of(document.root, node.name) if node is not None else None
        if node is None or path is None:
            return Declined(f"I see no {place}s on the page.")
        panels = node.children[1:] if self.widget is Widget.TABS else slides_of(node)
        count = len(list(node.children[0].elements())) if self.widget is Widget.TABS else slide_count(node)
        index = count - 1 if self.index == LAST else self.index
        if not 0 <= index < count:
            return Declined(f"There are only {count} {place}s.")
        room = panels[0] if panels else node.children[0]
        made: list[Node] = list(panels)
        for number in range(len(panels), count if self.widget is Widget.CAROUSEL else index):
            made.append(_empty(document, made, self.widget, room, number))
        document_now = replace(document, root=grafts.exchange(document.root, path, _with(node, panels, made)))
        new = _sized(Builder(document_now).element(ElementType(self.kind), self.text[:LONGEST_TEXT]), room)
        if index >= len(made):
            made.append(new)
        elif index >= len(panels):
            made[index] = new
        else:
            made[index] = _under(made[index], new)
        return replace(document, root=grafts.exchange(document.root, path, _with(node, panels, made)))

    def told(self, document: Document) -> str:
        what = named(ElementType(self.kind))
        number = "last" if self.index == LAST else ORDINALS[self.index]
        return f"there is a {what} on the {number} {PLACES[self.widget]}"


def _empty(document: Document, made: list[Node], widget: Widget, room: Node, number: int) -> Node:
    """What stands in a place that nobody has filled yet."""
    used = {e.id for e in document.elements()} | {e.id for node in made for e in node.elements()}
    name = next(f"p{i}" for i in range(1, len(used) + 2) if f"p{i}" not in used)
    if widget is Widget.CAROUSEL:
        element = Element(name, ElementType.IMAGE, room.box, "")
    else:
        box = replace(room.box, height=min(room.box.height, 24.0))
        element = Element(name, ElementType.TEXT, box, f"Part {number + 1} is still empty.")
    return Node(Kind.LEAF, element.box, element=element)


def _sized(node: Node, room: Node) -> Node:
    """Where the first panel is, and a picture as large as that."""
    moved = grafts.shifted(node, room.box.x - node.box.x, room.box.y - node.box.y)
    element = moved.element
    if element is None or element.type is not ElementType.IMAGE:
        return moved
    return replace(moved, box=room.box, element=replace(element, box=room.box))


def _under(panel: Node, new: Node) -> Node:
    """The panel with another part below what it holds."""
    low = grafts.shifted(new, 0.0, panel.box.bottom + GAP - new.box.y)
    if panel.kind in (Kind.COLUMN, Kind.CARD) and not panel.widget:
        return replace(panel, box=panel.box.union(low.box), children=(*panel.children, low))
    return Node(Kind.COLUMN, panel.box.union(low.box), (panel, low))


def _with(node: Node, old: tuple[Node, ...], new: list[Node]) -> Node:
    """The widget with other panels; its bar, arrows and dots stay."""
    kept = [child for child in node.children if all(child is not panel for panel in old)]
    if node.widget is Widget.TABS:
        return node.with_children((kept[0], *new))
    return node.with_children((*new, *kept))


def is_known(kind: str) -> bool:
    return kind in [shape.value for shape in SHAPES]
