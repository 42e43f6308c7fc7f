"""Whisper on openai-whisper (PyTorch): the reference code, and the fastest where there is a CUDA device.

The model is built in memory from the same verified weights that faster-whisper uses; no pickled file is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.audio.alignment import token_times
from assistant.audio.checkpoint import Checkpoint, read_checkpoint
from assistant.audio.compute import Place
from assistant.audio.whisper import Hypothesis, Search, unknown_language
from assistant.audio.whisper_engine import WhisperEngine
from assistant.core.errors import EngineError, ModelMissingError
from assistant.core.types import SPEECH_RATE, Samples, Word

_TOKENS_PER_SECOND = 50  # of the encoder's output
_FRAMES_PER_SECOND = 100  # of the spectrogram
_MEDIAN_WIDTH = 7  # openai-whisper's own smoothing of the attention


class OpenAIWhisper(WhisperEngine):
    """The Transcriber on openai-whisper. `device` is one of compute.DEVICES."""

    def __init__(
        self,
        model_folder: Path,
        vad_path: Path | None = None,
        device: str = "auto",
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__("openai-whisper", partial(TorchDecoder, model_folder), vad_path, device, notice)


class TorchDecoder:
    """A WindowDecoder. Blocking; loading takes 2 to 4 seconds, most of it imports."""

    def __init__(self, model_folder: Path, place: Place) -> None:
        if not (model_folder / "model.bin").is_file():
            advice = f"Run `vesper models fetch {model_folder.name}`."
            raise ModelMissingError(f"The speech model {model_folder.name} is missing.", advice)
        # With OpenMP's default of spinning threads, ten seconds of speech took 7.9 CPU seconds beside another process.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        os.environ.setdefault("GOMP_SPINCOUNT", "0")
        try:
            import torch
            import whisper
        except ImportError as error:
            advice = "Install it with `pip install 'vesper-assistant[gpu]'`, or use faster-whisper."
            raise EngineError("openai-whisper is not installed.", advice) from error
        self._torch, self._library = torch, whisper
        self._device = place.kind
        self._is_half = self._device != "cpu"
        self._model = self._build(read_checkpoint(model_folder))
        self.is_multilingual = bool(self._model.is_multilingual)

    def _build(self, checkpoint: Checkpoint) -> Any:
        torch, model_module = self._torch, self._library.model
        try:
            model = model_module.Whisper(model_module.ModelDimensions(**checkpoint.dimensions))
            tensors = {name: torch.from_numpy(np.ascontiguousarray(t)) for name, t in checkpoint.tensors.items()}
            model.load_state_dict(tensors, strict=True)
            if checkpoint.alignment_heads:
                heads = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
                for layer, head in checkpoint.alignment_heads:
                    heads[layer, head] = True
                model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
            model = model.to(self._device).eval()
            return model.half() if self._is_half else model
        except (RuntimeError, TypeError, IndexError) as error:
            advice = "Choose another device or faster-whisper in the settings."
            raise EngineError(f"openai-whisper could not be started on {self._device}.", advice) from error

    def encode(self, samples: Samples, window_seconds: float) -> Any:
        torch, functional = self._torch, self._torch.nn.functional
        frames = int(window_seconds * _FRAMES_PER_SECOND) // 2 * 2
        missing = frames * SPEECH_RATE // _FRAMES_PER_SECOND - len(samples)
        sound = torch.from_numpy(np.pad(samples, (0, max(0, missing))).astype(np.float32)).to(self._device)
        mel = self._library.log_mel_spectrogram(sound, self._model.dims.n_mels)[None, :, :frames]
        encoder = self._model.encoder
        with torch.no_grad():
            x = functional.gelu(encoder.conv1(mel.half() if self._is_half else mel))
            x = functional.gelu(encoder.conv2(x)).permute(0, 2, 1)
            # The library's own forward insists on 30 s; positions are absolute, so a part of them serves.
            x = (x + encoder.positional_embedding[: x.shape[1]]).to(x.dtype)
            for block in encoder.blocks:
                x = block(x)
            return encoder.ln_post(x)

    def languages(self, encoded: Any) -> dict[str, float]:
        torch = self._torch
        tokenizer = self._tokenizer("en")
        with torch.no_grad():
            start = torch.tensor([[tokenizer.sot]], device=self._device)
            logits = self._model.logits(start, encoded)[0, 0].float()
        tokens = list(tokenizer.all_language_tokens)
        shares = logits[tokens].softmax(dim=-1).tolist()
        return dict(zip(tokenizer.all_language_codes, shares, strict=True))

    def decode(self, encoded: Any, language: str, search: Search) -> Hypothesis:
        decoding = self._library.decoding
        self._tokenizer(language)  # refuses an unknown language with a sentence

        class Task(decoding.DecodingTask):  # type: ignore[name-defined, misc]  # the library has no types
            def _get_audio_features(self, mel: Any) -> Any:
                return mel  # encoded already

        options = decoding.DecodingOptions(
            language=language,
            temperature=search.temperature,
            sample_len=search.longest_tokens,
            beam_size=search.beam if search.beam > 1 else None,
            without_timestamps=True,
            fp16=self._is_half,
        )
        result = Task(self._model, options).run(encoded)[0]
        return Hypothesis(tuple(result.tokens), result.text, float(result.avg_logprob), float(result.no_speech_prob))

    def align(self, encoded: Any, language: str, tokens: tuple[int, ...], seconds: float) -> tuple[Word, ...]:
        tokenizer = self._tokenizer(language)
        words, word_tokens = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
        if len(word_tokens) <= 1:
            return ()
        frames = max(1, int(seconds * _TOKENS_PER_SECOND))
        weights, probabilities = self._attention(encoded, tokenizer, tokens, frames)
        starts = token_times(weights) / _TOKENS_PER_SECOND
        aligned: list[Word] = []
        at = 0
        for text, part in zip(words[:-1], word_tokens[:-1], strict=True):
            end = at + len(part)
            mean = float(np.mean(probabilities[at:end]))
            aligned.append(Word(text.strip(), float(starts[at]), float(starts[end]), mean))
            at = end
        return tuple(aligned)

    def _attention(
        self, encoded: Any, tokenizer: Any, tokens: tuple[int, ...], frames: int
    ) -> tuple[Samples, list[float]]:
        """How much each token (and the end) looked at each moment, and each token's probability."""
        torch, model = self._torch, self._model
        seen: dict[int, Any] = {}
        hooks = [
            block.cross_attn.register_forward_hook(lambda _, ins, outs, at=at: seen.update({at: outs[-1][0]}))
            for at, block in enumerate(model.decoder.blocks)
        ]
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        text = torch.tensor([[*prompt, *tokens, tokenizer.eot]], device=self._device)
        try:
            with torch.no_grad(), self._library.model.disable_sdpa():
                logits = model.decoder(text, encoded)[0]
        finally:
            for hook in hooks:
                hook.remove()
        shares = logits[len(prompt) - 1 : -2, : tokenizer.eot].float().softmax(dim=-1)
        probabilities = shares[torch.arange(len(tokens)), list(tokens)].tolist()
        heads = torch.stack([seen[layer][head] for layer, head in model.alignment_heads.indices().T.tolist()])
        weights = heads[:, :, :frames].float().softmax(dim=-1)
        deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
        smooth = self._library.timing.median_filter((weights - mean) / deviation, _MEDIAN_WIDTH).mean(dim=0)
        return smooth[len(prompt) - 1 : -1].cpu().numpy(), probabilities

    def _tokenizer(self, language: str) -> Any:
        count = self._model.num_languages
        try:
            return self._library.tokenizer.get_tokenizer(
                self.is_multilingual, num_languages=count, language=language, task="transcribe"
            )
        except ValueError as error:
            raise unknown_language(language) from error
