"""Draft, look, repair: a browser lays the page out, it is compared with the drawing, moved into place, kept if truer.

Pure but for the ruler that is given: it measures pages (measure.py). The drawing is what was read; no more is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.compiler import compile_document
from assistant.pages.document import Document
from assistant.pages.fidelity import fidelity
from assistant.pages.measure import Measured
from assistant.pages.measures import Fit
from assistant.pages.tree import Kind, Node, first_id

Ruler = Callable[[Sequence[str]], Sequence[Measured]]

WIDTHS = (1.0, 0.85, 0.72, 0.62, 0.53)  # of the usual page: handwriting is wide, so a page true to it is narrow
PITCHES = (1.0, 1.2)
NARROWEST = 340  # pixels, a telephone
SPACES = (8, 150)  # pixels between parts: closer reads as one, wider as two pages
MOST_REPAIRS = 3
BETTER = 0.002  # less is noise of rounding
COMPARED_NOT = (ElementType.CARD, ElementType.TABLE, ElementType.LIST, ElementType.DIVIDER)


@dataclass(frozen=True, slots=True)
class Fitted:
    document: Document
    fidelity: float
    """0 to 1, against what was read."""
    boxes: Mapping[str, Box]


def measured(documents: Sequence[Document], drawn: Sequence[Element], ruler: Ruler) -> list[Fitted]:
    """The documents with how true they are, in the order given."""
    boxes = [found.boxes for found in ruler([compile_document(document).html for document in documents])]
    compared = [e for e in drawn if e.type not in COMPARED_NOT]
    return [Fitted(d, fidelity(compared, b).score, b) for d, b in zip(documents, boxes, strict=True)]


def drafts(document: Document) -> list[Document]:
    """The page as it is, and in other proportions."""
    usual = replace(document, fit=Fit()).measures().width
    widths = sorted({max(NARROWEST, round(usual * share)) for share in WIDTHS}, reverse=True)
    return [document, *(replace(document, fit=Fit(width, pitch)) for width in widths for pitch in PITCHES)]


def repaired(best: Fitted, drawn: Sequence[Element]) -> Document:
    """The page with every part moved towards where it was drawn."""
    places = {element.id: element.box for element in drawn if element.id in best.boxes}
    spaces = dict(best.document.fit.spaces)
    if places:
        factor = _height(best.boxes[name] for name in places) / max(1.0, _height(places.values()))
        _respace(best.document.root, places, best.boxes, factor, spaces)
    return replace(best.document, fit=replace(best.document.fit, spaces=spaces))


def fitted(document: Document, drawn: Sequence[Element], ruler: Ruler) -> Document:
    """The truest page that was found: other proportions first, then every part towards its place, while that helps."""
    tried = measured(drafts(document), drawn, ruler)
    best = tried[0]
    for draft in tried[1:]:
        best = draft if better(draft, best) else best
    for _ in range(MOST_REPAIRS):
        (moved,) = measured([repaired(best, drawn)], drawn, ruler)
        if not better(moved, best):
            break
        best = moved
    return best.document


def better(one: Fitted, other: Fitted) -> bool:
    return one.fidelity > other.fidelity + BETTER


def _respace(
    node: Node, drawn: Mapping[str, Box], shown: Mapping[str, Box], factor: float, spaces: dict[str, int]
) -> None:
    """Correct the space above each part of every column by how far it is from its place beside the one above."""
    for child in node.children:
        _respace(child, drawn, shown, factor, spaces)
    if node.kind in (Kind.ROW, Kind.TABLE, Kind.LEAF):
        return
    known = [(child, _place(child, drawn), _place(child, shown)) for child in node.children]
    moved = 0.0
    anchor: tuple[float, float] | None = None
    last_bottom: float | None = None
    for child, there, here in known:
        if there is None or here is None:
            continue
        if anchor is not None and last_bottom is not None:
            wish = (there.centre[1] - anchor[0]) * factor - (here.centre[1] - anchor[1])
            space = here.y - last_bottom + wish - moved
            kept = min(SPACES[1], max(SPACES[0], space))
            spaces[first_id(child)] = round(kept)
            moved += kept - (here.y - last_bottom)
        else:
            anchor = (there.centre[1], here.centre[1])
        last_bottom = here.bottom


def _place(node: Node, boxes: Mapping[str, Box]) -> Box | None:
    """The box around everything in the part whose place is known."""
    found = [boxes[element.id] for element in node.elements() if element.id in boxes]
    if not found:
        return None
    whole = found[0]
    for box in found[1:]:
        whole = whole.union(box)
    return whole


def _height(boxes: Iterable[Box]) -> float:
    known = list(boxes)
    return max(box.bottom for box in known) - min(box.y for box in known)
