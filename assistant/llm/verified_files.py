"""Which files have been hashed already, so that a start does not hash gigabytes again."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from assistant.core.errors import InputError, Refused
from assistant.llm.weights import check_weights, file_sha256


class VerifiedFiles:
    """A list on disk of files that had a certain hash, good as long as their size and time stay the same."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self, path: Path, sha256: str, kind: str) -> bool:
        """Has this file that hash and that format? Remembered until the file changes."""
        try:
            if not path.is_file():
                return False
            status = path.stat()
            known = self._read()
            stamp = [status.st_size, status.st_mtime_ns, sha256]
            if known.get(str(path)) == stamp:
                return True
            check_weights(path, kind)
            if file_sha256(path) != sha256:
                return False
        except (OSError, Refused, InputError):
            return False
        with suppress(OSError):  # where nothing can be written, the next start hashes again
            self._write({**known, str(path): stamp})
        return True

    def _read(self) -> dict[str, list[object]]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _write(self, known: dict[str, list[object]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(known), encoding="utf-8")
        temporary.replace(self._path)
