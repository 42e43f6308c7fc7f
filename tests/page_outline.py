"""A document as text, one line for each part, so that a test can say exactly what an edit changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from difflib import ndiff

from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.pages.document import PAGE, Document, open_document
from assistant.pages.tree import Kind, Node


def outline(document: Document) -> list[str]:
    return [*_page_lines(document), *_lines(document, document.root, 0)]


def changes(before: Document, after: Document) -> list[str]:
    """Lines that went, with "-", and lines that came, with "+"."""
    return [line for line in ndiff(outline(before), outline(after)) if line[0] in "+-"]


def _page_lines(document: Document) -> Iterator[str]:
    if said := _said(document.look) + _said(document.style(PAGE)):
        yield f"page:{said}"
    if document.page_title:
        yield f"title: {document.page_title}"
    yield from (f"options {key}: {', '.join(value)}" for key, value in document.slots.options.items())
    yield from (f"required {key}: {value}" for key, value in document.slots.required.items())


def _lines(document: Document, node: Node, depth: int) -> Iterator[str]:
    element = node.element
    name = node.name or (element.id if element else "")
    kind = element.type.value if element else node.kind.value
    words = f' "{element.text}"' if element and element.text else ""
    said = _said(document.style(name)) if name else ""
    if element and element.type is ElementType.IMAGE:
        said = f" {node.box.width:.0f}x{node.box.height:.0f}{said}"
    yield " ".join(f"{'. ' * depth}{kind} {name}{words}{said}".split())
    if node.kind is not Kind.LEAF:
        for child in node.children:
            yield from _lines(document, child, depth + 1)


def _said(value: object) -> str:
    """What differs from the default, as " name=value"."""
    plain = type(value)()
    given = ((f.name, getattr(value, f.name)) for f in fields(value))  # type: ignore[arg-type]
    return "".join(
        f" {name}={round(now, 2) if isinstance(now, float) else now}"
        for name, now in given
        if now != getattr(plain, name)
    )


def bakery() -> Document:
    """A page with a heading and links on top, a picture beside a text, a form of labelled fields, and two buttons."""
    kind = ElementType
    drawn = (
        (kind.HEADING, (40, 30, 300, 50), "Welcome"),
        (kind.LINK, (450, 40, 60, 24), "Home"),
        (kind.LINK, (550, 40, 60, 24), "About"),
        (kind.LINK, (650, 40, 90, 24), "Contact"),
        (kind.IMAGE, (40, 130, 300, 200), ""),
        (kind.TEXT, (380, 150, 300, 28), "We bake bread every day"),
        (kind.TEXT, (40, 380, 80, 26), "Email"),
        (kind.INPUT, (40, 412, 400, 50), ""),
        (kind.TEXT, (40, 490, 110, 26), "Password"),
        (kind.INPUT, (40, 522, 400, 50), ""),
        (kind.SELECT, (40, 610, 300, 50), "Country"),
        (kind.CHECKBOX, (40, 690, 220, 30), "Remember me"),
        (kind.BUTTON, (40, 760, 140, 54), "Login"),
        (kind.BUTTON, (220, 760, 140, 54), "Cancel"),
    )
    elements = tuple(Element(f"e{n}", *_one(*one)) for n, one in enumerate(drawn, start=1))
    return open_document(reading(elements), "bakery")


def reading(elements: tuple[Element, ...]) -> SketchReading:
    return SketchReading(800, 1000, elements)


def _one(kind: ElementType, box: tuple[float, float, float, float], text: str) -> tuple[ElementType, Box, str]:
    return kind, Box(*box), text
