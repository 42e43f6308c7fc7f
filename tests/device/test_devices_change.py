"""Devices come, go and change under a running sound card: it follows within five seconds."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from assistant.app import Engines
from assistant.audio.echo import EchoSafeMicrophone
from assistant.core.events import Event
from assistant.core.settings import Settings
from assistant.core.types import AudioFrame
from assistant.gui.facts import SoundChecked
from assistant.llm.catalog import Catalog
from assistant.sound_check import SoundCheck
from assistant.storage.paths import Folders
from assistant.storage.sound_memory import load_pairs
from tests.device.conftest import RunningCard
from tests.device.pulse import PulseServer

RECOVERED_SECONDS = 5.0


def tone(seconds: float) -> AudioFrame:
    time_axis = np.arange(round(seconds * 24_000)) / 24_000
    return AudioFrame((0.3 * np.sin(2 * np.pi * 440 * time_axis)).astype(np.float32), 24_000)


class Ear:
    """Listens to one sink's monitor."""

    def __init__(self, server: PulseServer, sink: str) -> None:
        self._server, self._sink = server, sink

    async def hears(self, card: RunningCard, seconds: float) -> float:
        """Seconds until a tone played on the card, again and again, comes out of this sink."""
        began = time.monotonic()
        command = ["parec", f"--device={self._sink}.monitor", "--raw", "--format=s16le", "--rate=16000", "--channels=1"]
        process = await asyncio.create_subprocess_exec(
            *command, env=os.environ | self._server.environment, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if not card.card.speaker.queued_seconds:
                        await card.card.speaker.play(tone(0.2))
                    chunk = await process.stdout.readexactly(3_200)
                    if np.abs(np.frombuffer(chunk, np.int16)).max() > 300:
                        return time.monotonic() - began
        finally:
            process.terminate()
            await process.wait()


async def test_a_new_default_loudspeaker_is_followed(server: PulseServer, running: RunningCard) -> None:
    server.start()
    running.start()
    await running.until_flowing()

    server.pactl("load-module", "module-null-sink", "sink_name=plugged", "rate=44100")
    server.pactl("set-default-sink", "plugged")

    assert await Ear(server, "plugged").hears(running, RECOVERED_SECONDS) < RECOVERED_SECONDS


async def test_a_loudspeaker_that_is_pulled_out_is_replaced(server: PulseServer, running: RunningCard) -> None:
    server.start()
    module = server.pactl("load-module", "module-null-sink", "sink_name=plugged").strip()
    server.pactl("set-default-sink", "plugged")
    running.start()
    await running.until_flowing()

    server.pactl("unload-module", module)

    assert await Ear(server, "speaker").hears(running, RECOVERED_SECONDS) < RECOVERED_SECONDS


async def test_a_new_default_microphone_is_followed(
    server: PulseServer, running: RunningCard, speech_file: Path
) -> None:
    server.start()
    running.start()
    await running.until_flowing()

    server.pactl("load-module", "module-null-sink", "sink_name=otherbus", "rate=16000", "channels=1")
    server.pactl("load-module", "module-remap-source", "source_name=other", "master=otherbus.monitor")
    server.pactl("set-default-source", "other")
    command = ["paplay", "--device=otherbus", str(speech_file)]
    player = await asyncio.create_subprocess_exec(*command, env=os.environ | server.environment)
    try:
        await running.until(lambda: running.card.microphone.level > 0.3, RECOVERED_SECONDS)
    finally:
        player.terminate()
        await player.wait()


async def test_three_restarts_of_the_server_are_survived(server: PulseServer, running: RunningCard) -> None:
    server.start()
    running.start()
    await running.until_flowing()
    for _ in range(3):
        await running.until_flowing()
        server.kill()
        await asyncio.sleep(0.3)
        server.start()
        began = time.monotonic()
        await running.until(
            lambda: running.card.speaker.is_open and bool(running.card.microphone.device), RECOVERED_SECONDS
        )
        assert time.monotonic() - began < RECOVERED_SECONDS


async def test_after_sleep_the_devices_are_heard_and_hear_again(
    server: PulseServer, running: RunningCard, speech_file: Path
) -> None:
    server.start()
    running.start()
    await running.until_flowing()
    await running.card.speaker.play(tone(20))

    server.freeze()  # as the whole machine is
    await asyncio.sleep(1)
    server.thaw()
    running.card.reopen()

    assert await Ear(server, "speaker").hears(running, RECOVERED_SECONDS) < RECOVERED_SECONDS
    saying = asyncio.create_task(asyncio.to_thread(server.say, speech_file))
    await running.until(lambda: running.card.microphone.level > 0.3, RECOVERED_SECONDS)
    await saying
    assert running.card.speaker.queued_seconds < 1, "what was being played before is over"


class CheckedCard:
    """A running card with the sound page's checks, and somebody who takes the microphone's frames."""

    def __init__(self, running: RunningCard, folder: Path) -> None:
        folders = Folders(folder, folder, folder, folder, folder)
        self.events: list[Event] = []
        microphone = EchoSafeMicrophone(running.card, Settings().audio, self.events.append)
        engines = Engines(Settings(), folders, Catalog.load())
        self.check = SoundCheck(running.card, microphone, engines, self.events.append)
        self._engines = engines
        self._microphone = microphone
        self._listening = asyncio.create_task(self._listen())

    async def run(self, check: str) -> str:
        await self.check.run(check)
        answer = self.events[-1]
        assert isinstance(answer, SoundChecked)
        return answer.text

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.wait({self._listening})
        await self._engines.close()

    async def _listen(self) -> None:
        async for _ in self._microphone.frames():
            pass


@pytest.fixture
async def checked(running: RunningCard, tmp_path: Path) -> AsyncIterator[CheckedCard]:
    one = CheckedCard(running, tmp_path)
    yield one
    await one.close()


async def test_the_echo_of_a_loopback_is_measured_and_remembered(
    server: PulseServer, running: RunningCard, checked: CheckedCard, tmp_path: Path
) -> None:
    server.start()
    loop = ("source=speaker.monitor", "sink=micbus", "latency_msec=60")
    server.pactl("load-module", "module-loopback", *loop)
    running.start()
    await running.until_flowing()
    await asyncio.sleep(2.5)  # the virtual microphone's first blocks are slow

    text = await checked.run("echo")

    [pair] = load_pairs(tmp_path)
    assert "is heard after" in text, text
    assert 0.03 < pair.delay_seconds < 0.8
    assert pair.level_decibel > -20


async def test_without_a_loopback_no_echo_is_measured(
    server: PulseServer, running: RunningCard, checked: CheckedCard, tmp_path: Path
) -> None:
    server.start()
    running.start()
    await running.until_flowing()
    await asyncio.sleep(2.5)

    assert "Nothing of the loudspeaker" in await checked.run("echo")
    assert load_pairs(tmp_path) == ()


async def test_a_muted_microphone_is_told_with_what_to_do(
    server: PulseServer, running: RunningCard, checked: CheckedCard
) -> None:
    server.start()
    server.pactl("set-source-mute", "mic", "1")
    running.start()
    await running.until_flowing()
    await asyncio.sleep(2.5)

    assert "muted" in await checked.run("phrase")


@pytest.mark.model
async def test_a_sentence_is_heard_back_and_written_down(
    server: PulseServer, running: RunningCard, checked: CheckedCard, speech_file: Path
) -> None:
    server.start()
    running.start()
    await running.until_flowing()
    await asyncio.sleep(2.5)

    said = asyncio.create_task(asyncio.to_thread(server.say, speech_file))
    text = await checked.run("phrase")
    await said

    assert "weather like in Paris" in text
