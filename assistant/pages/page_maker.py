"""The PageMaker of the program: compiles what was read, then lets a model fill what was only hinted at."""

from __future__ import annotations

from assistant.core.ports import LanguageModel
from assistant.core.sketch import Page, SketchReading, WorkRecord
from assistant.pages.archive import restored
from assistant.pages.compiler import compile_page
from assistant.pages.editor import PageEditor
from assistant.pages.fitting import Ruler
from assistant.pages.measure import measure
from assistant.pages.opening import open_drawn
from assistant.pages.slots import QUESTION_SECONDS, fill_slots
from assistant.pages.written_page import NEVER


class PageMaker:
    """Implements core.ports.PageMaker. `question_seconds` is how long a model may take for one answer.

    `written` says when a model that sees writes the whole page (PageSettings.written).
    """

    def __init__(
        self, question_seconds: float = QUESTION_SECONDS, ruler: Ruler = measure, written: str = NEVER
    ) -> None:
        self._question_seconds = question_seconds
        self._ruler = ruler
        self._written = written

    def compile(self, reading: SketchReading, title: str) -> Page:
        return compile_page(reading, title)

    def open(self, reading: SketchReading, title: str) -> PageEditor:
        return PageEditor(open_drawn(reading, title), reading, self._question_seconds, self._ruler, self._written)

    def reopen(self, work: WorkRecord) -> PageEditor | None:
        versions = restored(work)
        return None if versions is None else PageEditor.of_versions(versions, self._question_seconds, self._ruler)

    async def fill(self, reading: SketchReading, title: str, model: LanguageModel) -> Page:
        slots = await fill_slots(reading, model, self._question_seconds)
        return compile_page(reading, title, slots, revision=1)
