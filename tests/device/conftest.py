from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.audio.sound_card import SoundCard
from assistant.core.events import Event
from assistant.core.settings import AudioSettings
from tests.device.pulse import PulseServer, Recorder

SENTENCE = "What is the weather like in Paris today?"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/device" in item.path.as_posix():
            item.add_marker("device")


@pytest.fixture(scope="session")
def speech() -> tuple[np.ndarray, int]:
    """SENTENCE as the product's own voice says it."""
    from hibari import SAMPLE_RATE, Hibari

    return np.asarray(Hibari()(SENTENCE), np.float32), SAMPLE_RATE


@pytest.fixture(scope="session")
def speech_file(speech: tuple[np.ndarray, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("speech") / "question.wav"
    soundfile.write(path, *speech)
    return path


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """Not started yet; this process already looks for it."""
    pulse = PulseServer(tmp_path)
    for name, value in pulse.environment.items():
        monkeypatch.setenv(name, value)
    yield pulse
    pulse.kill()


@pytest.fixture
def recorder(server: PulseServer) -> Iterator[Callable[[], Recorder]]:
    started: list[Recorder] = []

    def start() -> Recorder:
        started.append(Recorder(server))
        return started[-1]

    yield start
    for one in started:
        one.stop()


class RunningCard:
    """A sound card at work, and everything it and its listener said."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.card = SoundCard(AudioSettings(), self.events.append)
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.card.run())

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():  # noqa: ASYNC110  # conditions are plain values of the card
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not within {seconds} s; events: {self.events[-8:]}") from None

    async def until_flowing(self) -> None:
        """Wait for the first sound in both directions."""
        await self.until(lambda: bool(self.card.microphone.device) or self.card.speaker.is_open)
        if self.card.speaker.is_open:
            await self.until(lambda: self.card.has_started)

    def seen(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if type(event) is kind]


@pytest.fixture
async def running() -> AsyncIterator[RunningCard]:
    """Not started yet."""
    one = RunningCard()
    yield one
    if one.task is not None:
        one.task.cancel()
        await asyncio.wait({one.task})
        assert one.task.cancelled(), one.task.exception()
