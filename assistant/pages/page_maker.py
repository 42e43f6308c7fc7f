"""The PageMaker of the program: compiles what was read, then lets a model fill what was only hinted at."""

from __future__ import annotations

from assistant.core.ports import LanguageModel
from assistant.core.sketch import Page, SketchReading
from assistant.pages.compiler import compile_page
from assistant.pages.slots import fill_slots


class PageMaker:
    """Implements core.ports.PageMaker."""

    def compile(self, reading: SketchReading, title: str) -> Page:
        return compile_page(reading, title)

    async def fill(self, reading: SketchReading, title: str, model: LanguageModel) -> Page:
        return compile_page(reading, title, await fill_slots(reading, model), revision=1)
