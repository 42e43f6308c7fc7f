"""Going on with an answer that was cut: which words ask for it, and what is left to say. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.core.history import Turn

MOST_TURNS_SINCE = 2  # one question in between and its answer: "go on" still means the story
_POLITE = re.compile(
    r"\b(?:please|ok(?:ay)?|and|so|yes|well|now|just|then|vesper|bitte|por favor|s'il (?:te|vous) plaît)\b"
)
_RESUME = re.compile(
    r"(?:you (?:can|may) )?(?:go on|continue|carry on|keep going|go ahead|resume|proceed|finish)"
    r"(?: (?:with (?:it|that|the story|your (?:answer|story|sentence))|(?:talking|speaking|telling|reading|the story|"
    r"your (?:answer|story|sentence)|what you were saying|where you (?:stopped|left off|were))))?"
    r"|what were you saying|where were (?:we|you)"
    r"|(?:mach|sprich|rede|erzähl) weiter|weiter|fahr fort"
    r"|continuez?|poursui[st]|vas-y|sigue|continúa|adelante"
)


@dataclass(frozen=True, slots=True)
class CutOff:
    """An answer that was interrupted. Kept in memory only: what nobody heard is not part of the conversation."""

    index: int
    """Of its turn in the history."""
    rest: str
    """What had been written and was not heard."""
    is_all: bool
    """The rest is the answer's end; else the model has to go on behind it."""


def asks_to_resume(text: str) -> bool:
    said = " ".join(re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text.lower()))
    return _RESUME.fullmatch(" ".join(_POLITE.sub(" ", said).split())) is not None


def is_resumable(cut: CutOff | None, turns: tuple[Turn, ...]) -> bool:
    """`turns` end with the user's wish."""
    if cut is None or not (cut.rest or not cut.is_all):
        return False
    since = len(turns) - 1 - (cut.index + 1)
    return 0 <= since <= MOST_TURNS_SINCE and turns[cut.index].interrupted


def as_if_heard(cut: CutOff, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The history for the model that goes on behind the rest: as if the rest had been heard where it was cut."""
    turn = turns[cut.index]
    whole = replace(turn, text=f"{turn.text} {cut.rest}".strip())
    return (*turns[: cut.index], whole, *turns[cut.index + 1 :])
