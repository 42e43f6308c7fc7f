"""`vesper say`: a text, spoken into a WAV file."""

from __future__ import annotations

from pathlib import Path

from assistant.audio.wav import write_wav
from assistant.core.errors import InputError
from assistant.core.ports import Synthesizer
from assistant.core.types import AudioFrame


async def say_text(synthesizer: Synthesizer, clauses: list[str], out: Path) -> float:
    """Write the spoken clauses; returns the seconds of speech. Raises InputError where there is nothing to say."""
    frames: list[AudioFrame] = []
    for clause in clauses:
        frames.extend([frame async for frame in synthesizer.synthesize(clause)])
    if not frames:
        raise InputError("There is nothing to say in that text.", "Give at least one word.")
    write_wav(out, frames)
    return sum(frame.seconds for frame in frames)
