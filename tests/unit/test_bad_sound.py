"""Sound that is no conversation: the real speech detector, endpointer and listener on silence, music, noise, clipping.

No crash, no runaway, and a hint where one helps.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import numpy as np
import pytest

from assistant.audio.hints import CRACKLING, GATED_SECONDS, MUTED_SECONDS, SILENT
from assistant.audio.listener import Listener
from assistant.audio.vad import Silero
from assistant.core.events import Event, MicrophoneClosed, NoticeShown, SpeechStarted, UtteranceEnded
from assistant.core.settings import EndpointSettings
from assistant.core.types import SPEECH_RATE, Samples
from tests.fakes import FakeMicrophone
from tests.speech import recording

RNG = np.random.default_rng(11)


def noise(seconds: float, level: float) -> Samples:
    return (RNG.standard_normal(round(seconds * SPEECH_RATE)) * level).astype(np.float32)


def music(seconds: float) -> Samples:
    """A chord every half second, with overtones and a beat."""
    time = np.arange(round(seconds * SPEECH_RATE)) / SPEECH_RATE
    wave = np.zeros(len(time))
    for index in range(round(seconds * 2)):
        here = (time >= index / 2) & (time < (index + 1) / 2)
        root = 220.0 * 2 ** (RNG.integers(0, 12) / 12)
        for ratio, share in ((1, 1.0), (1.25, 0.7), (1.5, 0.7), (2, 0.4), (3, 0.2)):
            wave[here] += share * np.sin(2 * np.pi * root * ratio * time[here])
        wave[here] *= np.exp(-4 * (time[here] - index / 2))
    return (0.15 * wave).astype(np.float32)


class Ear:
    """The listener at work; `hear` returns when everything was looked at."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.microphone = FakeMicrophone()
        self.is_speaking = False
        """Is the assistant? Then what is heard may be an interruption."""
        self.listener = Listener(EndpointSettings(), Silero(), self.events.append, lambda: self.is_speaking)
        self._task = asyncio.create_task(self.listener.run(self.microphone))
        self.listener.open()

    async def hear(self, samples: Samples) -> Counter[str]:
        """Whole frames: what is over is left out."""
        samples = samples[: len(samples) // 512 * 512]
        await self.microphone.hear(samples)
        return Counter(type(event).__name__ for event in self.events)

    @property
    def hints(self) -> list[NoticeShown]:
        return [event for event in self.events if isinstance(event, NoticeShown)]

    async def close(self) -> None:
        self.microphone.hang_up()
        await self._task


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    one = Ear()
    yield one
    await one.close()


@pytest.mark.parametrize("level", [0.003, 0.05, 0.3])
async def test_thirty_seconds_of_noise_are_no_utterance(ear: Ear, level: float) -> None:
    heard = await ear.hear(noise(30, level))

    assert heard["UtteranceEnded"] == 0


@pytest.mark.parametrize("level", [0.003, 0.05, 0.3])
async def test_thirty_seconds_of_noise_over_the_voice_interrupt_nothing(ear: Ear, level: float) -> None:
    ear.is_speaking = True

    heard = await ear.hear(noise(30, level))

    assert heard["SpeechConfirmed"] == heard["SpeechStarted"] == heard["UtteranceEnded"] == 0
    assert heard["SpeechSuspected"] == heard["SuspicionLifted"]


async def test_music_over_the_voice_resolves_every_doubt_it_raises(ear: Ear) -> None:
    ear.is_speaking = True

    heard = await ear.hear(np.concatenate([music(20), noise(2, 0.001)]))

    resolved = heard["SuspicionLifted"] + heard["SpeechSampled"] + heard["SpeechConfirmed"]
    assert heard["SpeechSuspected"] == resolved
    assert heard["SpeechStarted"] == heard["UtteranceEnded"] + heard["SpeechDiscarded"]


async def test_music_makes_few_utterances_and_all_of_them_end(ear: Ear) -> None:
    heard = await ear.hear(np.concatenate([music(20), noise(2, 0.001)]))

    assert heard["SpeechStarted"] == heard["UtteranceEnded"] + heard["SpeechDiscarded"]
    assert heard["UtteranceEnded"] <= 5


async def test_a_zero_level_microphone_gives_one_hint_and_no_more(ear: Ear) -> None:
    heard = await ear.hear(np.zeros(round(3 * MUTED_SECONDS * SPEECH_RATE), np.float32))

    assert heard["NoticeShown"] == 1
    assert ear.hints == [SILENT]


async def test_a_driver_that_gives_zeros_between_sentences_is_not_taken_for_muted(ear: Ear) -> None:
    speech = recording("go-forward.flac").samples
    pause = np.zeros(round(3 * MUTED_SECONDS * SPEECH_RATE), np.float32)

    await ear.hear(np.concatenate([speech, pause, speech, pause]))
    assert ear.hints == []

    await ear.hear(np.zeros(round((GATED_SECONDS + 1) * SPEECH_RATE), np.float32))
    assert ear.hints == [SILENT]


async def test_who_holds_the_key_and_is_not_heard_is_told_at_once_and_each_time(ear: Ear) -> None:
    ear.listener.close()
    await ear.hear(np.zeros(2048, np.float32))
    for _ in range(2):
        ear.listener.begin_push()
        await ear.hear(np.zeros(SPEECH_RATE, np.float32))
        ear.listener.end_push()
        await ear.hear(np.zeros(SPEECH_RATE, np.float32))

    assert ear.hints == [SILENT, SILENT]


async def test_clipped_speech_is_still_one_utterance(ear: Ear) -> None:
    speech = np.clip(recording("go-forward.flac").samples * 30, -1, 1)

    heard = await ear.hear(np.concatenate([noise(0.5, 0.001), speech, noise(1.5, 0.001)]))

    assert heard["UtteranceEnded"] == 1
    assert ear.hints == [CRACKLING]
    await ear.hear(np.concatenate([speech, noise(1.5, 0.001)]))
    assert ear.hints == [CRACKLING]


async def test_speech_as_loud_as_it_may_be_brings_no_hint(ear: Ear) -> None:
    speech = recording("go-forward.flac").samples

    heard = await ear.hear(np.concatenate([speech / np.abs(speech).max(), noise(1.5, 0.001)]))

    assert heard["UtteranceEnded"] == 1
    assert ear.hints == []


async def test_speech_without_a_pause_is_cut_into_bounded_utterances(ear: Ear) -> None:
    speech = recording("austen-0870.flac").samples
    television = np.tile(speech, round(150 * SPEECH_RATE / len(speech)))

    await ear.hear(np.concatenate([television, noise(1.5, 0.001)]))

    lengths = [event.utterance.audio.seconds for event in ear.events if isinstance(event, UtteranceEnded)]
    assert lengths
    assert max(lengths) <= EndpointSettings().longest_seconds + 1


async def test_broken_numbers_from_a_driver_do_no_harm(ear: Ear) -> None:
    broken = noise(2, 0.01)
    broken[::100] = np.nan
    broken[50::100] = np.inf

    await ear.hear(broken)
    speech = recording("go-forward.flac").samples
    heard = await ear.hear(np.concatenate([noise(1, 0.001), speech, noise(1.5, 0.001)]))

    assert heard["UtteranceEnded"] == 1


async def test_a_stuck_key_ends_by_itself(ear: Ear) -> None:
    ear.listener.close()
    await ear.hear(noise(0.2, 0.001))
    ear.listener.begin_push()

    await ear.hear(noise(EndpointSettings().longest_seconds + 2, 0.002))

    assert not ear.listener.is_pressed
    assert [type(event) for event in ear.events].count(UtteranceEnded) == 0
    assert [type(event) for event in ear.events].count(SpeechStarted) == 1
    assert isinstance(ear.events[-1], MicrophoneClosed), "the window would go on showing that it listens"
    [hint] = ear.hints
    assert "60 seconds" in hint.what and "press it again" in hint.advice
