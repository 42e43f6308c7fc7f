"""Which text names which field: the nearest one to the left in its row, or right above it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.core.sketch import Element, ElementType

FIELDS = frozenset({ElementType.INPUT, ElementType.TEXTAREA, ElementType.SELECT})
NAMES = frozenset({ElementType.TEXT, ElementType.HEADING})
LONGEST_NAME = 40  # characters; longer texts are content


def field_labels(elements: Iterable[Element]) -> dict[str, str]:
    """Label text's element id -> field's element id. Every text names at most one field, the nearest.

    The first heading names the page, and a text without letters nothing.
    """
    elements = tuple(elements)
    fields = [element for element in elements if element.type in FIELDS]
    title = next((element.id for element in elements if element.type is ElementType.HEADING), "")
    texts = [e for e in elements if e.type in NAMES and e.id != title and 0 < len(e.text.strip()) <= LONGEST_NAME]
    pairs = sorted(
        ((distance, text.id, field.id) for field in fields for text in texts if (distance := _distance(text, field))),
    )
    labels: dict[str, str] = {}
    named: set[str] = set()
    for _, text_id, field_id in pairs:
        if text_id not in labels and field_id not in named:
            labels[text_id] = field_id
            named.add(field_id)
    return labels


def _distance(text: Element, field: Element) -> float | None:
    """Gap in pixels where the text may name the field, else None; above counts a little nearer than beside."""
    line = text.box.height / text.lines
    overlap_y = min(text.box.bottom, field.box.bottom) - max(text.box.y, field.box.y)
    if overlap_y > 0.5 * min(line, field.box.height):
        gap = field.box.x - text.box.right
        return max(gap, 1.0) if -0.3 * line < gap < 8 * line else None
    gap = field.box.y - text.box.bottom
    starts_alike = abs(text.box.x - field.box.x) < max(2.5 * line, 0.3 * field.box.width)
    if starts_alike and -0.5 * line < gap < 1.8 * line:
        return max(gap, 1.0) * 0.8
    return None
