"""Shorthand that has to be spelled out before numbers are: ranges of money, feet and inches, Roman numerals, pages.

Pure, and for English. The digits stay; `spoken_numbers` says them.
"""

from __future__ import annotations

import re

from assistant.session.spoken_numbers import Rule

_AMOUNT = r"\d[\d,]*(?:\.\d+)?"
_PARTS = "Chapter|Part|Act|Scene|Section|Volume|Book|Article|Phase|Type|Class|Level|World War|Super Bowl"
_RULERS = (
    "Alexander|Benedict|Catherine|Charles|Edward|Elizabeth|Francis|Frederick|George|Henry|Ivan|James|John|John Paul|"
    "Leopold|Louis|Mary|Napoleon|Nicholas|Paul|Peter|Philip|Pius|Ramses|Richard|Robert|Wilhelm|William"
)
_ROMAN = r"([IVXL]+)"
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}


def _value(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _part(match: re.Match[str]) -> str:
    return f"{match[1]} {_value(match[2])}"


def _ruler(match: re.Match[str]) -> str:
    number = _value(match[2])
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{match[1]} the {number}{ending}"


SHORTHAND_RULES: tuple[Rule, ...] = (
    (re.compile(rf"([$€£])({_AMOUNT})\s?[-–]\s?\1?({_AMOUNT})"), lambda m: f"{m[2]} to {m[1]}{m[3]}"),
    (re.compile(r"\b(\d{1,3})['′]\s?(\d{1,2})[\"″]"), lambda m: f"{m[1]} foot {m[2]}"),
    (re.compile(r"\b(\d+)\s?¢"), lambda m: f"{m[1]} cent{'' if m[1] == '1' else 's'}"),
    (re.compile(r"\b(\d+\.\d+)\s?[x×](?![\w\s]*\d)"), lambda m: f"{m[1]} times"),
    (re.compile(r"(?<=\d)\s*×\s*(?=[\d.]+\s*[=≈])"), lambda m: " times "),
    (re.compile(r"\b\d{1,3}(?: \d{3})* 000\b"), lambda m: m[0].replace(" ", "")),
    (re.compile(r"\b([A-Z]{2,})-(?=\d)"), lambda m: f"{m[1]} "),
    (re.compile(r"\bpp\.(?=\s?\d)"), lambda m: "pages"),
    (re.compile(r"\bp\.(?=\s?\d)"), lambda m: "page"),
    (re.compile(rf"\b({_PARTS}) {_ROMAN}\b"), _part),
    (re.compile(rf"\b({_RULERS}) (?!I\b){_ROMAN}\b"), _ruler),
)
