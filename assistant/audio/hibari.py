"""The default voice: hibari `heart`, a small model distilled from Kokoro. Everything it needs is inside its package.

Measured on two CPU cores: 43 ms to the first sound of a short sentence (STACK: part 1, section 6).
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np

from assistant.audio.speech_text import speakable
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError
from assistant.core.types import AudioFrame

VOICES = ("heart",)  # the one inside the package; the others would be downloads
SLOWEST, FASTEST = 0.5, 2.0


class Hibari:
    """Implements core.ports.Synthesizer: 24 kHz, one frame a sentence."""

    def __init__(self, voice: str = "heart", rate: float = 1.0) -> None:
        if voice not in VOICES:
            raise EngineError(f"There is no voice called {voice[:40]!r}.", f"Choose one of: {', '.join(VOICES)}.")
        self._voice = voice
        self._rate = min(FASTEST, max(SLOWEST, rate))
        self._thread = EngineThread("hibari")
        self._engine: Any = None

    async def load(self) -> None:
        """Load the model and say one word to nobody: the first sentence is then as quick as the others."""
        await self._thread.call(self._loaded, "Hello.")

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        text = speakable(clause)
        if not text:
            return
        async for frame in self._thread.stream(lambda gone: self._frames(text, gone)):
            yield frame

    def close(self) -> None:
        self._thread.close()

    def _loaded(self, warm_up: str = "") -> Any:
        if self._engine is None:
            from hibari import Hibari as Engine

            self._engine = Engine(self._voice)
        if warm_up:
            self._engine(warm_up)
        return self._engine

    def _frames(self, text: str, gone: threading.Event) -> Iterator[AudioFrame]:
        engine = self._loaded()
        for samples in engine.stream(text, speed=self._rate):
            if gone.is_set():
                return
            yield AudioFrame(np.asarray(samples, np.float32), int(engine.sample_rate))
