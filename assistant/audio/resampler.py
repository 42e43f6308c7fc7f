"""A stream of samples from one rate to another. Pure but for the filter's memory of the last few milliseconds."""

from __future__ import annotations

import numpy as np
import soxr

from assistant.core.types import Samples


class Resampler:
    """Equal rates pass through. What is not a number becomes silence: one NaN would live on in the filter."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self.rates = (from_rate, to_rate)
        self._stream = None
        if from_rate != to_rate:
            self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")

    def push(self, samples: Samples) -> Samples:
        clean = np.ascontiguousarray(numbers(samples), np.float32)
        return clean if self._stream is None else self._stream.resample_chunk(clean)

    def rest(self) -> Samples:
        """The last samples, 10 to 30 ms that the filter has held back. Nothing may be pushed after it."""
        nothing = np.zeros(0, np.float32)
        return nothing if self._stream is None else self._stream.resample_chunk(nothing, last=True)


def numbers(samples: Samples) -> Samples:
    """The samples, silence for those that are not numbers. A look costs a tenth of a copy."""
    return samples if np.isfinite(samples).all() else np.nan_to_num(samples, posinf=0.0, neginf=0.0)
