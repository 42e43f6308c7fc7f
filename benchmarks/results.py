"""Where figures are kept: one JSON file per benchmark and kind of machine, so that the next run can be compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.machine import machine

FOLDER = Path(__file__).parent / "results"


def keep(name: str, result: dict[str, Any], device: str = "") -> Path:
    """`device` is what the figures were measured on, where that is not the processor."""
    about = machine()
    kind = device or f"{about['processor']} {about['cores']} cores"
    place = FOLDER / f"{name}-{re.sub(r'[^a-z0-9]+', '-', kind.lower()).strip('-')}.json"
    FOLDER.mkdir(exist_ok=True)
    place.write_text(json.dumps({"machine": about | {"kind": kind}, name: result}, indent=1) + "\n", encoding="utf-8")
    return place
