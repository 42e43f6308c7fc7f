"""The operations that change how parts look. See patches."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.core.sketch import ElementType
from assistant.pages import grafts
from assistant.pages.document import PAGE, Document
from assistant.pages.naming import name_of
from assistant.pages.placing import Declined, Outcome, missing, restyled, within
from assistant.pages.stylesheet import CHOICES, colour
from assistant.pages.tree import Kind

SIDES = ("left", "centre", "right")
SIZES = (0.5, 3.0)
ZOOMS = (0.5, 2.0)
WORDED = (ElementType.HEADING, ElementType.TEXT, ElementType.PARAGRAPH, ElementType.LINK, ElementType.BUTTON)


@dataclass(frozen=True, slots=True)
class SetColour:
    """`part` is "background" or "text"; the colour a name of stylesheet.COLOURS or hexadecimal."""

    target: str
    colour: str
    part: str = "background"

    def apply(self, document: Document) -> Outcome:
        code = colour(self.colour)
        if not code:
            return Declined(f"I do not know the colour {self.colour[:40]}.")
        style = document.style(self.target)
        changed = replace(style, colour=code) if self.part == "text" else replace(style, background=code, colour="")
        return restyled(document, self.target, changed)

    def told(self, document: Document) -> str:
        text = "the text of " if self.part == "text" and self.target == PAGE else ""
        return f"{text}{name_of(document, self.target)} is {self.colour}"


@dataclass(frozen=True, slots=True)
class SetSize:
    """A factor on the size there is: of the writing, or of the whole of a picture, a field or a card."""

    target: str
    factor: float

    def apply(self, document: Document) -> Outcome:
        if self.target == PAGE:
            zoom = within(document.look.zoom * self.factor, ZOOMS)
            return replace(document, look=replace(document.look, zoom=zoom))
        element = document.element(self.target)
        if element is None or element.type in (*WORDED, *CHOICES, ElementType.ICON):
            style = document.style(self.target)
            return restyled(document, self.target, replace(style, scale=within(style.scale * self.factor, SIZES)))
        return _resized(document, self.target, within(self.factor, SIZES))

    def told(self, document: Document) -> str:
        name = "everything" if self.target == PAGE else name_of(document, self.target)
        return f"{name} is {'bigger' if self.factor > 1 else 'smaller'}"


@dataclass(frozen=True, slots=True)
class SetWidth:
    target: str
    percent: int

    def apply(self, document: Document) -> Outcome:
        percent = round(within(self.percent, (5, 100)))
        return restyled(document, self.target, replace(document.style(self.target), width_percent=percent))

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} takes {self.percent} percent of the width"


@dataclass(frozen=True, slots=True)
class Align:
    target: str
    side: str

    def apply(self, document: Document) -> Outcome:
        if self.side not in SIDES:
            return Declined("A part can stand on the left, in the centre or on the right.")
        if self.target == PAGE:
            return replace(document, look=replace(document.look, align=self.side))
        return restyled(document, self.target, replace(document.style(self.target), align=self.side))

    def told(self, document: Document) -> str:
        name = "everything" if self.target == PAGE else name_of(document, self.target)
        return f"{name} is {'in the centre' if self.side == 'centre' else f'on the {self.side}'}"


@dataclass(frozen=True, slots=True)
class SetSticky:
    """Keeps a part in view while the page scrolls."""

    target: str
    sticky: bool = True

    def apply(self, document: Document) -> Outcome:
        if self.target == PAGE:
            return Declined("A page cannot stick to itself: say which part.")
        return restyled(document, self.target, replace(document.style(self.target), is_sticky=self.sticky))

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} {'is sticky' if self.sticky else 'scrolls with the page'}"


@dataclass(frozen=True, slots=True)
class SetCorners:
    target: str
    round: bool = True
    circle: bool = False

    def apply(self, document: Document) -> Outcome:
        corners = "circle" if self.circle and self.round else "round" if self.round else "square"
        return restyled(document, self.target, replace(document.style(self.target), corners=corners))

    def told(self, document: Document) -> str:
        if self.circle and self.round:
            return f"{name_of(document, self.target)} is a circle"
        where = "" if self.target == PAGE else f" of {name_of(document, self.target)}"
        return f"the corners{where} are {'round' if self.round else 'square'}"


@dataclass(frozen=True, slots=True)
class SetFace:
    """Bold or italic writing; None leaves it."""

    target: str
    bold: bool | None = None
    italic: bool | None = None

    def apply(self, document: Document) -> Outcome:
        style = document.style(self.target)
        bold = style.bold if self.bold is None else self.bold
        italic = style.italic if self.italic is None else self.italic
        return restyled(document, self.target, replace(style, bold=bold, italic=italic))

    def told(self, document: Document) -> str:
        face = [word for word, on in (("bold", self.bold), ("italic", self.italic)) if on is not None]
        off = "" if self.bold or self.italic else "not "
        return f"{name_of(document, self.target)} is {off}{' and '.join(face)}"


@dataclass(frozen=True, slots=True)
class SetHidden:
    target: str
    hidden: bool = True

    def apply(self, document: Document) -> Outcome:
        if self.target == PAGE:
            return Declined("Hiding the whole page would leave nothing to see.")
        return restyled(document, self.target, replace(document.style(self.target), is_hidden=self.hidden))

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} is {'hidden' if self.hidden else 'shown again'}"


def _resized(document: Document, target: str, factor: float) -> Outcome:
    path = grafts.path_of(document.root, target)
    if path is None or not path:
        return missing(target)
    node, parent = grafts.at(document.root, path), grafts.at(document.root, path[:-1])
    new = grafts.resized(node, factor)
    if parent.kind is Kind.ROW:
        room = grafts.at(document.root, path[:-2]).box
        row = grafts.with_width(parent, path[-1], new, room)
        return replace(document, root=grafts.swap_in(document.root, path[:-1], row))
    if new.box.width > parent.box.width:
        new = grafts.resized(node, parent.box.width / node.box.width)
    left = min(max(new.box.x, parent.box.x), parent.box.right - new.box.width)
    new = grafts.shifted(new, left - new.box.x, 0)
    return replace(document, root=grafts.swap_in(document.root, path, new))
