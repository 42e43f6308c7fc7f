"""Does it sound as if the speaker were done? Smart Turn 3.2 on the last eight seconds, at a short pause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.errors import EngineError
from assistant.core.types import SPEECH_RATE, Samples

WINDOW_SAMPLES = 8 * SPEECH_RATE
FRAMES = 800  # of the spectrogram: 10 ms each


class SmartTurn:
    """Blocking, for one thread; loads on the first call. A call takes about 0.1 s of one core."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session: Any = None
        self._spectrogram: Any = None

    def _load(self) -> None:
        import onnxruntime
        from faster_whisper.feature_extractor import FeatureExtractor

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # boundary: onnxruntime's errors share no base class
            advice = "Run `vesper models verify` and fetch smart-turn-v3 again."
            raise EngineError("The model that tells the end of a turn cannot be loaded.", advice) from error
        self._spectrogram = FeatureExtractor()

    def probability(self, samples: Samples) -> float:
        """That the turn is complete, 0 to 1. `samples` at 16 kHz end in about 0.2 s of silence: with more, it says yes.

        Raises EngineError where the file is no such network.
        The network was trained on eight seconds, silence in front, at mean 0 and variance 1.
        """
        if self._session is None:
            self._load()
        last = samples[-WINDOW_SAMPLES:]
        window = np.pad(last, (WINDOW_SAMPLES - len(last), 0)).astype(np.float32)
        window = (window - window.mean()) / np.sqrt(window.var() + 1e-7)
        features = self._spectrogram(window.astype(np.float32), padding=0)[None, :, :FRAMES].astype(np.float32)
        output = self._session.run(None, {"input_features": features})[0]
        return float(np.ravel(output)[0])
