"""The echo as a loudspeaker and a room would make it, learned while we speak, and taken out: the user stays whole.

A frequency-domain Kalman filter in partitions (Enzner and Vary 2006; Kuech, Mabande and Enzner 2014): it learns less
from a moment in which somebody else speaks, so it needs no detector of that, and it knows how wrong it may still be.
Pure: no clock, no device; for one stream, in whole blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.core.types import Samples

BLOCK_SAMPLES = 320  # 20 ms, as the card's callbacks come: no sample waits for its block
PARTITIONS = 30  # 0.6 s: a device's delay of 0.3 and the room behind it
FORGETTING = 0.995**2  # a block: slow enough to be exact, and a loudspeaker's clock that runs 50 ppm off is followed
FIRST_DOUBT = 0.1  # of a path nobody has heard yet: a microphone rarely hears the loudspeaker louder than that
NOISE_SMOOTHING = 0.95
FIRST_NOISE = 1e-4
GENTLE, STRICT = 1.0, 6.0  # how many times the expected rest of the echo is taken out as well
LEAST_GAIN = 0.03
NEIGHBOURS = np.ones(5) / 5  # 125 Hz: single frequencies say little about one block
EPSILON = 1e-9

Spectra = NDArray[np.complex64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """What is left without the echo, equally long three times."""

    residual: Samples
    """Only what the learned path explains is missing."""
    words: Samples
    """For a recogniser: the rest of the echo is turned down where it is expected."""
    strict: Samples
    """For a detector: next to nothing of the echo, and less of the user."""


class RoomFilter:
    """Learns the way from the loudspeaker to the microphone. A block takes 0.3 ms."""

    def __init__(self) -> None:
        bins = BLOCK_SAMPLES + 1
        self._played: Spectra = np.zeros((PARTITIONS, bins), np.complex64)
        self._path: Spectra = np.zeros((PARTITIONS, bins), np.complex64)
        self._doubt: Floats = np.full((PARTITIONS, bins), FIRST_DOUBT, np.float32)
        self._noise: Floats = np.full(bins, FIRST_NOISE, np.float32)
        self._last_played = np.zeros(BLOCK_SAMPLES, np.float32)
        self._last_residual = np.zeros(BLOCK_SAMPLES, np.float32)

    def forget_sound(self) -> None:
        """Nothing has been played for longer than any echo; what is known of the room stays."""
        self._played[:] = 0
        self._last_played[:] = 0
        self._last_residual[:] = 0

    def clean(self, heard: Samples, played: Samples) -> Cleaned:
        """Whole blocks of both, equally long."""
        blocks = [
            self._clean(heard[at : at + BLOCK_SAMPLES], played[at : at + BLOCK_SAMPLES])
            for at in range(0, len(heard), BLOCK_SAMPLES)
        ]
        if not blocks:
            return Cleaned(heard, heard, heard)
        residual, words, strict = (np.concatenate(column) for column in zip(*blocks, strict=True))
        return Cleaned(residual, words, strict)

    def _clean(self, heard: Samples, played: Samples) -> tuple[Samples, Samples, Samples]:
        self._played = np.roll(self._played, 1, axis=0)
        self._played[0] = np.fft.rfft(np.concatenate([self._last_played, played]))
        self._last_played = played
        residual = heard - self._second_half(np.sum(self._played * self._path, axis=0))
        self._learn(residual)
        if np.dot(residual, residual) > np.dot(heard, heard):
            residual = heard  # the room has changed: what is known of it would only add to the echo
        spectrum = np.fft.rfft(np.concatenate([self._last_residual, residual]))
        self._last_residual = residual
        left = np.convolve(np.abs(spectrum) ** 2, NEIGHBOURS, "same")
        expected = np.convolve(2 * np.sum(np.abs(self._played) ** 2 * self._doubt, axis=0), NEIGHBOURS, "same")
        share = expected / (left + EPSILON)
        gains = (np.sqrt(np.clip(1 - times * share, LEAST_GAIN**2, 1)) for times in (GENTLE, STRICT))
        words, strict = (self._second_half(spectrum * gain) for gain in gains)
        return residual, words, strict

    def _learn(self, residual: Samples) -> None:
        powers = np.abs(self._played) ** 2
        error = np.fft.rfft(np.concatenate([np.zeros(BLOCK_SAMPLES, np.float32), residual]))
        self._noise *= NOISE_SMOOTHING
        self._noise += (1 - NOISE_SMOOTHING) * np.abs(error) ** 2
        step = self._doubt / (0.5 * np.sum(powers * self._doubt, axis=0) + self._noise + EPSILON)
        change = np.fft.irfft(step * np.conj(self._played) * error, axis=1)
        change[:, BLOCK_SAMPLES:] = 0  # a partition is one block long; the rest is the transform's wrapping around
        self._path += np.fft.rfft(change, axis=1)
        kept = np.maximum(1 - 0.5 * step * powers, 0)
        self._doubt = FORGETTING * kept * self._doubt + (1 - FORGETTING) * np.abs(self._path) ** 2

    @staticmethod
    def _second_half(spectrum: NDArray[np.complexfloating]) -> Samples:
        return np.asarray(np.fft.irfft(spectrum)[BLOCK_SAMPLES:], np.float32)
