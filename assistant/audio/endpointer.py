"""Where an utterance begins and ends, from one probability of speech per frame.

Pure: no clock, no device, no network; time is counted in samples. Every utterance is one contiguous slice of what was
pushed, no two of them overlap, and a sample that was pushed is either inside one or was silence (or a cough).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from assistant.core.settings import EndpointSettings
from assistant.core.types import SPEECH_RATE, Samples

HYSTERESIS = 0.15  # speech goes on down to threshold - 0.15: the detector dips inside words
MINIMUM_SPEECH_SECONDS = 0.2  # voiced time below this is a cough or a click; a short "no" measures 0.25
TAIL_SECONDS = 0.3  # kept after the last voiced frame: breathy endings fall under the threshold


@dataclass(frozen=True, slots=True)
class Onset:
    """Somebody speaks."""


@dataclass(frozen=True, slots=True)
class Discard:
    """What had begun was too short."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A finished utterance: samples `start` to `start + len(samples)` of everything pushed."""

    samples: Samples
    start: int
    speech_end: int
    """One past the last sample of the last voiced frame, counted like `start`."""


class _State(Enum):
    QUIET = auto()
    SPEAKING = auto()


class Endpointer:
    def __init__(self, settings: EndpointSettings, sample_rate: int = SPEECH_RATE) -> None:
        self._threshold = settings.speech_threshold
        self._onset = round(settings.onset_seconds * sample_rate)
        self._usual_silence = round(settings.silence_seconds * sample_rate)
        self._silence = self._usual_silence
        self._rate = sample_rate
        self._pre_roll = round(settings.pre_roll_seconds * sample_rate)
        self._longest = round(settings.longest_seconds * sample_rate)
        self._minimum = round(MINIMUM_SPEECH_SECONDS * sample_rate)
        self._tail = round(TAIL_SECONDS * sample_rate)
        self._now = 0
        self._kept_from = 0
        self._kept: list[Samples] = []
        self._forget()

    @property
    def position(self) -> int:
        """Samples pushed so far."""
        return self._now

    @property
    def so_far(self) -> Samples | None:
        """The utterance as far as it has been heard, pre-roll included; None while nobody speaks."""
        return np.concatenate(self._kept) if self._state is _State.SPEAKING else None

    @property
    def is_speaking(self) -> bool:
        return self._state is _State.SPEAKING

    @property
    def speech_end(self) -> int:
        """One past the last sample of the last voiced frame, counted like `position`."""
        return self._speech_end

    def wait(self, seconds: float) -> None:
        """Let this silence, and only this one, end the utterance after so long."""
        self._silence = round(seconds * self._rate)

    def push(self, samples: Samples, probability: float) -> Onset | Discard | Stretch | None:
        """Take the next frame, of any length, and say what it brought about."""
        self._kept.append(samples)
        self._now += len(samples)
        is_voiced = probability >= self._threshold
        if self._state is _State.QUIET:
            return self._listen(len(samples), is_voiced)
        if is_voiced:
            self._voiced += len(samples)
        if probability >= self._threshold - HYSTERESIS:
            self._speech_end = self._now
            self._silence = self._usual_silence
        if self._now - self._speech_end >= self._silence or self._now - self._kept_from >= self._longest:
            return self._finish()
        return None

    def reset(self) -> None:
        """Forget what has been heard and was not finished."""
        self._drop_before(self._now)
        self._forget()

    def _forget(self) -> None:
        self._state = _State.QUIET
        self._voiced = 0
        self._speech_end = self._now
        self._silence = self._usual_silence

    def _listen(self, length: int, is_voiced: bool) -> Onset | None:
        self._voiced = self._voiced + length if is_voiced else 0
        self._drop_before(self._now - self._voiced - self._pre_roll)
        if not is_voiced or self._voiced < self._onset:
            return None
        self._state = _State.SPEAKING
        self._speech_end = self._now
        return Onset()

    def _finish(self) -> Stretch | Discard:
        if self._voiced < self._minimum:
            self._forget()
            return Discard()
        start, speech_end = self._kept_from, self._speech_end
        end = min(self._now, speech_end + self._tail)
        samples = np.concatenate(self._kept)
        self._kept = [samples[end - start :]]
        self._kept_from = end
        self._forget()
        return Stretch(samples[: end - start], start, speech_end)

    def _drop_before(self, position: int) -> None:
        """Let go of samples before a position."""
        while self._kept and self._kept_from + len(self._kept[0]) <= position:
            self._kept_from += len(self._kept.pop(0))
        if self._kept and self._kept_from < position:
            self._kept[0] = self._kept[0][position - self._kept_from :]
            self._kept_from = position
