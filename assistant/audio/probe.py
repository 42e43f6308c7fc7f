"""Is somebody about to take the floor? A quicker and more doubtful look at speech than the endpointer's.

Pure: no clock, no device; time is counted in samples. Every suspicion is followed by exactly one of DISMISSED,
SAMPLED and CONFIRMED (or a reset); a SUSTAINED comes before either of the last two, a LONG before CONFIRMED.
"""

from __future__ import annotations

from enum import Enum, auto

from assistant.audio.endpointer import HYSTERESIS
from assistant.core.settings import EndpointSettings
from assistant.core.types import SPEECH_RATE

PAUSE_SECONDS = 0.128  # breath between two words; inside a word the detector dips for at most three frames
SHORTEST_SECONDS = 0.16  # voiced: half of a short "no"; clicks and knocks are shorter
LONG_SECONDS = 1.2  # longer than "yeah, right"
CONFIRMED_SECONDS = 3.0  # it might be the echo of a changed room, but somebody who goes on must not talk to a wall


class Hint(Enum):
    SUSPECTED = auto()
    """A first frame of what may be speech."""
    SUSTAINED = auto()
    """Speech in a row for `onset_seconds`."""
    SAMPLED = auto()
    """A pause after a few words: the time to look at them."""
    LONG = auto()
    """More than a hum already: time to look at the words so far. More hints follow."""
    CONFIRMED = auto()
    """Nobody hums agreement for so long, whatever the words may be."""
    DISMISSED = auto()
    """It was too short to be a word."""


class _State(Enum):
    QUIET = auto()
    SUSPECTING = auto()
    SPEAKING = auto()
    LONG = auto()
    SURE = auto()


class SpeechProbe:
    def __init__(self, settings: EndpointSettings, sample_rate: int = SPEECH_RATE) -> None:
        self._threshold = settings.speech_threshold
        self._onset = round(settings.onset_seconds * sample_rate)
        self._pause = round(PAUSE_SECONDS * sample_rate)
        self._shortest = round(SHORTEST_SECONDS * sample_rate)
        self._state: _State = _State.QUIET
        self._long = round(LONG_SECONDS * sample_rate)
        self._confirmed = round(CONFIRMED_SECONDS * sample_rate)
        self._clear()

    @property
    def is_suspecting(self) -> bool:
        """A hint has been given that asks for another one."""
        return self._state in (_State.SUSPECTING, _State.SPEAKING, _State.LONG)

    @property
    def is_at_work(self) -> bool:
        return self._state is not _State.QUIET

    @property
    def gap(self) -> int:
        """Samples since the last voiced one of the stretch that was SAMPLED last."""
        return self._gap

    def push(self, length: int, probability: float) -> Hint | None:
        """Take the next frame of `length` samples."""
        if probability >= self._threshold:
            return self._voiced(length)
        if probability < self._threshold - HYSTERESIS or self._state is _State.SUSPECTING:
            return self._unvoiced(length)
        return None

    def reset(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._state = _State.QUIET
        self._run = 0
        self._total = 0
        self._gap = 0

    def _voiced(self, length: int) -> Hint | None:
        self._gap = 0
        self._run += length
        self._total += length
        if self._state is _State.QUIET:
            self._run = self._total = length
            self._state = _State.SUSPECTING
            return Hint.SUSPECTED
        if self._state is _State.SUSPECTING and self._run >= self._onset:
            self._state = _State.SPEAKING
            return Hint.SUSTAINED
        if self._state is _State.SPEAKING and self._total >= self._long:
            self._state = _State.LONG
            return Hint.LONG
        if self._state is _State.LONG and self._total >= self._confirmed:
            self._state = _State.SURE
            return Hint.CONFIRMED
        return None

    def _unvoiced(self, length: int) -> Hint | None:
        self._run = 0
        if self._state is _State.QUIET:
            return None
        self._gap += length
        if self._gap < self._pause:
            return None
        state, self._state = self._state, _State.QUIET
        if state is _State.SURE:
            return None
        is_word = state in (_State.SPEAKING, _State.LONG) and self._total >= self._shortest
        return Hint.SAMPLED if is_word else Hint.DISMISSED
