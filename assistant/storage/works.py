"""Pages with all their versions, one folder each: `work.json` says which versions there are and which is shown.

A version is written once, under the hash of its text, before `work.json` names it; so a crash in between loses the
last edit and nothing else. Functions over a folder, for the store's thread. See docs/adr/0017.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from assistant.core.sketch import VersionRecord, WorkRecord
from assistant.storage.files import storage_error, write_atomically

INDEX, PICTURE = "work.json", "picture.png"
MOST_WORKS = 12  # as many as the window holds


def save_work(folder: Path, work: WorkRecord) -> None:
    """Raises StorageError."""
    place = folder / str(work.number)
    keys = [_key(record) for record in work.versions]
    try:
        for key, record in zip(keys, work.versions, strict=True):
            if not (place / f"{key}.json").exists():
                write_atomically(place / f"{key}.json", record.body.encode())
        if work.picture and not (place / PICTURE).exists():
            write_atomically(place / PICTURE, work.picture)
        index = {
            "name": work.name,
            "current": work.current,
            "size": work.size,
            "versions": [[key, record.sentence] for key, record in zip(keys, work.versions, strict=True)],
        }
        write_atomically(place / INDEX, json.dumps(index).encode())
        _drop_others(place, set(keys))
    except OSError as error:
        raise storage_error(error, place) from error


def save_thumbnail(folder: Path, number: int, index: int, png: bytes) -> None:
    """For a version that is there; a late picture of one that is gone is dropped."""
    place = folder / str(number)
    try:
        keys = [key for key, _ in _index(place)["versions"]]
        if 0 <= index < len(keys):
            write_atomically(place / f"{keys[index]}.png", png)
    except (ValueError, KeyError, TypeError, FileNotFoundError):
        return
    except OSError as error:
        raise storage_error(error, place) from error


def read_works(folder: Path) -> tuple[WorkRecord, ...]:
    """The newest MOST_WORKS, oldest first. A folder that cannot be read is left out: its page is in the database."""
    try:
        numbers = sorted(int(place.name) for place in folder.iterdir() if place.name.isdecimal())
    except OSError:
        return ()
    works = (_read(folder / str(number), number) for number in numbers[-MOST_WORKS:])
    return tuple(work for work in works if work is not None)


def forget_works(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _read(place: Path, number: int) -> WorkRecord | None:
    try:
        index = _index(place)
        versions = tuple(
            VersionRecord(str(sentence), (place / f"{key}.json").read_text("utf-8"))
            for key, sentence in index["versions"]
        )
        thumbnails = tuple(_bytes(place / f"{key}.png") for key, _ in index["versions"])
        width, height = map(int, index["size"])
        return WorkRecord(
            number,
            str(index["name"]),
            versions,
            int(index["current"]),
            _bytes(place / PICTURE),
            (width, height),
            thumbnails,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _index(place: Path) -> Any:
    """`Any`: parsed JSON."""
    return json.loads((place / INDEX).read_text("utf-8"))


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _drop_others(place: Path, keys: set[str]) -> None:
    """Versions that an edit after an undo has left behind."""
    for path in place.iterdir():
        if path.suffix in (".json", ".png") and path.name not in (INDEX, PICTURE) and path.stem not in keys:
            path.unlink(missing_ok=True)


def _key(record: VersionRecord) -> str:
    return hashlib.sha256(record.body.encode()).hexdigest()[:24]
