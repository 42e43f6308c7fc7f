"""A Transcriber on another machine: /v1/audio/transcriptions of a server that the user named.

Only speech leaves this computer: silence, noise and music are kept back by the same gate that the local engines use.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.audio.speech_address import MOST_BYTES, RefusedFormError, SpeechAddress
from assistant.audio.speech_gate import Piece, SpeechGate
from assistant.audio.vad import Silero
from assistant.audio.wav import resample, without_bad_samples
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError, InputError
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples, Transcript, Word

USUAL_MODEL = "whisper-1"
LANGUAGES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
    "dutch": "nl", "polish": "pl", "japanese": "ja", "chinese": "zh", "russian": "ru", "korean": "ko",
    "turkish": "tr", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "czech": "cs",
    "greek": "el", "hungarian": "hu", "romanian": "ro", "ukrainian": "uk", "arabic": "ar", "hindi": "hi",
}  # fmt: skip
"""Some servers write languages out."""


class ServerEars:
    """`model` as the server names it. Loads the local speech detector on the first call or on `load()`."""

    def __init__(
        self, base_url: str, model: str = "", api_key: str | Callable[[], str] = "", vad_path: Path | None = None
    ) -> None:
        self._server = SpeechAddress(base_url, api_key)
        self._model = model or USUAL_MODEL
        self._vad_path = vad_path
        self._gate: SpeechGate | None = None
        self._thread = EngineThread("server-ears")
        self._tells_times = True
        """False once the server has refused the form with times and languages in it."""

    async def load(self) -> None:
        await self._thread.call(self._local_gate)

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        if language and not (language.isalpha() and len(language) == 2):
            raise InputError(f"“{language}” is no language code.", "Use one such as “en”.")
        began = time.perf_counter()
        recording, pieces = await self._thread.call(self._prepare, audio)
        texts: list[str] = []
        words: list[Word] = []
        for piece in pieces:
            try:
                answer = await self._ask(piece.samples(recording), language, times)
            except RefusedFormError as error:
                if not language:
                    raise
                what = f"{self._server.host} takes no recording in the language “{language}”."
                raise InputError(what, "Choose another one, or another model.") from error
            text = _text_of(answer)
            if text is None:
                raise self._server.no_sense()
            texts.append(text)
            words += _words_of(answer, piece) if times else []
            language = language or _language_of(answer)
        text = " ".join(" ".join(texts).split())
        return Transcript(text, language or "en", tuple(words), audio.seconds, time.perf_counter() - began)

    async def close(self) -> None:
        self._thread.close()
        await self._server.close()

    def _local_gate(self) -> SpeechGate:
        if self._gate is None:
            self._gate = SpeechGate(Silero(self._vad_path))
        return self._gate

    def _prepare(self, audio: AudioFrame) -> tuple[Samples, list[Piece]]:
        recording = resample(without_bad_samples(audio), SPEECH_RATE).samples
        return recording, self._local_gate().pieces(recording)

    async def _ask(self, samples: Samples, language: str, times: bool) -> dict[str, Any]:
        sound = await self._thread.call(_wav, samples)
        form: dict[str, Any] = {"model": self._model, "response_format": "json"}
        if language:
            form["language"] = language
        if self._tells_times and (times or not language):
            more = {"response_format": "verbose_json", "timestamp_granularities[]": ["word"] if times else ["segment"]}
            try:
                return await self._post(form | more, sound)
            except RefusedFormError:
                self._tells_times = False
        return await self._post(form, sound)

    async def _post(self, form: dict[str, Any], sound: bytes) -> dict[str, Any]:
        files = {"file": ("speech.wav", sound, "audio/wav")}
        async with self._server.post("audio/transcriptions", data=form, files=files) as response:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise self._server.no_sense()
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise self._server.no_sense() from error
        if not isinstance(answer, dict):
            raise self._server.no_sense()
        return answer


def _wav(samples: Samples) -> bytes:
    import soundfile

    encoded = io.BytesIO()
    soundfile.write(encoded, np.clip(samples, -1.0, 1.0), SPEECH_RATE, format="WAV", subtype="PCM_16")
    return encoded.getvalue()


def _text_of(answer: dict[str, Any]) -> str | None:
    text = answer.get("text")
    return text.strip() if isinstance(text, str) else None


def _language_of(answer: dict[str, Any]) -> str:
    language = str(answer.get("language") or "").strip().lower()
    return LANGUAGES.get(language, language if len(language) == 2 and language.isalpha() else "")


def _words_of(answer: dict[str, Any], piece: Piece) -> list[Word]:
    """Times in the recording. Raises EngineError where they are none."""
    try:
        return [
            Word(str(word["word"]).strip(), piece.time_at(float(word["start"])), piece.time_at(float(word["end"])))
            for word in answer.get("words") or []
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError("The speech server's times make no sense.", "Choose another model there.") from error
