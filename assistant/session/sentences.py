"""Cuts a stream of text into clauses to speak, the first one early.

Pure, and independent of how the text arrives: a place is decided on only once everything that the decision looks at
has arrived, so any chunking gives the same clauses. Joined by spaces, the clauses are the text.
"""

from __future__ import annotations

import re

FIRST_COMMA_WORDS = 3  # an early first clause starts the voice while the model still writes
FIRST_CONJUNCTION_WORDS = 4
FIRST_PHRASE_WORDS = 4  # a phrase takes longer to say than the model takes for the next one
COMMA_WORDS = 12  # longer sentences are spoken in parts, so that a stop never costs a long synthesis
CONJUNCTION_WORDS = 20
SPACE_WORDS = 40  # nobody speaks that long in one breath
LONGEST_CHARACTERS = 400  # also ends things that have no spaces

_CONJUNCTIONS = "but|because|so|while|which|although|though|if|when|where|since|unless|until|and then|or else"
_PHRASES = (
    "in|on|at|for|with|without|by|from|about|into|through|to|as|after|before|during|between|around|using|including"
    "|that|who|is|are|was|were|has|have|can|could|will|would|should|may|might|must|means|takes"
)
_PLACE = re.compile(
    r"(?P<line>\n)"
    r"|(?P<stop>[.!?…]+[\"'”’)\]]*)(?=\s(?P<next>\S))"
    r"|(?P<wide>[。！？]+[」』”]?)(?=[^。！？」』”])"
    r"|(?P<comma>[,;:][\"'”’)\]]*)(?=\s(?P<after>\S))"
    r"|(?P<dash>\s[-–—]+(?=\s)|—(?=[^\s—]))"
    rf"|(?P<conjunction>\s)(?=(?:{_CONJUNCTIONS})\s)"
    rf"|(?P<phrase>\s)(?=(?:{_PHRASES})\s)"
    r"|(?P<space>\s)(?=\S)",
    re.IGNORECASE,
)
_CLINGING = re.compile(  # words that are said in one breath with the next
    r"\b(?:a|an|the|this|that|i|you|he|she|it|we|they|there|what|which|who|and|or|of|to|not|as|is|are|was|were|be|been"
    r"|can|could|will|would|should|may|might|must|has|have|had|do|does|did|very|more|most|going|able|such)$",
    re.IGNORECASE,
)
_LONGEST_CONJUNCTION = 10  # letters, with the space after it
_LOOK_AHEAD = 64  # more than any decision looks at: a text without end is not read to its end for every clause
_NEVER_LAST = re.compile(
    r"mr|mrs|ms|dr|prof|st|mt|ft|sr|jr|rev|gen|col|capt|lt|sgt|gov|sen|rep|hon|messrs|mme|mlle"
    r"|e\.g|i\.e|eg|ie|cf|vs|viz|approx|figs?|eq|ch|sec|vol|pp|eds?|al|ca|dept|est|inc|ltd|co|corp|bros"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun"
)
_SOMETIMES_LAST = re.compile(r"etc|a\.m|p\.m|am|pm|inc|ltd|co|corp|jr|sr|est")  # last if a capital follows
_BEFORE_A_NUMBER = re.compile(r"nos?|p|pg|art|par|sect")
_OPENING = "\"'“‘([{"


class ClauseSplitter:
    """Feed it pieces of text; it gives back the clauses that are complete. One splitter per reply."""

    def __init__(self) -> None:
        self._text = ""
        self._is_first = True

    def feed(self, text: str) -> list[str]:
        self._text = _collapse(self._text + text)
        return self._take(final=False)

    def finish(self) -> list[str]:
        """The rest. The splitter is empty afterwards."""
        clauses = self._take(final=True)
        rest = _tidy(self._text)
        self._text = ""
        return [*clauses, rest] if rest else clauses

    def _take(self, final: bool) -> list[str]:
        clauses: list[str] = []
        while (cut := self._first_cut(final)) is not None:
            clause, self._text = _tidy(self._text[:cut]), self._text[cut:]
            if clause:
                clauses.append(clause)
                self._is_first = False
        return clauses

    def _first_cut(self, final: bool) -> int | None:
        self._text = self._text.lstrip()
        for place in _PLACE.finditer(self._text, 0, LONGEST_CHARACTERS + _LOOK_AHEAD):
            if place.end() > LONGEST_CHARACTERS:
                break
            if (
                place["space"]
                and not final
                and _may_become_conjunction(self._text[place.end() : place.end() + _LOOK_AHEAD])
            ):
                return None
            if self._is_cut(place):
                return place.start() if place["conjunction"] or place["phrase"] else place.end()
        is_endless = len(self._text) > LONGEST_CHARACTERS + _LONGEST_CONJUNCTION
        return LONGEST_CHARACTERS if is_endless else None

    def _is_cut(self, place: re.Match[str]) -> bool:
        before = self._text[: place.start()]
        if place["line"] or place["wide"]:
            return True
        if place["stop"]:
            return _ends_sentence(before, place["stop"], place["next"])
        words = len(before.split())
        if place["comma"]:
            wanted = FIRST_COMMA_WORDS if self._is_first else COMMA_WORDS
            return words >= wanted and not place["after"].isdigit()
        if place["dash"]:
            return words >= (FIRST_COMMA_WORDS if self._is_first else COMMA_WORDS)
        if place["conjunction"]:
            return words >= (FIRST_CONJUNCTION_WORDS if self._is_first else CONJUNCTION_WORDS)
        if place["phrase"] and self._is_first and words >= FIRST_PHRASE_WORDS and not _CLINGING.search(before):
            return True
        return words >= SPACE_WORDS


def _collapse(text: str) -> str:
    """Runs of white space as one character, so that looking ahead has a bound."""
    return re.sub(r"[^\S\n]+", " ", re.sub(r"\s*\n\s*", "\n", text))


def _may_become_conjunction(rest: str) -> bool:
    return any(f"{word} ".startswith(rest.lower()) for word in f"{_CONJUNCTIONS}|{_PHRASES}".split("|"))


def _ends_sentence(before: str, stop: str, following: str) -> bool:
    marks = stop.rstrip("\"'”’)]")
    if marks not in (".", "..", "...", "…"):
        return True  # there is a question or exclamation mark in it
    if marks != ".":
        return not following.islower()
    word = before.rsplit(None, 1)[-1].lstrip(_OPENING) if before.strip() else ""
    lowered = word.lower()
    if _SOMETIMES_LAST.fullmatch(lowered):
        return following.isupper()
    if _NEVER_LAST.fullmatch(lowered) or re.fullmatch(r"(?:[a-z]\.)+[a-z]", lowered):
        return False
    if (following.islower() and "." in word) or (following.isdigit() and _BEFORE_A_NUMBER.fullmatch(lowered)):
        return False
    if before.strip().isdigit():  # "1." that opens a list item
        return False
    return not (len(word) == 1 and word.isupper() and word != "I")  # an initial


def _tidy(text: str) -> str:
    return " ".join(text.split())
