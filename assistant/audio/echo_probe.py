"""How long our own voice takes through the air and back, and how much of it the microphone hears.

Pure: a known sweep goes out, and is looked for in what came back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from assistant.core.types import AudioFrame, Samples

SAMPLE_RATE = 48_000
SWEEP_SECONDS = 1.2
LOWEST_HERTZ, HIGHEST_HERTZ = 200.0, 4_000.0  # where speech has its power and small loudspeakers have theirs
LOUDNESS = 0.25
FADE_SECONDS = 0.05
FOUND_RATIO = 8.0  # peak of the correlation over its usual size; noise alone gives about 5
LONGEST_SECONDS = 1.0  # of delay; a wireless headset has a quarter of a second
FAINT_DECIBEL = -55.0  # of echo: too little for a speech detector


@dataclass(frozen=True, slots=True)
class EchoPath:
    """`delay_seconds` is None where nothing of the sweep came back."""

    delay_seconds: float | None
    level_decibel: float
    """Of what came back, against what went out."""

    @property
    def is_audible(self) -> bool:
        return self.delay_seconds is not None and self.level_decibel > FAINT_DECIBEL


def sweep(sample_rate: int = SAMPLE_RATE) -> AudioFrame:
    """A rising tone: sounds like a probe, not like speech, and matches itself at one moment only."""
    time = np.arange(round(SWEEP_SECONDS * sample_rate)) / sample_rate
    rise = math.log(HIGHEST_HERTZ / LOWEST_HERTZ) / SWEEP_SECONDS
    wave = np.sin(2 * np.pi * LOWEST_HERTZ * (np.exp(rise * time) - 1) / rise)
    fade = np.minimum(1.0, np.minimum(time, SWEEP_SECONDS - time) / FADE_SECONDS)
    return AudioFrame((LOUDNESS * wave * fade).astype(np.float32), sample_rate)


def measure(heard: Samples, sample_rate: int) -> EchoPath:
    """`heard` begins at the moment at which the sweep was handed to the loudspeaker."""
    probe = sweep(sample_rate).samples
    if len(heard) < len(probe):
        return EchoPath(None, -math.inf)
    size = 1 << (len(heard) + len(probe)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(probe, size))
    match = np.abs(np.fft.irfft(spectrum, size))[: min(len(heard), round(LONGEST_SECONDS * sample_rate))]
    at = int(np.argmax(match))
    usual = float(np.sqrt(np.mean(match**2)))
    if usual <= 0 or match[at] < FOUND_RATIO * usual:
        return EchoPath(None, -math.inf)
    gain = float(match[at]) / float(np.dot(probe, probe))
    return EchoPath(at / sample_rate, 20 * math.log10(max(gain, 1e-9)))
