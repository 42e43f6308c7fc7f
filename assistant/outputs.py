"""Files that a command writes where the user said: looked at before the work, written all or nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from assistant.core.errors import InputError
from assistant.storage.files import read_only, storage_error, write_atomically


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | None] = ()) -> None:
    """Raises before minutes of work are spent on a file that could not be written, or that would destroy another."""
    taken = {os.path.realpath(path): path for path in inputs if path is not None}
    for path in outputs:
        if path is None:
            continue
        _check_place(path)
        if os.path.realpath(path) in taken:
            raise InputError(f"{path.name} would be overwritten.", "Give every file a name of its own.")
        taken[os.path.realpath(path)] = path


def _check_place(path: Path) -> None:
    folder = Path(os.path.realpath(path)).parent
    try:
        if not folder.is_dir():
            raise InputError(f"There is no folder “{folder.name}” to write {path.name} into.", "Create it first.")
        kind = path.stat().st_mode if path.exists() else stat.S_IFREG
    except OSError as error:
        raise InputError(f"{path.name[:80]} cannot be written: {error.strerror}.", "Choose another name.") from error
    if not stat.S_ISREG(kind):
        what = "a folder" if stat.S_ISDIR(kind) else "not an ordinary file"
        raise InputError(f"{path.name or path} is {what}.", "Give the name of a file to write.")
    if not os.access(folder, os.W_OK):
        raise read_only(path, "choose another folder")


def make_folder(folder: Path) -> None:
    """The folder for several outputs, made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f"{folder.name} is not a folder.", "Give the name of a folder to write into.") from error
    except OSError as error:
        raise storage_error(error, folder) from error
    if not os.access(folder, os.W_OK):
        raise read_only(folder / "page.html", "choose another folder")


def write_output(path: Path, content: bytes) -> None:
    """Write the file so that others may read it, as files of a user's own are. Raises StorageError."""
    try:
        write_atomically(path, content)
        path.chmod(0o644)
    except OSError as error:
        raise storage_error(error, path) from error
