"""Which models there are, what each file must hash to, and where it lies on this machine.

Reads the catalogue and looks at files; it never reaches out. `download.py` fetches what is missing.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from assistant.core.errors import InputError, ModelMissingError
from assistant.llm.verified_files import VerifiedFiles
from assistant.llm.weights import FORMATS

RESOURCES = Path(__file__).resolve().parents[2] / "resources"

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # one path component: no separator, no leading dot
SHA256 = re.compile(r"[0-9a-f]{64}")
PACKAGE = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._/-]*(==|@)[A-Za-z0-9.]+")  # one exact version; no option can hide in it


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file of a repository on the model hub, at one revision."""

    repository: str
    revision: str
    file: str


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Members of published packages, one of each, joined in order. `registry` is "pypi" or "npm"."""

    registry: str
    packages: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A file that is on this machine already."""

    path: Path


Source = HubSource | PackageSource | LocalSource


@dataclass(frozen=True, slots=True)
class ModelFile:
    name: str
    format: str
    bytes: int
    sha256: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ModelCard:
    id: str
    task: str
    """"hearing", "vad", "turn", "mind", "voice" or "eyes"."""
    title: str
    licence: str
    languages: tuple[str, ...]
    memory_bytes: int
    """Resident memory of the engine that has loaded it."""
    machine_bytes: int
    """Main memory from which this model is a sensible choice; 0 for any machine."""
    default: bool
    files: tuple[ModelFile, ...]

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def data_folder() -> Path:
    return Path(os.environ.get("VESPER_DATA_DIR") or platformdirs.user_data_dir("vesper", appauthor=False))


class Catalog:
    """The cards, and the folders they are looked for in: the user's own first, then `models_folder`."""

    def __init__(self, cards: tuple[ModelCard, ...], models_folder: Path, own_folder: Path | None = None) -> None:
        self.cards = cards
        self.models_folder = models_folder
        self.own_folder = own_folder
        self._verified = VerifiedFiles(models_folder / "verified.json")

    @classmethod
    def load(cls, path: Path | None = None, own_folder: str = "", models_folder: Path | None = None) -> Catalog:
        """`own_folder` is settings.privacy.models_folder; the environment's VESPER_MODELS_DIR wins over it.

        Models are kept in `models_folder`, by default below the data folder.
        """
        path = path or RESOURCES / "models.toml"
        cards = parse_cards(path.read_text(encoding="utf-8"), path.parent)
        own = os.environ.get("VESPER_MODELS_DIR") or own_folder
        return cls(cards, models_folder or data_folder() / "models", Path(own).expanduser() if own else None)

    def card(self, model_id: str) -> ModelCard:
        for card in self.cards:
            if card.id == model_id:
                return card
        known = ", ".join(card.id for card in self.cards)
        raise InputError(f"There is no model called {model_id[:60]!r}.", f"Choose one of: {known}.")

    def folder(self, model_id: str) -> Path:
        """Where all files of the model lie. A user's own folder is hashed the first time it is met, then remembered."""
        card = self.card(model_id)
        for folder in self._own_folders(card):
            if all(self._verified.check(folder / file.name, file.sha256, file.format) for file in card.files):
                return folder
        if missing_files(card, self.models_folder / card.id):
            raise ModelMissingError(
                f"The model {card.id} is not on this machine.", f"Run: vesper models fetch {card.id}"
            )
        return self.models_folder / card.id

    def is_present(self, model_id: str) -> bool:
        try:
            self.folder(model_id)
        except ModelMissingError:
            return False
        return True

    def own_file(self, card: ModelCard, file: ModelFile) -> Path | None:
        """The file in the user's own folder, if it is there with the right hash."""
        for folder in self._own_folders(card, complete=False):
            if self._verified.check(folder / file.name, file.sha256, file.format):
                return folder / file.name
        return None

    def default_ids(self, memory_bytes: int) -> tuple[str, ...]:
        """What a machine with so much memory needs: every default model, and one mind among them."""
        mind = self.mind_for(memory_bytes)
        return tuple(card.id for card in self.cards if card.default and (card.task != "mind" or card is mind))

    def mind_for(self, memory_bytes: int) -> ModelCard:
        """The largest language model that suits the machine."""
        minds = sorted((c for c in self.cards if c.task == "mind" and c.default), key=lambda c: -c.memory_bytes)
        return next((card for card in minds if card.machine_bytes <= memory_bytes), minds[-1])

    def _own_folders(self, card: ModelCard, complete: bool = True) -> Iterable[Path]:
        if self.own_folder is None:
            return
        for folder in (self.own_folder / card.id, self.own_folder):
            if not complete or not missing_files(card, folder):
                yield folder


