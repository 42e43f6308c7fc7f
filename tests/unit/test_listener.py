from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from assistant.audio.listener import Listener, TurnDetector
from assistant.core.events import (
    Event,
    MicrophoneClosed,
    MicrophoneOpened,
    NoticeShown,
    SpeechConfirmed,
    SpeechDiscarded,
    SpeechProgressed,
    SpeechSampled,
    SpeechStarted,
    SpeechSuspected,
    SpeechSustained,
    SuspicionLifted,
    UtteranceEnded,
)
from assistant.core.settings import EndpointSettings
from assistant.core.types import SPEECH_RATE, AudioFrame, Cleaning, Samples
from tests.fakes import FakeMicrophone, LoudnessDetector

DOUBTS = (SpeechSuspected, SpeechSustained, SpeechSampled, SpeechConfirmed, SuspicionLifted, SpeechProgressed)


def sound(frames: int, loudness: float) -> Samples:
    return np.full(frames * 512, loudness, np.float32)


class Room:
    """A listener at work on a fake microphone, and what it said."""

    def __init__(self, turns: TurnDetector | None = None) -> None:
        self.events: list[Event] = []
        self.microphone = FakeMicrophone()
        self.detector = LoudnessDetector()
        self.listener = Listener(EndpointSettings(), self.detector, self.events.append, turns=turns)
        self.task = asyncio.create_task(self.listener.run(self.microphone))

    async def close(self) -> None:
        self.microphone.hang_up()
        await asyncio.wait({self.task}, timeout=5)

    async def says(self, frames: int, loudness: float = 0.9) -> None:
        await self.microphone.hear(sound(frames, loudness))

    async def silence(self, frames: int) -> None:
        await self.microphone.hear(sound(frames, 0.01))

    @property
    def kinds(self) -> list[type[Event]]:
        """Without the early doubts, which have tests of their own."""
        return [type(event) for event in self.events if not isinstance(event, DOUBTS)]

    def utterances(self) -> list[UtteranceEnded]:
        return [event for event in self.events if isinstance(event, UtteranceEnded)]


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    one = Room()
    yield one
    one.microphone.hang_up()
    await asyncio.wait({one.task}, timeout=5)
    assert one.task.done()
    assert one.task.exception() is None


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - conditions are plain values
            await asyncio.sleep(0.01)


async def test_hands_free_one_utterance_is_one_event(room: Room) -> None:
    room.listener.open()

    await room.silence(15)
    await room.says(20)
    await room.silence(30)

    assert room.kinds == [MicrophoneOpened, SpeechStarted, UtteranceEnded]
    audio = room.utterances()[0].utterance.audio
    assert audio.sample_rate == SPEECH_RATE
    assert audio.seconds == pytest.approx(20 * 0.032 + 0.3 + 0.3, abs=0.001)


async def test_the_utterance_ended_when_the_speech_did(room: Room) -> None:
    room.listener.open()
    room.microphone.latency_seconds = 0.05

    await room.silence(15)
    await room.says(20)
    await room.silence(30)

    ended_at = room.utterances()[0].utterance.ended_at
    assert 0.6 + 0.05 <= asyncio.get_running_loop().time() - ended_at < 1.2


async def test_what_was_cleaned_for_a_recogniser_is_what_is_recognised(room: Room) -> None:
    room.listener.open()
    await room.silence(15)
    words = np.full(512, 0.2, np.float32)
    await room.microphone.take(AudioFrame(sound(1, 0.9), SPEECH_RATE, words) for _ in range(20))
    await room.silence(30)

    samples = room.utterances()[0].utterance.audio.samples
    assert np.count_nonzero(samples == words[0]) == 20 * 512
    assert samples.max() == words[0]


async def test_who_was_crushed_by_the_canceller_is_believed_more_easily(room: Room) -> None:
    room.listener.open()
    faint = sound(1, 0.3)

    await room.microphone.take(AudioFrame(faint, SPEECH_RATE) for _ in range(20))
    assert SpeechStarted not in room.kinds
    await room.microphone.take(AudioFrame(faint, SPEECH_RATE, faint, cleaning=Cleaning.CRUSHED) for _ in range(20))
    assert SpeechStarted in room.kinds


async def test_muted_nothing_is_heard(room: Room) -> None:
    await room.says(20)
    await room.silence(30)

    assert room.events == []


async def test_muting_in_the_middle_of_speech_forgets_it(room: Room) -> None:
    room.listener.open()
    await room.silence(15)
    await room.says(20)

    room.listener.close()
    await room.silence(40)

    assert room.kinds == [MicrophoneOpened, SpeechStarted, MicrophoneClosed]


async def test_dropped_speech_brings_nothing_and_the_next_is_heard(room: Room) -> None:
    room.listener.open()
    await room.silence(15)
    await room.says(20)
    room.listener.drop_speech()
    await room.silence(40)
    await room.says(20)
    await room.silence(40)

    assert room.kinds == [MicrophoneOpened, SpeechStarted, SpeechStarted, UtteranceEnded]


