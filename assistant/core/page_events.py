"""What happens to pages: jobs, looks, versions, and changes by hand. The same kind of facts as in `events.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.core.events import Event
from assistant.core.sketch import Correction, Page, Places, SketchReading, VersionList
from assistant.core.types import Picture


@dataclass(frozen=True, slots=True)
class PageJobStarted(Event):
    job: int
    name: str
    """File name, or where the picture came from."""


@dataclass(frozen=True, slots=True)
class PageJobProgressed(Event):
    job: int
    stage: str  # "decode" | "read" | "compile" | "think" | "fill"
    share: float = 0.0
    """How much of a stage of known length is done, 0 to 1: thinking has one."""


@dataclass(frozen=True, slots=True)
class SketchRead(Event):
    job: int
    reading: SketchReading
    picture: Picture


@dataclass(frozen=True, slots=True)
class PagePainted(Event):
    """A page can be shown. `final` is False while the language model still fills it."""

    job: int
    page: Page
    final: bool


@dataclass(frozen=True, slots=True)
class ElementSelected(Event):
    """The user has clicked a part in the sketch or the page. Empty id: none. PartSelected says what came of it."""

    job: int
    element_id: str


@dataclass(frozen=True, slots=True)
class ShapedByHand(Event):
    """The user has done something to a page with the mouse or the keys."""

    job: int


@dataclass(frozen=True, slots=True)
class ElementCorrected(ShapedByHand):
    """A found element is something else than was read."""

    correction: Correction


@dataclass(frozen=True, slots=True)
class VersionStepped(ShapedByHand):
    """-1 is undo, 1 is redo."""

    steps: int


@dataclass(frozen=True, slots=True)
class VersionChosen(ShapedByHand):
    index: int
    """In VersionsListed."""


@dataclass(frozen=True, slots=True)
class VariantChosen(ShapedByHand):
    """A click on one of the variants on offer; None keeps the page as it is."""

    index: int | None


@dataclass(frozen=True, slots=True)
class InkDrawn(ShapedByHand):
    """The user has drawn on top of the running page. `places` are in pixels of the picture, which holds only ink."""

    picture: Picture
    places: Places


@dataclass(frozen=True, slots=True)
class RepairAsked(ShapedByHand):
    """The page has shown an error. `element_id` is the part that had the focus then, as the page tells it."""

    problem: str
    element_id: str = ""


@dataclass(frozen=True, slots=True)
class ThumbnailTaken(ShapedByHand):
    """A small picture of a version, as the window has painted it. Nothing of the page changes."""

    index: int
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThumbnailsRestored(Event):
    """Small pictures of the versions of a page that was kept, PNG each; empty where there is none."""

    job: int
    pictures: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PartSelected(Event):
    """What "this" means from now on, after a look whether it is there. An empty id: nothing."""

    job: int
    element_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class VersionsListed(Event):
    job: int
    versions: VersionList


@dataclass(frozen=True, slots=True)
class ReadingCorrected(Event):
    """The elements of a sketch as they are known now: corrected by the user, or taken back."""

    job: int
    reading: SketchReading


@dataclass(frozen=True, slots=True)
class PageEdited(Event):
    """The user has changed a page, by words or by hand; PagePainted with the new page comes right after."""

    job: int
    said: str


@dataclass(frozen=True, slots=True)
class VariantsOffered(Event):
    """Pages to show side by side, from left to right, for the user to click or name. None: that is over."""

    job: int
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class PageJobFailed(Event):
    job: int
    what: str
    advice: str