def missing_files(card: ModelCard, folder: Path) -> tuple[ModelFile, ...]:
    """Files that are absent or of the wrong size. Hashes are checked once, when a file arrives, and by `verify`."""
    return tuple(file for file in card.files if not _has_size(folder / file.name, file.bytes))


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.is_file() and path.stat().st_size == size
    except OSError:
        return False


def hub_url(path: Path | None = None) -> str:
    """Where the hub is; HF_ENDPOINT, which every hub client knows, wins over the catalogue."""
    catalogue = tomllib.loads((path or RESOURCES / "models.toml").read_text(encoding="utf-8"))
    return str(os.environ.get("HF_ENDPOINT") or catalogue["hub_url"]).rstrip("/")


def parse_cards(text: str, resources: Path) -> tuple[ModelCard, ...]:
    """Cards of a catalogue. Names that could leave their folder, or options posing as packages, are refused."""
    try:
        cards = tuple(_card(entry, resources) for entry in tomllib.loads(text)["model"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"The model catalogue cannot be read ({error}).", "Restore resources/models.toml.") from error
    if len({card.id for card in cards}) != len(cards):
        raise InputError("The model catalogue names a model twice.", "Restore resources/models.toml.")
    return cards


def _card(entry: dict[str, Any], resources: Path) -> ModelCard:
    return ModelCard(
        id=_matching(SAFE_NAME, entry["id"]),
        task=entry["task"],
        title=entry["title"],
        licence=entry["licence"],
        languages=tuple(entry["languages"]),
        memory_bytes=entry["memory_mb"] * 1_000_000,
        machine_bytes=entry.get("machine_gb", 0) * 1_000_000_000,
        default=entry.get("default", False),
        files=tuple(_file(file, resources) for file in entry["file"]),
    )


def _file(entry: dict[str, Any], resources: Path) -> ModelFile:
    if entry["format"] not in FORMATS:
        raise ValueError(f"unknown format {entry['format']!r}")
    return ModelFile(
        name=_matching(SAFE_NAME, entry["name"]),
        format=entry["format"],
        bytes=int(entry["bytes"]),
        sha256=_matching(SHA256, entry["sha256"]),
        sources=tuple(_source(source, resources) for source in entry["sources"]),
    )


def _source(entry: dict[str, Any], resources: Path) -> Source:
    if "hub" in entry:
        return HubSource(entry["hub"], entry["revision"], entry["file"])
    if "local" in entry:
        parts = [_matching(SAFE_NAME, part) for part in entry["local"].split("/")]
        return LocalSource(resources.joinpath(*parts))
    registry = "pypi" if "pypi" in entry else "npm"
    numbers = range(1, entry.get("parts", 1) + 1)
    return PackageSource(
        registry,
        tuple(_matching(PACKAGE, _numbered(entry[registry], number)) for number in numbers),
        tuple(_numbered(entry["member"], number) for number in numbers),
    )


def _numbered(template: str, number: int) -> str:
    return template.replace("{nn}", f"{number:02}").replace("{n}", str(number))


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is not allowed here")
    return text
