"""Sleep is noticed, by the announcement on a real message bus and by clocks, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from assistant import suspend_watch
from assistant.app import Engines
from assistant.core.settings import HearingSettings, MindSettings, Settings
from assistant.llm.catalog import Catalog
from assistant.storage.paths import find_folders
from assistant.suspend_watch import SuspendWatch, reconnect, seconds_asleep, sleep_in_words
from tests.login_manager import LoginManager
from tests.message_bus import running_bus
from tests.scenario.scenario import FakeModel
from tests.virtual_time import run_virtual

NO_BUS = "unix:path=/nowhere/bus"
NIGHT = 8 * 3600.0


class Night:
    """What the watch was told to do, and a clock that only sleep moves."""

    def __init__(self, bus: str = NO_BUS) -> None:
        self.said: list[str] = []
        self.asleep = 100.0
        self.watch = SuspendWatch(self._before, self._after, lambda: self.asleep, bus)

    def _before(self) -> None:
        self.said.append("before")

    async def _after(self) -> None:
        self.said.append("after")


def test_waking_is_noticed_by_the_clocks_within_a_second_and_once() -> None:
    async def sleep_through() -> list[str]:
        night = Night()
        watching = asyncio.create_task(night.watch.run())
        await asyncio.sleep(10)
        assert night.said == []
        night.asleep += NIGHT
        await asyncio.sleep(1)
        assert night.said == ["after"]
        night.asleep += 0.5  # a clock that was put right
        await asyncio.sleep(60)
        watching.cancel()
        return night.said

    assert run_virtual(sleep_through()) == ["after"]


def test_a_machine_that_is_awake_has_not_slept() -> None:
    before = seconds_asleep()
    assert seconds_asleep() - before < suspend_watch.LEAST_SECONDS


@pytest.fixture
def bus() -> Iterator[str]:
    with running_bus() as address:
        yield address


@asynccontextmanager
async def watched(night: Night, login: LoginManager) -> AsyncIterator[Callable[[list[str]], object]]:
    """At work, and connected; yields a wait for what it is to have said."""

    async def until(said: list[str]) -> None:
        async with asyncio.timeout(5):
            while night.said != said:  # noqa: ASYNC110  # a plain list
                await asyncio.sleep(0.01)

    watching = asyncio.create_task(night.watch.run())
    async with asyncio.timeout(5):
        while not night.said:  # until its subscription is through, announcements are missed
            login.prepare_for_sleep(True)
            await asyncio.sleep(0.02)
    yield until
    watching.cancel()
    await asyncio.wait({watching})


async def test_sleep_is_announced_before_and_after_and_the_clocks_add_nothing(bus: str) -> None:
    login, night = LoginManager(bus), Night(bus)
    async with watched(night, login) as until:
        night.asleep += NIGHT
        login.prepare_for_sleep(False)
        await until(["before", "after"])
        login.prepare_for_sleep(False)
        await asyncio.sleep(3 * suspend_watch.LOOK_SECONDS)
        assert night.said == ["before", "after"]

        login.prepare_for_sleep(True)
        login.prepare_for_sleep(False)  # called off: streams that were let go are wanted again
        await until(["before", "after", "before", "after"])
    login.close()


async def test_when_the_clocks_are_quicker_the_announcement_adds_nothing(bus: str) -> None:
    login, night = LoginManager(bus), Night(bus)
    async with watched(night, login) as until:
        night.asleep += NIGHT
        await until(["before", "after"])
        login.prepare_for_sleep(False)
        await asyncio.sleep(0.2)
        assert night.said == ["before", "after"]
    login.close()


async def test_without_its_bus_the_clocks_go_on() -> None:
    with running_bus() as address:
        login, night = LoginManager(address), Night(address)
        async with watched(night, login) as until:
            login.close()
            night.asleep += NIGHT
            await until(["before", "after"])


def test_the_doctor_says_how_sleep_is_noticed(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    assert sleep_in_words() == "noticed by the clocks after it"
    login = LoginManager(bus)
    assert sleep_in_words() == "announced by logind"
    login.close()


class ClosingModel(FakeModel):
    closed = 0

    async def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(("mind", "times"), [(MindSettings(server_url="https://lab/v1"), 1), (MindSettings(), 0)])
async def test_connections_to_other_machines_are_made_anew_and_local_engines_stay(
    mind: MindSettings, times: int
) -> None:
    models = [ClosingModel([]), ClosingModel([])]
    settings = replace(Settings(), mind=mind, hearing=HearingSettings())
    engines = Engines(settings, find_folders(), Catalog.load())
    engines.mind.make = lambda: models[0]
    engines.mind.get()
    engines.mind.make = lambda: models[1]

    await reconnect(engines)

    assert models[0].closed == times
    assert engines.mind.get() is models[times]
