"""Thinking longer about a page: look again, repair, and keep what is truer to the drawing, while time lasts.

    repair the layout ─▶ look again in another way ─▶ agree ─▶ draw again ─▶ ... ─▶ repair the layout

It never sees what would be right: a drawing seen in several ways, and a page that a browser has laid out, are compared
with each other. A step that would end after the deadline is not begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from assistant.core.errors import EngineError
from assistant.core.ports import EditablePage, SketchReader
from assistant.core.sketch import SketchReading
from assistant.core.types import Picture

REPAIR_SECONDS, LOOK_SECONDS = 1.5, 2.0  # what a first step is expected to take; later ones are known


@dataclass(frozen=True, slots=True)
class Thought:
    """One step of thinking is done. `share` is the part of the time that is used up, 0 to 1."""

    share: float
    changed: bool
    """The page is another one now."""
    reading: SketchReading | None = None
    """The reading that the page was made from anew."""


async def think(reader: SketchReader, picture: Picture, page: EditablePage, seconds: float) -> AsyncIterator[Thought]:
    """Improve the page for about `seconds`. Cancelling stops it between two changes, never within one."""
    pace = _Pace(seconds)
    changed = await pace.timed_repair(page)
    yield Thought(pace.share, changed)
    is_moved = False
    while pace.allows_look(is_repair_due=True):
        started = pace.now
        reading = await reader.look_again(picture)
        pace.look_seconds = pace.now - started
        if reading is None:
            break
        changed = page.reconsider(reading)
        is_moved = is_moved or changed
        yield Thought(pace.share, changed, reading if changed else None)
    if is_moved:
        yield Thought(1.0, await pace.timed_repair(page))


class _Pace:
    """How much time is left, and what a step takes on this machine."""

    def __init__(self, seconds: float) -> None:
        self._started = self.now
        self._seconds = seconds
        self._repair_seconds = REPAIR_SECONDS
        self._can_repair = True
        self.look_seconds = LOOK_SECONDS

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def left(self) -> float:
        return self._seconds - (self.now - self._started)

    @property
    def share(self) -> float:
        return min(1.0, 1.0 - max(0.0, self.left) / max(self._seconds, 1e-6))

    def allows_look(self, is_repair_due: bool) -> bool:
        return self.left >= self.look_seconds + (self._repair_seconds if is_repair_due and self._can_repair else 0.0)

    async def timed_repair(self, page: EditablePage) -> bool:
        """Is the page another one now? Where no browser can lay pages out, the layout stays as it is."""
        if not self._can_repair:
            return False
        started = self.now
        try:
            return await page.repair()
        except EngineError:
            self._can_repair = False
            return False
        finally:
            self._repair_seconds = self.now - started
