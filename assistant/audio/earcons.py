"""Short sounds that say what happened to somebody who is not looking: made here, of a few sine waves.

Pure. They are quiet, under a fifth of a second, and go up for yes and down for no.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from assistant.core.attention import Earcon
from assistant.core.types import AudioFrame, Samples

SAMPLE_RATE = 24_000
LOUDNESS = 0.12  # about -18 dB: below the voice
FADE_SECONDS = 0.012  # a tone that starts at once clicks
OVERTONE = 0.25  # of the octave: rounder than a bare sine

C5, E5, G5, C6, A4, F4 = 523.25, 659.26, 783.99, 1046.5, 440.0, 349.23
NOTES: dict[Earcon, tuple[tuple[float, float], ...]] = {
    Earcon.LISTENING: ((E5, 0.06), (G5, 0.09)),
    Earcon.TAKEN: ((C6, 0.07),),
    Earcon.MUTED: ((E5, 0.06), (A4, 0.09)),
    Earcon.ERROR: ((A4, 0.08), (F4, 0.11)),
}
"""Hertz and seconds of each note."""


@cache
def earcon(kind: Earcon) -> AudioFrame:
    return AudioFrame(np.concatenate([_note(*note) for note in NOTES[kind]]), SAMPLE_RATE)


def _note(hertz: float, seconds: float) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * hertz * time) + OVERTONE * np.sin(4 * np.pi * hertz * time)
    envelope = np.minimum(1.0, np.minimum(time, seconds - time) / FADE_SECONDS) * np.exp(-3 * time / seconds)
    return np.asarray(LOUDNESS * wave * envelope, np.float32)
