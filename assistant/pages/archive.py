"""Versions of a page as text and back, so that they outlive the program. Pure.

The types of the document decide what is read: a text that does not fit them, from an older program or a damaged disk,
gives None and not half a page.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from assistant.core.sketch import VersionRecord, WorkRecord
from assistant.pages.document import Version, Versions

FORMAT = 1


def recorded(version: Version) -> VersionRecord:
    return VersionRecord(version.sentence, json.dumps({"format": FORMAT, "version": _plain(version)}))


def restored(work: WorkRecord) -> Versions | None:
    """All versions, or None where one of them cannot be read."""
    versions = [_version(record.body) for record in work.versions]
    whole = [version for version in versions if version is not None]
    if len(whole) < len(versions) or not 0 <= work.current < len(whole):
        return None
    at = work.current
    return Versions(whole[at], tuple(whole[:at]), tuple(whole[at + 1 :]))


def _version(body: str) -> Version | None:
    try:
        data = json.loads(body)
        if data["format"] != FORMAT:
            return None
        return cast(Version, _typed(Version, data["version"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    """`Any`: types of all sorts."""
    return get_type_hints(kind)


def _typed(kind: Any, value: Any) -> Any:  # `Any`: a type and parsed JSON, checked here
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None and type(None) in inner:
            return None
        return _typed(next(one for one in inner if one is not type(None)), value)
    if is_dataclass(kind) and isinstance(kind, type):
        return kind(**{name: _typed(_hints(kind)[name], item) for name, item in _checked(value, dict).items()})
    if origin is tuple:
        items = _checked(value, list)
        kinds = [inner[0]] * len(items) if len(inner) == 2 and inner[1] is Ellipsis else inner
        return tuple(_typed(one, item) for one, item in zip(kinds, items, strict=True))
    if origin is frozenset:
        return frozenset(_typed(inner[0], item) for item in _checked(value, list))
    if origin is not None and issubclass(origin, Mapping):
        return {_typed(inner[0], key): _typed(inner[1], item) for key, item in _checked(value, dict).items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float:
        number = float(value) if not isinstance(value, bool | str) else math.nan
        if not math.isfinite(number):
            raise ValueError("no number")
        return number
    return _checked(value, kind)


def _checked(value: Any, kind: type) -> Any:
    """`Any`: parsed JSON."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{kind.__name__} expected")
    return value
