"""What a picture's outline and the marks around it say: that it is round, or one of several that take turns. Pure.

Marks count in their pattern only: one arrow on either side at half the height, or equal dots in a row in the middle
below. A single mark is a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.core.sketch import Box, Element, ElementType
from assistant.vision.ink import Piece
from assistant.vision.scene import Scene
from assistant.vision.shapes import Form

ROUND = "round"
"""Evidence of a picture that is a circle."""
SAME = 0.7  # least overlap of a picture and the ring it was drawn as
SMALLEST_PICTURE = 5.0  # letters: below smaller pictures stand words, not dots
ARROW_HEIGHT = (0.08, 0.45)  # of a picture's height
ARROW_REACH = 0.35  # of a picture's width
LEVEL = 0.2  # of a picture's height
DOT_SIZE = (0.25, 1.3)  # letters
ALIKE = 1.6  # the largest of a row of dots to the smallest
FEWEST, MOST = 3, 8
BELOW = 0.4  # of a picture's height


def with_galleries(scene: Scene, elements: Sequence[Element]) -> list[Element]:
    """The elements, with round pictures marked as such, and with the marks of carousels as text and icons."""
    known = [_rounded(scene, element) for element in elements]
    loose = [p for p in scene.pieces if not any(_is_in(p.box, e.box) for e in known if e.type is not ElementType.CARD)]
    made: list[Element] = []
    pictures = [e.box for e in known if e.type is ElementType.IMAGE and e.box.height > SMALLEST_PICTURE * scene.unit]
    for row in _rows(pictures):
        whole = row[0]
        for box in row[1:]:
            whole = whole.union(box)
        for kind, text, piece in (*_arrows(scene, whole, row[0], loose), *_dots(scene, whole, loose)):
            made.append(Element("", kind, piece.box, text, 0.6, evidence=("mark",)))
    return [*known, *made]


Mark = tuple[ElementType, str, Piece]


def _rounded(scene: Scene, element: Element) -> Element:
    if element.type is not ElementType.IMAGE or ROUND in element.evidence:
        return element
    rings = (shape for shape in scene.shapes if shape.form is Form.RING)
    is_round = any(_likeness(shape.box, element.box) > SAME for shape in rings)
    return replace(element, evidence=(*element.evidence, ROUND)) if is_round else element


def _likeness(one: Box, other: Box) -> float:
    shared = one.intersection(other)
    return shared / max(1.0, one.area + other.area - shared)


def _is_in(small: Box, big: Box) -> bool:
    return big.intersection(small) > 0.5 * small.area


def _rows(pictures: Sequence[Box]) -> list[list[Box]]:
    """Pictures of one height beside each other, from the left."""
    rows: list[list[Box]] = []
    for box in sorted(pictures, key=lambda b: b.x):
        row = next((r for r in rows if _is_level(r[0], box) and 0.7 < r[0].height / box.height < 1.4), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return rows


def _is_level(one: Box, other: Box) -> bool:
    return abs(one.centre[1] - other.centre[1]) < LEVEL * one.height


def _arrows(scene: Scene, row: Box, picture: Box, loose: Sequence[Piece]) -> list[Mark]:
    least, most = (share * picture.height for share in ARROW_HEIGHT)
    near = [p for p in loose if least < p.box.height < most and _is_level(picture, p.box)]
    reach = ARROW_REACH * picture.width
    left = [p for p in near if row.x - reach < p.box.centre[0] < row.x and _points(scene, p) < 0]
    right = [p for p in near if row.right < p.box.centre[0] < row.right + reach and _points(scene, p) > 0]
    if len(left) != 1 or len(right) != 1:
        return []
    return [(ElementType.TEXT, "<", left[0]), (ElementType.TEXT, ">", right[0])]


def _points(scene: Scene, piece: Piece) -> int:
    """-1 for an open arrow head to the left, 1 for one to the right, 0 for anything else.

    A head has its tip at half the height on one side, and two ends at the top and the bottom of the other.
    """
    box = piece.box
    x, y, width, height = round(box.x), round(box.y), round(box.width), round(box.height)
    ink = scene.labels[y : y + height, x : x + width] == piece.label
    rows, columns = np.nonzero(ink)
    if len(rows) < 12 or not 0.25 < width / max(1, height) < 1.3 or ink.mean() > 0.6:
        return 0
    down, across = rows / max(1, height - 1), columns / max(1, width - 1)
    for side, place in ((-1, across), (1, 1 - across)):
        tip, ends = down[place < 0.15], down[place > 0.8]
        if not len(tip) or not len(ends) or abs(float(tip.mean()) - 0.5) > 0.15 or float(np.ptp(tip)) > 0.5:
            continue
        if float(ends.min()) < 0.25 and float(ends.max()) > 0.75 and not np.any(np.abs(ends - 0.5) < 0.15):
            return side
    return 0


def _dots(scene: Scene, row: Box, loose: Sequence[Piece]) -> list[Mark]:
    least, most = (size * scene.unit for size in DOT_SIZE)
    below = [
        p
        for p in loose
        if least < p.box.height < most
        and 0.7 < p.box.width / p.box.height < 1.4
        and -0.02 * row.height < p.box.y - row.bottom < BELOW * row.height
        and row.x < p.box.centre[0] < row.right
    ]
    below.sort(key=lambda p: p.box.x)
    if not FEWEST <= len(below) <= MOST:
        return []
    heights = [p.box.height for p in below]
    middles = [p.box.centre for p in below]
    steps = np.diff([x for x, _ in middles])
    even = float(steps.max()) < ALIKE * max(1.0, float(steps.min())) and float(steps.max()) < 6 * max(heights)
    level = max(y for _, y in middles) - min(y for _, y in middles) < 0.8 * max(heights)
    centred = abs((middles[0][0] + middles[-1][0]) / 2 - row.centre[0]) < 0.12 * row.width
    if not (even and level and centred and max(heights) < ALIKE * min(heights)):
        return []
    return [(ElementType.ICON, "", piece) for piece in below]
