"""Bars of a chart: empty frames side by side on one base line, equally wide and of different heights. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from assistant.core.sketch import Box
from assistant.vision.scene import TextSpan
from assistant.vision.shapes import Form, Shape

FEWEST = 4
LEVEL = 0.6  # letter heights that bars may miss their base line by
WIDER = 1.5  # the widest bar to the narrowest
HIGHER = 1.4  # the highest bar to the lowest: buttons in a row are of one height


def find_charts(frames: Sequence[Shape], texts: Sequence[TextSpan], unit: float) -> list[Box]:
    """The places of bar charts."""
    empty = [f.box for f in frames if f.form is Form.BOX and not any(f.box.contains(t.box, 0.5) for t in texts)]
    rest = sorted((box for box in empty if box.width < 8 * unit), key=lambda b: b.x)
    charts: list[Box] = []
    while rest:
        bars = [box for box in rest if abs(box.bottom - rest[0].bottom) < LEVEL * unit]
        rest = [box for box in rest if box not in bars]
        if _are_bars(bars):
            whole = bars[0]
            for bar in bars[1:]:
                whole = whole.union(bar)
            charts.append(whole)
    return charts


def _are_bars(boxes: Sequence[Box]) -> bool:
    if len(boxes) < FEWEST:
        return False
    widths, heights = [b.width for b in boxes], [b.height for b in boxes]
    apart = all(0 <= after.x - before.right + 4 < 2.5 * max(widths) for before, after in pairwise(boxes))
    return apart and max(widths) < WIDER * min(widths) and max(heights) > HIGHER * min(heights)
