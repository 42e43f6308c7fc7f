"""Has something become louder than what is usually left of the echo? That is known sooner than whether it is speech.

Pure: no clock, no device; time is counted in samples.
"""

from __future__ import annotations

import math

import numpy as np

from assistant.core.types import SPEECH_RATE, Samples

PARTS = 4  # of a frame: a word that begins in its last quarter is heard there
ABOVE_DECIBEL = 6.0  # over the loudest of what has lately been left
FALL_DECIBEL = 6.0  # by so much a second is that forgotten
MOST_LEARNED_DECIBEL = 12.0  # from one noise: a door must not make it deaf to whoever speaks next
FIRST_DECIBEL = -40.0  # the echo of a first word, before the canceller has found its feet
LEAST_DECIBEL = -55.0  # no voice at this microphone is softer
FAINT_PROBABILITY = 0.02  # of speech: most of what an echo leaves over has less, the first tenth of a word has more
PATIENCE_FRAMES = 5  # louder for longer, and still no speech: it is the new usual


class Rise:
    def __init__(self) -> None:
        self._usual = FIRST_DECIBEL
        self._peak = -math.inf
        self._frames = 0

    def push(self, samples: Samples, probability: float, is_speech: bool) -> bool:
        """The next frame, with the detector's own probability, and whether it is taken for speech."""
        level = _loudest_part(samples)
        if is_speech:
            self._frames, self._peak = 0, -math.inf
            return False
        is_louder = level > max(self._usual + ABOVE_DECIBEL, LEAST_DECIBEL) and probability >= FAINT_PROBABILITY
        if is_louder and self._frames < PATIENCE_FRAMES:
            self._frames += 1
            self._peak = max(self._peak, level)
            return True
        fallen = self._usual - FALL_DECIBEL * len(samples) / SPEECH_RATE
        learned = min(max(level, self._peak), self._usual + MOST_LEARNED_DECIBEL)
        self._usual = max(learned, fallen, LEAST_DECIBEL - ABOVE_DECIBEL)
        self._frames, self._peak = 0, -math.inf
        return False


def _loudest_part(samples: Samples) -> float:
    whole = len(samples) - len(samples) % PARTS
    powers = np.mean(samples[:whole].reshape(PARTS, -1) ** 2, axis=1)
    return 10 * math.log10(max(float(powers.max(initial=0.0)), 1e-12))
