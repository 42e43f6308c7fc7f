"""Wireframes whose words are only wavy lines: each wave stands for a line of text.

Used where a picture holds next to no readable writing. A wave becomes a line with the text SCRIBBLE, so that marks and
frames treat it as words; at the end it is an element without text. Pure functions over a scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from assistant.core.sketch import Box, Element, ElementType
from assistant.vision.ink import pieces
from assistant.vision.reader import OcrLine
from assistant.vision.scene import SCRIBBLE, Scene, TextSpan, line_of
from assistant.vision.shapes import Form, diagonals
from assistant.vision.texts import erase_outlines

FEW_WORDS = 2  # readable lines; with more the picture has real words, and its waves are drawn paragraphs
MOST_WAVES = 80
WIDEST = 0.7  # of the picture: a longer line is a rule


def scribbled_lines(scene: Scene) -> list[OcrLine]:
    """Waves as lines; none where the picture has words."""
    if len(scene.lines) > FEW_WORDS:
        return []
    unit = scene.unit
    frames = [s for s in scene.shapes if max(s.box.width, s.box.height) > 1.9 * unit]
    mask = erase_outlines(scene, [f.box for f in frames])
    for shape in scene.shapes:
        small = max(shape.box.width, shape.box.height) <= 1.9 * unit
        crossed = not small and (shape.form is Form.RING or diagonals(scene.ink.mask, shape.box) > 0.5)
        if crossed or (small and 0.6 < shape.box.width / shape.box.height < 1.6):
            box, rim = shape.box, 3
            mask[round(box.y) - rim : round(box.bottom) + rim, round(box.x) - rim : round(box.right) + rim] = 0
    reach = max(3, round(0.9 * unit))
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, reach), np.uint8))
    _, found = pieces(np.asarray(joined, np.uint8))
    widest = WIDEST * mask.shape[1]
    waves = [p.box for p in found if _is_wave(p.box, unit) and p.box.width < widest][:MOST_WAVES]
    margin = 0.25 * unit
    return [
        line_of(TextSpan(SCRIBBLE, 0.6, Box(b.x - margin, b.y - margin, b.width + 2 * margin, b.height + 2 * margin)))
        for b in waves
    ]


def without_scribbles(elements: Sequence[Element], unit: float) -> list[Element]:
    """Elements whose text was a wave, without it; waves one above the other become one paragraph."""
    waves = sorted((e for e in elements if e.text == SCRIBBLE and _is_text(e)), key=lambda e: e.box.y)
    others = [e if e.text != SCRIBBLE else replace(e, text="") for e in elements if e not in waves]
    stacks: list[list[Element]] = []
    for wave in waves:
        for stack in stacks:
            if _continues(stack[-1].box, wave.box, unit):
                stack.append(wave)
                break
        else:
            stacks.append([wave])
    return others + [_as_one(stack) for stack in stacks]


def _is_wave(box: Box, unit: float) -> bool:
    return box.width >= 1.4 * unit and box.height <= 1.6 * unit and box.width >= 1.8 * box.height


def _is_text(element: Element) -> bool:
    return element.type in (ElementType.TEXT, ElementType.HEADING, ElementType.LINK)


def _continues(above: Box, below: Box, unit: float) -> bool:
    shared = min(above.right, below.right) - max(above.x, below.x)
    alike = min(above.width, below.width) >= 0.6 * max(above.width, below.width)
    return alike and shared >= 0.6 * min(above.width, below.width) and below.y - above.bottom < 1.8 * unit


def _as_one(stack: Sequence[Element]) -> Element:
    box = stack[0].box
    for element in stack[1:]:
        box = box.union(element.box)
    kind = ElementType.PARAGRAPH if len(stack) > 1 else stack[0].type
    return replace(stack[0], type=kind, box=box, text="", lines=len(stack), evidence=("stroke",))
