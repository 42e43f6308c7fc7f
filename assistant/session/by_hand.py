"""What the user does to a page with mouse and keys: each act changes the page as a spoken edit would, at once."""

from __future__ import annotations

from assistant.core.page_events import (
    ElementCorrected,
    InkDrawn,
    RepairAsked,
    ShapedByHand,
    VariantChosen,
    VersionChosen,
    VersionStepped,
)
from assistant.core.ports import EditablePage, SketchReader
from assistant.core.sketch import Edited


async def carry_out(event: ShapedByHand, page: EditablePage, reader: SketchReader) -> Edited:
    """Only ink takes time: it is read first, and the page is touched after that. Raises AssistantError."""
    match event:
        case ElementCorrected():
            return page.correct(event.correction)
        case VersionStepped():
            return page.step(event.steps)
        case VersionChosen():
            return page.go_to(event.index)
        case VariantChosen():
            return page.take(event.index)
        case RepairAsked():
            return page.mend(event.problem, event.element_id)
        case InkDrawn():
            return page.draw(await reader.read(event.picture), event.places)
    return Edited("")
