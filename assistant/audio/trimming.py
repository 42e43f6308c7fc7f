"""A voice without the silence that its model puts around every clause: sooner heard, and paused as a speaker would.

Both bundled voices begin 0.3 s after their first sample and end 0.4 s before their last, whatever they say.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np

from assistant.core.types import QUIET, AudioFrame, Samples

LEAD_SECONDS = 0.02  # before the first sound, so that its onset is whole
PAUSE_SECONDS = {".": 0.34, "!": 0.34, "?": 0.34, "…": 0.34, ":": 0.28, ";": 0.24, ",": 0.16, "-": 0.16, "–": 0.16}
NO_PAUSE_SECONDS = 0.06  # within a phrase; a stop consonant takes as long


async def trimmed(clause: str, frames: AsyncIterator[AudioFrame]) -> AsyncIterator[AudioFrame]:
    """The sound of a clause from its first sound to a pause after the last that fits how the clause ends."""
    quiet: list[Samples] = []
    has_begun = False
    rate = 0
    async for frame in frames:
        rate = frame.sample_rate
        loud = np.flatnonzero(np.abs(frame.samples) > QUIET)
        if not len(loud):
            quiet += [frame.samples] if has_begun else []
            continue
        start = 0 if has_begun else max(0, int(loud[0]) - round(LEAD_SECONDS * rate))
        has_begun = True
        yield AudioFrame(np.concatenate([*quiet, frame.samples[start : loud[-1] + 1]]), rate)
        quiet = [frame.samples[loud[-1] + 1 :]]
    rest = np.concatenate(quiet)[: round(pause_seconds(clause) * rate)] if quiet else np.zeros(0, np.float32)
    if len(rest):
        yield AudioFrame(rest, rate)


def pause_seconds(clause: str) -> float:
    """How long a speaker pauses after these words."""
    return PAUSE_SECONDS.get(clause.rstrip("\"'”’)] ")[-1:], NO_PAUSE_SECONDS)
