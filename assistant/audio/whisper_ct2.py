"""Whisper on faster-whisper (CTranslate2): eight-bit arithmetic on a CPU, where it is the fastest, half on a card."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.audio.compute import Place
from assistant.audio.whisper import Hypothesis, Search, unknown_language
from assistant.audio.whisper_engine import WhisperEngine
from assistant.core.errors import EngineError, ModelMissingError
from assistant.core.types import SPEECH_RATE, Samples, Word

THREADS = 2  # more only take turns with the language model and the voice
FRAMES_PER_SECOND = 100  # of the spectrogram
FLOOR = 2.0  # of the spectrogram's scale: Whisper cuts at 80 dB below the loudest and divides by 40


class FasterWhisper(WhisperEngine):
    """The Transcriber on faster-whisper. Loading adds about 160 MB of memory."""

    def __init__(
        self,
        model_folder: Path,
        vad_path: Path | None = None,
        device: str = "auto",
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__("faster-whisper", partial(CT2Decoder, model_folder), vad_path, device, notice)


class CT2Decoder:
    """A WindowDecoder. Blocking; loading takes about half a second."""

    def __init__(self, model_folder: Path, place: Place) -> None:
        if not (model_folder / "model.bin").is_file():
            advice = f"Run `vesper models fetch {model_folder.name}`."
            raise ModelMissingError(f"The speech model {model_folder.name} is missing.", advice)
        from faster_whisper import WhisperModel

        try:
            self._model = WhisperModel(
                str(model_folder),
                device=place.kind,
                compute_type=place.compute_type,
                cpu_threads=THREADS,
                local_files_only=True,
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
