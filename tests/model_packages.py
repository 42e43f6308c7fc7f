"""Small stand-ins for the packages and catalogues that model files come from."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from assistant.llm.catalog import Catalog, parse_cards


def write_wheel(folder: Path, name: str, members: dict[str, bytes]) -> None:
    """A wheel that pip accepts, version 1.0, with these members."""
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as wheel:
        for member, content in members.items():
            wheel.writestr(member, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def card_toml(content: bytes, sources: str, name: str = "words.txt", model_id: str = "tiny", form: str = "text") -> str:
    return f"""
[[model]]
id = "{model_id}"
task = "mind"
title = "For tests"
licence = "MIT"
languages = ["en"]
memory_mb = 1

[[model.file]]
name = "{name}"
format = "{form}"
bytes = {len(content)}
sha256 = "{hashlib.sha256(content).hexdigest()}"
sources = [{sources}]
"""


def catalog_of(toml: str, folder: Path, own_folder: Path | None = None) -> Catalog:
    return Catalog(parse_cards(toml, folder), folder / "models", own_folder)
