"""Light strokes on a dark ground, as on blackboards and tablets at night: turned into dark strokes on light paper.

Pure.
"""

from __future__ import annotations

import cv2
import numpy as np

from assistant.vision.ink import Pixels

DARKEST_PAPER = 105  # median of the grey values: paper in the shade stays above
INK_STEP = 60  # how much brighter than the ground a stroke is
MOST_INK = 0.22  # share of a drawing that is ink; more is a sheet on a dark table
LEAST_INK = 0.001


def is_light_on_dark(image: Pixels) -> bool:
    height, width = image.shape[:2]
    scale = min(1.0, 640 / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    grey = small.max(axis=2)
    ground = float(np.median(grey))
    bright = float(np.mean(grey > ground + INK_STEP))
    dark = float(np.mean(grey < ground - INK_STEP))
    return bool(ground < DARKEST_PAPER and LEAST_INK < bright < MOST_INK and bright > dark)


def on_light_paper(image: Pixels) -> Pixels:
    """The picture with light and dark exchanged where it is light on dark; hues stay, so red ink stays red."""
    if not is_light_on_dark(image):
        return image
    wide = image.astype(np.int16)
    turned = wide + (255 - wide.max(axis=2) - wide.min(axis=2))[..., None]
    return np.asarray(np.clip(turned, 0, 255), np.uint8)
