"""How far a model's download is and how fast it goes. Counts bytes; time comes from the running loop's clock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from assistant.core.events import DownloadProgressed
from assistant.llm.catalog import ModelCard, ModelFile, missing_files

WINDOW_SECONDS = 15.0  # packages report in bursts; shorter, the time left jumps about
REPORT_SECONDS = 0.2


class Meter:
    """Adds up the parts of one model. Bytes that were there before count as done but not as speed."""

    def __init__(self, card: ModelCard, folder: Path, on_progress: Callable[[DownloadProgressed], None]) -> None:
        self._card = card
        self._on_progress = on_progress
        missing = sum(file.bytes for file in missing_files(card, folder))
        self._complete_bytes = card.bytes - missing
        self._parts: dict[tuple[str, int], int] = {}
        self._arrived_bytes = 0
        self._samples: deque[tuple[float, int]] = deque()

    def moved(self, file: ModelFile, part: int, done_bytes: int) -> None:
        """`done_bytes` of that part are here now."""
        key = (file.name, part)
        self._arrived_bytes += max(0, done_bytes - self._parts.get(key, done_bytes))
        self._parts[key] = done_bytes
        now = asyncio.get_running_loop().time()
        if not self._samples or now - self._samples[-1][0] >= REPORT_SECONDS:
            self._report(now)

    def restarted(self, file: ModelFile) -> None:
        self._forget(file)

    def finished(self, file: ModelFile) -> None:
        self._forget(file)
        self._complete_bytes += file.bytes
        self._report(asyncio.get_running_loop().time())

    def _forget(self, file: ModelFile) -> None:
        self._parts = {key: done for key, done in self._parts.items() if key[0] != file.name}

    def _report(self, now: float) -> None:
        self._samples.append((now, self._arrived_bytes))
        while len(self._samples) > 1 and now - self._samples[1][0] >= WINDOW_SECONDS:
            self._samples.popleft()
        first, arrived = self._samples[0]
        speed = (self._arrived_bytes - arrived) / (now - first) if now > first else 0.0
        done = min(self._complete_bytes + sum(self._parts.values()), self._card.bytes)
        self._on_progress(DownloadProgressed(self._card.id, done, self._card.bytes, speed))
