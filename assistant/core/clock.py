"""Time between stages of a job."""

from __future__ import annotations

import time


class Stopwatch:
    """Seconds from one mark to the next, on the monotonic clock."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def mark(self, stage: str) -> None:
        now = time.monotonic()
        self.seconds[stage] = now - self._last
        self._last = now
