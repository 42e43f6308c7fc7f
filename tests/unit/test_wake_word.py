"""The ear for a wake phrase: fed only while a phrase is awaited, and never in the way of the microphone."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from assistant.audio.wake_word import SpottingMicrophone, WakeWord
from assistant.core.aio import cancel_and_wait
from assistant.core.errors import EngineError
from assistant.core.types import Samples
from tests.fakes import FakeMicrophone


class LoudIsThePhrase:
    def __init__(self, phrase: str) -> None:
        if phrase == "alexa":
            raise EngineError("It does not run here.", "Use the name.")

    def hears(self, samples: Samples) -> bool:
        return bool(samples.max() > 0.5)


class Room:
    def __init__(self, awaited: str) -> None:
        self.awaited = awaited
        self.heard = 0
        self.failures: list[str] = []
        self.passed = 0
        self.microphone = FakeMicrophone()

    async def listen(self) -> None:
        def hear() -> None:
            self.heard += 1
            self.awaited = ""

        def fail(error: EngineError) -> None:
            self.failures.append(error.what)

        make = LoudIsThePhrase
        spotting = SpottingMicrophone(self.microphone, lambda: self.awaited, hear, fail, make)  # type: ignore[arg-type]
        async for _ in spotting.frames():
            self.passed += 1


QUIET, LOUD = np.zeros(512, np.float32), np.ones(512, np.float32)


async def walk(room: Room, *sounds: Samples) -> None:
    import asyncio

    task = asyncio.create_task(room.listen())
    for sound in sounds:
        await room.microphone.hear(sound)
        await asyncio.sleep(0.01)
    room.microphone.hang_up()
    await asyncio.wait({task}, timeout=5)
    await cancel_and_wait(task)


async def test_the_phrase_is_heard_once_and_every_frame_passes() -> None:
    room = Room("hey_jarvis")
    await walk(room, QUIET, LOUD, LOUD, QUIET)

    assert (room.heard, room.passed, room.failures) == (1, 4, [])


async def test_where_no_phrase_is_awaited_nothing_is_looked_at() -> None:
    room = Room("")
    await walk(room, LOUD, LOUD)

    assert (room.heard, room.passed) == (0, 2)


async def test_a_network_that_does_not_run_is_told_once_and_the_microphone_goes_on() -> None:
    room = Room("alexa")
    await walk(room, LOUD, LOUD, LOUD)

    assert room.failures == ["It does not run here."]
    assert (room.heard, room.passed) == (0, 3)


def test_a_missing_package_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymicro_wakeword", None)

    with pytest.raises(EngineError, match=r"Okay Nabu.*does not run here") as caught:
        WakeWord("okay_nabu")
    assert "name" in caught.value.advice
