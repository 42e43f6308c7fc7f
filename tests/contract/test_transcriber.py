"""What every Transcriber keeps to, on real weights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from assistant.audio.server_ears import ServerEars
from assistant.audio.wav import resample
from assistant.audio.whisper_ct2 import FasterWhisper
from assistant.audio.whisper_torch import OpenAIWhisper
from assistant.core.errors import InputError, ModelMissingError
from assistant.core.types import SPEECH_RATE, AudioFrame
from tests.real_speech_server import KEY, running_speech_server
from tests.speech import model_folder, noises, recording

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

Adapter = FasterWhisper | OpenAIWhisper | ServerEars
ADAPTERS = {"faster-whisper": FasterWhisper, "openai-whisper": OpenAIWhisper}


def _adapter(name: str) -> type[FasterWhisper | OpenAIWhisper]:
    if name == "openai-whisper":
        pytest.importorskip("whisper", reason="openai-whisper comes with the extra `gpu`")
    return ADAPTERS[name]


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=[*ADAPTERS, "server"])
async def whisper(request: pytest.FixtureRequest) -> AsyncIterator[Adapter]:
    if request.param == "server":
        with running_speech_server() as url:
            ears = ServerEars(url, api_key=KEY)
            yield ears
            await ears.close()
        return
    made = _adapter(request.param)(model_folder("whisper-base"))
    yield made
    made.close()


async def test_words_come_in_order_with_times_inside_the_recording(whisper: Adapter):
    audio = recording("austen-0920.flac")
    heard = await whisper.transcribe(audio, times=True)
    assert heard.text.lower().startswith("had he married a more amiable woman")
    assert heard.language == "en"
    assert heard.audio_seconds == pytest.approx(audio.seconds)
    assert " ".join(word.text for word in heard.words) == heard.text
    starts = [word.start_seconds for word in heard.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_seconds <= word.end_seconds <= audio.seconds for word in heard.words)
    woman = next(word for word in heard.words if word.text.startswith("woman"))
    assert woman.start_seconds == pytest.approx(1.95, abs=0.25)


@pytest.mark.parametrize("rate", [8_000, 44_100])
async def test_any_rate_is_heard_alike(whisper: Adapter, rate: int):
    heard = await whisper.transcribe(resample(recording("go-forward.flac"), rate))
    assert heard.text.lower().startswith("go forward")


@pytest.mark.parametrize("sound", list(noises(1)))
async def test_what_is_not_speech_has_no_words(whisper: Adapter, sound: str):
    for seconds in (0.3, 5.0):
        heard = await whisper.transcribe(AudioFrame(noises(seconds)[sound], SPEECH_RATE))
        assert (heard.text, heard.words) == ("", ())


async def test_no_sound_at_all_has_no_words(whisper: Adapter):
    assert (await whisper.transcribe(AudioFrame(np.zeros(0, np.float32), SPEECH_RATE))).text == ""


async def test_bad_samples_are_silence(whisper: Adapter):
    audio = recording("go-forward.flac")
    samples = audio.samples.copy()
    samples[:200] = np.nan
    samples[-200:] = np.inf
    assert "forward" in (await whisper.transcribe(AudioFrame(samples, SPEECH_RATE))).text.lower()


async def test_a_cancelled_transcription_leaves_the_engine_free(whisper: Adapter):
    task = asyncio.ensure_future(whisper.transcribe(recording("kennedy.flac")))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "forward" in (await whisper.transcribe(recording("go-forward.flac"))).text.lower()


async def test_an_unknown_language_is_refused_in_a_sentence(whisper: Adapter):
    with pytest.raises(InputError, match="language"):
        await whisper.transcribe(recording("go-forward.flac"), "xx")


@pytest.mark.parametrize("name", list(ADAPTERS))
async def test_a_missing_model_is_named(name: str, tmp_path: Path):
    adapter = _adapter(name)(tmp_path / "whisper-base")
    with pytest.raises(ModelMissingError, match="whisper-base"):
        await adapter.load()
    adapter.close()
