"""Whisper as a Transcriber: a decoder of one of the runtimes on a thread of its own, on a card where that works.

A card that is there may still fail: a library of it is missing, or the language model has taken its memory. Then the
processor goes on with the same recording, and `notice` is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.audio.compute import Place, after_failure, place_for
from assistant.audio.speech_gate import SpeechGate
from assistant.audio.vad import Silero
from assistant.audio.whisper import LEAST_WINDOW_SECONDS, Search, Whisper, WindowDecoder, Wish
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError
from assistant.core.types import SPEECH_RATE, AudioFrame, Transcript


class WhisperEngine:
    """`make_decoder` loads the weights in a place; it is called by the first call or by `load()`. `notice` gets one
    sentence, on the caller's loop, where the place is not the one that was wanted.
    """

    def __init__(
        self,
        name: str,
        make_decoder: Callable[[Place], WindowDecoder],
        vad_path: Path | None = None,
        device: str = "auto",
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._name = name
        self._make_decoder = make_decoder
        self._vad_path = vad_path
        self._device = device
        self._notice = notice
        self._place: Place | None = None
        self._untold = ""
        self._whisper: Whisper | None = None
        self._thread = EngineThread(name)

    @property
    def runs_on(self) -> str:
        """In words; empty until it is loaded."""
        return self._place.in_words if self._place is not None else ""

    async def load(self) -> None:
        await self._thread.call(self._engine)
        self._tell()

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        stop = threading.Event()
        try:
            return await self._thread.call(self._transcribe, audio, Wish(language, draft, times, stop))
        finally:
            stop.set()
            self._tell()

    def close(self) -> None:
        self._thread.close()
        self._whisper = None

    def _tell(self) -> None:
        words, self._untold = self._untold, ""
        if words:
            self._notice(words)

    def _transcribe(self, audio: AudioFrame, wish: Wish) -> Transcript:
        while True:
            try:
                return self._engine().transcribe(audio, wish)
            except (RuntimeError, MemoryError) as error:
                if self._place is None or self._place.kind == "cpu":
                    raise EngineError(
                        "Speech could not be recognised.", "Try again with a shorter recording."
                    ) from error
                self._leave_card(error)

    def _engine(self) -> Whisper:
        if self._place is None:
            self._place = place_for(self._name, self._device)
            self._untold = self._place.notice
        if self._whisper is None:
            self._whisper = Whisper(self._decoder(self._place), SpeechGate(Silero(self._vad_path)))
        return self._whisper

    def _decoder(self, place: Place) -> WindowDecoder:
        """On a card it has to hear a moment of silence first: libraries that are missing are missed only then."""
        if place.kind == "cpu":
            return self._make_decoder(place)
        try:
            decoder = self._make_decoder(place)
            silence = decoder.encode(np.zeros(SPEECH_RATE, np.float32), LEAST_WINDOW_SECONDS)
            decoder.decode(silence, "en", Search(longest_tokens=2))
        except (EngineError, RuntimeError, MemoryError) as error:
            return self._make_decoder(self._leave_card(error))
        return decoder

    def _leave_card(self, error: Exception) -> Place:
        cause = error.__cause__ if isinstance(error, EngineError) and error.__cause__ is not None else error
        self._place = place = after_failure(self._name, type(cause).__name__)
        self._untold = place.notice
        self._whisper = None
        return place
