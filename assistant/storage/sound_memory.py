"""What was measured of each pair of microphone and loudspeaker, in a small JSON file of its own.

A file that cannot be read is as good as none: measuring again takes three seconds.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.storage.files import storage_error, write_atomically

FILE = "sound.json"
MOST_PAIRS = 50
LONGEST_FILE = 100_000  # bytes


@dataclass(frozen=True, slots=True)
class MeasuredPair:
    microphone: str
    speaker: str
    delay_seconds: float
    level_decibel: float


def load_pairs(folder: Path) -> tuple[MeasuredPair, ...]:
    """Never raises."""
    path = folder / FILE
    try:
        if path.stat().st_size > LONGEST_FILE:
            return ()
        rows = json.loads(path.read_bytes())
        pairs = tuple(
            MeasuredPair(str(r["microphone"]), str(r["speaker"]), float(r["delay_seconds"]), float(r["level_decibel"]))
            for r in rows
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ()
    return tuple(p for p in pairs if 0 <= p.delay_seconds <= 5 and math.isfinite(p.level_decibel))


def remember_pair(folder: Path, pair: MeasuredPair) -> None:
    """The newest measurement of a pair replaces the one before. Raises StorageError."""
    others = [p for p in load_pairs(folder) if (p.microphone, p.speaker) != (pair.microphone, pair.speaker)]
    kept = [*others, pair][-MOST_PAIRS:]
    path = folder / FILE
    try:
        write_atomically(path, json.dumps([asdict(p) for p in kept], indent=1, ensure_ascii=False).encode())
    except OSError as error:
        raise storage_error(error, path) from error


def measured(folder: Path, microphone: str, speaker: str) -> MeasuredPair | None:
    return next((p for p in load_pairs(folder) if (p.microphone, p.speaker) == (microphone, speaker)), None)
