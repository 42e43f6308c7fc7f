"""A log of what happened, one JSON object a line, for finding faults and for tests. Observers never interfere.

What people said, drew or wrote stays out of it: of such text only the length is noted, unless the test mode asks.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

import numpy as np

from assistant.core.events import CameraSeen, CaptionChanged, Event, LevelMeasured, ReplyHeard

LIMIT_BYTES = 5_000_000  # with the one older file that is kept, the log takes 10 MB at most
_OPEN_WORDS = frozenset(
    {
        "phase", "role", "language", "engine", "state", "detail", "level", "stage", "device", "model_id",
        "what", "advice", "finish_reason", "type",
        "stage_seconds",
    }
)  # fmt: skip
"""Text fields that hold our own words or a machine's, never the user's."""
_TOO_MANY = (CameraSeen, LevelMeasured, CaptionChanged, ReplyHeard)  # many a second, and nobody reads them later


class EventLog:
    """Writes events and plain records. May be called from any thread; a disk that refuses costs lines, nothing else.

    `clock` gives seconds that never run backwards. `in_full` writes texts too: for tests only.
    """

    def __init__(self, path: Path, clock: Callable[[], float], in_full: bool = False) -> None:
        self._path = path
        self._clock = clock
        self._in_full = in_full
        self._writing = threading.Lock()
        self._file: BinaryIO | None = None
        self._size = 0

    def __call__(self, event: Event) -> None:
        if not isinstance(event, _TOO_MANY):
            self._write({"event": type(event).__name__, **self._values(event)})

    def record(self, name: str, values: Mapping[str, object] | None = None) -> None:
        """Something that is no event: a gate's decision, a connection, a worker's start or exit, a gap of the window.

        Values are written as they are: give no words of the user's.
        """
        self._write({"event": name, **{key: _plain(value) for key, value in (values or {}).items()}})

    def close(self) -> None:
        with self._writing:
            self._forget_file()

    def _write(self, values: dict[str, object]) -> None:
        line = json.dumps({"t": round(self._clock(), 6), **values}, allow_nan=False, default=_plain).encode() + b"\n"
        with self._writing:
            try:
                self._open_or_rotate(len(line))
                if self._file is not None:
                    self._size += self._file.write(line) or 0
            except (OSError, ValueError):
                self._forget_file()

    def _open_or_rotate(self, coming: int) -> None:
        if self._file is not None and self._size + coming > LIMIT_BYTES:
            self._forget_file()
        if self._file is not None:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size + coming > LIMIT_BYTES:
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._file = self._path.open("a+b", buffering=0)
        self._path.chmod(0o600)
        self._size = self._file.seek(0, 2)
        if self._size:
            self._file.seek(-1, 2)
            if self._file.read(1) != b"\n":  # cut by a crash or a full disk
                self._size += self._file.write(b"\n") or 0

    def _forget_file(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _values(self, thing: object) -> dict[str, object]:
        """Fields of a dataclass as JSON values, without words and blobs."""
        if not is_dataclass(thing):
            return {}
        return {field.name: self._value(field.name, getattr(thing, field.name)) for field in fields(thing)}

    def _value(self, name: str, value: object) -> object:
        if isinstance(value, str) and not isinstance(value, Enum):
            return value if self._in_full or name in _OPEN_WORDS else {"characters": len(value)}
        if isinstance(value, tuple | list):
            return [self._value(name, one) for one in value]
        if isinstance(value, dict):
            return {str(key): self._value(name, one) for key, one in value.items()}
        if is_dataclass(value):
            return self._values(value)
        return _plain(value)


def _plain(value: object) -> object:
    """A value JSON can hold. Blobs and arrays become their size."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": len(value)}
    if isinstance(value, np.ndarray):
        return {"samples": int(value.size)}
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return type(value).__name__
