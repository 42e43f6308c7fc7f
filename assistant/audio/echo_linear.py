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
FORGETTING = 0.995**2  # a block: slow enough to be exact, fast enough for somebody who moves the laptop
FIRST_DOUBT = 0.1  # of a path nobody has heard yet: a microphone rarely hears the loudspeaker louder than that
NOISE_SMOOTHING = 0.95
FIRST_NOISE = 1e-4
GENTLE, STRICT = 1.0, 6.0  # how many times the expected rest of the echo is taken out as well
LEAST_GAIN = 0.03
NEIGHBOURS = np.ones(5) / 5  # 125 Hz: single frequencies say little about one block
EPSILON = 1e-9
LOOK_BLOCKS = 50  # of sound: a second between two looks at where the echo begins
SAME_ECHO_SAMPLES = 4.0  # further off, another reflection has become the loudest
DRIFT_STEP = 0.5
MOST_DRIFT = 0.07  # samples a block, 220 ppm: no two clocks are further apart
AUDIBLE = 1.0  # of a block's spectrum

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


class Drift:
    """How fast the echo moves away, where loudspeaker and microphone have clocks of their own."""

    def __init__(self) -> None:
        self.samples = 0.0
        """A block."""
        self._blocks = 0
        self._sounding = 0
        self._position: float | None = None

    def pass_over(self, blocks: int, is_sounding: bool) -> bool:
        """So many blocks have passed. True when it is time for a look at the path."""
        self._blocks += blocks
        self._sounding += is_sounding
        return self._sounding >= LOOK_BLOCKS

    def look(self, response: Samples) -> None:
        """The path as the microphone would hear a click."""
        size = np.abs(response)
        peak = int(np.argmax(size[1:-1])) + 1
        before, here, after = (float(value) for value in size[peak - 1 : peak + 2])
        bend = before - 2 * here + after
        position = peak + (0.5 * (before - after) / bend if bend else 0.0)
        expected = None if self._position is None else self._position + self.samples * self._blocks
        if expected is not None and abs(position - expected) < SAME_ECHO_SAMPLES:
            self.samples += DRIFT_STEP * (position - expected) / self._blocks
            self.samples = min(max(self.samples, -MOST_DRIFT), MOST_DRIFT)
        self._position, self._blocks, self._sounding = position, 0, 0


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
        self._drift = Drift()
        self._rested = 0

    def rest(self, samples: int) -> None:
        """So many samples have passed in which there was no echo; what is known of the room stays."""
        if not self._rested:
            self._played[:] = 0
            self._last_played[:] = 0
            self._last_residual[:] = 0
        self._rested += samples

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
        blocks, self._rested = 1 + self._rested // BLOCK_SAMPLES, 0
        path = self._path + step * np.conj(self._played) * error
        if self._drift.samples:
            path *= np.exp(-1j * np.pi / BLOCK_SAMPLES * blocks * self._drift.samples * np.arange(BLOCK_SAMPLES + 1))
        response = np.fft.irfft(path, axis=1)
        response[:, BLOCK_SAMPLES:] = 0  # a partition is one block long; the rest is the transform's wrapping around
        self._path[:] = np.fft.rfft(response, axis=1)
        if self._drift.pass_over(blocks, is_sounding=float(np.abs(self._played[0]).max()) > AUDIBLE):
            self._drift.look(response[:, :BLOCK_SAMPLES].ravel().astype(np.float32))
        kept = np.maximum(1 - 0.5 * step * powers, 0)
        self._doubt = FORGETTING * kept * self._doubt + (1 - FORGETTING) * np.abs(self._path) ** 2

    @staticmethod
    def _second_half(spectrum: NDArray[np.complexfloating]) -> Samples:
        return np.asarray(np.fft.irfft(spectrum)[BLOCK_SAMPLES:], np.float32)
