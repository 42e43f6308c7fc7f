"""A folder that only this user can enter, gone when its owner is done with it, or at the latest at the next start."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import psutil

NAME = re.compile(r"vesper-(\d+)-.+")  # the owner's process id, then what makes it unique


def private_folder() -> Path:
    """A new folder of mode 0700, in the user's runtime folder where the system has one."""
    base = _runtime_folder()
    _remove_orphans(base)
    return Path(tempfile.mkdtemp(prefix=f"vesper-{os.getpid()}-", dir=base))


def _runtime_folder() -> Path:
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    return runtime if runtime.is_dir() and os.access(runtime, os.W_OK) else Path(tempfile.gettempdir())


def _remove_orphans(base: Path) -> None:
    """Folders of processes that were killed before they could clean up."""
    for folder in base.glob("vesper-*"):
        match = NAME.fullmatch(folder.name)
        if match and not psutil.pid_exists(int(match[1])) and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    try:
        return not folder.is_symlink() and (not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid())
    except OSError:  # removed meanwhile
        return False
