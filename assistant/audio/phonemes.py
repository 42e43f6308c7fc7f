"""Cuts long phoneme strings into parts an engine can take. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_PAUSES = ",;:.!?—…"


def in_parts(strings: Iterable[str], longest: int) -> Iterator[str]:
    """The strings, the long ones cut at the last pause, else at the last space, else anywhere."""
    for string in strings:
        rest = string.strip()
        while len(rest) > longest:
            cut = max(rest.rfind(mark, longest // 2, longest) for mark in _PAUSES) + 1
            cut = cut or rest.rfind(" ", longest // 2, longest) + 1 or longest
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if any(character.isalpha() for character in rest):
            yield rest
