"""The log file of a child process: what libraries print to stderr, kept small."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

import platformdirs

LARGEST_LOG_BYTES = 1_000_000  # then it becomes NAME.log.1, and that one is dropped


def logs_folder() -> Path:
    data = os.environ.get("VESPER_DATA_DIR") or platformdirs.user_data_dir("vesper")
    return Path(data) / "logs"


def open_log(name: str) -> IO[bytes]:
    """For appending, readable by the user only. Where no file can be written, what is printed is dropped."""
    path = logs_folder() / f"{name.replace(' ', '-')}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
    except OSError:
        return Path(os.devnull).open("ab")
