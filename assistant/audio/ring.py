"""A ring of samples between a sound card's callback and everybody else.

The rule: one thread writes, one thread reads, nobody locks and nothing is allocated after construction. Positions
only grow, and each is changed by one side alone; Python's integers are swapped whole, so the other side reads either
the old position or the new one. Samples are copied before the position that publishes them moves.
"""

from __future__ import annotations

import numpy as np

from assistant.core.types import Samples


class Ring:
    """Room for `capacity` rows of `columns` samples. Columns stay aligned: that is how an echo reference is kept."""

    def __init__(self, capacity: int, columns: int = 1) -> None:
        self.capacity = capacity
        self._rows = np.zeros((capacity, columns), np.float32)
        self._written = 0
        self._read = 0
        self.overruns = 0
        """Rows that found no room, counted by the writer."""
        self.underruns = 0
        """Rows that were asked for and not there, counted by the reader."""

    @property
    def written(self) -> int:
        """Rows written since the beginning."""
        return self._written

    @property
    def position(self) -> int:
        """Rows read or skipped since the beginning."""
        return self._read

    @property
    def available(self) -> int:
        return self._written - self._read

    @property
    def free(self) -> int:
        return self.capacity - self.available

    def write(self, *columns: Samples) -> int:
        """Writer: copy one array per column, all equally long; returns how many rows found room."""
        count = min(len(columns[0]), self.free)
        start = self._written % self.capacity
        first = min(count, self.capacity - start)
        for column, samples in enumerate(columns):
            self._rows[start : start + first, column] = samples[:first]
            if first < count:
                self._rows[: count - first, column] = samples[first:count]
        self._written += count
        self.overruns += len(columns[0]) - count
        return count

    def read_into(self, *columns: Samples) -> int:
        """Reader: fill one array per column; returns how many rows there were. Beyond them nothing is changed."""
        count = min(len(columns[0]), self.available)
        start = self._read % self.capacity
        first = min(count, self.capacity - start)
        for column, samples in enumerate(columns):
            samples[:first] = self._rows[start : start + first, column]
            if first < count:
                samples[first:count] = self._rows[: count - first, column]
        self._read += count
        self.underruns += len(columns[0]) - count
        return count

    def skip_to(self, position: int) -> None:
        """Reader: forget rows up to a position that has been written; never goes back."""
        self._read = max(self._read, min(position, self._written))