async def test_the_detector_starts_afresh_when_the_microphone_is_opened_again(room: Room) -> None:
    room.listener.open()
    await room.silence(3)
    room.listener.close()
    await room.says(20)
    room.listener.open()
    await room.silence(30)

    assert room.detector.resets == 2
    assert room.kinds == [MicrophoneOpened, MicrophoneClosed, MicrophoneOpened]


async def test_the_talk_key_makes_the_whole_press_an_utterance_even_when_muted(room: Room) -> None:
    await room.silence(5)
    room.listener.begin_push()
    await room.silence(30)
    await room.says(10)
    await room.silence(30)
    await room.says(10)
    room.listener.end_push()
    await room.silence(10)
    await room.says(20)

    assert room.kinds == [SpeechStarted, UtteranceEnded]
    seconds = room.utterances()[0].utterance.audio.seconds
    assert seconds == pytest.approx((30 + 10 + 30 + 10) * 0.032 + 0.2, abs=0.033)


async def test_a_press_without_speech_is_discarded(room: Room) -> None:
    await room.silence(5)
    room.listener.begin_push()
    await room.silence(30)
    await room.says(3)
    room.listener.end_push()
    await room.silence(10)

    assert room.kinds == [SpeechStarted, SpeechDiscarded]


async def test_a_press_takes_over_from_hands_free_speech(room: Room) -> None:
    room.listener.open()
    await room.silence(15)
    await room.says(10)
    room.listener.begin_push()
    await room.says(10)
    room.listener.end_push()
    await room.silence(60)

    assert room.kinds == [MicrophoneOpened, SpeechStarted, SpeechStarted, UtteranceEnded]
    assert room.utterances()[0].utterance.audio.seconds == pytest.approx(10 * 0.032 + 0.2, abs=0.033)


async def test_pressing_again_before_the_tail_is_over_goes_on(room: Room) -> None:
    await room.silence(5)
    room.listener.begin_push()
    await room.says(10)
    room.listener.end_push()
    await room.silence(2)
    room.listener.begin_push()
    await room.says(10)
    room.listener.end_push()
    await room.silence(10)

    assert room.kinds == [SpeechStarted, UtteranceEnded]


async def test_a_press_without_a_microphone_says_so(room: Room) -> None:
    room.listener.begin_push()
    room.listener.end_push()

    assert room.kinds == [NoticeShown, MicrophoneClosed]


async def test_a_microphone_that_stops_giving_frames_is_closed_and_opened_again(room: Room) -> None:
    room.listener.open()
    await room.silence(15)
    await room.says(20)

    await until(lambda: MicrophoneClosed in room.kinds)
    await room.silence(40)

    assert room.kinds == [MicrophoneOpened, SpeechStarted, MicrophoneClosed, MicrophoneOpened]


async def test_exact_silence_gives_one_hint(room: Room) -> None:
    room.listener.open()
    await room.microphone.hear(sound(400, 0.0))

    [hint] = [event for event in room.events if isinstance(event, NoticeShown)]
    assert "silence" in hint.what


async def test_the_end_of_the_microphone_ends_the_listener(room: Room) -> None:
    room.listener.open()
    await room.silence(15)
    await room.says(20)

    room.microphone.hang_up()
    await asyncio.wait_for(room.task, 5)

    assert room.kinds[-1] is MicrophoneClosed


class TurnScript:
    """A turn detector that always says the same."""

    def __init__(self, probability: float) -> None:
        self._probability = probability
        self.asked = 0

    def probability(self, samples: Samples) -> float:
        self.asked += 1
        return self._probability


async def frames_of_silence_until_the_end(probability: float, reads_complete: bool) -> int:
    script = TurnScript(probability)
    room = Room(script)
    try:
        room.listener.open()
        await room.says(20)
        await room.silence(8)
        room.listener.words_at_pause(reads_complete)
        await until(lambda: script.asked == 1)
        await asyncio.sleep(0.05)  # the answer crosses from the detector's thread
        frames = 8
        while not room.utterances():
            await room.silence(1)
            frames += 1
        assert script.asked == 1
        return frames
    finally:
        await room.close()


async def test_signs_of_an_end_shorten_the_wait_and_signs_of_more_lengthen_it() -> None:
    done = await frames_of_silence_until_the_end(0.9, True)
    doubtful = await frames_of_silence_until_the_end(0.9, False)
    thinking = await frames_of_silence_until_the_end(0.1, False)

    assert done * 0.032 == pytest.approx(0.48, abs=0.04)
    assert doubtful * 0.032 == pytest.approx(0.8, abs=0.04)
    assert thinking * 0.032 == pytest.approx(1.2, abs=0.04)


async def test_who_thinks_in_the_middle_of_a_sentence_is_not_cut_off() -> None:
    room = Room(TurnScript(0.1))
    try:
        room.listener.open()
        await room.says(20)
        await room.silence(10)
        room.listener.words_at_pause(False)
        await asyncio.sleep(0.05)
        await room.silence(20)  # 0.96 s in all
        await room.says(20)
        await room.silence(60)
        assert len(room.utterances()) == 1
    finally:
        await room.close()
