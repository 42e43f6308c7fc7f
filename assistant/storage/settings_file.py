"""Settings as a TOML file that people may edit: comments and keys of other versions stay, bad values do no harm.

A bad value costs its own key only: the default is used and a sentence names the key and the line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from assistant.core.address import is_server
from assistant.core.settings import WAKE_PHRASES, Settings
from assistant.storage.files import set_aside, storage_error, write_atomically

LONGEST_FILE = 1_000_000  # bytes; a settings file is a few hundred
LONGEST_TEXT = 20_000  # characters of one value
LONGEST_NAME, MOST_NAMES = 60, 200  # of the file's names that are looked at for a slip of the finger
ALIKE = 0.82  # difflib's ratio of two names: one letter of six
LONGEST_PATH = 4000  # characters; Linux takes 4095 bytes

RANGES: Mapping[str, tuple[float, float]] = {
    "audio.volume": (0.0, 1.5),
    "endpoint.speech_threshold": (0.05, 0.95),
    "endpoint.onset_seconds": (0.032, 2.0),
    "endpoint.silence_seconds": (0.1, 5.0),
    "endpoint.pre_roll_seconds": (0.0, 2.0),
    "endpoint.longest_seconds": (1.0, 600.0),
    "voice.rate": (0.5, 2.0),
    "voice.warmth": (-1.0, 1.0),
    "talk.follow_up_seconds": (2.0, 120.0),
    "mind.temperature": (0.0, 2.0),
    "mind.longest_reply_tokens": (16, 32_768),
    "mind.idle_minutes": (0, 1440),
    "pages.think_seconds": (0.0, 600.0),
    "mind.context_tokens": (0, 262_144),
    "window.text_scale": (0.5, 3.0),
}
"""Inclusive limits of the numbers. A number without a line here is not limited."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "voice.engine": ("hibari", "kokoro", "coqui", "server"),
    "talk.way": ("open", "name", "key", "text"),
    "talk.wake": ("", *WAKE_PHRASES),
    "voice.device": ("auto", "cuda", "cpu"),
    "hearing.device": ("auto", "cuda", "cpu"),
    "hearing.engine": ("auto", "faster-whisper", "openai-whisper", "server"),
    "pages.written": ("auto", "always", "never"),
    "mind.engine": ("auto", "llama.cpp", "transformers"),
    "mind.device": ("auto", "cuda", "rocm", "xpu", "mps", "cpu"),
    "mind.decoding": ("auto", "plain", "graph", "compiled"),
    "mind.weights": ("auto", "32-bit", "16-bit", "8-bit", "4-bit"),
    "mind.tools": ("auto", "always", "never"),
    "window.theme": ("system", "light", "dark"),
}

PATTERNS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "talk.name": (re.compile(r".*[^\W\d_]{2}.*"), 'a name that can be said, such as "Vesper"'),
    "hearing.language": (re.compile(r"(?:[a-z]{2,3})?"), 'a language code such as "en"'),
}

FAIL_SAFE: Mapping[str, object] = {"privacy.offline": True}
"""What a key that protects the user becomes where its value cannot be read: never the weaker side."""


def load_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings and one sentence for each thing wrong with the file. Never raises; no file means defaults."""
    try:
        text = _read(path)
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return _cautious(), (f'"{path.name}" could not be read ({reason}): the defaults are used.',)
    try:
        document = tomlkit.parse(text).unwrap()
    except (TOMLKitError, ValueError, RecursionError) as error:
        line = getattr(error, "line", 0)
        where = f" in line {line}" if line else ""
        return _cautious(), (f'"{path.name}" is not TOML{where}: the defaults are used until it is corrected.',)
    settings, notices = Settings(), []
    for section, key, default in _known():
        value, problem = _checked(document, section, key, default)
        if problem:
            notices.append(f'"{section}.{key}"{_line_of(text, section, key)} in "{path.name}" {problem}.')
        settings = _with(settings, section, key, value)
    notices += [f'"{name}" in "{path.name}" is no setting; “{meant}” is.' for name, meant in _misspelt(document)]
    return settings, tuple(notices)


def save_settings(path: Path, settings: Settings) -> None:
    """Write the values that differ from what the file says, and leave the rest of it as it is. Raises StorageError.

    A file that is not TOML is kept beside the new one.
    """
    try:
        document = _document(path)
        for section, key, default in _known():
            value = getattr(getattr(settings, section), key)
            _put(document, section, key, value, default)
        write_atomically(path, tomlkit.dumps(document).encode("utf-8", "replace"))
    except OSError as error:
        raise storage_error(error, path) from error


def _read(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise ValueError("not a file")
    if path.stat().st_size > LONGEST_FILE:
        raise ValueError("it is too long")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error


def _known() -> Iterator[tuple[str, str, object]]:
    """Section, key and default of every setting."""
    defaults = Settings()
    for section in fields(Settings):
        values = getattr(defaults, section.name)
        for one in fields(values):
            yield section.name, one.name, getattr(values, one.name)


def _misspelt(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names in the file that are nearly one of ours, and that one. Names of other versions are let be."""
    known: dict[str, list[str]] = {}
    for section, key, _ in _known():
        known.setdefault(section, []).append(key)
    for section, table in list(document.items())[:MOST_NAMES]:
        if section not in known:
            yield from ((section, meant) for meant in _nearest(section, known))
        elif isinstance(table, Mapping):
            strange = [key for key in list(table)[:MOST_NAMES] if key not in known[section]]
            for key in strange:
                yield from ((f"{section}.{key}", f"{section}.{meant}") for meant in _nearest(key, known[section]))


