"""Small pictures for tests."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image


@cache
def noise(seed: int, width: int = 48, height: int = 40) -> bytes:
    """A PNG of random points: no two seeds are alike to any model."""
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
