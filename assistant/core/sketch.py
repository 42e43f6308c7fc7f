"""What was seen in a picture of a page: elements with boxes, and the tree they form.

Pure values. `vision/` makes them from pixels and `pages/` makes a page from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ElementType(StrEnum):
    HEADING = "heading"
    TEXT = "text"
    PARAGRAPH = "paragraph"  # a squiggle: text that was only hinted at
    BUTTON = "button"
    INPUT = "input"
    TEXTAREA = "textarea"
    CHECKBOX = "checkbox"  # the box includes the label
    RADIO = "radio"  # the box includes the label
    SELECT = "select"
    IMAGE = "image"
    ICON = "icon"
    LINK = "link"
    TABLE = "table"
    LIST = "list"
    CARD = "card"
    DIVIDER = "divider"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the rectified picture: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        return self.width * self.height

    def union(self, other: Box) -> Box:
        left, top = min(self.x, other.x), min(self.y, other.y)
        return Box(left, top, max(self.right, other.right) - left, max(self.bottom, other.bottom) - top)

    def intersection(self, other: Box) -> float:
        """Shared area in square pixels."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        if not width > 0:  # most pairs: decided first, for this is asked of every pair of a crowded picture
            return 0.0
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return width * height if height > 0 else 0.0

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.intersection(other)
        whole = self.area + other.area - shared
        return shared / whole if whole else 0.0

    def contains(self, other: Box, share: float = 0.9) -> bool:
        """Does at least `share` of the other box lie inside this one?"""
        area = other.width * other.height
        return area > 0 and self.intersection(other) >= share * area


@dataclass(frozen=True, slots=True)
class Element:
    """One thing drawn on the page. `confidence` is 0 to 1; `checked` matters for checkboxes and radios only."""

    id: str
    type: ElementType
    box: Box
    text: str = ""
    confidence: float = 1.0
    checked: bool = False
    lines: int = 1
    """Drawn text lines, for text and squiggles."""
    evidence: tuple[str, ...] = ()
    """Why it was taken for this: "ocr", "shape", "detector", ... shown when the user asks."""
    fill: str = ""
    """The colour it was filled with, "#rrggbb"; empty for bare paper."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """Red ink: a note to the builder, never content. `target` is the id of the nearest element."""

    text: str
    box: Box
    target: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A drawn arrow, from its tail to its tip, in pixels of the picture."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class SketchReading:
    """Everything found in one picture. `width` and `height` are the rectified picture's, in pixels."""

    width: int
    height: int
    elements: tuple[Element, ...]
    instructions: tuple[Instruction, ...] = ()
    language: str = "en"
    ground: str = ""
    """The colour of the page where it is a screenshot, "#rrggbb"; empty for paper."""
    stage_seconds: dict[str, float] = field(default_factory=dict)
    """Wall seconds per stage: decode, rectify, ocr, shapes, elements, detector."""
    arrows: tuple[Arrow, ...] = ()
    """Between the screens of one drawing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A generated page. `html` is one self-contained file: it asks the network for nothing."""

    title: str
    html: str = field(repr=False)
    element_count: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of a request to change a page: a sentence for the user, and whether the page is another one now."""

    said: str
    changed: bool = False
    variants: tuple[Page, ...] = ()
    """Pages to choose from, where that was asked for."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What the user says a found element really is. None leaves a field as it was read."""

    element_id: str
    """Empty where the reader has missed an element: then type and box are given."""
    type: ElementType | None = None
    text: str | None = None
    box: Box | None = None
    is_removed: bool = False
    """There is nothing drawn there."""


@dataclass(frozen=True, slots=True)
class VersionList:
    """Every state a page was and is in, oldest first: what made each one, and which is shown."""

    sentences: tuple[str, ...]
    current: int


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version as it is kept: its sentence, and a text that only the page's maker understands."""

    sentence: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WorkRecord:
    """A page with everything it was, as it is kept. `number` tells the works of a conversation apart."""

    number: int
    name: str
    versions: tuple[VersionRecord, ...]
    current: int
    picture: bytes = field(default=b"", repr=False)
    """The flat picture of the sketch, PNG."""
    size: tuple[int, int] = (0, 0)
    """Of the picture, in pixels."""
    thumbnails: tuple[bytes, ...] = field(default=(), repr=False)
    """Small pictures of the versions, PNG; empty where there is none."""


Places = tuple[tuple[str, Box], ...]
"""Where parts of a page stand on the screen, by id."""
