"""The listener over a real sound server: a voice in the virtual microphone becomes one utterance with its words."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from assistant.audio.listener import Listener
from assistant.audio.vad import Silero
from assistant.core.events import MicrophoneClosed, MicrophoneOpened, SpeechStarted, UtteranceEnded
from assistant.core.settings import EndpointSettings
from assistant.core.types import AudioFrame
from tests.device.conftest import SENTENCE, RunningCard
from tests.device.pulse import PulseServer

MODELS = Path(os.environ.get("VESPER_DATA_DIR") or platformdirs.user_data_dir("vesper")) / "models"


@pytest.fixture
async def listener(running: RunningCard) -> AsyncIterator[Listener]:
    one = Listener(EndpointSettings(), Silero(), running.events.append)
    task = asyncio.create_task(one.run(running.card.microphone))
    yield one
    task.cancel()
    await asyncio.wait({task})


def utterances(running: RunningCard) -> list[AudioFrame]:
    return [event.utterance.audio for event in running.events if isinstance(event, UtteranceEnded)]


async def test_a_spoken_question_is_one_utterance_with_its_words(
    server: PulseServer, running: RunningCard, listener: Listener, speech: tuple[np.ndarray, int], speech_file: Path
) -> None:
    from assistant.audio.whisper_ct2 import FasterWhisper

    server.start()
    running.start()
    listener.open()
    await running.until(lambda: bool(running.seen(MicrophoneOpened)))

    await asyncio.to_thread(server.say, speech_file)
    await running.until(lambda: bool(utterances(running)), 5.0)
    await asyncio.sleep(1.0)

    assert len(running.seen(SpeechStarted)) == 1
    [audio] = utterances(running)
    spoken = len(speech[0]) / speech[1]
    assert spoken - 0.5 < audio.seconds < spoken + 0.7
    whisper = FasterWhisper(MODELS / "whisper-base")
    transcript = await whisper.transcribe(audio, "en")
    whisper.close()
    assert re.findall(r"[a-z]+", transcript.text.lower()) == re.findall(r"[a-z]+", SENTENCE.lower())


async def test_held_down_the_talk_key_records_while_muted(
    server: PulseServer, running: RunningCard, listener: Listener, speech_file: Path
) -> None:
    server.start()
    running.start()
    await running.until(lambda: running.card.has_started)
    await asyncio.sleep(2.5)  # the virtual microphone's first blocks are slow

    listener.begin_push()
    await asyncio.to_thread(server.say, speech_file)
    listener.end_push()
    await running.until(lambda: bool(utterances(running)), 2.0)

    assert running.seen(MicrophoneOpened) == []
    assert utterances(running)[0].seconds > 2.0


async def test_a_killed_server_closes_the_microphone_and_its_return_opens_it(
    server: PulseServer, running: RunningCard, listener: Listener, speech_file: Path
) -> None:
    server.start()
    running.start()
    listener.open()
    await running.until(lambda: bool(running.seen(MicrophoneOpened)))

    server.kill()
    await running.until(lambda: bool(running.seen(MicrophoneClosed)), 2.0)
    server.start()
    await running.until(lambda: len(running.seen(MicrophoneOpened)) == 2, 5.0)
    await asyncio.to_thread(server.say, speech_file)
    await running.until(lambda: bool(utterances(running)), 5.0)


async def test_an_idle_virtual_microphone_does_not_burn_a_core(
    server: PulseServer, running: RunningCard, listener: Listener
) -> None:
    """ALSA's bridge to PulseAudio spins on a shared stream whose microphone lags behind its loudspeaker (ADR 0010)."""
    server.start(keep_awake=False)
    running.start()
    listener.open()
    await running.until(lambda: running.card.has_started)
    await asyncio.sleep(8.0)

    before = os.times()
    await asyncio.sleep(3.0)
    after = os.times()

    assert (after.user + after.system) - (before.user + before.system) < 0.3 * 3.0
