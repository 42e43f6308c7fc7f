"""`vesper say`: clauses spoken into a WAV file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.audio.wav import write_wav
from assistant.core.errors import InputError
from assistant.core.ports import Synthesizer
from assistant.core.types import AudioFrame

PAUSE_SECONDS = 0.12  # between clauses; a voice takes a breath there


async def say_text(synthesizer: Synthesizer, clauses: Sequence[str], out: Path) -> float:
    """Speak the clauses and write the file. Returns its seconds."""
    frames: list[AudioFrame] = []
    for clause in clauses:
        spoken = [frame async for frame in synthesizer.synthesize(clause)]
        if spoken and frames:
            rate = spoken[0].sample_rate
            frames.append(AudioFrame(np.zeros(int(PAUSE_SECONDS * rate), np.float32), rate))
        frames.extend(spoken)
    if not frames:
        raise InputError("There is nothing in this text that can be said.", "Give it at least one word.")
    return write_wav(out, frames)
