"""The editable page: what it consists of and how it looks, and its versions. Pure values.

Whoever edits a page edits this; the compiler turns it into HTML. The boxes of the tree stay sketch pixels, also of
what was added later, so that the compiler needs to know one kind of page only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from assistant.core.sketch import Box, Element, SketchReading
from assistant.pages.intake import intake
from assistant.pages.intents import Slots
from assistant.pages.layout import layout
from assistant.pages.measures import Fit, Measures
from assistant.pages.screens import drawn_ways
from assistant.pages.tree import Node

V = TypeVar("V")
PAGE = "page"
"""Target of an edit that means the whole page."""


@dataclass(frozen=True, slots=True)
class Style:
    """What was said about the looks of one part. Empty values leave the looks to the compiler."""

    background: str = ""
    colour: str = ""
    scale: float = 1.0
    """Size of the writing (and of a button around it), 1 as drawn."""
    width_percent: int = 0
    align: str = ""  # "left" | "centre" | "right"
    bold: bool | None = None
    italic: bool | None = None
    corners: str = ""  # "round" | "square" | "circle"
    space_above: int | None = None
    """In pixels of the page."""
    is_hidden: bool = False
    is_sticky: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What was said about the looks of the whole page."""

    theme: str = ""
    """A name of stylesheet.THEMES; empty as the kit has it."""
    spacing: float = 1.0
    """Factor on the space between parts."""
    zoom: float = 1.0
    width: int = 0
    """Of the content in pixels; 0 as the sketch suggests."""
    align: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    root: Node
    frame: Box
    """The box of the page as drawn: sizes are measured against it."""
    drawn: tuple[Element, ...]
    """What was drawn, also for measuring: what is added takes the sizes of what is there."""
    title: str
    """File name of the sketch: the page's title where nothing better is known."""
    slots: Slots = field(default_factory=Slots)
    styles: Mapping[str, Style] = field(default_factory=dict)
    look: Look = field(default_factory=Look)
    fit: Fit = field(default_factory=Fit)
    opens: Mapping[str, str] = field(default_factory=dict)
    """Name of the dialog by the id of the control that was said to open it."""
    keeps: bool = False
    """Does the page remember between visits what was entered?"""
    page_title: str = ""
    """What the user named the page; empty takes the first heading."""
    language: str = "en"
    """Of the drawn texts, ISO 639-1."""
    edited: frozenset[str] = frozenset()
    """Ids whose content the user has decided: a model's late answer leaves them alone."""
    ways: Mapping[str, str] = field(default_factory=dict)
    """By the id of a control the view that a drawn arrow leads to."""
    written: str = ""
    """The page's HTML where a model wrote the whole of it; edits of looks and words are made in it (written_edits)."""

    def elements(self) -> tuple[Element, ...]:
        """In reading order; frames of cards and tables are parts of the tree, not in here."""
        return tuple(self.root.elements())

    def measures(self) -> Measures:
        return Measures(self.frame, self.drawn, self.fit)

    def element(self, element_id: str) -> Element | None:
        return next((element for element in self.elements() if element.id == element_id), None)

    def style(self, target: str) -> Style:
        return self.styles.get(target, Style())

    def with_style(self, target: str, style: Style) -> Document:
        return replace(self, styles={**self.styles, target: style})


def open_document(reading: SketchReading, title: str, slots: Slots | None = None) -> Document:
    reading = intake(reading)
    root = layout(reading.elements)
    return Document(
        root,
        root.box,
        tuple(root.elements()),
        title,
        slots or Slots(),
        language=reading.language,
        ways=drawn_ways(reading.elements, reading.arrows),
    )


def with_slots(document: Document, slots: Slots) -> Document:
    """The document with a model's content, except where the user has already decided."""

    def merged(given: Mapping[str, V], decided: Mapping[str, V]) -> dict[str, V]:
        return {key: value for key, value in given.items() if key not in document.edited} | dict(decided)

    mine = document.slots
    return replace(
        document,
        slots=replace(
            slots,
            jokes=mine.jokes or slots.jokes,
            options=merged(slots.options, mine.options),
            actions=merged(slots.actions, mine.actions),
            labels=merged(slots.labels, mine.labels),
            required=merged(slots.required, mine.required),
        ),
    )


@dataclass(frozen=True, slots=True)
class Version:
    document: Document
    sentence: str
    """What made it, such as "the header is sticky"."""
    reading: SketchReading
    """What is drawn, as far as the user has corrected it."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Every state a page was in. The last of `past` is the newest; the first of `future` is what redo brings."""

    present: Version
    past: tuple[Version, ...] = ()
    future: tuple[Version, ...] = ()

    def changed(self, document: Document, sentence: str, reading: SketchReading | None = None) -> Versions:
        version = Version(document, sentence, reading or self.present.reading)
        return Versions(version, (*self.past, self.present), ())

    def undone(self, steps: int = 1) -> Versions:
        """As many steps back as there are, at most `steps`."""
        steps = min(steps, len(self.past))
        if steps < 1:
            return self
        row = (*self.past, self.present)
        return Versions(row[-1 - steps], row[: -1 - steps], (*row[len(row) - steps :], *self.future))

    def redone(self, steps: int = 1) -> Versions:
        steps = min(steps, len(self.future))
        if steps < 1:
            return self
        row = (self.present, *self.future)
        return Versions(row[steps], (*self.past, *row[:steps]), row[steps + 1 :])

    def filled(self, slots: Slots) -> Versions:
        """A model's content in every version, so that undo does not lose it."""

        def fill(version: Version) -> Version:
            return replace(version, document=with_slots(version.document, slots))

        return Versions(fill(self.present), tuple(map(fill, self.past)), tuple(map(fill, self.future)))
