"""Where files live on this machine: folders of the user's own, mode 0700, or a temporary one where home is unusable.

`VESPER_DATA_DIR` moves everything into one folder. Nothing here reads or writes a file's content.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from assistant.core.errors import StorageError

APP = "vesper"
OVERRIDE = "VESPER_DATA_DIR"


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders that exist and can be written, except `config`, which may be read-only.

    `is_temporary` means that `data` will be gone after the session: the window says "not saved". `home_data` is where
    data would have been; it may still be readable.
    """

    data: Path
    config: Path
    cache: Path
    runtime: Path
    home_data: Path
    is_temporary: bool = False

    @property
    def database(self) -> Path:
        return self.data / "vesper.db"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def event_log(self) -> Path:
        return self.data / "log" / "events.jsonl"

    @property
    def examples(self) -> Path:
        """Sketches with the user's corrections (examples.py)."""
        return self.data / "examples"

    @property
    def works(self) -> Path:
        """Pages with all their versions (works.py), a folder per conversation."""
        return self.data / "pages"

    @property
    def detector(self) -> Path:
        """Weights that `vesper improve` has made on this machine; there is no such file before."""
        return self.data / "detector" / "sketch-detector.onnx"

    @property
    def models(self) -> Path:
        """Model files on a read-only disk are as good as any."""
        kept = self.home_data / "models"
        return kept if self.is_temporary and _is_text(kept) and _is_folder(kept) else self.data / "models"


def find_folders(environment: Mapping[str, str] = os.environ) -> Folders:
    """The folders of this session, created. Raises StorageError only where not even a temporary one can be made."""
    override = environment.get(OVERRIDE, "")
    if override:
        data = _place(lambda: str(Path(override).absolute()))
        config, cache, runtime = data / "config", data / "cache", data / "run"
    else:
        data = _place(lambda: platformdirs.user_data_dir(APP, appauthor=False))
        config = _place(lambda: platformdirs.user_config_dir(APP, appauthor=False))
        cache = _place(lambda: platformdirs.user_cache_dir(APP, appauthor=False))
        runtime = cache / "run"
        if "XDG_RUNTIME_DIR" in environment:  # platformdirs warns on the terminal where it is missing
            runtime = _place(lambda: platformdirs.user_runtime_dir(APP, appauthor=False))
    usable = _make_usable(data)
    spare = _Spare()
    return Folders(
        data=data if usable else spare.folder("data"),
        config=config if _make_usable(config) or _is_folder(config) else spare.folder("config"),
        cache=cache if _make_usable(cache) else spare.folder("cache"),
        runtime=runtime if _make_usable(runtime) else spare.folder("run"),
        home_data=data,
        is_temporary=not usable,
    )


class _Spare:
    """One temporary folder for everything that has no home, made when it is first needed."""

    def __init__(self) -> None:
        self._root: Path | None = None

    def folder(self, name: str) -> Path:
        try:
            if self._root is None:
                self._root = Path(tempfile.mkdtemp(prefix=f"{APP}-"))  # 0700 by itself
            folder = self._root / name
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageError(
                "Neither your home folder nor the temporary folder can be written.",
                f"Free some space, or set {OVERRIDE} to a folder of your own.",
            ) from error
        return folder


def _place(find: Callable[[], str]) -> Path:
    """A folder's path; one that cannot be used where there is no home to put it in."""
    try:
        return Path(find())
    except (RuntimeError, OSError, KeyError):
        return Path("~")


def _make_usable(folder: Path) -> bool:
    """Create the folder and try it: permission bits say nothing on a read-only disk."""
    if not folder.is_absolute() or not _is_text(folder):
        return False
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)  # mkdir's mode passes through the umask
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _is_text(folder: Path) -> bool:
    """Model libraries take paths as UTF-8 only."""
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_folder(folder: Path) -> bool:
    try:
        return folder.is_absolute() and folder.is_dir()
    except OSError:
        return False
