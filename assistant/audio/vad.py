"""Is somebody speaking? Silero on 32 ms frames, as a stream and over a whole recording.

The rule: a frame is judged together with the 64 samples before it, and the network's state runs on until `reset()`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from assistant.audio.resampler import numbers
from assistant.core.errors import EngineError, ModelMissingError
from assistant.core.types import Samples

FRAME_SAMPLES = 512  # 32 ms at SPEECH_RATE, the only length the network takes
CONTEXT_SAMPLES = 64  # the end of the frame before, which the network was trained to see first
_STATE_SHAPE = (1, 1, 128)
_SILENT_PEAK = 1e-3  # -60 dB: 30 below quiet speech
_SETTLED_FRAMES = 32  # a second of that, and the network's state says nothing any more
_BATCH_FRAMES = 2_000  # a minute of audio at once keeps memory flat on two-hour files


def bundled_model() -> Path:
    """The Silero v6 file that comes inside the faster-whisper wheel."""
    return Path(str(files("faster_whisper") / "assets" / "silero_vad_v6.onnx"))


class Silero:
    """One detector for one stream; not for two threads at once. Loading takes about 20 ms, a frame 0.1 ms.

    Takes both published forms of the network: v6 as faster-whisper ships it (states `h` and `c`) and v5/v6 as
    pipecat ships it (`state`, `sr`).
    """

    def __init__(self, path: Path | None = None) -> None:
        self._session = _load(path or bundled_model())
        self._names = {port.name for port in self._session.get_inputs()}
        self.reset()

    def reset(self) -> None:
        """Forget the stream so far: the next frame is the first of a new one."""
        self._context = np.zeros(CONTEXT_SAMPLES, np.float32)
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)
        self._state = np.zeros((2, 1, 128), np.float32)
        self._silent_frames = 0

    def probability(self, frame512: Samples) -> float:
        """Probability of speech, 0 to 1, of the stream's next 512 samples at 16 kHz.

        In lasting silence it is 0 without a look: listening to nothing should cost next to nothing.
        """
        frame = numbers(np.asarray(frame512, np.float32))  # else it stays deaf for good
        self._silent_frames = self._silent_frames + 1 if np.abs(frame).max() < _SILENT_PEAK else 0
        if self._silent_frames > _SETTLED_FRAMES:
            self._context = frame[-CONTEXT_SAMPLES:].copy()
            return 0.0
        return float(self._run(frame.reshape(1, FRAME_SAMPLES))[0])

    def probabilities(self, samples: Samples, gain: float = 1.0) -> Samples:
        """One probability per 32 ms of a whole recording at 16 kHz; the last frame is filled up with silence."""
        self.reset()
        whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
        found = [self.more(samples[:whole], gain), self.last(samples[whole:], gain)]
        self.reset()
        return np.concatenate(found)

    def more(self, samples: Samples, gain: float = 1.0) -> Samples:
        """One probability for each of the stream's next frames; `samples` are whole frames at 16 kHz."""
        size = _BATCH_FRAMES * FRAME_SAMPLES
        batches = (samples[start : start + size] * np.float32(gain) for start in range(0, len(samples), size))
        found = [self._run(batch.reshape(-1, FRAME_SAMPLES)) for batch in batches]
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def last(self, samples: Samples, gain: float = 1.0) -> Samples:
        """The probability of less than a frame, filled up with silence; none of nothing. The stream does not move."""
        if not len(samples):
            return np.zeros(0, np.float32)
        before = self._context, self._h, self._c, self._state
        found = self.more(np.pad(samples, (0, FRAME_SAMPLES - len(samples))), gain)
        self._context, self._h, self._c, self._state = before
        return found

    def _run(self, frames: Samples) -> Samples:
        before = np.vstack([self._context, frames[:-1, -CONTEXT_SAMPLES:]])
        self._context = frames[-1, -CONTEXT_SAMPLES:].copy()
        joined = np.concatenate([before, frames], axis=1)
        if "state" not in self._names:
            output, self._h, self._c = self._session.run(None, {"input": joined, "h": self._h, "c": self._c})
            return np.asarray(output, np.float32).reshape(-1)
        return np.array([self._step(row) for row in joined], np.float32)

    def _step(self, row: Samples) -> float:
        feed = {"input": row[None], "state": self._state, "sr": np.array(16_000, np.int64)}
        output, self._state = self._session.run(None, feed)
        return float(output.reshape(-1)[0])


def _load(path: Path) -> Any:  # onnxruntime has no types
    import onnxruntime

    if not path.is_file():
        raise ModelMissingError(f"The speech detector {path.name} is missing.", "Run `vesper models fetch silero-vad`.")
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1  # 0.4 % of one core; more threads only fight
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # boundary: onnxruntime's errors share no base class
        advice = "Run `vesper models verify` and fetch it again."
        raise EngineError(f"The speech detector {path.name} cannot be loaded.", advice) from error
