"""Writing that the text detector passed over: short words, mostly, in or beside boxes.

Ink the size of letters that lies in no line is gathered into words and shown to the recogniser. Pure but for that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np

from assistant.core.sketch import Box
from assistant.vision.ink import Piece, pieces
from assistant.vision.reader import OcrLine
from assistant.vision.scene import Scene, TextSpan, cut, line_of
from assistant.vision.shapes import Form, diagonals

MOST_WORDS = 16  # more unread pieces are no words but a drawing
SURE = 0.75
WORD = re.compile(r"[^\W_].*[^\W_]|[$€£]\s?\d")  # two letters or digits, or a price


def unread_lines(scene: Scene) -> list[OcrLine]:
    """Lines to add to the scene's own."""
    boxes = _words(scene)
    if not boxes or len(boxes) > 4 * MOST_WORDS:
        return []
    boxes = sorted(boxes, key=lambda b: -b.area)[:MOST_WORDS]
    margin = 0.25 * scene.unit
    read = scene.recognise([np.ascontiguousarray(cut(scene.image, box, margin)) for box in boxes])
    found = []
    for box, (text, sure) in zip(boxes, read, strict=True):
        if sure >= SURE and WORD.search(text):
            grown = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
            found.append(line_of(TextSpan(text, sure, grown)))
    return found


def _words(scene: Scene) -> list[Box]:
    """Boxes around neighbouring pieces that no line covers."""
    unit = scene.unit
    outlines = [s.box for s in scene.shapes if max(s.box.width, s.box.height) > 2 * unit]
    closed = [
        s.box
        for s in scene.shapes
        if s.form is Form.RING or (s.box in outlines and diagonals(scene.ink.mask, s.box) > 0.5)
    ]
    letters = [p for p in scene.pieces if _is_letter_sized(p, unit) and not _is_known(p, scene.lines, closed)]
    canvas = np.zeros_like(scene.ink.mask)
    for piece in letters:
        box = piece.box
        top, left = round(box.y), round(box.x)
        canvas[top : round(box.bottom), left : round(box.right)] = 255
    reach = max(3, round(0.9 * unit)) | 1
    joined = cv2.morphologyEx(canvas, cv2.MORPH_CLOSE, np.ones((max(3, round(0.15 * unit)), reach), np.uint8))
    _, found = pieces(np.asarray(joined, np.uint8))
    return [p.box for p in found if p.box.width >= 0.9 * unit and 0.45 * unit <= p.box.height <= 2.5 * unit]


def _is_letter_sized(piece: Piece, unit: float) -> bool:
    box = piece.box
    low = box.height >= 0.2 * unit or box.width >= 0.2 * unit
    return low and box.height <= 2.0 * unit and box.width <= 7 * unit and box.width < 9 * max(box.height, 1.0)


def _is_known(piece: Piece, lines: Sequence[OcrLine], closed: Sequence[Box]) -> bool:
    x, y = piece.box.centre
    boxes = [line.box for line in lines if line.confidence > 0.45] + list(closed)
    return any(b.x <= x <= b.right and b.y <= y <= b.bottom for b in boxes)
