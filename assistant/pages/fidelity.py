"""How true a page is to the drawing it was made from: place, size and presence of every part. Pure.

Both sides are laid over each other by the box around all their parts, so that margins do not count. The drawing's side
is what was read, never what somebody knows to be right: this is a measure that a program can take of itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.core.sketch import Box, Element

SLACK = 0.03  # of the page: what is less far off is where it was drawn
SHARES = (0.6, 0.25, 0.15)  # of place, size and presence in the score


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a part is from where it was drawn, as shares of the whole drawing; positive is right and down."""

    id: str
    right: float
    down: float


@dataclass(frozen=True, slots=True)
class Fidelity:
    score: float
    """0 to 1."""
    differences: tuple[Difference, ...]
    """The parts that are out of place, the worst first."""
    missing: tuple[str, ...]


def fidelity(drawn: Sequence[Element], shown: Mapping[str, Box]) -> Fidelity:
    """Compare by id. What is not shown counts as missing; what was not drawn has no id and does not count."""
    found = [e for e in drawn if e.id in shown and shown[e.id].area > 0]
    missing = tuple(e.id for e in drawn if e not in found)
    if not found:
        return Fidelity(0.0, (), missing)
    here, there = _hull([e.box for e in found]), _hull([shown[e.id] for e in found])
    pairs = [(e.id, _relative(e.box, here), _relative(shown[e.id], there)) for e in found]
    offsets = [Difference(name, b.centre[0] - a.centre[0], b.centre[1] - a.centre[1]) for name, a, b in pairs]
    place = sum(1 - min(1.0, max(abs(o.right), abs(o.down))) for o in offsets) / len(offsets)
    area = sum(a.area + b.area for _, a, b in pairs)
    shared = sum((a.area + b.area) * a.overlap(b) for _, a, b in pairs)
    parts = (place, shared / area if area else 0.0, len(found) / len(drawn))
    wrong = sorted((o for o in offsets if _size(o) > SLACK), key=_size, reverse=True)
    return Fidelity(sum(s * p for s, p in zip(SHARES, parts, strict=True)), tuple(wrong), missing)


def _size(difference: Difference) -> float:
    return max(abs(difference.right), abs(difference.down))


def _hull(boxes: Sequence[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


def _relative(box: Box, whole: Box) -> Box:
    width, height = max(whole.width, 1.0), max(whole.height, 1.0)
    return Box((box.x - whole.x) / width, (box.y - whole.y) / height, box.width / width, box.height / height)
