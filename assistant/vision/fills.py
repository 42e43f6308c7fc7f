"""Coloured areas: what colour a part was filled with, and pictures of finished pages as drawings of their outlines.

A photo of paper keeps its pixels, and only the colours of found parts are measured. In a screenshot large even areas
become white paper with an outline, and the writing on them dark ink, so that it is read like any drawing. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box, Element, ElementType
from assistant.vision.ink import Mask, Pixels
from assistant.vision.scene import cut

EVEN_SHARE = 0.3  # of a picture's pixels that have one and the same colour: no photo has that
SMALLEST_SHARE = 0.002  # of the picture's area that a colour must cover to be one of its fills
MOST_COLOURS = 12
TOLERANCE = 14  # how far an even area's pixels are from its colour, for JPEG's sake
STRONG = 10  # difference of a fill from the ground that is meant: white cards on a pale page
LEAST_CHROMA = 42  # spread of the channels from which paper was coloured in, and is not shaded
FEWEST_ON_BAR = 2  # parts on an area that is neither a button nor a field: then it is a bar or a card
SOLID = 0.7  # share of its box that a filled area covers; letters leave holes
FILLED = (ElementType.BUTTON, ElementType.CARD, ElementType.INPUT, ElementType.TEXTAREA, ElementType.SELECT)
BEHIND = (0.18, 0.3)  # of the shorter side: how deep in a fill there is still nothing on it, and a pen has ended
GOES_ON = 0.4  # share of that belt that has the fill's colour
NOISE = 7  # difference from an even ground that JPEG makes
GAIN = 3.5  # on the contrast beyond it: hairlines of a screen are paler than any pen
LETTER = 0.62  # share of a small area that has its own colour: a bold D is a ring
LETTERS = 0.09  # of the picture's height: larger areas are no letters
BLACK = (40, 40, 40)
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fill:
    box: Box
    colour: str  # "#rrggbb"


@dataclass(frozen=True, slots=True, eq=False)
class Outlined:
    """A screenshot as a drawing. `ground` is the colour of its page."""

    image: Pixels
    fills: tuple[Fill, ...]
    ground: str

    def magnified(self, by: float) -> tuple[Fill, ...]:
        """The fills in a larger copy of the picture."""
        boxes = [Box(*(by * side for side in (f.box.x, f.box.y, f.box.width, f.box.height))) for f in self.fills]
        return tuple(replace(fill, box=box) for fill, box in zip(self.fills, boxes, strict=True))


def outlined(image: Pixels) -> Outlined | None:
    """The drawing of a screenshot; None for photos, and for pictures without any filled area."""
    ground, share = _commonest(image)
    if share < EVEN_SHARE:
        return None
    regions = _regions(image, ground)
    if not regions:
        return None
    out = np.repeat(_ink_on(image, ground)[..., None], 3, axis=2)
    own = np.zeros(image.shape[:2], bool)
    for region in regions:
        own |= region.own
    for region in regions:  # the largest first: what lies on it is painted after it
        area, letters = region.inside, region.inside & ~own
        out[area & region.own] = 255
        out[letters] = _ink_on(image, region.colour)[letters][:, None]
    for region in regions:
        box = region.box
        corners = (round(box.x), round(box.y)), (round(box.right) - 1, round(box.bottom) - 1)
        cv2.rectangle(out, *corners, BLACK, 2)
    fills = tuple(Fill(region.box, _hex(region.colour)) for region in regions)
    return Outlined(out, fills, _hex(ground))


def with_fills(elements: Sequence[Element], fills: Sequence[Fill]) -> tuple[Element, ...]:
    """The elements with the colours of the areas that they are."""

    def filled(element: Element) -> Element:
        best = max(fills, key=lambda fill: fill.box.overlap(element.box), default=None)
        if element.type not in FILLED or best is None or best.box.overlap(element.box) < 0.6:
            return element
        return replace(element, fill=best.colour)

    found = [filled(element) for element in elements]
    bars = [fill for fill in fills if not any(e.fill == fill.colour and e.box.overlap(fill.box) > 0.6 for e in found)]
    for fill in bars:
        inside = [e for e in elements if fill.box.contains(e.box)]
        if len(inside) >= FEWEST_ON_BAR:
            found.append(Element("", ElementType.CARD, fill.box, fill=fill.colour, evidence=("fill",)))
    return tuple(found)


def coloured_in(image: Pixels, mask: Mask, elements: Sequence[Element]) -> tuple[Element, ...]:
    """The elements with the colours they were coloured in with on paper: marker, crayon, pen of a tablet."""
    return tuple(
        replace(element, fill=colour) if (colour := _colour_inside(image, mask, element)) else element
        for element in elements
    )


def _colour_inside(image: Pixels, mask: Mask, element: Element) -> str:
    """Seen against the paper right outside, whatever the light."""
    if element.type not in FILLED:
        return ""
    box = element.box
    margin = 0.14 * min(box.width, box.height)
    inner = Box(box.x + margin, box.y + margin, box.width - 2 * margin, box.height - 2 * margin)
    inside = cut(image, inner)[cut(mask, inner) == 0]
    if len(inside) < 30:  # coloured so darkly that it counts as ink
        inside = cut(image, inner).reshape(-1, 3)
    outside = np.concatenate([_paper(image, mask, strip) for strip in _around(box, 3 * margin)])
    if len(inside) < 30 or len(outside) < 30:
        return ""
    paper = np.maximum(np.median(outside, axis=0), 40)
    seen = np.clip(255 * np.median(inside, axis=0) / paper, 0, 255)
    return _hex(tuple(int(v) for v in seen)) if float(np.ptp(seen)) > LEAST_CHROMA else ""


def _around(box: Box, reach: float) -> tuple[Box, ...]:
    """Strips of paper a little off each side."""
    off = 0.3 * reach
    return (
        Box(box.x, box.y - off - reach, box.width, reach),
        Box(box.x, box.bottom + off, box.width, reach),
        Box(box.x - off - reach, box.y, reach, box.height),
        Box(box.right + off, box.y, reach, box.height),
    )


def _paper(image: Pixels, mask: Mask, strip: Box) -> npt.NDArray[np.uint8]:
    height, width = mask.shape
    if strip.right <= 1 or strip.bottom <= 1 or strip.x >= width - 1 or strip.y >= height - 1:
        return np.zeros((0, 3), np.uint8)
    return np.asarray(cut(image, strip)[cut(mask, strip) == 0], np.uint8).reshape(-1, 3)


def _ink_on(image: Pixels, ground: tuple[int, ...]) -> Pixels:
    """White where the picture has the ground's colour, the darker the further it is from it."""
    distance = np.abs(image.astype(np.int16) - np.array(ground, np.int16)).max(axis=2)
    return np.asarray(np.clip(255 - GAIN * (distance - NOISE), 0, 255), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Region:
    box: Box
    colour: tuple[int, ...]  # BGR
    own: Flags
    """Its pixels that have its colour."""
    inside: Flags
    """Its pixels with all that is written on it."""


def _regions(image: Pixels, ground: tuple[int, ...]) -> list[_Region]:
    height, width = image.shape[:2]
    found: list[_Region] = []
    colours = _colours(image, ground)
    nearest = _nearest(image, (ground, *colours))
    for index, colour in enumerate(colours, start=1):
        even = np.where(nearest == index, 255, 0).astype(np.uint8)
        core = cv2.morphologyEx(even, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        contours, _ = cv2.findContours(core, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            x, y, w, h = cv2.boundingRect(contour)
            small = w < 0.02 * width or h < 0.015 * height or min(w, h) < 10
            if small or (w > 0.95 * width and h > 0.95 * height) or cv2.contourArea(contour) < SOLID * w * h:
                continue
            if h < LETTERS * height and _is_letter(even, (x, y, w, h)):
                continue
            inside = np.zeros(even.shape, np.uint8)
            cv2.drawContours(inside, [contour], -1, 255, cv2.FILLED)
            if _is_outline(even[y : y + h, x : x + w], inside[y : y + h, x : x + w]):
                continue
            found.append(_Region(Box(x, y, w, h), colour, even > 0, inside > 0))
    return sorted(found, key=lambda region: -region.box.area)


def _is_letter(even: Mask, box: tuple[int, int, int, int]) -> bool:
    """Is it a ring, or has it neighbours of its colour and height as close as letters stand?"""
    x, y, w, h = box
    if np.count_nonzero(even[y : y + h, x : x + w]) < LETTER * w * h:
        return True
    if w > 1.6 * h:
        return False
    reach = max(3, round(0.3 * h))
    sides = (even[y : y + h, max(0, x - reach) : x - 1], even[y : y + h, x + w + 1 : x + w + reach])
    return any(side.size and side.any() for side in sides)


def _is_outline(even: Mask, inside: Mask) -> bool:
    """Is it the stroke of a thick pen around an area? A fill goes on behind its rim."""
    depth = cv2.distanceTransform(cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    depth = depth[1:-1, 1:-1] / min(inside.shape)
    behind = (depth > BEHIND[0]) & (depth < BEHIND[1])
    return bool(np.count_nonzero(even[behind]) < GOES_ON * np.count_nonzero(behind))


def _nearest(image: Pixels, colours: Sequence[tuple[int, ...]]) -> npt.NDArray[np.uint8]:
    """For every pixel the index of the colour that it has; 255 for none of them."""
    wide = image.astype(np.int16)
    least = np.full(image.shape[:2], TOLERANCE + 1, np.int16)
    found = np.full(image.shape[:2], 255, np.uint8)
    for index, colour in enumerate(colours):
        distance = np.abs(wide - np.array(colour, np.int16)).max(axis=2)
        found[distance < least] = index
        least = np.minimum(least, distance)
    return found


def _colours(image: Pixels, ground: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Colours of even areas, other than the ground: the commonest first, and nothing that is nearly the same."""
    keys, counts = np.unique(_key(image), return_counts=True)
    order = np.argsort(-counts)[: 8 * MOST_COLOURS]
    chosen: list[tuple[int, ...]] = []
    for index in order:
        key = int(keys[index])
        colour = (key % 256, key // 256 % 256, key // 65536)
        far = all(max(abs(a - b) for a, b in zip(colour, c, strict=True)) > STRONG for c in (ground, *chosen))
        if counts[index] > SMALLEST_SHARE * image.shape[0] * image.shape[1] and far:
            chosen.append(colour)
    return chosen[:MOST_COLOURS]


def _key(image: Pixels) -> npt.NDArray[np.int32]:
    return np.asarray(image.reshape(-1, 3).astype(np.int32) @ np.array([1, 256, 65536]), np.int32)


def _commonest(image: Pixels) -> tuple[tuple[int, ...], float]:
    keys, counts = np.unique(_key(image), return_counts=True)
    key = int(keys[counts.argmax()])
    return (key % 256, key // 256 % 256, key // 65536), float(counts.max() / counts.sum())


def _hex(colour: tuple[int, ...]) -> str:
    blue, green, red = colour
    return f"#{red:02x}{green:02x}{blue:02x}"
