"""Page jobs: a dropped picture becomes a page beside the conversation.

    decode ─▶ read ─▶ compile ─▶ first paint ─▶ thinking longer ─▶ the model fills the slots ─▶ final paint

The conversation comes first: while a reply is made, thinking and filling stop, and go on when the floor is free.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError, StorageError
from assistant.core.events import NoticeShown
from assistant.core.page_events import (
    PageEdited,
    PageJobFailed,
    PageJobProgressed,
    PageJobStarted,
    PagePainted,
    PartSelected,
    ReadingCorrected,
    ShapedByHand,
    SketchRead,
    ThumbnailsRestored,
    ThumbnailTaken,
    VariantsOffered,
    VersionsListed,
)
from assistant.core.ports import ConversationStore, EditablePage, Emit, LanguageModel, PageMaker, SketchReader
from assistant.core.sketch import Edited, Page, SketchReading, WorkRecord
from assistant.core.types import Picture
from assistant.session.by_hand import carry_out
from assistant.session.thinking import think
from assistant.session.writing import written

ASKED_SECONDS = 20.0  # of thinking, when somebody asks for it
THINK_LONGER = re.compile(
    r"(?:please )?"
    r"(?:(?:think|look)(?: at (?:it|this|that))?(?: a (?:bit|little))? (?:longer|harder|again|more carefully)"
    r"|improve (?:it|the page|this page)|try (?:harder|again))"
    r"(?: (?:about|at|on) (?:it|this|that|the (?:page|sketch)))?(?: please)?[.!]?",
    re.IGNORECASE,
)

NOTHING_FOUND = "Try a sharper photo from straight above, or draw on the empty page."
Learn = Callable[[Picture, SketchReading], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class PageParts:
    """The collaborators of a page job. `model` is None where pages are made without one."""

    reader: SketchReader
    maker: PageMaker
    model: LanguageModel | None
    store: ConversationStore
    conversation_id: int = 0
    think_seconds: float = 0.0
    """How long to go on improving every page after it was first shown."""
    learn: Learn | None = None
    """Is told of every correction: the flat picture, and what is known to be drawn in it."""


@dataclass(slots=True)
class PageJob:
    """One picture on its way to a page. `painted` is set at the first paint, or when there will be none."""

    number: int
    name: str
    reading: SketchReading | None = None
    page: Page | None = None
    """What was painted last."""
    editable: EditablePage | None = None
    selected: str = ""
    """Id of the part the user has clicked: what "this" means."""
    is_offering: bool = False
    """Variants are on the screen."""
    filled: bool = False
    written: bool = False
    """A model that sees has tried to write it."""
    picture: Picture | None = None
    """What was read, to look at again."""
    flat: Picture | None = None
    think_seconds: float = 0.0
    """Time for thinking that is not used up."""
    painted: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class PageJobs:
    """Owns the page jobs' tasks. The newest job is the page on screen."""

    def __init__(self, parts: PageParts, emit: Emit) -> None:
        self._parts = parts
        self._emit = emit
        self._jobs: list[PageJob] = []
        self._paused = False
        self._by_hand: set[asyncio.Task[None]] = set()
        self._last_number = 0

    @property
    def conversation_id(self) -> int:
        return self._parts.conversation_id

    @property
    def latest(self) -> PageJob | None:
        return self._jobs[-1] if self._jobs else None

    def think_for(self, seconds: float) -> None:
        """How long to improve pages that are begun from now on."""
        self._parts.think_seconds = seconds

    async def start_over(self, conversation_id: int) -> None:
        """The pages of another conversation from now on; those of the old one are on disk."""
        await self.close()
        self._jobs.clear()
        self._parts.conversation_id = conversation_id

    async def restore(self) -> None:
        """Bring back the pages of the conversation, as they were when the program ended."""
        for work in await self._parts.store.works(self._parts.conversation_id):
            editable = self._parts.maker.reopen(work)
            if editable is None:
                continue
            picture = Picture(work.picture, *work.size) if work.picture else None
            page = editable.page(0)
            job = PageJob(work.number, work.name, editable.reading, page, editable, filled=True, written=True)
            job.flat = job.picture = picture
            job.painted.set()
            self._jobs.append(job)
            self._last_number = max(self._last_number, work.number)
            self._emit(PageJobStarted(job.number, job.name))
            if picture is not None:
                self._emit(SketchRead(job.number, editable.reading, picture))
            self._emit(PagePainted(job.number, page, True))
            self._emit(VersionsListed(job.number, editable.versions))
            self._emit(ThumbnailsRestored(job.number, work.thumbnails))

    def start(self, name: str, source: bytes | Picture) -> PageJob:
        self._last_number += 1
        job = PageJob(self._last_number, name)
        self._jobs.append(job)
        job.task = asyncio.create_task(self._run(job, source))
        return job

    async def cancel(self, number: int) -> None:
        for job in self._jobs:
            if job.number == number and job.task is not None and not job.task.done():
                await cancel_and_wait(job.task)
                self._emit(PageJobFailed(number, "The page was cancelled.", "Drop the picture again to restart it."))

    async def pause(self) -> None:
        """Leave the language model to a reply. Reading and compiling go on: they do not use it."""
        self._paused = True
        for job in self._jobs:
            if job.page is not None:
                await cancel_and_wait(job.task)

    def resume(self) -> None:
        self._paused = False
        job = self.latest
        if job is None or job.page is None or (job.filled and job.written and not job.think_seconds):
            return
        if job.task is None or job.task.done():
            job.task = asyncio.create_task(self._improve(job))

    @property
    def shown(self) -> PageJob | None:
        """The newest job that has a page: the one that words about a page are about."""
        return next((job for job in reversed(self._jobs) if job.page is not None), None)

    @property
    def is_busy(self) -> bool:
        """Is a page being made or filled?"""
        return any(job.task is not None and not job.task.done() for job in self._jobs)

    def select(self, number: int, element_id: str) -> None:
        """Make a part what "this" means. The id may come from a hostile page, so the tree decides what it is."""
        job = self._job(number)
        if job is not None and job.editable is not None:
            job.selected, name = job.editable.part(element_id)
            self._emit(PartSelected(number, job.selected, name))

    def shape(self, event: ShapedByHand) -> None:
        """Do to a page what the user did by hand."""
        job = self._job(event.job)
        if job is not None and job.editable is not None:
            task = asyncio.create_task(self._shape(job, job.editable, event))
            self._by_hand.add(task)
            task.add_done_callback(self._by_hand.discard)

    async def _shape(self, job: PageJob, editable: EditablePage, event: ShapedByHand) -> None:
        try:
            if isinstance(event, ThumbnailTaken):
                await self._parts.store.save_thumbnail(self._parts.conversation_id, job.number, event.index, event.png)
                return
            edited = await carry_out(event, editable, self._parts.reader)
        except AssistantError as error:
            self._emit(NoticeShown("warning", error.what, error.advice))
            return
        await self._follow(job, editable, edited)
        if edited.said and not edited.changed:
            self._emit(NoticeShown("info", edited.said))

    def _job(self, number: int) -> PageJob | None:
        return next((job for job in self._jobs if job.number == number), None)

    def understands(self, words: str) -> bool:
        """Are the words plainly about the page that is shown? Decided by rules, in a millisecond."""
        job = self.shown
        if job is None or job.editable is None:
            return False
        return bool(THINK_LONGER.fullmatch(words.strip())) or job.editable.understands(words, job.selected)

    async def edit(self, words: str) -> AsyncIterator[str]:
        """Change the page that is shown as the words ask, and say what came of it."""
        job = self.shown
        if job is None or job.editable is None:
            return
        if THINK_LONGER.fullmatch(words.strip()):
            job.think_seconds = ASKED_SECONDS
            yield f"I take another {ASKED_SECONDS:g} seconds for it."
            return
        edited = await job.editable.change(words, job.selected, self._parts.model)
        await self._follow(job, job.editable, edited)
        yield edited.said

    async def _follow(self, job: PageJob, editable: EditablePage, edited: Edited) -> None:
        """Show what came of an edit. Variants that are no longer on offer are taken off the screen."""
        if edited.variants or (job.is_offering and not editable.is_offering):
            self._emit(VariantsOffered(job.number, edited.variants))
        job.is_offering = editable.is_offering
        if not edited.changed:
            return
        self._emit(PageEdited(job.number, edited.said))
        if editable.reading != job.reading:
            job.reading = editable.reading
            self._emit(ReadingCorrected(job.number, job.reading))
            if self._parts.learn is not None and job.flat is not None:
                await self._parts.learn(job.flat, job.reading)
        await self._paint(job, editable, final=True)
        if job.selected and not editable.part(job.selected)[0]:
            self.select(job.number, "")

    async def close(self) -> None:
        for job in self._jobs:
            await cancel_and_wait(job.task)
        for task in tuple(self._by_hand):
            await cancel_and_wait(task)

    async def _run(self, job: PageJob, source: bytes | Picture) -> None:
        self._emit(PageJobStarted(job.number, job.name))
        try:
            await self._first_paint(job, source)
        except AssistantError as error:
            self._emit(PageJobFailed(job.number, error.what, error.advice))
            return
        except Exception:  # the one boundary of a page job: a bug here must not end the conversation
            log.exception("page job failed")
            self._emit(PageJobFailed(job.number, "The page could not be made.", "Try another photo of the drawing."))
            return
        finally:
            job.painted.set()
        if not self._paused:
            await self._improve(job)

    async def _first_paint(self, job: PageJob, source: bytes | Picture) -> None:
        parts = self._parts
        self._emit(PageJobProgressed(job.number, "decode"))
        picture = source if isinstance(source, Picture) else await parts.reader.decode(source, job.name)
        if picture.note:
            self._emit(NoticeShown("info", picture.note))
        self._emit(PageJobProgressed(job.number, "read"))
        job.reading = await parts.reader.read(picture)
        job.picture, job.flat = picture, await parts.reader.rectified(picture)
        job.think_seconds = parts.think_seconds if job.reading.elements else 0.0
        self._emit(SketchRead(job.number, job.reading, job.flat))
        if not job.reading.elements:
            self._emit(NoticeShown("info", "I found no drawing of a page in that picture.", NOTHING_FOUND))
        self._emit(PageJobProgressed(job.number, "compile"))
        job.editable = parts.maker.open(job.reading, job.name)
        await self._paint(job, job.editable, final=parts.model is None and not job.think_seconds)

    async def _improve(self, job: PageJob) -> None:
        try:
            await self._think(job)
        except AssistantError as error:  # the page stands as it is; thinking only adds to it
            job.think_seconds = 0.0
            self._emit(NoticeShown("info", "The page stays as it is.", error.what))
        if not job.filled:
            await self._fill(job)
        if not job.written:
            await self._write(job)

    async def _think(self, job: PageJob) -> None:
        seconds = job.think_seconds
        if seconds <= 0 or job.editable is None or job.picture is None:
            return
        self._emit(PageJobProgressed(job.number, "think"))
        async for thought in think(self._parts.reader, job.picture, job.editable, seconds):
            job.think_seconds = seconds * (1 - thought.share)
            self._emit(PageJobProgressed(job.number, "think", thought.share))
            if thought.reading is not None:
                job.reading, job.filled, job.selected = thought.reading, False, ""
                self._emit(SketchRead(job.number, thought.reading, job.flat or job.picture))
            if thought.changed:
                await self._paint(job, job.editable, final=False)
        job.think_seconds = 0.0
        if self._parts.model is None or job.filled:
            await self._paint(job, job.editable, final=True)

    async def _fill(self, job: PageJob) -> None:
        if self._parts.model is None or job.editable is None:
            return
        self._emit(PageJobProgressed(job.number, "fill"))
        try:
            await job.editable.fill(self._parts.model)
        except AssistantError as error:  # the compiled page stands; the model only adds to it
            self._emit(NoticeShown("info", "The page stays as drawn.", error.what))
        job.filled = True
        await self._paint(job, job.editable, final=True)

    async def _write(self, job: PageJob) -> None:
        if self._parts.model is None or job.editable is None or job.flat is None or job.page is None:
            return
        is_new = await written(job.number, job.page, job.editable, job.flat, self._parts.model, self._emit)
        job.written = True
        if is_new:
            await self._paint(job, job.editable, final=True)

    async def _paint(self, job: PageJob, editable: EditablePage, final: bool) -> None:
        """Show the page as it is now, and keep it."""
        job.page = editable.page(0 if job.page is None else job.page.revision + 1)
        self._emit(PagePainted(job.number, job.page, final))
        self._emit(VersionsListed(job.number, editable.versions))
        await self._save(job)

    async def _save(self, job: PageJob) -> None:
        if job.page is None or job.editable is None:
            return
        try:
            await self._parts.store.save_page(self._parts.conversation_id, job.page, job.reading)
            await self._parts.store.save_work(self._parts.conversation_id, _work(job, job.editable))
        except StorageError as error:
            self._emit(NoticeShown("warning", error.what, error.advice))


