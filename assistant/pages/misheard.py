"""Requests as a recogniser mishears them, put right: whole phrases by a table, single words by their sound. Pure.

Only tried where the words as they were heard mean nothing, and only believed where the mended words mean something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

LAST_STEP = re.compile(
    r"(?:and you|and do|end you|i'm due|on you|on do|un do|undo it|undue|under|until|hun do|and due|and to)[.!]?",
    re.IGNORECASE,
)
"""What "undo" is heard as. Words of a talk too, so they count only where there is something to undo."""
PHRASES = tuple(
    (re.compile(rf"\b(?:{heard})\b", re.IGNORECASE), meant)
    for heard, meant in (
        (r"read do|we do|re do|ray do", "redo"),
        (r"three (?:variance|very ends|variant|varients)|free variants?", "three variants"),
        (r"(?:take|make|pick) the (?:metal|model|mittle|medal|little) (?:one|1)", "take the middle one"),
        (r"a foot(?: er)?|a photo?er|a food er", "a footer"),
        (r"had her|hatter|hedder", "header"),
        (r"sticking|stickey|sticky sticky|stiki", "sticky"),
        (r"bottom|baton|botton|but on|buttoned|butter", "button"),
        (r"a lion", "align"),
        (r"be low|bellow|blow", "below"),
        (r"pitcher|pictures|picture's", "picture"),
        (r"contact forum|contact farm|contract form", "contact form"),
        (r"pass word", "password"),
        (r"check books|check bucks|checkbooks?", "checkbox"),
        (r"dark mold|dark moat|dark mood|dark motor", "dark mode"),
        (r"text felt|text filled", "text field"),
        (r"a green|agree in|greene", "green"),
        (r"blew", "blue"),
        (r"read", "red"),
        (r"moved", "move"),
        (r"maid|mate", "make"),
    )
)
_WORDS = """
undo redo make change move delete remove hide show align centre center rename swap duplicate insert enlarge shrink
header footer title heading button picture image field password email checkbox select menu navigation table card text
background colour color theme variants version middle second third first last below above right left bigger smaller
sticky rounded corners bold italic required green blue yellow orange purple black white everything page contact form
"""
WORDS = tuple(_WORDS.split())
SHORTEST = 5  # letters of a word that is mended by its sound: shorter ones sound like too much else


def mended(words: str) -> Iterator[str]:
    """Other requests that may have been meant, the likeliest first."""
    by_table = words
    for pattern, meant in PHRASES:
        by_table = pattern.sub(meant, by_table)
    if by_table != words:
        yield by_table
    by_sound = " ".join(_mended_word(word) for word in by_table.split())
    if by_sound != by_table:
        yield by_sound


def is_last_step(words: str) -> bool:
    """May it be "undo"?"""
    return LAST_STEP.fullmatch(words.strip()) is not None


def _mended_word(word: str) -> str:
    plain = re.sub(r"[^a-z]", "", word.lower())
    if len(plain) < SHORTEST or plain in WORDS:
        return word
    found = [known for known in WORDS if len(known) >= SHORTEST and _sound(known) == _sound(plain)]
    return found[0] if len(found) == 1 else word


@cache
def _sound(word: str) -> str:
    """The first letter and the consonants after it, those that sound alike as one."""
    for spelling, sound in (("ph", "f"), ("ck", "k"), ("gh", ""), ("kn", "n"), ("wr", "r"), ("c", "k"), ("q", "k")):
        word = word.replace(spelling, sound)
    word = word.translate(str.maketrans("dvzgb", "tfskp"))
    rest = re.sub(r"[aeiouyhw]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", word[:1] + rest)
