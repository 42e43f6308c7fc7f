"""The hand of a model that sees: streams a page, and holds it until it is checked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from assistant.core.errors import EngineError
from assistant.core.ports import LanguageModel
from assistant.core.sketch import Element, SketchReading
from assistant.core.types import Picture
from assistant.pages.document import Document
from assistant.pages.gates import objection
from assistant.pages.written_page import LONGEST_PAGE, is_wanted, kept_inside, page_in, request

UNFINISHED = "The model's page was cut off."
STEP = 300  # characters between two looks: cleaning a page takes some milliseconds of everybody's time
EMPTY = "The model wrote no page."


class Hand:
    """`choice` is PageSettings.written."""

    def __init__(self, choice: str) -> None:
        self._choice = choice
        self._title, self._language = "", "en"
        self._page = ""
        self._trouble = ""

    async def write(
        self, document: Document, reading: SketchReading, model: LanguageModel, picture: Picture
    ) -> AsyncIterator[str]:
        """The page as far as it is written, safe to show; nothing where this model is not made for it."""
        self._page = self._trouble = ""
        if not reading.elements or not is_wanted(await model.traits(), self._choice):
            return
        self._title, self._language = document.page_title or document.title, document.language
        answer, ended, looked_at = "", "", 0
        async with aclosing(model.stream(request(reading, picture))) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                answer, ended = answer + delta.text, delta.finish_reason or ended
                if len(answer) > LONGEST_PAGE:
                    raise EngineError("The model's page was too long.", "")
                if len(answer) - looked_at >= STEP and (page := page_in(answer)):
                    looked_at = len(answer)
                    yield kept_inside(page, self._title, self._language, is_running=False)
        self._page = page_in(answer)
        if not self._page:
            self._trouble = EMPTY
        elif ended == "length" or "</html>" not in self._page.lower():
            self._page, self._trouble = "", UNFINISHED

    async def finished(self, compiled: str, drawn: Sequence[Element]) -> tuple[str, str]:
        """The page that was written, or why there is none that may be shown."""
        page, self._page = self._page, ""
        if not page:
            return "", self._trouble
        html = kept_inside(page, self._title, self._language, is_running=True)
        trouble = await asyncio.to_thread(objection, html, compiled, drawn)
        return ("", trouble) if trouble else (html, "")
