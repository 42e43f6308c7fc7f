"""New parts of a page: single elements, and the compound ones people ask for by name. Pure.

Sizes are given in pixels of the page and turned into the sketch's, because a document's boxes are the sketch's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.document import Document
from assistant.pages.grafts import shifted, stacked
from assistant.pages.placing import APART, space_below
from assistant.pages.tree import Kind, Node, hull, leaf

COMPOUNDS = ("contact form", "login form", "newsletter", "footer", "navigation", "hero", "table", "search bar")
FIELDS = (ElementType.INPUT, ElementType.TEXTAREA, ElementType.SELECT)
LETTER_PIXELS = 8.5
NEAR = 8.0  # pixels between a label and its field
MOST_CELLS = 30  # rows or columns of a table that is asked for

# Height, width (0: as the text needs, -1: the whole column) and default text, in pixels of the page.
SHAPES: dict[ElementType, tuple[float, float, str]] = {
    ElementType.HEADING: (34, 0, "Heading"),
    ElementType.TEXT: (19, 0, "Some text"),
    ElementType.PARAGRAPH: (60, -1, ""),
    ElementType.BUTTON: (46, 0, "Button"),
    ElementType.INPUT: (46, 320, ""),
    ElementType.TEXTAREA: (120, -1, ""),
    ElementType.CHECKBOX: (26, 0, "Option"),
    ElementType.RADIO: (26, 0, "Option"),
    ElementType.SELECT: (46, 320, ""),
    ElementType.IMAGE: (220, 360, ""),
    ElementType.ICON: (36, 36, ""),
    ElementType.LINK: (19, 0, "Link"),
    ElementType.DIVIDER: (2, -1, ""),
}
WRITTEN = {ElementType.HEADING: 1.5, ElementType.TEXT: 1.0, ElementType.LINK: 1.0}  # heights in lines of plain text


class Builder:
    """Makes parts for one document, with ids that are free in it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._measures = document.measures()
        self._used = used_ids(document.root)
        self._next = 1

    @property
    def page_width(self) -> int:
        """Of the content, in pixels."""
        return self._measures.width

    def element(self, kind: ElementType, text: str = "", label: str = "") -> Node:
        """A leaf, or a column of a label above its field."""
        height, width, default = SHAPES[kind]
        words = text or default
        if width == 0:
            size = height * 0.5 if kind in (ElementType.HEADING,) else LETTER_PIXELS
            width = len(words) * size + (44 if kind is ElementType.BUTTON else 34 if "Option" in default else 4)
            width = max(width, 110) if kind is ElementType.BUTTON else width
        elif width < 0:
            width = self._measures.width
        made = self._leaf(kind, words, min(width, self._measures.width), height)
        if not label:
            return made
        name = self.element(ElementType.TEXT, label)
        return self._column((name, made), (NEAR,))

    def compound(self, name: str, text: str, size: tuple[int, int] = (3, 3)) -> Node:
        match name:
            case "contact form":
                fields = (("Name", ElementType.INPUT), ("Email", ElementType.INPUT), ("Message", ElementType.TEXTAREA))
                return self._form(text or "Contact us", fields, "Send")
            case "login form":
                return self._form(
                    text or "Log in", (("Email", ElementType.INPUT), ("Password", ElementType.INPUT)), "Log in"
                )
            case "newsletter":
                return self._form(text or "Newsletter", (("Email", ElementType.INPUT),), "Subscribe")
            case "footer":
                line, words = self.element(ElementType.DIVIDER), self.element(ElementType.TEXT, text or self._footing())
                return self._column((line, words), (NEAR * 1.5,), self._free("footer"))
            case "navigation":
                return self._row(
                    [self.element(ElementType.LINK, word) for word in ("Home", "About", "Contact")],
                    28,
                    self._free("navigation"),
                )
            case "hero":
                heading = self.element(ElementType.HEADING, text or "Welcome")
                words = self.element(ElementType.TEXT, "Say here in one sentence what this page is for.")
                button = self.element(ElementType.BUTTON, "Get started")
                return self._column((heading, words, button), (NEAR, APART), self._free("hero"))
            case "search bar":
                row = [self.element(ElementType.INPUT, "Search"), self.element(ElementType.BUTTON, "Search")]
                return self._row(row, 12)
            case _:
                return self.table(*size)

    def table(self, columns: int, rows: int) -> Node:
        """A table of text cells with a row of headings on top; `rows` counts all rows."""
        columns, rows = min(max(columns, 1), MOST_CELLS), min(max(rows, 1), MOST_CELLS)
        scale = self._measures.scale
        width, height = self._measures.width / columns / scale, 36 / scale
        cells = tuple(
            replace(cell, box=box, element=replace(cell.element, box=box))
            for row in range(rows)
            for column in range(columns)
            if (cell := self.element(ElementType.TEXT, f"Column {column + 1}" if row == 0 else f"{row}.{column + 1}"))
            and cell.element is not None
            and (box := Box(column * width, row * height, 0.8 * width, 0.6 * height))
        )
        whole = hull(cells)
        frame = Element(self._id(), ElementType.TABLE, whole)
        return Node(Kind.TABLE, whole, cells, frame, name=frame.id)

    def renamed(self, node: Node) -> Node:
        """A copy of a part under ids of its own."""
        element = replace(node.element, id=self._id()) if node.element is not None else None
        children = tuple(self.renamed(child) for child in node.children)
        name = "" if not node.name else element.id if element is not None else self._id()
        return replace(node, element=element, children=children, name=name)

    def _form(self, title: str, fields: Iterable[tuple[str, ElementType]], send: str) -> Node:
        parts = [self.element(ElementType.HEADING, title)]
        gaps = []
        for label, kind in fields:
            parts += [self.element(ElementType.TEXT, label), self.element(kind)]
            gaps += [APART, NEAR]
        return self._column((*parts, self.element(ElementType.BUTTON, send)), (*gaps, APART))

    def _footing(self) -> str:
        first = next((e.text for e in self.document.elements() if e.type is ElementType.HEADING and e.text), "")
        return f"© {self.document.page_title or first or self.document.title}"

    def _leaf(self, kind: ElementType, text: str, width: float, height: float) -> Node:
        scale = self._measures.scale
        frame = self.document.frame
        lines = 2 if kind is ElementType.PARAGRAPH else 1
        high = self._measures.usual_height * WRITTEN[kind] if kind in WRITTEN else height / scale
        box = Box(frame.x, frame.y, max(1.0, width / scale), high)
        return leaf(Element(self._id(), kind, box, text, lines=lines, evidence=("said",)))

    def _column(self, parts: tuple[Node, ...], gaps: tuple[float, ...], name: str = "") -> Node:
        spaces = (space_below(self._measures, part, gap) for part, gap in zip(parts, gaps, strict=False))
        return stacked(parts, tuple(spaces), name)

    def _row(self, parts: list[Node], gap: float, name: str = "") -> Node:
        placed, left = [], parts[0].box.x
        for part in parts:
            placed.append(shifted(part, left - part.box.x, 0))
            left += part.box.width + gap / self._measures.scale
        return Node(Kind.ROW, hull(tuple(placed)), tuple(placed), name=name)

    def _free(self, name: str) -> str:
        """The name for the first part of its sort; a second one goes without."""
        return "" if name in self._used else name

    def _id(self) -> str:
        while f"n{self._next}" in self._used:
            self._next += 1
        self._used.add(f"n{self._next}")
        return f"n{self._next}"


def used_ids(node: Node) -> set[str]:
    own = {node.name} if node.name else set()
    if node.element is not None:
        own.add(node.element.id)
    return own.union(*(used_ids(child) for child in node.children)) if node.children else own
