"""The richer voice: Kokoro-82M on onnxruntime. Faster than speech on a GPU or a quick CPU, slower on a small one.

Phonemes come from hibari's converter, which writes Kokoro's alphabet: no espeak (GPL) is involved.
"""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.audio.speech_text import speakable
from assistant.core.aio import EngineThread
from assistant.core.errors import ModelMissingError
from assistant.core.types import AudioFrame

SAMPLE_RATE = 24_000
LONGEST_PHONEMES = 505  # the style table has a row for each length up to 510, of which two are padding
STYLE_SHAPE = (510, 1, 256)
SLOWEST, FASTEST = 0.5, 2.0


class Kokoro:
    """Implements core.ports.Synthesizer: 24 kHz, one frame a sentence."""

    def __init__(self, model_folder: Path, voice: str = "af_heart", rate: float = 1.0, threads: int = 2) -> None:
        self._folder = model_folder
        self._voice = voice
        self._rate = min(FASTEST, max(SLOWEST, rate))
        self._threads = threads
        self._thread = EngineThread("kokoro")
        self._session: Any = None
        self._phonemizer: Any = None
        self._vocabulary: dict[str, int] = {}
        self._styles: npt.NDArray[np.float32] = np.zeros(STYLE_SHAPE, np.float32)

    async def load(self) -> None:
        await self._thread.call(self._load)

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        text = speakable(clause)
        if not text:
            return
        async for frame in self._thread.stream(lambda gone: self._frames(text, gone)):
            yield frame

    def close(self) -> None:
        self._thread.close()

    def _load(self) -> None:
        if self._session is not None:
            return
        import onnxruntime
        from hibari import Hibari

        model = next(self._folder.glob("*.onnx"), None)
        styles = self._folder / f"{self._voice}.bin"
        if model is None or not styles.exists():
            raise ModelMissingError("The Kokoro voice is not on this machine.", "Run: vesper models fetch kokoro-82m")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        wanted = ["CUDAExecutionProvider", "CPUExecutionProvider"]
        providers = [name for name in wanted if name in onnxruntime.get_available_providers()]
        self._styles = np.fromfile(styles, np.float32).reshape(STYLE_SHAPE)
        self._phonemizer = Hibari()
        vocabulary = files("hibari").joinpath("assets", "vocab.json").read_text(encoding="utf-8")
        self._vocabulary = json.loads(vocabulary)
        self._session = onnxruntime.InferenceSession(str(model), options, providers=providers)

    def _frames(self, text: str, gone: threading.Event) -> Iterator[AudioFrame]:
        self._load()
        for phonemes in self._phonemizer.phonemize(text):
            for part in _parts(phonemes):
                if gone.is_set():
                    return
                yield AudioFrame(self._speak(part), SAMPLE_RATE)

    def _speak(self, phonemes: str) -> npt.NDArray[np.float32]:
        ids = [self._vocabulary[symbol] for symbol in phonemes if symbol in self._vocabulary]
        inputs = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": self._styles[len(ids)],
            "speed": np.array([self._rate], np.float32),
        }
        return np.asarray(self._session.run(None, inputs)[0], np.float32).reshape(-1)


def _parts(phonemes: str) -> Iterator[str]:
    """Pieces the model can hold, cut at spaces."""
    while len(phonemes) > LONGEST_PHONEMES:
        cut = phonemes.rfind(" ", 0, LONGEST_PHONEMES)
        cut = cut if cut > 0 else LONGEST_PHONEMES
        yield phonemes[:cut]
        phonemes = phonemes[cut:].lstrip()
    if phonemes:
        yield phonemes
