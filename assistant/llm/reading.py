"""Reading a binary header that may lie: every step stays inside the file."""

from __future__ import annotations

import mmap
import struct


class Malformed(Exception):
    """What is wrong with a file, worded to follow its name: "is empty"."""


class Reader:
    """Little-endian numbers in order. Running past the end, or past `limit` bytes, raises Malformed."""

    def __init__(self, data: mmap.mmap | bytes, limit: int | None = None) -> None:
        self._data = data
        self._end = len(data) if limit is None else min(len(data), limit)
        self._too_long = limit is not None and limit < len(data)
        self.at = 0

    def u8(self) -> int:
        return self._number("<B", 1)

    def u16(self) -> int:
        return self._number("<H", 2)

    def u32(self) -> int:
        return self._number("<I", 4)

    def u64(self) -> int:
        return self._number("<Q", 8)

    def take(self, size: int) -> bytes:
        start = self.at
        self.skip(size)
        return self._data[start : self.at]

    def skip(self, size: int) -> None:
        if size > self._end - self.at:
            raise Malformed("has a header that is too large" if self._too_long else "ends too early")
        self.at += size

    def count(self, number: int, most: int) -> int:
        """The number, if it is believable."""
        if number > most:
            raise Malformed(f"promises {number} items where {most} are the most")
        return number

    def _number(self, layout: str, size: int) -> int:
        start = self.at
        self.skip(size)
        value: int = struct.unpack_from(layout, self._data, start)[0]
        return value
