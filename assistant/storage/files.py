"""Writing files so that a crash leaves the old one or the new one, and saying in words why a disk refused."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from assistant.core.errors import StorageError

NEEDED_BYTES = 10_000_000  # room for a few hundred turns with pictures; named in messages


def write_atomically(path: Path, content: bytes) -> None:
    """Temporary file in the same folder, fsync, rename, fsync of the folder. Raises OSError; the old file stays.

    A link is followed, so that a settings file kept elsewhere stays there.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut. Not every file system can; those that cannot need not."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def set_aside(path: Path, reason: str) -> Path:
    """Rename a file to `stem-reason-date.suffix` beside it, never onto another, and return its new path."""
    kept = dated_name(path, reason)
    path.rename(kept)
    return kept


def dated_name(path: Path, reason: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    for number in range(1, 1000):
        again = f"-{number}" if number > 1 else ""
        name = path.with_name(f"{path.stem}-{reason}-{stamp}{again}{path.suffix}")
        if not name.exists():
            return name
    raise FileExistsError(errno.EEXIST, "too many damaged files", path.name)


def storage_error(error: OSError, path: Path) -> StorageError:
    """The same failure as one sentence with the disk's name in it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return disk_full(path)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return read_only(path)
    return disk_failed(path)


def disk_full(path: Path) -> StorageError:
    free = free_bytes(path)
    left = "" if free is None else f" ({free / 1e6:.0f} MB free)"
    return StorageError(
        f'There is no room to write "{path.name}" on {disk_name(path)}{left}.',
        f"Free about {NEEDED_BYTES / 1e6:.0f} MB there.",
    )


def read_only(path: Path, otherwise: str = "set VESPER_DATA_DIR to another folder") -> StorageError:
    return StorageError(
        f'"{path.name}" on {disk_name(path)} cannot be written: it is read-only.',
        f"Allow writing there, or {otherwise}.",
    )


def disk_failed(path: Path) -> StorageError:
    return StorageError(
        f'Writing "{path.name}" failed: {disk_name(path)} reports an error or has no room.',
        f"Check the disk, and that about {NEEDED_BYTES / 1e6:.0f} MB are free.",
    )


def free_bytes(path: Path) -> int | None:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return None


def disk_name(path: Path) -> str:
    """The disk as the user knows it: where it is mounted, but never a path with the user's name in it."""
    folder = path.absolute().parent
    while not os.path.ismount(folder):
        folder = folder.parent
    home = os.environ.get("HOME", "")
    if home and folder.is_relative_to(home) and home != "/":
        return "the disk of your home folder"
    return f'the disk "{folder}"'
