"""A whole page written by a model that sees: shown as it is written, kept only when it stands every check.

The compiled page was shown before and is shown again where the model is late, fails or writes a worse one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

from assistant.core.errors import AssistantError
from assistant.core.events import NoticeShown
from assistant.core.page_events import PagePainted
from assistant.core.ports import EditablePage, Emit, LanguageModel
from assistant.core.sketch import Edited, Page
from assistant.core.types import Picture

WRITE_SECONDS = 240.0  # 4000 tokens at seventeen a second
PAINT_SECONDS = 0.7  # between two looks at a page that is being written: quicker ones only flicker


async def write(editable: EditablePage, picture: Picture, model: LanguageModel, paint: Callable[[str], None]) -> Edited:
    """What came of it; `paint` is given the page so far. Cancelling leaves the page as it was."""
    loop = asyncio.get_running_loop()
    painted = loop.time()
    async with asyncio.timeout(WRITE_SECONDS), aclosing(editable.write(model, picture)) as pages:  # type: ignore[type-var]
        async for html in pages:
            if loop.time() - painted >= PAINT_SECONDS:
                painted = loop.time()
                paint(html)
    return await editable.adopt()


async def written(
    number: int, page: Page, editable: EditablePage, picture: Picture, model: LanguageModel, emit: Emit
) -> bool:
    """Is the page another one now? Otherwise the page is shown again as it was, with a sentence that says why."""
    shown: list[str] = []

    def paint(html: str) -> None:
        shown.append(html)
        emit(PagePainted(number, replace(page, html=html), False))

    edited = Edited("")
    try:
        edited = await write(editable, picture, model, paint)
    except TimeoutError:
        edited = Edited("The model took too long to write it.")
    except AssistantError as error:
        edited = Edited(error.what)
    finally:
        if shown and not edited.changed:
            emit(PagePainted(number, page, True))
    if not edited.changed and edited.said:
        emit(NoticeShown("info", "The page stays as drawn.", edited.said))
    return edited.changed
