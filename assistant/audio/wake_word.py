"""A phrase heard by its sound, before anything is recognised: microWakeWord's networks, a third of a percent of a core.

The networks lie in the package `pymicro-wakeword` (Apache-2.0). It has no wheel for every system (docs/adr/0024), so it
may be missing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import numpy as np

from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError
from assistant.core.ports import Microphone
from assistant.core.settings import WAKE_PHRASES
from assistant.core.types import AudioFrame, Samples

LOUDEST = 32_767  # of a 16-bit sample


class WakeWord:
    """Blocking; loading takes a tenth of a second. Raises EngineError where the package is missing or does not run."""

    def __init__(self, phrase: str) -> None:
        """`phrase` is a key of WAKE_PHRASES."""
        try:
            from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

            self._features = MicroWakeWordFeatures()
            self._network = MicroWakeWord.from_builtin(Model(phrase))
        except (ImportError, OSError, ValueError, AttributeError) as error:
            raise EngineError(
                f"“{WAKE_PHRASES.get(phrase, phrase)}” cannot be listened for: pymicro-wakeword does not run here.",
                "Vesper waits for its name in your words instead.",
            ) from error

    def hears(self, samples: Samples) -> bool:
        """Take the next samples, at SPEECH_RATE: is the phrase complete?"""
        pcm = (np.clip(np.nan_to_num(samples), -1.0, 1.0) * LOUDEST).astype("<i2").tobytes()
        heard = False
        for features in self._features.process_streaming(pcm):
            heard = bool(self._network.process_streaming(features)) or heard
        return heard


class SpottingMicrophone:
    """A Microphone that looks for a phrase in what it passes on, while one is awaited."""

    def __init__(
        self,
        microphone: Microphone,
        awaited: Callable[[], str],
        heard: Callable[[], None],
        failed: Callable[[EngineError], None],
        make: Callable[[str], WakeWord] = WakeWord,
    ) -> None:
        """`awaited` names the phrase of this moment, empty for none. `failed` is called once for each phrase."""
        self._microphone = microphone
        self._awaited = awaited
        self._heard = heard
        self._failed = failed
        self._make = make
        self._thread = EngineThread("wake-word")
        self._word: WakeWord | None = None
        self._phrase = ""

    @property
    def device(self) -> str:
        return self._microphone.device

    @property
    def latency_seconds(self) -> float:
        return self._microphone.latency_seconds

    async def frames(self) -> AsyncIterator[AudioFrame]:
        try:
            async for frame in self._microphone.frames():
                await self._spot(frame.samples)
                yield frame
        finally:
            self._thread.close()

    async def _spot(self, samples: Samples) -> None:
        phrase = self._awaited()
        if phrase != self._phrase:  # what was heard before, awake, says nothing: the network begins anew
            self._phrase, self._word = phrase, None
            if phrase:
                try:
                    self._word = await self._thread.call(self._make, phrase)
                except EngineError as error:
                    self._failed(error)
        if self._word is not None and await self._thread.call(self._word.hears, samples) and self._awaited() == phrase:
            self._heard()