def _nearest(name: str, names: Iterable[str]) -> list[str]:
    return get_close_matches(name[:LONGEST_NAME], names, n=1, cutoff=ALIKE)


def _with(settings: Settings, section: str, key: str, value: object) -> Settings:
    changes: dict[str, Any] = {key: value}  # `Any`: the type was checked against the default's
    return replace(settings, **{section: replace(getattr(settings, section), **changes)})


def _cautious() -> Settings:
    """Defaults, but on the safe side of every key that protects the user."""
    settings = Settings()
    for name, value in FAIL_SAFE.items():
        section, key = name.split(".")
        settings = _with(settings, section, key, value)
    return settings


def _checked(document: Mapping[str, Any], section: str, key: str, default: object) -> tuple[object, str]:
    """The value to use, and what is wrong with the one in the file."""
    table = document.get(section, {})
    if not isinstance(table, Mapping):
        return FAIL_SAFE.get(f"{section}.{key}", default), f"is not set: [{section}] is not a table"
    if key not in table:
        return default, ""
    value = table[key]
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1e15 else math.inf
    problem = _problem(f"{section}.{key}", value, default)
    if not problem:
        return value, ""
    safe = FAIL_SAFE.get(f"{section}.{key}", default)
    return safe, f"{problem}; {_shown(safe)} is used"


def _problem(name: str, value: object, default: object) -> str:
    if type(value) is not type(default):
        kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes"}
        return f"must be {kinds[type(default)]}"
    if isinstance(value, int | float) and name in RANGES:
        least, most = RANGES[name]
        return "" if least <= value <= most else f"must be from {least:g} to {most:g}"
    if isinstance(value, str):
        return _text_problem(name, value)
    return ""


def _text_problem(name: str, value: str) -> str:
    if len(value) > LONGEST_TEXT:
        return f"must have at most {LONGEST_TEXT} characters"
    if name in CHOICES and value not in CHOICES[name]:
        return "must be one of " + ", ".join(f'"{choice}"' for choice in CHOICES[name])
    if name.endswith(".server_url") and value and not is_server(value):
        return 'must be an address such as "https://host/v1"'
    if name.endswith("folder") and not _is_path(value):
        return "must be the name of a folder"
    if name in PATTERNS and not PATTERNS[name][0].fullmatch(value):
        return f"must be {PATTERNS[name][1]}"
    return ""


def _is_path(text: str) -> bool:
    """Can the system look for it? Names with control characters or longer than any disk takes only cause trouble."""
    if len(text) > LONGEST_PATH or any(letter < " " or letter == "\x7f" for letter in text):
        return False
    return all(len(part.encode("utf-8", "replace")) < 256 for part in Path(text).parts)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else f"{value}"


def _line_of(text: str, section: str, key: str) -> str:
    """ " (line 12)" for a key written on a line of its own; nothing for one that is not found so."""
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([\w.\"'-]+)\s*\]", line)
        if header:
            current = header[1].strip("\"'")
        written = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if written and f"{current}.{written[1]}".strip(".").replace('"', "").replace("'", "") == f"{section}.{key}":
            return f" (line {number})"
    return ""


def _document(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(_read(path))
    except FileNotFoundError:
        return tomlkit.document()
    except (TOMLKitError, ValueError, RecursionError):
        set_aside(path, "damaged")
        return tomlkit.document()


def _put(document: tomlkit.TOMLDocument, section: str, key: str, value: object, default: object) -> None:
    """Change one key. A default is written only over another value, so that a later default can still take effect."""
    table = document.get(section)
    if table is None:
        if value == default:
            return
        table = document[section] = tomlkit.table()
    if not isinstance(table, MutableMapping):
        table = document[section] = tomlkit.table()
    if key not in table:
        if value != default:
            table[key] = value
        return
    old = table[key].unwrap() if hasattr(table[key], "unwrap") else table[key]
    if old != value or isinstance(old, bool) != isinstance(value, bool):
        table[key] = value
