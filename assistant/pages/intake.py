"""What a reading must be before a page is built from it: finite boxes, unique safe ids, writable texts, bounded size.

Pure. The picture's author is not trusted, so nothing after this has to doubt an element again.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from assistant.core.sketch import Element, SketchReading
from assistant.pages.markup import html_id

MOST_ELEMENTS = 400  # a drawn page holds some dozens; more is a wallpaper, and cutting it would take seconds
LONGEST_TEXT = 2000  # characters of one element
MOST_LINES = 40
RESERVED = frozenset({"toast", "page-data"})  # the kit's own ids
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", re.ASCII)
UNWRITABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)  # control characters, invisible and turning ones, halves of pairs


def intake(reading: SketchReading) -> SketchReading:
    """The same reading with only elements a page can show, in the same order."""
    elements: list[Element] = []
    taken: set[str] = set()
    for element in reading.elements:
        box = element.box
        if not all(map(math.isfinite, (box.x, box.y, box.width, box.height))) or box.width <= 0 or box.height <= 0:
            continue
        name = html_id(element.id)
        while name in taken or name in RESERVED:
            name += "-2"
        taken.add(name)
        text = UNWRITABLE.sub("", element.text)[:LONGEST_TEXT]
        lines = min(max(1, element.lines), MOST_LINES)
        elements.append(replace(element, id=name, text=text, lines=lines))
        if len(elements) == MOST_ELEMENTS:
            break
    targets = {old.id: html_id(old.id) for old in reading.elements}
    notes = tuple(replace(note, target=targets.get(note.target, "")) for note in reading.instructions)
    language = reading.language if LANGUAGE.fullmatch(reading.language) else "en"
    return replace(reading, elements=tuple(elements), instructions=notes, language=language)
