"""The default voice: hibari `heart`, 24 kHz, more than a hundred times faster than real time on one core."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from threading import Event
from typing import Any

from assistant.audio.phonemes import in_parts
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError, InputError
from assistant.core.types import AudioFrame

SLOWEST, FASTEST = 0.5, 2.0
LONGEST_PHONEMES = 400  # what the network was trained on, about 25 s


class Hibari:
    """The Synthesizer on hibari. `rate` is the speaking rate, 0.5 to 2. Loads on the first call or on `load()`.

    Nobody says a sentence twice in the same way; with a `seed` this voice does, sample for sample.
    """

    def __init__(self, voice: str = "heart", rate: float = 1.0, seed: int | None = None) -> None:
        self._voice = voice
        self._rate = min(max(rate, SLOWEST), FASTEST)
        self._seed = seed
        self._engine: Any = None
        self._thread = EngineThread("hibari")

    async def load(self) -> None:
        """Load the voice and say one word to nobody: the first call takes five times as long as the next."""
        await self._thread.call(self._load)

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        async for frame in self._thread.stream(lambda gone: self._frames(clause, gone)):
            yield frame

    def close(self) -> None:
        self._thread.close()
        self._engine = None

    def _frames(self, clause: str, gone: Event) -> Iterator[AudioFrame]:
        engine = self._load()
        try:
            for phonemes in in_parts(engine.phonemize(clause), LONGEST_PHONEMES):
                if gone.is_set():
                    return
                samples = engine.from_phonemes(phonemes, speed=self._rate, seed=self._seed)
                if len(samples):
                    yield AudioFrame(samples, engine.sample_rate)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise EngineError("The voice could not speak.", "Try again, or choose another voice.") from error

    def _load(self) -> Any:
        if self._engine is None:
            engine = _bundled(self._voice)
            for _ in engine.stream("Hello."):
                pass
            self._engine = engine
        return self._engine


def _bundled(voice: str) -> Any:
    """The engine with a voice that is on this machine: hibari itself would download a missing one."""
    import hibari
    from hibari.voices import VOICES, voice_path

    if voice not in VOICES:
        raise InputError(f"There is no voice named {voice}.", f"Choose one of {', '.join(sorted(VOICES))}.")
    try:
        voice_path(voice, download_missing=False)
        return hibari.Hibari(voice=voice)
    except FileNotFoundError as error:
        raise InputError(f"The voice {voice} is not on this machine.", 'Choose "heart".') from error
    except Exception as error:  # boundary: onnxruntime's errors share no base class
        raise EngineError("The voice could not be loaded.", "Install hibari-tts again.") from error
