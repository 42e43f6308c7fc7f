"""The listener: microphone frames in, "speech started" and "utterance ended" out.

Runs on the loop, the detector too: its look takes a tenth of a millisecond, the way to a thread longer. Hands-free, the
endpointer decides where an utterance begins and ends; while the talk key is held, the key does. Muting takes effect at
once: no frame that was captured before it can start or end anything after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from assistant.audio.endpointer import MINIMUM_SPEECH_SECONDS, Discard, Endpointer, Onset, Stretch
from assistant.audio.hints import MicrophoneHints, held_too_long
from assistant.audio.overlap import Overlap
from assistant.audio.pacer import Moment, Pacer
from assistant.audio.patience import COMPLETE, Patience
from assistant.audio.probe import Hint
from assistant.core.aio import EngineThread, cancel_and_wait
from assistant.core.errors import DeviceError, EngineError
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
from assistant.core.ports import Emit, Microphone
from assistant.core.settings import EndpointSettings
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples, Utterance

RELEASE_SECONDS = 0.2  # the key comes up before the last sound has passed the device's buffers
LOST_SECONDS = 0.5  # without a frame: the microphone is gone, though nobody said so
CHECK_SECONDS = 0.25
TURN_SECONDS = 0.2  # of silence before the sound is judged: with less or more of it the network knows less

HINTS: dict[Hint | None, type[Event]] = {
    Hint.SUSPECTED: SpeechSuspected,
    Hint.SUSTAINED: SpeechSustained,  # before the SpeechStarted that comes with the same frame
    Hint.CONFIRMED: SpeechConfirmed,
    Hint.DISMISSED: SuspicionLifted,
}


class Detector(Protocol):
    """Silero, or a test's script."""

    def probability(self, frame512: Samples) -> float: ...

    def reset(self) -> None: ...


class TurnDetector(Protocol):
    """SmartTurn, or a test's script."""

    def probability(self, samples: Samples) -> float: ...


@dataclass(slots=True)
class _Pause:
    """A silence inside the utterance, and what is known of the turn so far; None is not known (yet)."""

    began: int = -1
    was_asked: bool = False
    sounds_complete: bool | None = None
    reads_complete: bool | None = None


@dataclass(slots=True)
class _Press:
    """What has been heard since the talk key went down."""

    frames: list[Samples] = field(default_factory=list)
    length: int = 0
    voiced: int = 0
    speech_end: int = 0
    remaining: int | None = None
    """Samples still to come after the key went up; None while it is down."""


