"""The second voice: Kokoro-82M in eight bits, called directly.

Phonemes come from hibari's own phonemizer, which speaks the same alphabet, so that no GPL code is involved. It is
slower than real time on two small cores; on larger ones it is the finer voice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from assistant.audio.compute import after_failure, place_for
from assistant.audio.hibari import FASTEST, SLOWEST
from assistant.audio.phonemes import in_parts
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError, ModelMissingError
from assistant.core.types import AudioFrame, Samples

SAMPLE_RATE = 24_000
LONGEST_PHONEMES = 200  # the network takes 510; shorter parts sound sooner and cancel sooner
PROCESSOR = "CPUExecutionProvider"
GRAPHICS = ("CUDAExecutionProvider", "ROCMExecutionProvider", "DmlExecutionProvider")  # CoreML refuses its shapes
DEFAULT_VOICE = "af_heart"
_MODEL_FILE = "kokoro-v1.0.int8.onnx"
_STYLE_SHAPE = (510, 1, 256)  # one style vector per length of the phoneme string


@dataclass(frozen=True, slots=True)
class KokoroRun:
    """`device` is one of compute.DEVICES. `notice` gets a sentence where a card was wanted or there and is not used."""

    device: str = "auto"
    threads: int = 2
    notice: Callable[[str], None] = lambda _: None


class Kokoro:
    """The Synthesizer on Kokoro. `rate` is the speaking rate, 0.5 to 2. Loads on the first call or on `load()`."""

    def __init__(
        self,
        model_folder: Path,
        voice: str = "",
        rate: float = 1.0,
        style: Path | None = None,
        run: KokoroRun = KokoroRun(),
    ) -> None:
        """`voice` lies in the model's folder; `style` is the file of one that lies elsewhere."""
        self._model_folder = model_folder
        self._style = style or model_folder / f"{voice or DEFAULT_VOICE}.bin"
        self._rate = min(max(rate, SLOWEST), FASTEST)
        self._run = run
        self._network: KokoroNetwork | None = None
        self._thread = EngineThread("kokoro")

    async def load(self) -> None:
        network = await self._thread.call(self._load)
        self._tell(network)

    @property
    def runs_on(self) -> str:
        """In words; empty until it is loaded."""
        return self._network.place.in_words if self._network is not None else ""

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        async for frame in self._thread.stream(lambda gone: self._frames(clause, gone)):
            yield frame
        if self._network is not None:
            self._tell(self._network)

    def close(self) -> None:
        self._thread.close()
        self._network = None

    def _tell(self, network: KokoroNetwork) -> None:
        words, network.untold = network.untold, ""
        if words:
            self._run.notice(words)

    def _frames(self, clause: str, gone: Event) -> Iterator[AudioFrame]:
        network = self._load()
        for phonemes in in_parts(network.phonemize(clause), LONGEST_PHONEMES):
            if gone.is_set():
                return
            samples = network.speak(phonemes, self._rate)
            if len(samples):
                yield AudioFrame(samples, SAMPLE_RATE)

    def _load(self) -> KokoroNetwork:
        if self._network is None:
            network = KokoroNetwork(self._model_folder, self._style, self._run)
            network.speak("hˈI.", 1.0)  # the first run allocates: three times as slow as the next
            self._network = network
        return self._network


def provider() -> str:
    """Where onnxruntime would compute: the first graphics provider of the installed build, or the processor."""
    import onnxruntime

    installed = onnxruntime.get_available_providers()
    return next((name for name in GRAPHICS if name in installed), PROCESSOR)


class KokoroNetwork:
    """Blocking. Loading takes about a second."""

    def __init__(self, model_folder: Path, styles: Path, run: KokoroRun) -> None:
        model = model_folder / _MODEL_FILE
        for path in (model, styles):
            if not path.is_file():
                advice = f"Run `vesper models fetch {model_folder.name}`, or use the voice hibari."
                raise ModelMissingError(f"{path.name} of the voice Kokoro is missing.", advice)
        import hibari
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = run.threads, 1
        options.log_severity_level = 3
        self.place = place_for("kokoro", run.device)
        try:
            self._styles = np.fromfile(styles, np.float32).reshape(_STYLE_SHAPE)
            wanted = [PROCESSOR] if self.place.kind == "cpu" else [provider(), PROCESSOR]
            self._session = onnxruntime.InferenceSession(str(model), options, providers=wanted)
            self._reader: Any = hibari.Hibari()
        except Exception as error:  # boundary: onnxruntime's errors share no base class
            advice = f"Run `vesper models verify` and fetch {model_folder.name} again."
            raise EngineError("The voice Kokoro could not be loaded.", advice) from error
        if self._session.get_providers()[0] != wanted[0]:  # installed, but its driver or a library of it is missing
            self.place = after_failure("kokoro", f"{wanted[0]} could not be started")
        self.untold = self.place.notice

    def phonemize(self, text: str) -> list[str]:
        return list(self._reader.phonemize(text))

    def speak(self, phonemes: str, rate: float) -> Samples:
        ids = self._reader.ids(phonemes)  # hibari was distilled from Kokoro and kept its numbers, zeros at both ends
        feed = {
            "tokens": np.array([ids], np.int64),
            "style": self._styles[min(len(ids) - 2, len(self._styles) - 1)],
            "speed": np.array([rate], np.float32),
        }
        try:
            return np.asarray(self._session.run(None, feed)[0], np.float32).reshape(-1)
        except Exception as error:  # boundary: onnxruntime's errors share no base class
            raise EngineError("The voice could not speak.", "Try again, or use the voice hibari.") from error
