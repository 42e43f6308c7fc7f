"""What a spoken request comes to: a change, a step through the versions, a question, or a reason why not. Values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.pages.document import Document
from assistant.pages.patches import Patch
from assistant.pages.placing import Declined
from assistant.pages.targets import Meant, Unclear, resolve

ALL_STEPS = 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    patches: tuple[Patch, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Through the versions: back where negative, forth where positive."""

    count: int


@dataclass(frozen=True, slots=True)
class OfferVariants:
    """Show three versions of the page beside each other."""


@dataclass(frozen=True, slots=True)
class TakeVariant:
    """Index of the variant that is to stay; None keeps the page as it is."""

    index: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """`phrase` is what was unclear: the answer stands for it when the request is read again."""

    sentence: str
    phrase: str
    choices: tuple[str, ...]


Plan = Change | Steps | OfferVariants | TakeVariant | Question | Declined


@dataclass(frozen=True, slots=True)
class Scope:
    """What the words of a request can refer to."""

    document: Document
    selected: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids by phrase that a question has settled."""
    variants: int = 0
    """How many variants are being shown."""

    def each(self, phrase: str, make: Callable[[str], Patch]) -> Plan | None:
        """A change of everything the phrase means. None where it means nothing."""
        found = self.meant(phrase)
        if isinstance(found, tuple):
            return Change(tuple(make(target) for target in found))
        return found

    def pair(self, phrase: str, other: str, make: Callable[[str, str], Patch]) -> Plan | None:
        """A change that needs two parts: everything the first phrase means, and the first that the other means."""
        first, second = self.meant(phrase), self.meant(other)
        if not isinstance(first, tuple):
            return first
        if not isinstance(second, tuple):
            return second
        return Change(tuple(make(target, second[0]) for target in first))

    def meant(self, phrase: str) -> tuple[str, ...] | Question | Declined | None:
        key = phrase.lower().strip()
        if key in self.answers:
            return self.answers[key]
        found = resolve(phrase, self.document, self.selected)
        if isinstance(found, Meant):
            return found.ids
        if isinstance(found, Unclear):
            return Question(found.question, key, found.choices)
        return self._together(key) or found

    def _together(self, phrase: str) -> tuple[str, ...] | Question:
        """What "the picture and the text" or "the login and cancel buttons" name; empty where a part is not found. What
        is unclear of a part is asked for that part.
        """
        parts = [part for part in re.split(r",? and |, ", phrase) if part]
        if len(parts) < 2:
            return ()
        noun = re.search(r" (button|field|link|picture|image|checkbox|card|heading|text)(?:e?s)?$", phrase)
        shared = f" {noun[1]}" if noun else ""
        ids: tuple[str, ...] = ()
        unclear: Question | None = None
        for part in parts:
            bare = part if not shared else re.sub(rf"{shared}(?:e?s)?$", shared, part)
            tried = [self.meant(words) for words in (bare, f"{bare}{shared}")]
            found = next((one for one in tried if isinstance(one, tuple)), None)
            asked = next((one for one in tried if isinstance(one, Question)), None)
            if found is None and asked is None:
                return ()
            ids += found or ()
            unclear = unclear or (asked if found is None else None)
        return unclear or ids
