"""Whisper on faster-whisper (CTranslate2): eight-bit arithmetic, the fastest on a CPU."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np

from assistant.audio.speech_gate import SpeechGate
from assistant.audio.vad import Silero
from assistant.audio.whisper import Hypothesis, Search, Whisper, Wish, unknown_language
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError, ModelMissingError
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples, Transcript, Word

FRAMES_PER_SECOND = 100  # of the spectrogram
FLOOR = 2.0  # of the spectrogram's scale: Whisper cuts at 80 dB below the loudest and divides by 40


class FasterWhisper:
    """The Transcriber on faster-whisper. Loads on the first call, or on `load()`; RSS grows by about 160 MB."""

    def __init__(self, model_folder: Path, vad_path: Path | None = None, threads: int = 2) -> None:
        self._model_folder = model_folder
        self._vad_path = vad_path
        self._threads = threads
        self._whisper: Whisper | None = None
        self._thread = EngineThread("faster-whisper")

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
            decoder = CT2Decoder(self._model_folder, self._threads)
            self._whisper = Whisper(decoder, SpeechGate(Silero(self._vad_path)))
        return self._whisper


class CT2Decoder:
    """A WindowDecoder. Blocking; loading takes about half a second."""

    def __init__(self, model_folder: Path, threads: int) -> None:
        if not (model_folder / "model.bin").is_file():
            advice = f"Run `vesper models fetch {model_folder.name}`."
            raise ModelMissingError(f"The speech model {model_folder.name} is missing.", advice)
        from faster_whisper import WhisperModel

        try:
            self._model = WhisperModel(
                str(model_folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            advice = f"Run `vesper models verify` and fetch {model_folder.name} again."
            raise EngineError(f"The speech model {model_folder.name} cannot be loaded.", advice) from error
        self.is_multilingual = bool(self._model.model.is_multilingual)
        self._tokenizers: dict[str, Any] = {}

    def encode(self, samples: Samples, window_seconds: float) -> Any:
        frames = int(window_seconds * FRAMES_PER_SECOND) // 2 * 2  # the encoder halves them
        mel = self._model.feature_extractor(np.pad(samples, (0, 3 * SPEECH_RATE // FRAMES_PER_SECOND)))[:, :frames]
        # Behind the sound stands what the extractor makes of silence: its floor, 2 below the loudest.
        features = np.full((len(mel), frames), mel.max() - FLOOR, np.float32)
        known = min(frames, mel.shape[1] - 1)
        features[:, :known] = mel[:, :known]
        return self._model.encode(features)

    def languages(self, encoded: Any) -> dict[str, float]:
        return {token[2:-2]: probability for token, probability in self._model.model.detect_language(encoded)[0]}

    def decode(self, encoded: Any, language: str, search: Search) -> Hypothesis:
        tokenizer = self._tokenizer(language)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=search.beam,
            max_length=2 * search.longest_tokens,  # the library takes half of it for new tokens, as Whisper does
            sampling_temperature=search.temperature or 1.0,
            sampling_topk=0 if search.temperature else 1,
            suppress_tokens=self._suppressed(tokenizer),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = tuple(token for token in result.sequences_ids[0] if token < tokenizer.eot)
        average = result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1)
        return Hypothesis(tokens, tokenizer.decode(list(tokens)), average, result.no_speech_prob)

    def align(self, encoded: Any, language: str, tokens: tuple[int, ...], seconds: float) -> tuple[Word, ...]:
        frames = int(seconds * FRAMES_PER_SECOND)
        found = self._model.find_alignment(self._tokenizer(language), [list(tokens)], encoded, frames)[0]
        return tuple(
            Word(word["word"].strip(), float(word["start"]), float(word["end"]), float(word["probability"]))
            for word in found
        )

    def _suppressed(self, tokenizer: Any) -> list[int]:
        """Tokens that are not speech: brackets, notes, and Whisper's own marks."""
        marks = (tokenizer.transcribe, tokenizer.translate, tokenizer.sot, tokenizer.sot_prev, tokenizer.sot_lm)
        return sorted(
            {*tokenizer.non_speech_tokens, *(mark for mark in marks if mark is not None), tokenizer.no_speech}
        )

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            try:
                self._tokenizers[language] = Tokenizer(
                    self._model.hf_tokenizer, self.is_multilingual, task="transcribe", language=language
                )
            except ValueError as error:
                raise unknown_language(language) from error
        return self._tokenizers[language]
