"""Whisper as a Transcriber: a decoder of one of the runtimes on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from assistant.audio.speech_gate import SpeechGate
from assistant.audio.vad import Silero
from assistant.audio.whisper import Whisper, WindowDecoder, Wish
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError
from assistant.core.types import AudioFrame, Transcript


class WhisperEngine:
    """`make_decoder` loads the weights; it is called once, by the first call or by `load()`."""

    def __init__(self, name: str, make_decoder: Callable[[], WindowDecoder], vad_path: Path | None = None) -> None:
        self._make_decoder = make_decoder
        self._vad_path = vad_path
        self._whisper: Whisper | None = None
        self._thread = EngineThread(name)

    async def load(self) -> None:
        await self._thread.call(self._engine)

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        stop = threading.Event()
        try:
            return await self._thread.call(self._transcribe, audio, Wish(language, draft, times, stop))
        finally:
            stop.set()

    def close(self) -> None:
        self._thread.close()
        self._whisper = None

    def _transcribe(self, audio: AudioFrame, wish: Wish) -> Transcript:
        try:
            return self._engine().transcribe(audio, wish)
        except (RuntimeError, MemoryError) as error:
            raise EngineError("Speech could not be recognised.", "Try again with a shorter recording.") from error

    def _engine(self) -> Whisper:
        if self._whisper is None:
            self._whisper = Whisper(self._make_decoder(), SpeechGate(Silero(self._vad_path)))
        return self._whisper
