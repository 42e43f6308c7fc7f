"""Writes a clause out as a person would say it: numbers, abbreviations, addresses, symbols and names from code.

Pure, and for English. Nothing is left for a voice engine to expand, so that every engine says the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from assistant.session.spoken_numbers import NUMBER_RULES, Rule, any_of
from assistant.session.spoken_shorthand import SHORTHAND_RULES

_ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "vs": "versus",
    "approx.": "approximately", "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor",
    "Jr.": "Junior", "Sr.": "Senior", "fig.": "figure", "Fig.": "Figure", "dept.": "department", "Inc.": "Incorporated",
    "Ltd.": "Limited", "Corp.": "Corporation", "max.": "maximum", "incl.": "including", "w/o": "without",
    "w/": "with", "aka": "also known as", "FYI": "for your information", "ASAP": "as soon as possible",
    "cf.": "compare", "et al.": "and others", "St.": "Saint", "Mt.": "Mount", "24/7": "twenty-four seven",
    "and/or": "and or", "C++": "C plus plus", "C#": "C sharp", "F#": "F sharp",
}  # fmt: skip
_ENDS_SENTENCES = frozenset({"etc.", "Jr.", "Sr.", "Inc.", "Ltd.", "Corp.", "et al."})
_SYMBOLS = {
    "<=": "less than or equal to", ">=": "greater than or equal to", "!=": "is not equal to", "==": "equals",
    "->": "to", "=>": "to", "→": "to", "⇒": "to", "←": "from", "≤": "less than or equal to",
    "≥": "greater than or equal to", "≠": "is not equal to", "≈": "approximately", "±": "plus or minus", "×": "times",
    "÷": "divided by", "√": "square root of", "∞": "infinity", "π": "pi", "²": "squared",
    "³": "cubed", "½": "one half", "¼": "one quarter", "¾": "three quarters", "⅓": "one third", "⅔": "two thirds",
    "&": "and", "+": "plus", "=": "equals", "%": "percent", "°": "degrees", "€": "euros", "£": "pounds",
    "§": "section", "©": "copyright", "µ": "micro", "Ω": "ohms", "/": "slash",
}  # fmt: skip
_IN_ADDRESSES = {".": "dot", "@": "at", "_": "underscore", "-": "dash", "+": "plus"}
_PLAIN_CHARACTERS = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "‘": "'", "’": "'", "“": '"', "”": '"', "−": "-", "‑": "-", "‐": "-", "μ": "µ"}
)
_NEVER_SAID = frozenset("*_`#^~|\\<>{}[]@•·")
_NEVER_SAID_CATEGORIES = frozenset({"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn", "Sm", "Sc", "Me"})
_PATH = r"(?:[/?#][^\s,;]*[^\s,;.!?)\"'])?/?"
_FILE_ENDINGS = "py|js|ts|html|css|json|toml|txt|md|sh|cpp|rs|go|pdf|png|jpe?g|csv|xml|ya?ml|exe|zip|wav|mp3"


def spoken_form(clause: str) -> str:
    """The clause in words, or "" if nothing in it can be said."""
    text = unicodedata.normalize("NFC", clause).translate(_PLAIN_CHARACTERS)
    for pattern, replace in _RULES:
        text = pattern.sub(replace, text)
    text = "".join(character for character in text if _can_be_said(character))
    text = re.sub(r"\s+([,.;:!?…])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text).lstrip(",;:.- ")
    return text if any(character.isalnum() for character in text) else ""


def _can_be_said(character: str) -> bool:
    """False for emoji, drawing characters, stray marks of markup and control characters."""
    if character.isspace():
        return True
    return character not in _NEVER_SAID and unicodedata.category(character) not in _NEVER_SAID_CATEGORIES


def _abbreviation(match: re.Match[str]) -> str:
    is_last = match[0] in _ENDS_SENTENCES and not match.string[match.end() :].strip(" \"')")
    return _ABBREVIATIONS[match[0]] + ("." if is_last else "")


def _address(match: re.Match[str]) -> str:
    """A mail address in full, of a web address only the host: the rest is on the screen."""
    address = match["address"].removeprefix("www.")
    return re.sub(r"[.@_\-+]", lambda mark: f" {_IN_ADDRESSES[mark[0]]} ", address)


def _name_from_code(match: re.Match[str]) -> str:
    """parse_json() -> "parse json", getUserName -> "get user name", setup.py -> "setup dot py"."""
    name = match[0].removesuffix("()").strip("_")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return (words.lower() if words != name else name).replace("_", " ").replace(".", " dot ")


def _slash(match: re.Match[str]) -> str:
    left, right = match[1], match[2]
    if left.isupper() and right.isupper():  # TCP/IP
        return f"{left} {right}"
    is_choice = left.islower() and max(len(left), len(right)) <= 6  # he/she, yes/no
    return f"{left} or {right}" if is_choice else f"{left} slash {right}"


def _compile(*rules: tuple[str, Callable[[re.Match[str]], str]]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern), replace) for pattern, replace in rules)


_RULES = (
    *_compile(
        (r"\b(?P<address>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)\b", _address),
        (rf"(?:https?|ftp)://(?P<address>[\w.-]*\w)(?::\d+)?{_PATH}", _address),
        (rf"\b(?P<address>www\.[\w.-]*\w){_PATH}", _address),
        (rf"\b(?P<address>(?:[\w-]+\.)+(?:com|org|net|io|dev|edu|gov|ai|app))\b{_PATH}", _address),
        (rf"(?<![\w.])(?:{any_of(_ABBREVIATIONS)})(?![\w+#])", _abbreviation),
        (r"\b\w+(?:\.\w+)*\(\)", _name_from_code),
        (rf"\b[\w-]*[A-Za-z][\w-]*\.(?:{_FILE_ENDINGS})\b", _name_from_code),
        (r"\b[a-z]{2,}[a-z0-9]*(?:[A-Z][a-z0-9]+)+\b|\b(?:[A-Z][a-z]+){3,}\b|\b\w*_\w*\b", _name_from_code),
    ),
    *SHORTHAND_RULES,
    *NUMBER_RULES,
    *_compile(
        (r"#(?=[A-Za-z])", lambda _: "hashtag "),
        (r"(?<!\w)@(?=\w)", lambda _: "at "),
        (r"\b([A-Za-z]+)/([A-Za-z]+)\b", _slash),
        (rf"\s*({any_of(_SYMBOLS)})\s*", lambda match: f" {_SYMBOLS[match[1]]} "),
        (r"(?<=\s)<(?=\s)", lambda _: "less than"),
        (r"(?<=\s)>(?=\s)", lambda _: "greater than"),
        (r"\s+[-–—]+(?=\s|$)|[—–]", lambda _: ", "),
    ),
)
