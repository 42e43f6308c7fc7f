"""Sketches that the user has corrected, kept on this machine as examples to learn from - only where they said so.

One folder per example: `picture.png`, the flat picture, and `reading.json`, what is really drawn in it. Nothing else
reads or writes these folders; deleting one forgets it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import StorageError
from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.storage.files import storage_error, write_atomically

MOST_EXAMPLES = 500  # about a gigabyte; a later correction of a kept picture still counts
PICTURE, READING = "picture.png", "reading.json"


@dataclass(frozen=True, slots=True)
class Example:
    """`name` is the hash of the picture: corrections of one picture replace each other."""

    name: str
    picture: Path
    reading: SketchReading


def keep(folder: Path, png: bytes, reading: SketchReading) -> bool:
    """Keep a picture with what is drawn in it. False where there are too many already. Raises StorageError."""
    place = _place(folder, png)
    try:
        if not place.exists() and folder.exists() and sum(1 for _ in folder.iterdir()) >= MOST_EXAMPLES:
            return False
        write_atomically(place / PICTURE, png)
        write_atomically(place / READING, json.dumps(_to_json(reading), indent=1).encode())
    except OSError as error:
        raise storage_error(error, place) from error
    return True


def forget(folder: Path, png: bytes) -> None:
    """The user has taken the corrections of this picture back."""
    shutil.rmtree(_place(folder, png), ignore_errors=True)


def kept(folder: Path) -> tuple[Example, ...]:
    """All whole examples, in the order of their names. Raises StorageError where the folder cannot be read."""
    try:
        places = sorted(place for place in folder.iterdir() if place.is_dir()) if folder.is_dir() else []
    except OSError as error:
        raise StorageError("The kept examples cannot be read.", "Check who may open their folder.") from error
    found = (_read(place) for place in places)
    return tuple(example for example in found if example is not None)


def _place(folder: Path, png: bytes) -> Path:
    return folder / hashlib.sha256(png).hexdigest()[:16]


def _read(place: Path) -> Example | None:
    try:
        if not (place / PICTURE).is_file():
            return None
        data = json.loads((place / READING).read_text("utf-8"))
        return Example(place.name, place / PICTURE, _from_json(data))
    except (OSError, ValueError, KeyError, TypeError):  # half a folder, or one that somebody has edited
        return None


def _to_json(reading: SketchReading) -> dict[str, Any]:
    elements = [
        {
            "type": e.type.value,
            "box": [e.box.x, e.box.y, e.box.width, e.box.height],
            "text": e.text,
            "checked": e.checked,
        }
        for e in reading.elements
    ]
    return {"width": reading.width, "height": reading.height, "language": reading.language, "elements": elements}


def _from_json(data: dict[str, Any]) -> SketchReading:
    elements = tuple(
        Element(
            f"e{number}",
            ElementType(item["type"]),
            Box(*map(float, item["box"])),
            str(item["text"]),
            checked=bool(item["checked"]),
        )
        for number, item in enumerate(data["elements"], start=1)
    )
    return SketchReading(int(data["width"]), int(data["height"]), elements, language=str(data["language"]))
