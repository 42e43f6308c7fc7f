"""What a part shall be: "green", "a bit bigger and bold", "sticky", "a link". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.core.sketch import ElementType
from assistant.pages.document import PAGE, Document
from assistant.pages.patches import Patch, SetPageWidth, SetRequired, SetSpacing, SetTheme, SetType
from assistant.pages.style_patches import (
    Align,
    SetColour,
    SetCorners,
    SetFace,
    SetHidden,
    SetSize,
    SetSticky,
    SetWidth,
)
from assistant.pages.stylesheet import COLOURS, THEMES
from assistant.pages.targets import is_text

Maker = Callable[[str], Patch]

COLOUR = r"(?:(?:bright|nice|pale|deep|solid|strong|warm|soft|cool|rich) )?(?P<colour>" + "|".join(
    sorted((re.escape(name).replace(r"\ ", "[ -]?") for name in COLOURS), key=len, reverse=True)
) + r"|#[0-9a-f]{6}|#[0-9a-f]{3})"  # fmt: skip
AMOUNT = (
    (r"(?:a (?:little|tiny|wee)? ?bit|a little|slightly|somewhat)", 1.12),
    (r"(?:much|a lot|way|far|considerably|twice as|two times as|really|very)", 1.8),
    (r"", 1.3),
)
BIGGER = r"(?:bigger|larger|big|large|huge|taller)"
SMALLER = r"(?:smaller|tinier|small|tiny|little)"
KINDS = {
    ElementType.LINK: ("link",),
    ElementType.BUTTON: ("button",),
    ElementType.HEADING: ("heading", "headline", "title"),
    ElementType.TEXT: ("text", "paragraph", "plain text"),
    ElementType.INPUT: ("field", "text field", "input", "input field", "text box", "input box", "password field"),
    ElementType.TEXTAREA: ("text area", "textarea"),
    ElementType.CHECKBOX: ("checkbox", "check box"),
    ElementType.RADIO: ("radio button",),
    ElementType.SELECT: ("drop-down", "dropdown", "drop down", "select", "drop-down menu"),
    ElementType.IMAGE: ("picture", "image", "photo"),
    ElementType.ICON: ("icon", "logo"),
    ElementType.DIVIDER: ("line", "divider", "separator", "dividing line"),
}
TYPES = {name: kind for kind, names in KINDS.items() for name in names}
"""What a part can be made into or added as, by the words for it."""
SIDES = {"left": "left", "right": "right", "centre": "centre", "center": "centre", "middle": "centre"}
PLACE = re.compile(
    r"(?:aligned )?(?:(?:in|on|to|at|into) )?(?:the )?(left|right|centre|center|middle)(?:[- ]?aligned|ed|d)?"
    r"(?: side)?(?: of (?:the|its) (?:page|row|line))?"
)
NEGATED = r"^(?:not |no longer |un)"
STATES: tuple[tuple[str, Callable[[str, bool], Patch]], ...] = (
    (
        r"sticky|stick(?: (?:to|at) the top)?|fixed(?: (?:to|at) the top)?|stay (?:at the top|in view|on top)|"
        r"always visible|pinned",
        lambda target, on: SetSticky(target, on),
    ),
    (r"required|mandatory|obligatory|compulsory", lambda target, on: SetRequired(target, on)),
    (r"optional", lambda target, on: SetRequired(target, not on)),
    (
        r"circular|(?:into )?a circle|(?:fully|completely|perfectly|totally) round|an? (?:round )?avatar",
        lambda target, on: SetCorners(target, on, circle=True),
    ),
    (
        r"round(?:ed|er)?|(?:with |have )?(?:round(?:ed)? corners|soft corners)",
        lambda target, on: SetCorners(target, on),
    ),
    (r"square|angular|(?:with |have )?(?:square|sharp) corners", lambda target, on: SetCorners(target, not on)),
    (r"hidden|invisible|disappear|go away", lambda target, on: SetHidden(target, on)),
    (r"visible|shown|appear", lambda target, on: SetHidden(target, not on)),
)


def maker(words: str, document: Document) -> tuple[Maker, ...] | None:
    """One patch-maker for each quality that is named; None where a word is not understood."""
    parts = [
        part
        for part in re.split(r",? and (?:also )?|, | with (?=\w+ (?:text|letters|writing)$)", words.strip())
        if part
    ]
    made = [_single(part.strip(), document) for part in parts]
    found = tuple(one for one in made if one is not None)
    return found if found and len(found) == len(made) else None


def colour_maker(name: str, document: Document, part: str = "") -> Maker:
    """Letters are coloured on writing, the ground on everything else, unless `part` says which."""
    name = " ".join(name.lower().replace("-", " ").split())

    def make(target: str) -> Patch:
        return SetColour(target, name, part or ("text" if is_text(document, target) else "background"))

    return make


def _single(words: str, document: Document) -> Maker | None:
    words = re.sub(r"^(?:be |look |more |to be |become |appear )", "", words)
    if words in THEMES and words not in COLOURS:
        return lambda target: SetTheme(words) if target == PAGE else SetColour(target, _shade(words))
    if match := re.fullmatch(
        rf"(?:an? |in |the colou?r )?{COLOUR}(?: (?P<part>text|background|letters|writing))?", words
    ):
        part = {"text": "text", "letters": "text", "writing": "text", "background": "background"}.get(match["part"], "")
        return colour_maker(match["colour"], document, part)
    return _size(words) or _face(words) or _state(words) or _place(words)


def _shade(theme: str) -> str:
    return "dark grey" if theme == "dark" else "light grey"


def _size(words: str) -> Maker | None:
    for amount, factor in AMOUNT:
        much = f"{amount} ?" if amount else ""
        if re.fullmatch(rf"{much}{BIGGER}", words):
            return lambda target: SetSize(target, 1.6 if words == "huge" else factor)
        if re.fullmatch(rf"{much}{SMALLER}", words):
            return lambda target: SetSize(target, 1 / factor)
        if re.fullmatch(rf"{much}(?:wider|broader|longer)", words):
            return lambda target: (
                SetPageWidth(factor=factor) if target == PAGE else SetWidth(target, round(50 * factor))
            )
        if re.fullmatch(rf"{much}narrower", words):
            return lambda target: (
                SetPageWidth(factor=1 / factor) if target == PAGE else SetWidth(target, round(33 / factor))
            )
        if re.fullmatch(rf"{much}(?:airier|more spacious|spacious|looser|roomier)", words):
            return lambda target: SetSpacing(factor, target)
        if re.fullmatch(rf"{much}(?:denser|more compact|compact|tighter)", words):
            return lambda target: SetSpacing(1 / factor, target)
    if re.fullmatch(r"half (?:as big|the size|its size)", words):
        return lambda target: SetSize(target, 0.5)
    if re.fullmatch(r"(?:double|twice) (?:the|its) size", words):
        return lambda target: SetSize(target, 2.0)
    if re.fullmatch(r"(?:the )?(?:full|whole|entire) width|full-width|as wide as (?:the page|possible)", words):
        return lambda target: SetPageWidth(1400) if target == PAGE else SetWidth(target, 100)
    if re.fullmatch(r"half (?:the )?width|half as wide", words):
        return lambda target: SetPageWidth(factor=0.5) if target == PAGE else SetWidth(target, 50)
    if match := re.fullmatch(r"(\d{3,4}) ?(?:px|pixels?)(?: wide)?", words):
        return lambda target: SetPageWidth(int(match[1]))
    return None


def _face(words: str) -> Maker | None:
    match = re.fullmatch(r"(?P<off>not |no longer |un)?(?P<face>bold|italics?|slanted|fat|bolder)", words)
    if match is None:
        return None
    on = match["off"] is None
    if match["face"] in ("bold", "fat", "bolder"):
        return lambda target: SetFace(target, bold=on)
    return lambda target: SetFace(target, italic=on)


def _state(words: str) -> Maker | None:
    off = re.match(NEGATED, words) is not None
    plain = re.sub(NEGATED, "", words)
    for pattern, make in STATES:
        if re.fullmatch(pattern, plain):
            return _with_state(make, not off)
    kind = re.fullmatch(r"(?:into )?an? (.+)", plain)
    if kind and kind[1] in TYPES:
        type_ = TYPES[kind[1]]
        return lambda target: SetType(target, type_)
    return None


def _with_state(make: Callable[[str, bool], Patch], on: bool) -> Maker:
    return lambda target: make(target, on)


def _place(words: str) -> Maker | None:
    if match := PLACE.fullmatch(words):
        side = SIDES[match[1]]
        return lambda target: Align(target, side)
    return None