class Listener:
    """Starts muted. `run` is given the microphone; everything else may be called at any time, on the same loop."""

    def __init__(
        self,
        settings: EndpointSettings,
        detector: Detector,
        emit: Emit,
        is_assistant_speaking: Callable[[], bool] = lambda: False,
        turns: TurnDetector | None = None,
    ) -> None:
        """While the assistant speaks, speech is told earlier: it may be an interruption.

        Without `turns` only the words and the length of a silence tell that the user is done.
        """
        self._settings = settings
        self._is_assistant_speaking = is_assistant_speaking
        self._detector = detector
        self._emit = emit
        self._endpointer = Endpointer(settings)
        self._overlap = Overlap(settings)
        self._pacer = Pacer()
        self._turns = turns
        self._turn_thread = EngineThread("turns")
        self._asking: asyncio.Task[None] | None = None
        self._patience = Patience(settings.silence_seconds)
        self._pause = _Pause()
        self._press: _Press | None = None
        self._is_open = False
        self._is_announced = False
        self._is_fresh = True
        self._last_frame_at = float("-inf")
        self._hints = MicrophoneHints()
        self._latency_seconds = 0.0

    @property
    def is_open(self) -> bool:
        """Hands-free listening is wanted, whether or not there is a microphone."""
        return self._is_open

    @property
    def is_pressed(self) -> bool:
        return self._press is not None and self._press.remaining is None

    def apply(self, settings: EndpointSettings) -> None:
        """Take over changed settings; speech in progress is forgotten."""
        self._settings = settings
        self._endpointer = Endpointer(settings)
        self._patience = Patience(settings.silence_seconds)
        self._start_afresh()
        self._overlap = Overlap(settings)

    def open(self) -> None:
        """Listen hands-free. MicrophoneOpened follows with the first frame, so it is true when it is said."""
        if not self._is_open:
            was_pressed = self._press is not None
            self._is_open = True
            self._start_afresh()
            if was_pressed:  # a tap: what the key began is no utterance
                self._emit(SpeechDiscarded())

    def close(self) -> None:
        """Mute, at once. Speech in progress is forgotten."""
        self._is_open = False
        self._lose()

    def drop_speech(self) -> None:
        """Forget speech in progress, hands-free or with the key held, and listen on. Nothing is emitted."""
        self._start_afresh()

    def words_at_pause(self, complete: bool) -> None:
        """The user is silent for a moment, and what they said until here reads as if it were all, or not."""
        if self._pause.began >= 0:
            self._pause.reads_complete = complete
            self._wait()

    def turn_reopened(self) -> None:
        """The user went on right after a turn was thought to be over: be slower to think so."""
        self._patience.finished(was_reopened=True)

    def begin_push(self) -> None:
        """The talk key went down: everything until it comes up is one utterance, whether muted or not."""
        if self._press is not None:
            self._press.remaining = None
            return
        if not self._is_flowing():
            self._emit(NoticeShown("warning", "No sound comes from the microphone.", "Plug it in and try again."))
            self._emit(MicrophoneClosed())  # the window shows that it listens as soon as the key goes down
            return
        self._start_afresh()
        self._press = _Press()
        self._emit(SpeechStarted())
        self._emit(SpeechConfirmed())

    def end_push(self) -> None:
        """The talk key came up. The utterance ends a moment later, with what was still in the buffers."""
        if self._press is not None and self._press.remaining is None:
            self._press.remaining = round(RELEASE_SECONDS * SPEECH_RATE)

    async def run(self, microphone: Microphone) -> None:
        """Listen until the microphone is closed or the task is cancelled. Raises what the detector raises."""
        watch = asyncio.create_task(self._watch())
        try:
            async for frame in microphone.frames():
                self._last_frame_at = _now()
                self._latency_seconds = microphone.latency_seconds
                if self._is_open and not self._is_announced:
                    self._is_announced = True
                    self._emit(MicrophoneOpened(microphone.device))
                if self._is_open or self._press is not None:
                    self._hear(frame)
        except DeviceError as error:
            self._emit(NoticeShown("warning", error.what, error.advice))
        finally:
            await cancel_and_wait(watch)
            await cancel_and_wait(self._asking)
            self._lose()
            self._turn_thread.close()

    def _hear(self, frame: AudioFrame) -> None:
        self._say(self._hints.push(frame.samples))
        if self._is_fresh:
            self._detector.reset()
            self._is_fresh = False
        probability = self._detector.probability(frame.samples)
        if self._press is not None:
            self._hear_press(self._press, frame.recognisable, probability)
        else:
            self._hear_hands_free(frame, probability)

    def _hear_hands_free(self, frame: AudioFrame, heard: float) -> None:
        samples = frame.recognisable
        probability, hint = self._overlap.push(frame, heard, self._is_assistant_speaking())
        if hint in HINTS:
            self._emit(HINTS[hint]())
        silence_before = self._endpointer.position - self._endpointer.speech_end
        result = self._endpointer.push(samples, probability)
        match result:
            case Onset():
                self._emit(SpeechStarted())
            case Discard():
                self._emit(SpeechDiscarded())
            case Stretch(samples=speech, start=start, speech_end=speech_end):
                self._patience.finished(was_reopened=False)
                self._emit_utterance(speech, self._endpointer.position - speech_end, speech_end - start)
        if hint in (Hint.SAMPLED, Hint.LONG):
            so_far = self._endpointer.so_far
            sampled = None if so_far is None else self._utterance(so_far, self._overlap.gap)
            self._emit(SuspicionLifted() if sampled is None else SpeechSampled(sampled, hint is Hint.SAMPLED))
        self._follow(len(samples))
        self._ponder(silence_before)

    def _ponder(self, silence_before: int) -> None:
        """In a pause, once: does it sound as if the turn were over? After it: how long was it?"""
        endpointer = self._endpointer
        silence = endpointer.position - endpointer.speech_end
        if not endpointer.is_speaking or silence == 0:
            if self._pause.began >= 0 and endpointer.is_speaking:
                self._patience.paused(silence_before / SPEECH_RATE)
            self._pause = _Pause()
            return
        self._pause.began = endpointer.speech_end
        if self._turns is None or self._pause.was_asked or silence < TURN_SECONDS * SPEECH_RATE:
            return
        if self._is_assistant_speaking():
            return  # a "mm-hm" is to be weighed soon, and is no turn
        self._pause.was_asked = True
        so_far = endpointer.so_far
        if so_far is not None and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._ask(self._turns, so_far, self._pause))

    async def _ask(self, turns: TurnDetector, samples: Samples, pause: _Pause) -> None:
        try:
            probability = await self._turn_thread.call(turns.probability, samples)
        except EngineError as error:
            self._turns = None
            self._emit(NoticeShown("warning", error.what, error.advice))
            return
        if pause is self._pause:
            pause.sounds_complete = probability >= COMPLETE
            self._wait()

    def _wait(self) -> None:
        self._endpointer.wait(self._patience.wait(self._pause.sounds_complete, self._pause.reads_complete))

    def _follow(self, length: int) -> None:
        """Tell how far the utterance has come, when that is worth a look."""
        endpointer = self._endpointer
        if not endpointer.is_speaking:
            self._pacer.reset()
            return
        silence = endpointer.position - endpointer.speech_end
        moment = self._pacer.push(length, silence)
        so_far = endpointer.so_far if moment is not None else None
        if so_far is not None:
            utterance = self._utterance(so_far, silence, len(so_far) - silence)
            self._emit(SpeechProgressed(utterance, moment is Moment.PAUSED))

    def _hear_press(self, press: _Press, samples: Samples, probability: float) -> None:
        press.frames.append(samples)
        press.length += len(samples)
        if probability >= self._settings.speech_threshold:
            press.voiced += len(samples)
            press.speech_end = press.length
        if press.remaining is not None:
            press.remaining -= len(samples)
        is_over = press.remaining is not None and press.remaining <= 0
        if not is_over and press.length < self._settings.longest_seconds * SPEECH_RATE:
            self._follow_press(press, len(samples))
            return
        self._start_afresh()
        if press.voiced < MINIMUM_SPEECH_SECONDS * SPEECH_RATE:
            self._emit(SpeechDiscarded())
            self._say(self._hints.judge_press(press.frames))
        else:
            self._emit_utterance(np.concatenate(press.frames), press.length - press.speech_end, press.speech_end)

        if press.remaining is None:  # something may lie on the key
            self._emit(held_too_long(self._settings.longest_seconds))
            if not self._is_open:
                self._emit(MicrophoneClosed())

    def _follow_press(self, press: _Press, length: int) -> None:
        if press.voiced < MINIMUM_SPEECH_SECONDS * SPEECH_RATE:
            return
        silence = press.length - press.speech_end
        moment = self._pacer.push(length, silence)
        if moment is not None:
            utterance = self._utterance(np.concatenate(press.frames), silence, press.speech_end)
            self._emit(SpeechProgressed(utterance, moment is Moment.PAUSED))

    def _emit_utterance(self, samples: Samples, since_speech: int, speech_samples: int) -> None:
        self._emit(UtteranceEnded(self._utterance(samples, since_speech, speech_samples)))
        self._say(self._hints.judge(samples))

    def _utterance(self, samples: Samples, since_speech: int, speech_samples: int = 0) -> Utterance:
        ended_at = _now() - since_speech / SPEECH_RATE - self._latency_seconds
        return Utterance(AudioFrame(samples, SPEECH_RATE), ended_at, speech_samples)

    def _start_afresh(self) -> None:
        self._press = None
        self._is_fresh = True
        self._pacer.reset()
        self._pause = _Pause()
        self._endpointer.reset()
        if self._overlap.is_suspecting:
            self._emit(SuspicionLifted())
        self._overlap.reset()

    def _lose(self) -> None:
        """No more speech will come for now: say so, if anybody could think otherwise."""
        was_listening = self._is_announced or self._press is not None
        self._is_announced = False
        self._hints.reset()
        self._start_afresh()
        if was_listening:
            self._emit(MicrophoneClosed())

    def _is_flowing(self) -> bool:
        return _now() - self._last_frame_at < LOST_SECONDS

    async def _watch(self) -> None:
        """A device that died gives no sign but silence: notice that no frame has come."""
        checked_at = _now()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            was_late = _now() - checked_at > 2 * CHECK_SECONDS  # the loop was busy; the frames are still waiting
            checked_at = _now()
            if not was_late and not self._is_flowing() and (self._is_announced or self._press is not None):
                self._lose()

    def _say(self, notice: NoticeShown | None) -> None:
        if notice is not None:
            self._emit(notice)


def _now() -> float:
    return asyncio.get_running_loop().time()
