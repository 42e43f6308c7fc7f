"""The operations that shape a page, about twenty. Each is a frozen value with one pure method.

`apply` gives the changed document, or a Declined with one sentence on why not; it never raises, because a target may
come from a model or from an older version of the page. Colours come from a closed list; texts are escaped by the
compiler.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from assistant.core.sketch import ElementType
from assistant.pages import grafts
from assistant.pages.document import PAGE, Document
from assistant.pages.naming import capital, name_of, named
from assistant.pages.parts import COMPOUNDS, FIELDS, SHAPES, Builder
from assistant.pages.placing import (
    Declined,
    Outcome,
    along,
    exchanged,
    ids_within,
    missing,
    put,
    put_at,
    restyled,
    take,
    unit,
    with_element,
    within,
)
from assistant.pages.stylesheet import THEMES
from assistant.pages.tree import Kind

LONGEST_TEXT = 400
SPACINGS = (0.3, 3.0)
WIDTHS = (280, 1600)  # pixels of a page's content


class Patch(Protocol):
    def apply(self, document: Document) -> Outcome: ...

    def told(self, document: Document) -> str:
        """What was done, as the end of "Done: ...". `document` is the one before the patch."""
        ...


def apply_all(document: Document, patches: tuple[Patch, ...]) -> Outcome:
    """All of the patches or none."""
    for patch in patches:
        outcome = patch.apply(document)
        if isinstance(outcome, Declined):
            return outcome
        document = outcome
    return document


# Content ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetText:
    target: str
    text: str

    def apply(self, document: Document) -> Outcome:
        text = " ".join(self.text.split())[:LONGEST_TEXT]
        if not text:
            return Declined("There was no text to put there.")
        element = document.element(self.target)
        if element is None:
            return missing(self.target)
        slots = document.slots
        jokes = () if slots.jokes and slots.jokes[0][0] == element.text else slots.jokes
        labels = {key: value for key, value in slots.labels.items() if key != self.target}
        document = replace(document, slots=replace(slots, labels=labels, jokes=jokes))
        return with_element(document, replace(element, text=text))

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} now says {' '.join(self.text.split())[:80]}"


@dataclass(frozen=True, slots=True)
class SetType:
    target: str
    type: ElementType

    def apply(self, document: Document) -> Outcome:
        element = document.element(self.target)
        if element is None or self.type not in SHAPES:
            return missing(self.target) if element is None else Declined("A part cannot become that.")
        actions = {key: value for key, value in document.slots.actions.items() if key != self.target}
        document = replace(document, slots=replace(document.slots, actions=actions))
        return with_element(document, replace(element, type=self.type))

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} is a {named(self.type)} now"


@dataclass(frozen=True, slots=True)
class SetOptions:
    target: str
    options: tuple[str, ...]

    def apply(self, document: Document) -> Outcome:
        element = document.element(self.target)
        if element is None:
            return missing(self.target)
        options = tuple(dict.fromkeys(" ".join(option.split())[:60] for option in self.options if option.strip()))
        if element.type is not ElementType.SELECT:
            return Declined(f"{capital(name_of(document, self.target))} has no choices: only a drop-down has.")
        if not options:
            return Declined("There were no choices to put there.")
        slots = replace(document.slots, options={**document.slots.options, self.target: options[:30]})
        return replace(document, slots=slots, edited=document.edited | {self.target})

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} offers {', '.join(self.options[:6])}"


@dataclass(frozen=True, slots=True)
class SetPlaceholder:
    target: str
    text: str

    def apply(self, document: Document) -> Outcome:
        element = document.element(self.target)
        if element is None:
            return missing(self.target)
        if element.type not in (ElementType.INPUT, ElementType.TEXTAREA):
            return Declined("Only a field can have a placeholder.")
        return with_element(document, replace(element, text=" ".join(self.text.split())[:LONGEST_TEXT]))

    def told(self, document: Document) -> str:
        return f"the placeholder of {name_of(document, self.target)} is {self.text}"


@dataclass(frozen=True, slots=True)
class SetRequired:
    target: str
    required: bool = True

    def apply(self, document: Document) -> Outcome:
        element = document.element(self.target)
        if element is None:
            return missing(self.target)
        if element.type not in FIELDS:
            return Declined("Only a field can be required.")
        slots = replace(document.slots, required={**document.slots.required, self.target: self.required})
        return replace(document, slots=slots, edited=document.edited | {self.target})

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} is {'required' if self.required else 'optional'}"


@dataclass(frozen=True, slots=True)
class RenamePage:
    title: str

    def apply(self, document: Document) -> Outcome:
        title = " ".join(self.title.split())[:120]
        return replace(document, page_title=title) if title else Declined("There was no name to give the page.")

    def told(self, document: Document) -> str:
        return f"the page is called {self.title}"


# Structure --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes the part off the page; a field goes with its label."""

    target: str

    def apply(self, document: Document) -> Outcome:
        taken = take(document, self.target)
        return missing(self.target) if taken is None else taken[0]

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.target)} is gone"


