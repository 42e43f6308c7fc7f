"""The bundled wake phrases on real sound: spoken by Kokoro's voices, and kept apart from ordinary speech."""

from __future__ import annotations

from contextlib import aclosing

import numpy as np
import pytest

from assistant.app import kokoro_styles
from assistant.audio.kokoro import Kokoro
from assistant.audio.wav import resample
from assistant.core.settings import WAKE_PHRASES
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples
from assistant.llm.catalog import Catalog
from tests.speech import model_folder, recordings

pytest.importorskip("pymicro_wakeword", reason="it comes with the extra `wake`")
from assistant.audio.wake_word import WakeWord

pytestmark = pytest.mark.model

SPOKEN = WAKE_PHRASES | {"okay_nabu": "Okay nah boo"}  # the voices' letter-to-sound rules say "nay" otherwise
VOICES = ("af_heart", "am_michael", "bf_emma", "bm_george")
BLOCK = 512


async def said(voice: Kokoro, text: str) -> Samples:
    async with aclosing(voice.synthesize(text)) as stream:  # type: ignore[type-var]  # it is a generator
        frames = [frame async for frame in stream]
    sound = resample(AudioFrame(np.concatenate([f.samples for f in frames]), frames[0].sample_rate), SPEECH_RATE)
    second = np.zeros(SPEECH_RATE, np.float32)
    room = np.random.default_rng(1).normal(0, 1e-4, len(sound.samples) + 2 * SPEECH_RATE).astype(np.float32)
    return np.concatenate([second, sound.samples, second]) + room


def times_heard(phrase: str, sound: Samples) -> int:
    """Stretches of sound in which the phrase was heard; a second without it ends one."""
    word, last, count = WakeWord(phrase), -SPEECH_RATE, 0
    for start in range(0, len(sound), BLOCK):
        if word.hears(sound[start : start + BLOCK]):
            count += start - last >= SPEECH_RATE
            last = start
    return count


async def test_phrases_are_heard_in_every_voice_and_not_in_each_other() -> None:
    styles = kokoro_styles(Catalog.load())
    missed: list[str] = []
    crossed = calls = 0
    for name in VOICES:
        if name not in styles:
            continue
        voice = Kokoro(model_folder("kokoro-82m"), style=styles[name])
        for phrase, words in SPOKEN.items():
            sound = await said(voice, f"{words}, what time is it?")
            calls += 1
            if times_heard(phrase, sound) == 0:
                missed.append(f"{words} by {name}")
            crossed += sum(times_heard(other, sound) for other in WAKE_PHRASES if other != phrase)
        voice.close()
    print(f"wake phrases: {calls - len(missed)} of {calls} heard, {crossed} heard as another; missed: {missed}")

    assert calls >= 4
    assert len(missed) <= 0.2 * calls
    assert crossed == 0


def test_ordinary_speech_wakes_nobody() -> None:
    sounds = [audio.samples for audio, _ in recordings()]
    alarms = {phrase: sum(times_heard(phrase, sound) for sound in sounds) for phrase in WAKE_PHRASES}
    print(f"false alarms in {sum(map(len, sounds)) / SPEECH_RATE:.0f} s of speech: {alarms}")

    assert sum(alarms.values()) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, 9.0])
def test_broken_samples_do_no_harm(value: float) -> None:
    assert times_heard("alexa", np.full(SPEECH_RATE, value, np.float32)) == 0
