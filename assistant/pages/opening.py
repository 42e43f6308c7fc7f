"""From a reading to the page as drawn: laid out, in the drawing's own colours, with what was noted in red. Pure."""

from __future__ import annotations

from dataclasses import replace

from assistant.core.sketch import SketchReading
from assistant.pages.document import PAGE, Document, open_document
from assistant.pages.intake import intake
from assistant.pages.intents import Slots
from assistant.pages.placing import Declined, restyled
from assistant.pages.red_ink import with_red_ink
from assistant.pages.stylesheet import HEX, contrast

DARK_CONTRAST = 8.0  # of white on a ground: more is a dark theme
PAPER_CONTRAST = 1.12  # of a ground on white: less is paper


def open_drawn(reading: SketchReading, title: str, slots: Slots | None = None) -> Document:
    reading = intake(reading)
    document = open_document(reading, title, slots)
    return with_red_ink(with_colours(document, reading), reading.instructions)


def with_colours(document: Document, reading: SketchReading) -> Document:
    """The document in the colours of the drawing. Writing on a colour takes the ink that is readable there."""
    if HEX.fullmatch(reading.ground):
        if contrast("#ffffff", reading.ground) > DARK_CONTRAST:
            document = replace(document, look=replace(document.look, theme="dark"))
        elif contrast("#ffffff", reading.ground) > PAPER_CONTRAST:
            document = document.with_style(PAGE, replace(document.style(PAGE), background=reading.ground))
    for element in reading.elements:
        if HEX.fullmatch(element.fill):
            style = replace(document.style(element.id), background=element.fill)
            outcome = restyled(document, element.id, style)
            document = document if isinstance(outcome, Declined) else outcome
    return document