def _work(job: PageJob, editable: EditablePage) -> WorkRecord:
    flat = job.flat or Picture(b"", 0, 0)
    size = (flat.width, flat.height)
    return WorkRecord(job.number, job.name, editable.records(), editable.versions.current, flat.png, size)


def page_remark(reading: SketchReading) -> str:
    """One sentence on what was found, for the assistant to say when a page appears."""
    if not reading.elements:
        return "I could not find a drawing of a page in that picture. A sharper photo from straight above may help."
    counts: dict[str, int] = {}
    for element in reading.elements:
        counts[element.type.value] = counts.get(element.type.value, 0) + 1
    names = [f"{count} {_plural(kind, count)}" for kind, count in sorted(counts.items(), key=lambda item: -item[1])]
    shown = names[:3]
    if others := len(reading.elements) - sum(sorted(counts.values(), reverse=True)[:3]):
        shown.append(f"{others} other part{'s' if others > 1 else ''}")
    listed = shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]
    return f"Here is your page. I found {listed}."


def _plural(kind: str, count: int) -> str:
    name = {"input": "field", "textarea": "text area", "select": "drop-down", "text": "line of text"}.get(kind, kind)
    if count == 1:
        return name
    return {"line of text": "lines of text", "checkbox": "checkboxes"}.get(name, name + "s")
