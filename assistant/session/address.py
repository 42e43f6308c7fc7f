"""Was the assistant called by its name? A recogniser has its own spelling of names ("Vespa", "whisper"), so sounds are
compared and not letters.

Pure. A name counts where people put one to call somebody: at the beginning, after "hey" or the like, or at the end
after a comma. In the middle of a sentence it is talked about.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

GREETINGS = frozenset({"hey", "hi", "hello", "ok", "okay", "oh", "so", "yo", "dear", "excuse", "me", "and", "um", "uh"})
MOST_GREETINGS = 2  # "oh hey", "excuse me"
TOLERANCE = 0.15  # of the sounds of a name; "Vesper" has five, so one wrong vowel and one near consonant pass
LENIENT = 0.45  # for a phrase that was also heard by its sound: "He might craft", "Okay, knobber"
PHRASE_WITHIN = 8  # words: what is looked at begins at most two seconds before the end of the phrase
STRICT = 0.08  # where less else speaks for a call: a name in pieces ("Vest per"), or at the end without a comma
CLOSE, NEAR, FAR = 0.15, 0.4, 1.0  # what another sound in its place costs: a vowel, a cousin, anything else

SPELLINGS = (
    (re.compile(r"'s$|s'$"), ""),
    (re.compile(r"ph"), "f"),
    (re.compile(r"wh"), "w"),
    (re.compile(r"[ck]k|q|c(?![eiyh])"), "k"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"(?:[aeiou]r|re|ah?|er?s)$"), "@"),  # "Vesper", "Vespa", "Vespre" end in the same murmur
    (re.compile(r"(?<=[aeiou])[hy](?![aeiou])"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
VOWELS = frozenset("aeiouy@")
COUSINS = tuple(frozenset(group) for group in ("pb", "td", "kgx", "szc", "fvw", "mn", "lr", "jyg"))

PAUSES = ",.!?:;-–—…"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")


@dataclass(frozen=True, slots=True)
class Called:
    words: str
    """What was said besides the name; empty where the name was all."""
    is_certain: bool
    """A greeting or a pause, written as punctuation, tells the call from a subject: "Whisper is a program" has none."""


def called(text: str, name: str) -> Called | None:
    """None where nobody was called. An empty name is never heard."""
    found = [(match.start(), match.end(), match.group().lower()) for match in WORD.finditer(text)]
    wanted = [word.lower() for word in WORD.findall(name)]
    if not found or not wanted:
        return None
    first = 0
    while first < min(MOST_GREETINGS, len(found) - 1) and found[first][2] in GREETINGS:
        first += 1
    for start in range(first + 1):
        for count in {len(wanted), len(wanted) + 1, max(1, len(wanted) - 1)}:
            strictness = TOLERANCE if count == len(wanted) else STRICT
            if _sounds_like(found[start : start + count], wanted, strictness):
                rest = text[found[start + count - 1][1] :]
                return Called(_tidy(rest), is_certain=start > 0 or rest.lstrip(" ")[:1] in tuple(PAUSES))
    return _called_at_the_end(text, found, wanted)


def after_phrase(text: str, phrase: str) -> str | None:
    """What was said after a phrase that a network has heard by its sound; None where nothing like it was written down.

    Among its first words only; what comes before it was not meant for anybody here.
    """
    found = [(match.start(), match.end(), match.group().lower()) for match in WORD.finditer(text)]
    wanted = [word.lower() for word in WORD.findall(phrase)]
    name = wanted[1:] if wanted[0] in GREETINGS else wanted
    best: tuple[float, int, int] | None = None
    for words in (wanted, name):
        for count in {len(words), len(words) + 1, max(1, len(words) - 1)}:
            for start in range(min(PHRASE_WITHIN, len(found) - count + 1)):
                distance = _unlikeness(found[start : start + count], words)
                if distance <= LENIENT and (best is None or (distance, -start) < (best[0], -best[1])):
                    best = (distance, start, count)
    if best is None:
        return None
    return _tidy(text[found[best[1] + best[2] - 1][1] :])


def without_name(text: str, name: str) -> str:
    """The words without the name they are addressed to, where that is beyond doubt; else as they are."""
    heard = called(text, name)
    return heard.words if heard is not None and heard.words and heard.is_certain else text


def _called_at_the_end(text: str, found: list[tuple[int, int, str]], wanted: list[str]) -> Called | None:
    count = len(wanted)
    if len(found) <= count:
        return None
    end = found[-count - 1][1]
    has_pause = any(mark in text[end : found[-count][0]] for mark in PAUSES)
    if not _sounds_like(found[-count:], wanted, TOLERANCE if has_pause else STRICT):
        return None
    return Called(_tidy(text[:end] + _ending(text[end:])), is_certain=has_pause)


def _ending(text: str) -> str:
    """What kind of sentence it was: the mark before the name says it, or else the one after."""
    return next((mark for mark in text if mark in ".!?"), "")


def _sounds_like(words: list[tuple[int, int, str]], wanted: list[str], tolerance: float) -> bool:
    return bool(words) and _unlikeness(words, wanted) <= tolerance


def _unlikeness(words: list[tuple[int, int, str]], wanted: list[str]) -> float:
    """0 sounds the same, 1 has nothing in common."""
    heard, meant = _sounds("".join(word for _, _, word in words)), _sounds("".join(wanted))
    return 0.0 if heard == meant else _distance(heard, meant) / max(1, len(meant))


def _sounds(word: str) -> str:
    """One letter per sound, roughly."""
    word = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    for pattern, sound in SPELLINGS:
        word = pattern.sub(sound, word)
    return word


def _distance(first: str, second: str) -> float:
    """Levenshtein's, where a sound turns into a cousin more cheaply than into a stranger."""
    row = [float(at) for at in range(len(second) + 1)]
    for index, sound in enumerate(first, start=1):
        above, row = row, [float(index)]
        for at, (diagonal, straight) in enumerate(pairwise(above)):
            row.append(min(diagonal + _cost(sound, second[at]), straight + FAR, row[-1] + FAR))
    return row[-1]


def _cost(first: str, second: str) -> float:
    if first == second:
        return 0.0
    if first in VOWELS and second in VOWELS:
        return CLOSE if "@" not in (first, second) else NEAR
    return NEAR if any(first in group and second in group for group in COUSINS) else FAR


def _tidy(text: str) -> str:
    text = text.strip(" ,;:-–—…").lstrip(".!?").strip()
    return text[:1].upper() + text[1:]
