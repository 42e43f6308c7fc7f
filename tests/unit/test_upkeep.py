"""An idle language model makes room where memory is short, and only there."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from assistant.app import Engines
from assistant.core.events import EngineStateChanged, Event
from assistant.core.settings import MindSettings, Settings
from assistant.llm.catalog import Catalog
from assistant.storage.paths import find_folders
from assistant.upkeep import MEMORY_SECONDS, WANTED_BYTES, make_room
from tests.scenario.scenario import FakeModel
from tests.virtual_time import run_virtual


class ClosingModel(FakeModel):
    closed = 0

    async def close(self) -> None:
        self.closed += 1


def looked_at(free_bytes: int, idle_minutes: float = 10.0, quiet: bool = True, used_again: bool = False):
    model, told = ClosingModel([]), list[Event]()
    settings = replace(Settings(), mind=MindSettings(idle_minutes=idle_minutes))

    async def hold() -> None:
        engines = Engines(settings, find_folders(), Catalog.load())
        engines.mind.make = lambda: model
        engines.mind.get()
        engines.mind._used_at -= 601  # the slot's clock is the machine's, not the test's
        if used_again:
            engines.mind.get()
        room = asyncio.create_task(make_room(engines, lambda: quiet, told.append, lambda: free_bytes))
        await asyncio.sleep(2.5 * MEMORY_SECONDS)
        room.cancel()

    run_virtual(hold())
    return model.closed, told


def test_an_idle_model_goes_when_memory_is_short_and_says_so_once():
    closed, told = looked_at(WANTED_BYTES - 1)
    assert closed == 1
    assert told == [EngineStateChanged("mind", "resting")]


@pytest.mark.parametrize(
    "case",
    [
        {"free_bytes": WANTED_BYTES},
        {"free_bytes": 0, "idle_minutes": 0},
        {"free_bytes": 0, "idle_minutes": 11},
        {"free_bytes": 0, "quiet": False},
        {"free_bytes": 0, "used_again": True},
    ],
    ids=["memory is plenty", "never", "not idle for long enough", "a turn is going on", "just used"],
)
def test_otherwise_it_stays(case: dict[str, object]):
    assert looked_at(**case) == (0, [])  # type: ignore[arg-type]
