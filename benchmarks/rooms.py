"""A room that a microphone hears: our own voice through a loudspeaker and off the walls, and noise. Seeded.

The rule: blocks in, blocks out, equally long, and the same numbers for the same seed whatever the block length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.core.types import Samples

DIRECT_SHARE = 0.6  # of the echo's energy comes straight from the loudspeaker a hand's breadth away
LONGEST_SECONDS = 1.5  # what the delay line remembers


@dataclass(frozen=True, slots=True)
class Room:
    """What a laptop on a table does to our voice on its way back into the microphone."""

    rt60_seconds: float = 0.3
    """Time in which the reverberation falls by 60 dB."""
    delay_seconds: float = 0.08
    """From the callback that gives a sample to the callback that hears it, buffers included."""
    echo_decibel: float = -6.0
    """Of our voice at the microphone, against what was given to the loudspeaker."""
    drift_ppm: float = 0.0
    """By how much the loudspeaker's clock runs behind the microphone's."""
    saturation: float = 0.5
    """0 for an honest loudspeaker; 1 bends hard."""
    noise_decibel: float = -60.0
    """Full scale is 0."""
    seed: int = 0


class RoomEcho:
    """Our voice as the microphone hears it. `push` is called with every block that is played, in order."""

    def __init__(self, room: Room, sample_rate: int) -> None:
        self._room = room
        self._rate = sample_rate
        self._random = np.random.default_rng(room.seed)
        self._response = impulse_response(room, sample_rate, self._random)
        self._tail = np.zeros(len(self._response) - 1, np.float32)
        self._line = np.zeros(round(LONGEST_SECONDS * sample_rate), np.float32)
        self._count = 0

    def push(self, played: Samples) -> Samples:
        """What arrives at the microphone while this block is given to the loudspeaker, noise included."""
        reverberated = self._reverberated(self._bent(played))
        delayed = self._delayed(reverberated)
        noise = 10 ** (self._room.noise_decibel / 20) * self._random.standard_normal(len(played))
        return np.asarray(delayed + noise, np.float32)

    def _bent(self, played: Samples) -> Samples:
        bend = 3 * self._room.saturation
        return played if not bend else np.asarray(np.tanh(bend * played) / bend, np.float32)

    def _reverberated(self, samples: Samples) -> Samples:
        size = len(samples) + len(self._response) - 1
        padded = 1 << (size - 1).bit_length()
        spectrum = np.fft.rfft(samples, padded) * np.fft.rfft(self._response, padded)
        full = np.fft.irfft(spectrum, padded)[:size]
        full[: len(self._tail)] += self._tail
        self._tail = full[len(samples) :].astype(np.float32)
        return np.asarray(full[: len(samples)], np.float32)

    def _delayed(self, samples: Samples) -> Samples:
        count = len(samples)
        self._line = np.concatenate([self._line[count:], samples])
        self._count += count
        now = np.arange(self._count - count, self._count)
        behind = self._room.delay_seconds * self._rate + self._room.drift_ppm * 1e-6 * now
        position = len(self._line) - count + np.arange(count) - np.clip(behind, 0, len(self._line) - count - 1)
        whole = np.floor(position).astype(int)
        share = position - whole
        following = np.minimum(whole + 1, len(self._line) - 1)
        return np.asarray((1 - share) * self._line[whole] + share * self._line[following], np.float32)


def impulse_response(room: Room, sample_rate: int, random: np.random.Generator) -> Samples:
    """A direct path and an exponentially falling tail of noise, together as loud as `echo_decibel` says."""
    length = max(1, round(room.rt60_seconds * sample_rate))
    falling = random.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail = falling * np.sqrt((1 - DIRECT_SHARE) / np.sum(falling**2))
    tail[0] += np.sqrt(DIRECT_SHARE)
    return np.asarray(10 ** (room.echo_decibel / 20) * tail, np.float32)
