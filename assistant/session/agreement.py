"""Which words of a recognition in progress are certain: those that two looks in a row agree on (LocalAgreement-2).

Pure. Words that were once certain stay until two later looks agree on something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What has been said so far, as it stands."""

    firm: str = ""
    faint: str = ""

    @property
    def text(self) -> str:
        return f"{self.firm} {self.faint}".strip()


class Agreement:
    """One per utterance."""

    def __init__(self) -> None:
        self._previous: list[str] = []
        self._firm: list[str] = []

    def push(self, text: str, is_final: bool = False) -> Words:
        """The next look at a longer piece of the same speech. `is_final`: nothing was added since the last word."""
        words = text.split()
        agreed = len(words) if is_final else _common(self._previous, words)
        if is_final or agreed >= len(self._firm):
            self._firm = words[:agreed]
        self._previous = words
        return Words(" ".join(self._firm), " ".join(words[len(self._firm) :]))


def same_words(one: str, other: str) -> bool:
    """Equal but for case, punctuation and spacing."""
    return [plain(word) for word in one.split() if plain(word)] == [plain(w) for w in other.split() if plain(w)]


def plain(word: str) -> str:
    """A word without case and punctuation."""
    return re.sub(r"[^\w]", "", word).lower()


def _common(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if plain(left) != plain(right):
            break
        count += 1
    return count
