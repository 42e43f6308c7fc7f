"""How well the echo is being cancelled, from the energies before and after. Pure: time is counted in samples."""

from __future__ import annotations

import math
import statistics
from collections import deque

import numpy as np

from assistant.core.types import SPEECH_RATE, Samples

SETTLED_DECIBEL = 10.0  # of echo taken out: what is left no longer sounds like speech
SETTLED_SECONDS = 0.25  # in a row
SMOOTHING_SECONDS = 0.1
AUDIBLE = 10 ** (-50 / 20)  # root mean square from which something is being played
ECHO = 10 ** (-60 / 20)  # a microphone this quiet while something plays hears no echo: there is nothing to cancel
NOBODYS = 0.01  # of the energy heard: where the canceller that spares nobody leaves less, there was only echo
TRUSTED_DECIBEL = 8.0  # measured: with less the detector takes the rest of the echo for speech now and then
PROVEN_DECIBEL = 12.0  # with less a detector gives what is left 0.2 to 0.5 now and then
MOMENT_SAMPLES = 320  # 20 ms: a syllable has ten
MOMENTS = 50  # a second of echo and nothing else
FEWEST_MOMENTS = 25
LEAST_FLOOR = 10 ** (-80 / 10)  # the quietest microphone; less is a gap in the stream
FLOOR_RISES = 2.0  # by so many times a second: what is never undercut is the room's own noise


class Convergence:
    """Echo return loss enhancement while something is played, and whether it has ever been good enough."""

    def __init__(self) -> None:
        self._before = 0.0
        self._after = 0.0
        self._good_samples = 0
        self.is_settled = False
        """Has been good for SETTLED_SECONDS in a row since the device was opened."""

    @property
    def erle_decibel(self) -> float:
        """Of the last tenth of a second in which something was played; 0 before that."""
        if self._before <= 0:
            return 0.0
        return 10 * math.log10(self._before / max(self._after, 1e-12))

    def push(self, heard: Samples, played: Samples, cleaned: Samples) -> None:
        """The same stretch of all three, at SPEECH_RATE."""
        count = len(heard)
        if not count or _power(played) < AUDIBLE**2:
            return
        weight = min(1.0, count / (SMOOTHING_SECONDS * SPEECH_RATE))
        self._before += weight * (_power(heard) - self._before)
        self._after += weight * (_power(cleaned) - self._after)
        is_good = self._before < ECHO**2 or self.erle_decibel >= SETTLED_DECIBEL
        self._good_samples = self._good_samples + count if is_good else 0
        if self._good_samples >= SETTLED_SECONDS * SPEECH_RATE:
            self.is_settled = True


class Trust:
    """Whether what the room filter leaves is free enough of echo to be listened to for speech.

    Judged by the median moment: the canceller that spares nobody also swallows some of the user's, which would
    otherwise count as echo that the room filter has missed.
    """

    def __init__(self) -> None:
        self._moments: deque[float] = deque(maxlen=MOMENTS)
        self._newest: deque[float] = deque(maxlen=MOMENTS)
        self._floor = math.inf

    @property
    def decibel(self) -> float:
        """Of echo taken out by the room filter, in the last moments in which there was nothing but echo."""
        return statistics.median(self._moments) if self._moments else 0.0

    @property
    def is_earned(self) -> bool:
        return len(self._moments) >= FEWEST_MOMENTS and self.decibel >= TRUSTED_DECIBEL

    @property
    def is_proven(self) -> bool:
        """Earned anew since the last silence, and well: rooms and clocks move on while nothing is played."""
        enough = len(self._newest) >= FEWEST_MOMENTS
        return enough and self.is_earned and statistics.median(self._newest) >= PROVEN_DECIBEL

    def rest(self) -> None:
        """Nothing has been played for a while."""
        self._newest.clear()

    def push(self, heard: Samples, crushed: Samples, residual: Samples) -> None:
        """The same stretch, at SPEECH_RATE, while there may be an echo: as heard and as two cancellers leave it."""
        for start in range(0, len(heard) - MOMENT_SAMPLES + 1, MOMENT_SAMPLES):
            part = slice(start, start + MOMENT_SAMPLES)
            self._push_moment(_power(heard[part]), _power(crushed[part]), _power(residual[part]))

    def _push_moment(self, power: float, crushed: float, left: float) -> None:
        seconds = MOMENT_SAMPLES / SPEECH_RATE
        self._floor = max(min(left, self._floor * FLOOR_RISES**seconds), LEAST_FLOOR)
        if power >= ECHO**2 and crushed <= NOBODYS * power + self._floor:
            self._moments.append(10 * math.log10(power / max(left - self._floor, LEAST_FLOOR)))
            self._newest.append(self._moments[-1])


def _power(samples: Samples) -> float:
    return float(np.dot(samples, samples)) / len(samples)
