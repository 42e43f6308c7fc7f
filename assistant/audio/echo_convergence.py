"""How well the echo is being cancelled, from the energies before and after. Pure: time is counted in samples."""

from __future__ import annotations

import math

import numpy as np

from assistant.core.types import SPEECH_RATE, Samples

SETTLED_DECIBEL = 10.0  # of echo taken out: what is left no longer sounds like speech
SETTLED_SECONDS = 0.25  # in a row
SMOOTHING_SECONDS = 0.1
AUDIBLE = 10 ** (-50 / 20)  # root mean square from which something is being played
ECHO = 10 ** (-60 / 20)  # a microphone this quiet while something plays hears no echo: there is nothing to cancel
NOBODYS = 0.01  # of the energy heard: where the canceller that spares nobody leaves less, there was only echo
TRUSTED_DECIBEL = 8.0  # measured: with less the detector takes the rest of the echo for speech now and then
TRUST_SMOOTHING_SECONDS = 1.0
TRUST_SECONDS = 0.5  # of echo and nothing else
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
    """Whether what the room filter leaves is free enough of echo to be listened to for speech."""

    def __init__(self) -> None:
        self._heard = 0.0
        self._left = 0.0
        self._floor = math.inf
        self._seconds = 0.0

    @property
    def decibel(self) -> float:
        """Of echo taken out by the room filter, over the last seconds in which there was nothing but echo."""
        return 10 * math.log10(self._heard / max(self._left, LEAST_FLOOR)) if self._heard > 0 else 0.0

    @property
    def is_earned(self) -> bool:
        return self._seconds >= TRUST_SECONDS and self.decibel >= TRUSTED_DECIBEL

    def push(self, heard: Samples, crushed: Samples, residual: Samples) -> None:
        """The same stretch, at SPEECH_RATE, while there may be an echo: as heard and as two cancellers leave it."""
        if not len(heard):
            return
        power, left, seconds = _power(heard), _power(residual), len(heard) / SPEECH_RATE
        self._floor = max(min(left, self._floor * FLOOR_RISES**seconds), LEAST_FLOOR)
        if power < ECHO**2 or _power(crushed) > NOBODYS * power + self._floor:
            return
        weight = min(1.0, seconds / TRUST_SMOOTHING_SECONDS)
        self._heard += weight * (power - self._heard)
        self._left += weight * (left - self._floor - self._left)
        self._seconds += seconds


def _power(samples: Samples) -> float:
    return float(np.dot(samples, samples)) / len(samples)
