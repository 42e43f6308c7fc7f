"""Sound servers that are killed at once or hang.

Run it by hand, alone: `python -m pytest -s tests/device/stuck_sound.py 2> /dev/null`. What is left behind may spin in C
until the process ends and write to stderr without end, so the suite does not collect it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.core.events import NoticeShown
from tests.device.conftest import RunningCard
from tests.device.pulse import PulseServer
from tests.device.test_devices_change import RECOVERED_SECONDS, Ear


async def test_a_server_killed_at_any_moment_of_its_first_second_is_survived(
    server: PulseServer, running: RunningCard
) -> None:
    server.start()
    running.start()
    for delay in (0.0, 0.2, 0.5, 0.9):
        await running.until(lambda: running.card.speaker.is_open and bool(running.card.microphone.device))
        await asyncio.sleep(delay)
        server.kill()
        server.start()
        await running.until(lambda: running.card.has_started, RECOVERED_SECONDS)


async def test_a_server_that_freezes_is_told_of_and_another_one_is_taken(
    server: PulseServer, running: RunningCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.start()
    running.start()
    await running.until_flowing()
    other = PulseServer(tmp_path / "other")
    other.start()
    try:
        server.freeze()  # PortAudio cannot close a stream of a server that hangs
        await running.until(lambda: any(isinstance(event, NoticeShown) for event in running.events))
        for name, value in other.environment.items():
            monkeypatch.setenv(name, value)
        await running.until(lambda: running.card.has_started, RECOVERED_SECONDS)
        assert running.card.is_stuck
        assert await Ear(other, "speaker").hears(running, RECOVERED_SECONDS) < RECOVERED_SECONDS
    finally:
        server.kill()
        await running.until(lambda: not running.card.is_stuck)
        other.kill()


async def test_a_server_that_froze_and_thaws_is_heard_again(server: PulseServer, running: RunningCard) -> None:
    server.start()
    running.start()
    await running.until_flowing()
    server.freeze()
    await running.until(lambda: any(isinstance(event, NoticeShown) for event in running.events))
    server.thaw()

    assert await Ear(server, "speaker").hears(running, 2 * RECOVERED_SECONDS) < 2 * RECOVERED_SECONDS
