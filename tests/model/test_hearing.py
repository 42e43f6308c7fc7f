"""Hearing with the real weights: error rate, long recordings, quiet and clipped speech, sound between words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from assistant.audio.wav import resample
from assistant.audio.whisper_ct2 import FasterWhisper
from assistant.audio.whisper_torch import OpenAIWhisper
from assistant.core.types import SPEECH_RATE, AudioFrame
from tests.speech import model_folder, noises, recording, recordings, word_error_rate

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def whisper() -> AsyncIterator[FasterWhisper]:
    made = FasterWhisper(model_folder("whisper-base"))
    yield made
    made.close()


async def test_faster_whisper_hears_at_least_96_words_of_100(whisper: FasterWhisper):
    heard = [(await whisper.transcribe(audio)).text for audio, _ in recordings()]
    assert word_error_rate([text for _, text in recordings()], heard) <= 0.04


async def test_fast_talk_is_heard_to_its_last_word(whisper: FasterWhisper):
    said = next(text for _, text in recordings() if text.startswith("and mister john dashwood"))
    slow = recording("austen-0870.flac")
    heard = await whisper.transcribe(AudioFrame(slow.samples, round(1.7 * slow.sample_rate)))
    assert word_error_rate([said], [heard.text]) <= 0.2


async def test_openai_whisper_hears_the_same_speech():
    pytest.importorskip("whisper", reason="openai-whisper comes with the extra `gpu`")
    whisper = OpenAIWhisper(model_folder("whisper-base"), device="cpu")
    some = recordings()[::2]
    heard = [(await whisper.transcribe(audio)).text for audio, _ in some]
    whisper.close()
    assert word_error_rate([text for _, text in some], heard) <= 0.045


@pytest.mark.parametrize("pause_seconds", [0.0, 4.0])
async def test_a_long_recording_loses_no_words_at_its_joins(whisper: FasterWhisper, pause_seconds: float):
    parts = [(audio, text) for audio, text in recordings() if audio.seconds > 3] * 2
    pause = np.zeros(int(pause_seconds * SPEECH_RATE), np.float32)
    sound = np.concatenate([np.concatenate([audio.samples, pause]) for audio, _ in parts])
    heard = await whisper.transcribe(AudioFrame(sound, SPEECH_RATE), times=True)
    assert len(sound) / SPEECH_RATE > 60
    assert word_error_rate([" ".join(text for _, text in parts)], [heard.text]) <= 0.06
    starts = [word.start_seconds for word in heard.words]
    assert starts == sorted(starts)
    assert starts[-1] > len(sound) / SPEECH_RATE - 7 - pause_seconds


@pytest.mark.parametrize("decibels", [-40, -20, 6])
async def test_quiet_and_loud_speech_is_heard(whisper: FasterWhisper, decibels: int):
    audio = recording("go-forward.flac")
    loud = np.clip(audio.samples * 10 ** (decibels / 20), -1, 1).astype(np.float32)
    assert "forward" in (await whisper.transcribe(AudioFrame(loud, SPEECH_RATE))).text.lower()


async def test_a_one_word_recording_is_heard(whisper: FasterWhisper):
    assert (await whisper.transcribe(recording("goodbye-8khz.flac"))).text.lower().startswith("goodbye")


async def test_speech_between_noise_keeps_only_its_words(whisper: FasterWhisper):
    audio, fan = recording("go-forward.flac").samples, 0.05 * noises(5)["fan"]
    heard = await whisper.transcribe(AudioFrame(np.concatenate([fan, audio, fan]), SPEECH_RATE), times=True)
    assert word_error_rate(["go forward ten meters"], [heard.text]) == 0
    assert 4.8 < heard.words[0].start_seconds < 6.5


async def test_the_language_that_the_caller_names_is_kept(whisper: FasterWhisper):
    heard = await whisper.transcribe(resample(recording("austen-0870.flac"), 48_000), "de")
    assert heard.language == "de"  # the caller's choice wins