@dataclass(frozen=True, slots=True)
class Move:
    """`where` is "above", "below", "left" or "right" of `anchor`, or "before" or "after" it along its row or column.

    Without an anchor it is "up", "down", "top" or "bottom".
    """

    target: str
    where: str
    anchor: str = ""

    def apply(self, document: Document) -> Outcome:
        if not self.anchor:
            return self._along(document)
        if self.anchor == self.target or self.anchor in ids_within(document, self.target):
            return Declined("A part cannot be moved next to itself.")
        where = along(document, self.where, self.anchor)
        taken = take(document, self.target)
        if taken is None:
            return missing(self.target)
        return put(*taken, where, self.anchor)

    def _along(self, document: Document) -> Outcome:
        found = unit(document, self.target)
        if found is None:
            return missing(self.target)
        document, path = found
        if self.where in ("top", "bottom"):
            taken = take(document, self.target)
            return missing(self.target) if taken is None else put(*taken, self.where)
        step = 1 if self.where == "down" else -1
        while path:  # the nearest column around it that has something in that direction
            parent, index = grafts.at(document.root, path[:-1]), path[-1] + step
            if parent.kind is Kind.COLUMN and 0 <= index < len(parent.children):
                return exchanged(document, path, (*path[:-1], index))
            path = path[:-1]
        end = "bottom" if step > 0 else "top"
        return Declined(f"{capital(name_of(document, self.target))} is already at the {end}.")

    def told(self, document: Document) -> str:
        name = name_of(document, self.target)
        if self.anchor:
            side = {"left": "left of", "right": "right of", "top": "above", "bottom": "below"}.get(
                self.where, self.where
            )
            return f"{name} is {side} {name_of(document, self.anchor)}"
        return f"{name} is at the {self.where}" if self.where in ("top", "bottom") else f"{name} moved {self.where}"


@dataclass(frozen=True, slots=True)
class Add:
    """`kind` is an ElementType's value or one of parts.COMPOUNDS; `where` as in Move, "bottom" by default."""

    kind: str
    text: str = ""
    where: str = "bottom"
    anchor: str = ""
    size: tuple[int, int] = (3, 3)
    """Columns and rows of a table."""

    def apply(self, document: Document) -> Outcome:
        builder = Builder(document)
        if self.kind in COMPOUNDS:
            where = "top" if self.kind in ("navigation", "hero") and not self.anchor else self.where
            made = builder.compound(self.kind, self.text[:LONGEST_TEXT], self.size)
            return put(document, made, along(document, where, self.anchor), self.anchor)
        if self.kind not in [kind.value for kind in SHAPES]:
            return Declined("I do not know how to add that.")
        kind, text = ElementType(self.kind), " ".join(self.text.split())[:LONGEST_TEXT]
        label = text if kind in FIELDS else ""
        made = builder.element(kind, "" if label else text, label)
        return put(document, made, along(document, self.where, self.anchor), self.anchor)

    def told(self, document: Document) -> str:
        kinds = [kind for kind in SHAPES if kind.value == self.kind]
        what = named(kinds[0]) if kinds else self.kind
        return f"there is {'an' if what[0] in 'aeiou' else 'a'} {what}" + (f" {self.text}" if self.text else "")


@dataclass(frozen=True, slots=True)
class Duplicate:
    target: str

    def apply(self, document: Document) -> Outcome:
        found = unit(document, self.target)
        if found is None:
            return missing(self.target)
        document, path = found
        copy = Builder(document).renamed(grafts.at(document.root, path))
        parent = grafts.at(document.root, path[:-1])
        if parent.kind is Kind.TABLE:
            return Declined("A part of a table cannot be doubled.")
        return put_at(document, copy, path, "right" if parent.kind is Kind.ROW else "below")

    def told(self, document: Document) -> str:
        return f"there are two of {name_of(document, self.target)}"


@dataclass(frozen=True, slots=True)
class Swap:
    first: str
    second: str

    def apply(self, document: Document) -> Outcome:
        first = unit(document, self.first)
        second = unit(first[0], self.second) if first is not None else None
        if second is None:
            return missing(self.first if first is None else self.second)
        document, two = second
        again = unit(document, self.first)  # naming the second part may have moved the first
        one = again[1] if again is not None else two
        if one[: len(two)] == two or two[: len(one)] == one:
            return Declined("Those two cannot change places.")
        return exchanged(document, one, two)

    def told(self, document: Document) -> str:
        return f"{name_of(document, self.first)} and {name_of(document, self.second)} have changed places"


# Looks of the page ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetTheme:
    theme: str

    def apply(self, document: Document) -> Outcome:
        if self.theme not in THEMES:
            return Declined(f"There is no {self.theme} theme: there are {', '.join(THEMES)}.")
        return replace(document, look=replace(document.look, theme=self.theme))

    def told(self, document: Document) -> str:
        return f"the page uses the {self.theme} theme"


@dataclass(frozen=True, slots=True)
class SetPageWidth:
    """In pixels of content; a `factor` changes the width there is."""

    pixels: int = 0
    factor: float = 1.0

    def apply(self, document: Document) -> Outcome:
        now = document.look.width or Builder(document).page_width
        width = round(self.pixels or now * self.factor)
        return replace(document, look=replace(document.look, width=min(max(width, WIDTHS[0]), WIDTHS[1])))

    def told(self, document: Document) -> str:
        return (
            f"the page is {self.pixels} pixels wide"
            if self.pixels
            else (f"the page is {'wider' if self.factor > 1 else 'narrower'}")
        )


@dataclass(frozen=True, slots=True)
class SetSpacing:
    """Space between all parts, or above one of them."""

    factor: float
    target: str = PAGE

    def apply(self, document: Document) -> Outcome:
        if self.target == PAGE:
            spacing = within(document.look.spacing * self.factor, SPACINGS)
            return replace(document, look=replace(document.look, spacing=spacing))
        style = document.style(self.target)
        now = 24 if style.space_above is None else style.space_above
        return restyled(document, self.target, replace(style, space_above=round(min(now * self.factor, 200))))

    def told(self, document: Document) -> str:
        much = "more" if self.factor > 1 else "less"
        return f"there is {much} space" + ("" if self.target == PAGE else f" above {name_of(document, self.target)}")
