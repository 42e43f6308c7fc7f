"""A page in the hands of its user: every version it had, the variants on offer, and the question that is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

from assistant.core.errors import EngineError, NetworkError
from assistant.core.ports import LanguageModel
from assistant.core.sketch import Correction, Edited, Page, Places, SketchReading, VersionList, VersionRecord
from assistant.core.types import Picture
from assistant.pages.archive import recorded
from assistant.pages.compiler import compile_document
from assistant.pages.corrections import corrected_page, corrected_reading, told_of
from assistant.pages.document import PAGE, Document, Version, Versions
from assistant.pages.edit_plan import (
    Change,
    OfferVariants,
    Plan,
    Question,
    Scope,
    Steps,
    TakeVariant,
)
from assistant.pages.fitting import Ruler, fitted
from assistant.pages.hand import Hand
from assistant.pages.intake import intake
from assistant.pages.measure import measure
from assistant.pages.misheard import is_last_step
from assistant.pages.naming import ORDINALS, listed, name_of
from assistant.pages.opening import open_drawn
from assistant.pages.over_ink import drawn_over
from assistant.pages.patches import Patch
from assistant.pages.placing import Declined
from assistant.pages.proposals import propose
from assistant.pages.repairs import Still
from assistant.pages.slots import QUESTION_SECONDS, fill_slots
from assistant.pages.spoken_edits import stripped, understand
from assistant.pages.targets import choose, find
from assistant.pages.variants import Variant, variants
from assistant.pages.written_edits import ONLY_LOOKS, carried_over
from assistant.pages.written_page import NEVER

AS_DRAWN = "the page is as drawn"
WRITTEN = "the page is as the model wrote it"
NOT_UNDERSTOOD = "I did not understand what to change. Name the part, such as the second button, and what it should be."
COMPILED_INSTEAD = "the page is the one that was built from the drawing, instead of the model's"
UNCHANGED = "Fine, the page stays as it is."
MOST_TOLD = 3  # changes that a spoken sentence can list
DROPPED = ("never mind", "nevermind", "none", "neither", "forget it", "nothing", "cancel", "stop")


class PageEditor:
    """Implements core.ports.EditablePage."""

    def __init__(
        self,
        document: Document,
        reading: SketchReading,
        question_seconds: float = QUESTION_SECONDS,
        ruler: Ruler = measure,
        written: str = NEVER,
    ) -> None:
        self._hand = Hand(written)
        self._ruler = ruler
        self._versions = Versions(Version(document, AS_DRAWN, reading))
        self._question_seconds = question_seconds
        self._variants: tuple[Variant, ...] = ()
        self._open: tuple[str, Scope, Question] | None = None
        self._repaired: set[str] = set()
        self._recorded: list[tuple[Version, VersionRecord]] = []
        """What is written down already: a version never changes."""

    @property
    def versions(self) -> VersionList:
        every = (*self._versions.past, self._versions.present, *self._versions.future)
        return VersionList(tuple(version.sentence for version in every), len(self._versions.past))

    @property
    def document(self) -> Document:
        """What is edited: the page as drawn, also where one is shown that a model has written."""
        return replace(self._versions.present.document, written="")

    @property
    def reading(self) -> SketchReading:
        return self._versions.present.reading

    @property
    def is_offering(self) -> bool:
        return bool(self._variants)

    def records(self) -> tuple[VersionRecord, ...]:
        every = (*self._versions.past, self._versions.present, *self._versions.future)
        known = {id(version): record for version, record in self._recorded}
        self._recorded = [(version, known.get(id(version)) or recorded(version)) for version in every]
        return tuple(record for _, record in self._recorded)

    def page(self, revision: int) -> Page:
        return compile_document(self._versions.present.document, revision)

    @classmethod
    def of_versions(cls, versions: Versions, question_seconds: float, ruler: Ruler) -> PageEditor:
        """A page that was kept."""
        editor = cls(versions.present.document, versions.present.reading, question_seconds, ruler)
        editor._versions = versions
        return editor

    def understands(self, words: str, selected: str = "") -> bool:
        return self._plan(words, selected)[2] is not None

    async def change(self, words: str, selected: str, model: LanguageModel | None) -> Edited:
        asked, scope, plan = self._plan(words, selected)
        self._open = (asked, scope, plan) if isinstance(plan, Question) else None
        if plan is None and model is not None:
            plan = await self._proposed(words, selected, model)
        return Edited(NOT_UNDERSTOOD) if plan is None else self._carried_out(plan)

    def reconsider(self, reading: SketchReading) -> bool:
        before = self.document
        if self._is_shaped or reading.elements == self.reading.elements:
            return False
        again = open_drawn(reading, before.title)
        self._versions = Versions(Version(replace(again, fit=replace(before.fit, spaces={})), AS_DRAWN, reading))
        return True

    async def repair(self) -> bool:
        if self._is_shaped:
            return False
        before = self.document
        best = await asyncio.to_thread(fitted, before, intake(self.reading).elements, self._ruler)
        if self._is_shaped or self.document != before or best == before:
            return False  # the user was quicker
        self._versions = Versions(Version(best, AS_DRAWN, self.reading))
        return True

    @property
    def _is_shaped(self) -> bool:
        return bool(self._versions.past or self._versions.future or self._variants)

    def part(self, element_id: str) -> tuple[str, str]:
        found = find(self.document, element_id) if element_id else None
        return ("", "") if found is None else (found.id, name_of(self.document, found.id))

    def correct(self, correction: Correction) -> Edited:
        before = replace(self._versions.present, document=self.document)
        reading = corrected_reading(before.reading, correction)
        if reading == before.reading:
            return Edited("It is like that already.")
        outcome = corrected_page(before, reading, correction)
        if isinstance(outcome, Declined):
            return Edited(outcome.sentence)
        return self._became(outcome, told_of(before.reading, correction), reading)

    def step(self, steps: int) -> Edited:
        return self._stepped(steps)

    def go_to(self, index: int) -> Edited:
        steps = index - len(self._versions.past)
        if not steps or not 0 <= index < len(self.versions.sentences):
            return Edited("")
        return self._stepped(steps)

    def take(self, index: int | None) -> Edited:
        return self._taken(index if index is not None and 0 <= index < len(self._variants) else None)

    def draw(self, drawn: SketchReading, places: Places) -> Edited:
        outcome = drawn_over(self.document, drawn, places)
        if isinstance(outcome, Declined):
            return Edited(outcome.sentence)
        return self._became(*outcome)

    def mend(self, problem: str, element_id: str) -> Edited:
        """First the button that was pressed, then a page built anew, then all buttons.

        A page that a model has written gives way to the compiled one, whose behaviour is known to run.
        """
        if self._versions.present.document.written:
            return self._became(self.document, COMPILED_INSTEAD)
        for still in (Still(element_id), Still(PAGE)):
            outcome = still.apply(self.document)
            if not isinstance(outcome, Declined):
                return self._became(outcome, still.told(self.document))
            if problem not in self._repaired:
                self._repaired.add(problem)
                return Edited("The page is built anew.", changed=True)
        return Edited("Nothing in the page could be found that makes it fail. Undo takes back the last change.")

    def _became(self, document: Document, told: str, reading: SketchReading | None = None) -> Edited:
        self._variants, self._open = (), None
        if self._versions.present.document.written and told != COMPILED_INSTEAD:
            told = f"{told}, and {COMPILED_INSTEAD}"
        self._versions = self._versions.changed(document, told, reading)
        return Edited(f"Done: {told}.", changed=True)

    async def fill(self, model: LanguageModel) -> None:
        slots = await fill_slots(self.reading, model, self._question_seconds)
        self._versions = self._versions.filled(slots)

    async def write(self, model: LanguageModel, picture: Picture) -> AsyncIterator[str]:
        if not self._is_shaped:
            async with aclosing(self._hand.write(self.document, self.reading, model, picture)) as pages:  # type: ignore[type-var]
                async for html in pages:
                    yield html

    async def adopt(self) -> Edited:
        before = self.document
        html, why_not = await self._hand.finished(compile_document(before).html, intake(self.reading).elements)
        if not html or self._is_shaped or self.document != before:
            return Edited(why_not)  # the user may have been quicker
        return self._became(replace(before, written=html), WRITTEN)

    def _plan(self, words: str, selected: str) -> tuple[str, Scope, Plan | None]:
        """An answer to the open question where it is one, else a request of its own; with what was asked for."""
        scope = Scope(self.document, selected, variants=len(self._variants))
        if self._open is not None:
            asked, before, question = self._open
            chosen = choose(words, self.document, question.choices)
            if chosen:
                answers = {**before.answers, question.phrase: chosen}
                scope = replace(scope, selected=before.selected, answers=answers)
                return asked, scope, understand(asked, scope)
            if stripped(words).lower() in DROPPED:
                return words, scope, Declined(UNCHANGED)
        plan = understand(words, scope)
        if plan is None and self._versions.past and is_last_step(words):
            plan = Steps(-1)
        return words, scope, plan

    async def _proposed(self, words: str, selected: str, model: LanguageModel) -> Plan | None:
        before = self.document
        try:
            patches = await propose(words, before, selected, model)
        except (EngineError, NetworkError) as error:
            return Declined(f"The page stays as it is. {error.what}")
        return Change(patches) if patches else None

    def _carried_out(self, plan: Plan) -> Edited:
        match plan:
            case Change():
                return self._changed(plan.patches)
            case Steps():
                return self._stepped(plan.count)
            case OfferVariants():
                return self._offered()
            case TakeVariant():
                return self._taken(plan.index)
            case Question() | Declined():
                return Edited(plan.sentence)

    def _changed(self, patches: tuple[Patch, ...]) -> Edited:
        document = self.document
        told = []
        for patch in patches:
            outcome = patch.apply(document)
            if isinstance(outcome, Declined):
                return Edited(outcome.sentence)
            told.append(patch.told(document))
            document = outcome
        self._variants = ()
        if document == self.document:
            return Edited("It is like that already.")
        if self._versions.present.document.written:
            followed = carried_over(self._versions.present.document, document)
            if followed is None:
                return Edited(ONLY_LOOKS)
            document = followed
        done = listed(told, "and") if len(told) <= MOST_TOLD else f"{told[0]}, and {len(told) - 1} changes more"
        self._versions = self._versions.changed(document, done)
        return Edited(f"Done: {done}.", changed=True)

    def _stepped(self, count: int) -> Edited:
        before = self._versions
        self._variants = ()
        self._versions = before.undone(-count) if count < 0 else before.redone(count)
        if self._versions == before:
            return Edited(f"There is nothing to {'undo' if count < 0 else 'redo'}.")
        steps = abs(len(self._versions.past) - len(before.past))
        one = before.present.sentence if count < 0 else self._versions.present.sentence
        verb = "Undone" if count < 0 else "Done again"
        return Edited(f"{verb}: {one if steps == 1 else f'{steps} changes'}.", changed=True)

    def _offered(self) -> Edited:
        self._variants = variants(self.document)
        names = [f"the {ORDINALS[index]} is {variant.name}" for index, variant in enumerate(self._variants)]
        pages = tuple(compile_document(variant.document) for variant in self._variants)
        return Edited(f"Here are three: {listed(names, 'and')}. Which one shall stay?", variants=pages)

    def _taken(self, index: int | None) -> Edited:
        offered, self._variants = self._variants, ()
        if index is None or not offered:
            return Edited(UNCHANGED)
        variant = offered[index]
        self._versions = self._versions.changed(variant.document, f"the page is {variant.name}")
        return Edited(f"Done: the page is {variant.name}.", changed=True)
