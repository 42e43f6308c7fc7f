"""The sound card over a real sound server: what is played is heard, and what goes away comes back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
import soxr

from assistant.audio.devices import describe_devices, list_devices
from assistant.core.events import NoticeShown
from assistant.core.types import AudioFrame
from tests.device.conftest import RunningCard
from tests.device.pulse import RECORD_RATE, PulseServer, Recorder, likeness


def tone(seconds: float) -> AudioFrame:
    times = np.arange(round(24_000 * seconds)) / 24_000
    return AudioFrame((0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32), 24_000)


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (48_000, 2), (48_000, 8), (96_000, 1)])
async def test_a_clause_comes_out_of_the_loudspeaker_as_it_went_in(
    server: PulseServer,
    recorder: Callable[[], Recorder],
    running: RunningCard,
    speech: tuple[np.ndarray, int],
    rate: int,
    channels: int,
) -> None:
    server.start(rate=rate, channels=channels)
    running.start()
    heard = recorder()
    await running.until_flowing()

    await running.card.speaker.play(AudioFrame(*speech))
    await running.card.speaker.drain()
    await asyncio.sleep(0.3)

    clip = soxr.resample(speech[0], speech[1], RECORD_RATE)
    assert likeness(heard.samples, clip) > 0.95
    assert running.card.speaker.played_seconds == pytest.approx(len(speech[0]) / speech[1], abs=0.01)


async def test_played_seconds_follow_what_was_heard(
    server: PulseServer, recorder: Callable[[], Recorder], running: RunningCard
) -> None:
    server.start()
    running.start()
    heard = recorder()
    await running.until_flowing()

    await running.card.speaker.play(tone(3))
    errors = []
    for _ in range(20):
        await asyncio.sleep(0.1)
        arrived = len(heard.sound_times()) * 0.01
        errors.append(running.card.speaker.played_seconds - arrived)

    assert abs(float(np.median(errors))) < 0.1, errors


async def test_flush_silences_within_150_ms_and_forgets_the_rest(
    server: PulseServer, recorder: Callable[[], Recorder], running: RunningCard
) -> None:
    server.start()
    running.start()
    heard = recorder()
    await running.until_flowing()
    await running.card.speaker.play(tone(5))
    await asyncio.sleep(1.0)

    flushed_at = time.monotonic()
    running.card.speaker.flush()
    await running.card.speaker.drain()
    played = running.card.speaker.played_seconds
    await asyncio.sleep(0.5)

    assert heard.sound_times(), "the tone was never heard"
    assert heard.sound_times()[-1] - flushed_at < 0.15
    assert abs(played - len(heard.sound_times()) * 0.01) < 0.1
    assert running.card.speaker.queued_seconds == 0


async def test_a_killed_server_is_told_and_sound_returns_with_it(
    server: PulseServer, recorder: Callable[[], Recorder], running: RunningCard
) -> None:
    server.start()
    running.start()
    await running.until_flowing()
    await running.card.speaker.play(tone(20))

    server.kill()
    await running.until(lambda: bool(running.seen(NoticeShown)), 2.0)
    assert not running.card.speaker.is_open
    async with asyncio.timeout(1.0):  # a reply in progress does not wait for the device
        await running.card.speaker.play(tone(1))
        await running.card.speaker.drain()

    server.start()
    await running.until(lambda: running.card.speaker.is_open and bool(running.card.microphone.device), 5.0)
    heard = recorder()
    await running.until_flowing()
    await running.card.speaker.play(tone(0.5))
    await running.card.speaker.drain()
    await asyncio.sleep(0.2)
    assert len(heard.sound_times()) * 0.01 == pytest.approx(0.5, abs=0.1)
    assert [notice.level for notice in running.seen(NoticeShown)] == ["warning", "info"]


async def test_without_a_sound_server_one_sentence_is_told_and_nothing_waits(
    server: PulseServer, running: RunningCard
) -> None:
    running.start()
    await running.until(lambda: bool(running.seen(NoticeShown)), 2.0)
    async with asyncio.timeout(1.0):
        await running.card.speaker.play(tone(60))
        await running.card.speaker.drain()
    await asyncio.sleep(2.5)  # two more attempts

    [notice] = running.seen(NoticeShown)
    assert isinstance(notice, NoticeShown)
    assert notice.what == "No sound device was found."
    assert running.card.speaker.played_seconds == 0
    assert "No sound device was found." in describe_devices()["problem"]
    assert list_devices() == ()


async def test_without_a_microphone_the_loudspeaker_works_and_is_not_listened_to(
    server: PulseServer, running: RunningCard
) -> None:
    server.start(microphone=False)
    running.start()
    await running.until_flowing()
    assert running.card.speaker.is_open
    assert running.card.microphone.device == ""
    assert [notice.what for notice in running.seen(NoticeShown)] == ["No microphone was found."]

    server.plug_microphone()
    await running.until(lambda: bool(running.card.microphone.device), 5.0)
    assert running.seen(NoticeShown)[-1] == NoticeShown("info", "Sound is back.")


async def test_the_report_names_devices_rate_and_latency(server: PulseServer) -> None:
    server.start(rate=44_100)

    report = describe_devices()

    assert report["problem"] == ""
    assert report["microphone"]
    assert report["speaker"]
    assert report["sample_rate"] == 44_100
    assert report["sound_server"] == "pulseaudio"
    assert 0 < report["speaker_latency_seconds"] < 0.3
    assert {"pulse", "default"} <= {device["name"] for device in report["devices"]}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA is Linux's")
def test_alsa_writes_nothing_to_the_terminal() -> None:
    complain = "alsa.snd_pcm_open(ctypes.byref(ctypes.c_void_p()), b'no such device', 0, 0)"
    load = "from assistant.audio.portaudio import PortAudio; PortAudio()"
    outputs = [
        subprocess.run(
            [sys.executable, "-c", f"import ctypes; alsa = ctypes.CDLL('libasound.so.2'); {first}; {complain}"],
            capture_output=True,
            check=True,
        ).stderr
        for first in ("0", load)
    ]
    assert b"no such device" in outputs[0]
    assert outputs[1] == b""
