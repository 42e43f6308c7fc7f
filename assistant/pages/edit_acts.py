"""What a request comes to, once a rule of edit_rules has fitted its words. Pure.

Each function takes the pattern's groups and the scope, and gives None where the words mean something else after all.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from assistant.core.sketch import ElementType
from assistant.pages import grafts
from assistant.pages.adjectives import COLOUR, TYPES, Maker, colour_maker, maker
from assistant.pages.document import Document
from assistant.pages.edit_plan import ALL_STEPS, Change, OfferVariants, Plan, Scope, Steps, TakeVariant
from assistant.pages.labels import field_labels
from assistant.pages.naming import ORDINALS
from assistant.pages.patches import (
    Add,
    Duplicate,
    Move,
    Patch,
    Remove,
    RenamePage,
    SetOptions,
    SetPlaceholder,
    SetSpacing,
    SetText,
    SetTheme,
    SetType,
    Swap,
)
from assistant.pages.placing import Declined, part
from assistant.pages.style_patches import Align, SetCorners, SetHidden, SetSize, SetSticky
from assistant.pages.stylesheet import THEMES
from assistant.pages.targets import FIELD, NUMBERS, every_part, find

Match = re.Match[str]

COUNT = r"(?P<count>once|twice|thrice|everything|all|\d+|" + "|".join(NUMBERS) + r")"
WHERE = (
    r"(?P<where>before|above|over|on top of|after|below|under|underneath|beneath|next to|beside|"
    r"(?:to|on|at) the left (?:side )?of|left of|(?:to|on|at) the right (?:side )?of|right of)"
)
END = r"(?P<end>top|bottom|end|start|beginning|page)(?: left| right)?(?: corner)?"
END_THEN_WORDS = re.compile(
    r"(?P<end>\s(?:at|on|to) the (?:very )?(?:top|bottom)(?: left| right)?(?: of (?:the|this) page)?)"
    r"(?P<words>\s(?:that says|which says|saying|called|named|labell?ed|titled|that reads)\s.+)$",
    re.IGNORECASE,
)
WORDED = re.compile(
    r"\s(?:that says|which says|saying|called|named|labell?ed|titled|that reads|with the (?:text|words?|label)|with|"
    r"for(?: the| an?)?)\s+(?P<text>.+)$",
    re.IGNORECASE,
)
NO_TEXT = re.compile(  # places and things: not what a part shall say
    r"(?:the )?(?:left|right|top|bottom|centre|center|middle|front|back)|"
    r"an? (?:\w+ )?(?:switch|sticky|toggle|slider|list|menu|tab|dialog|pop-?up|calendar|date picker|carousel|grid|"
    r"video|map)"
)
NO_PART = re.compile(r"\b(?:border|shadow|outline|animation|gradient)s?\b")
ABOUT = re.compile(r"^(?:of|to|about|for|showing)\s+(?:(?:an?|the|our|my|your)\s+)?", re.IGNORECASE)
PART_OF = re.compile(r"(?:the )?(?P<part>text|letters|writing|font|background)(?: colou?r)? (?:of|in|on) (?P<rest>.+)")
ALL_WRITING = re.compile(r"(?:all )?(?:the )?(?:texts?|writing|letters|fonts?|words)")
SIDES = {"left": "left", "right": "right", "centre": "centre", "center": "centre", "middle": "centre"}
COMPOUND = {
    r"contact (?:form|section)": "contact form", r"log[- ]?in (?:form|section)|sign[- ]?in form": "login form",
    r"newsletter(?: form| sign[- ]?up)?|sign[- ]?up form": "newsletter", r"(?:page )?footer": "footer",
    r"nav(?:igation)?(?: ?bar| menu)?|menu(?: bar)?|header": "navigation", r"hero(?: section| banner)?|banner": "hero",
    r"search (?:bar|box|field|form)": "search bar", r"table": "table",
}  # fmt: skip


def steps(match: Match, scope: Scope) -> Plan:
    said = (match["count"] or "once").lower()
    known = {"once": 1, "twice": 2, "thrice": 3, "everything": ALL_STEPS, "all": ALL_STEPS}
    count = known.get(said) or (int(said) if said.isdigit() else NUMBERS.index(said) + 1)
    return Steps(count if match["verb"].lower().startswith(("redo", "re-do", "do it again", "put it back")) else -count)


def offer(match: Match, scope: Scope) -> Plan:
    return OfferVariants()


def take_variant(match: Match, scope: Scope) -> Plan | None:
    if not scope.variants:
        return None
    said = match["which"].lower()
    if said in ORDINALS[: scope.variants]:
        return TakeVariant(ORDINALS.index(said))
    if said in NUMBERS[: scope.variants]:
        return TakeVariant(NUMBERS.index(said))
    if said.isdigit() and 0 < int(said) <= scope.variants:
        return TakeVariant(int(said) - 1)
    places = {"left": 0, "middle": scope.variants // 2, "centre": 1, "center": 1, "right": -1, "last": -1}
    return TakeVariant(places[said] % scope.variants) if said in places else None


def keep(match: Match, scope: Scope) -> Plan | None:
    return TakeVariant(None) if scope.variants else None


def theme(match: Match, scope: Scope) -> Plan | None:
    name = match["theme"].lower()
    name = {"night": "dark", "bright": "light", "day": "light", "green": "forest", "blue": "ocean", "pink": "berry",
            "high contrast": "contrast", "high-contrast": "contrast"}.get(name, name)  # fmt: skip
    return Change((SetTheme(name),)) if name in THEMES else None


def rename_page(match: Match, scope: Scope) -> Plan:
    return Change((RenamePage(sentence(match["text"])),))


def set_text(match: Match, scope: Scope) -> Plan | None:
    text = match["text"].strip()
    if NO_TEXT.fullmatch(text.lower()):
        return None

    def make(target: str) -> Patch:
        element = find(scope.document, target)
        if element is not None and element.type in FIELD:
            labels = {field: label for label, field in field_labels(scope.document.elements()).items()}
            return SetText(labels.get(target, target), sentence(text))
        return SetText(target, sentence(text))

    return scope.each(_without_text_of(match["target"]), make)


def colour_part(match: Match, scope: Scope) -> Plan | None:
    groups = match.groupdict()
    part = "text" if re.match(r"text|font|letters|writing", groups["part"].lower()) else ""
    part = "background" if "background" in groups["part"].lower() else part
    return scope.each(groups["target"] or "page", colour_maker(groups["colour"], scope.document, part))


def be(match: Match, scope: Scope) -> Plan | None:
    """A part and what it shall be, where only a space parts them: every space is tried, the longest quality first."""
    rest, declined = match["rest"], None
    for space in re.finditer(r" ", rest):
        target, how = rest[: space.start()], rest[space.end() :].lower()
        makers = maker(how, scope.document)
        plan = None if makers is None else _qualified(target, how, makers, scope)
        if isinstance(plan, Declined):
            declined = declined or plan
        elif plan is not None:
            return plan
    return declined


def _qualified(target: str, how: str, makers: tuple[Maker, ...], scope: Scope) -> Plan | None:
    target = re.sub(r"(?: to be| to become| to look| look| be| into| to)$", "", target)
    part = PART_OF.fullmatch(target.lower())
    if part is not None and (colour := re.fullmatch(COLOUR, how)):
        kind = "background" if part["part"] == "background" else "text"
        makers, target = (colour_maker(colour["colour"], scope.document, kind),), part["rest"]
    elif ALL_WRITING.fullmatch(target.lower()):
        target = "page"
        if colour := re.fullmatch(COLOUR, how):
            makers = (colour_maker(colour["colour"], scope.document, "text"),)
    patches: tuple[Patch, ...] = ()
    for make in makers:
        plan = scope.each(target, make)
        if not isinstance(plan, Change):
            return plan
        patches += plan.patches
    return Change(patches)


def paint(match: Match, scope: Scope) -> Plan | None:
    return scope.each(match["target"], colour_maker(match["colour"], scope.document))


def stay(match: Match, scope: Scope) -> Plan | None:
    makers = maker(match["how"].lower(), scope.document)
    return None if makers is None else scope.each(match["target"], makers[0])


def scale(match: Match, scope: Scope) -> Plan | None:
    grow = re.match(r"enlarge|increase|grow|magnify|zoom in", match["verb"].lower()) is not None
    return scope.each(match["target"], lambda target: SetSize(target, 1.3 if grow else 1 / 1.3))


def spacing(match: Match, scope: Scope) -> Plan | None:
    factor = 1.5 if re.match(r"more|increase|add|bigger|larger|wider|widen", match["how"].lower()) else 1 / 1.5
    if not match["target"] or re.fullmatch(
        r"(?:the )?(?:parts|elements|rows|lines|things|everything)", match["target"]
    ):
        return Change((SetSpacing(factor),))
    return scope.each(match["target"], lambda target: SetSpacing(factor, target))


def remove(match: Match, scope: Scope) -> Plan | None:
    return scope.each(match["target"], Remove)


def duplicate(match: Match, scope: Scope) -> Plan | None:
    return scope.each(match["target"], Duplicate)


def move_by(match: Match, scope: Scope) -> Plan | None:
    where = side_of(match["where"])
    plan = scope.pair(match["target"], match["anchor"], lambda target, anchor: Move(target, where, anchor))
    if not isinstance(plan, Change) or where in ("above", "left", "before"):
        return plan
    moves = [patch for patch in plan.patches if isinstance(patch, Move)]
    chained = [replace(after, anchor=before.target) for before, after in pairwise(moves)]  # several keep their order
    return Change((moves[0], *chained))


def move_along(match: Match, scope: Scope) -> Plan | None:
    said = match["where"].lower()
    where = {"higher": "up", "lower": "down", "first": "top", "last": "bottom", "end": "bottom", "beginning": "top",
             "start": "top"}.get(said, said)  # fmt: skip
    plan = scope.each(match["target"], lambda target: Move(target, where))
    one = isinstance(plan, Change) and where in ("up", "down")  # several in one row move with it
    return Change(plan.patches[:1]) if isinstance(plan, Change) and one else plan


def align(match: Match, scope: Scope) -> Plan | None:
    groups = match.groupdict()
    side = SIDES[(groups.get("side") or "centre").lower()]
    return scope.each(match["target"], lambda target: Align(target, side))


def swap(match: Match, scope: Scope) -> Plan | None:
    return scope.pair(match["target"], match["other"], Swap)


def hide(match: Match, scope: Scope) -> Plan | None:
    hidden = match["verb"].lower() == "hide"
    return scope.each(match["target"], lambda target: SetHidden(target, hidden))


def pin(match: Match, scope: Scope) -> Plan | None:
    sticky = not match["verb"].lower().startswith("un")
    return scope.each(match["target"], lambda target: SetSticky(target, sticky))


def corners(match: Match, scope: Scope) -> Plan | None:
    is_round = not re.search(r"square|sharp", match[0].lower())
    return scope.each(match["target"] or "page", lambda target: SetCorners(target, is_round))


def convert(match: Match, scope: Scope) -> Plan | None:
    kind = TYPES.get((match["kind"] or match["kinds"].removesuffix("s")).lower())
    return None if kind is None else scope.each(match["target"], lambda target: SetType(target, kind))


def options(match: Match, scope: Scope) -> Plan | None:
    given = tuple(sentence(word) for word in re.split(r",? (?:and|or) |, ?", match["text"]) if word.strip())
    return scope.each(match["target"] or "drop-down", lambda target: SetOptions(target, given))


def placeholder(match: Match, scope: Scope) -> Plan | None:
    return scope.each(match["target"], lambda target: SetPlaceholder(target, sentence(match["text"])))


def add(match: Match, scope: Scope) -> Plan | None:
    """ "a green button that says Go below the picture": kind, words and place."""
    said_first = END_THEN_WORDS.sub(r"\g<words>\g<end>", match["what"])
    what, text, where, anchor = said_first.lower(), "", "bottom", ""
    if place := re.search(r"\s(?:in )?between (?P<anchor>.+?) and .+$", said_first, re.IGNORECASE):
        above = scope.meant(place["anchor"])
        if not isinstance(above, tuple):
            return above
        where, anchor, what = "below", above[0], what[: place.start()]
    elif place := re.search(rf"\s(?:right |directly |just )?{WHERE} (?P<anchor>.+)$", said_first, re.IGNORECASE):
        where = side_of(place["where"])
        found, text = _beside(place["anchor"], scope)
        if found is not None and not isinstance(found, tuple):
            return found
        if found:
            anchor, what = found[0], what[: place.start()]
    elif place := re.search(rf"\s(?:at|to|on|in) the (?:very )?{END}(?: of (?:the|this) page)?$", what):
        where = "top" if place["end"] in ("top", "start", "beginning") else "bottom"
        what = what[: place.start()]
    elif (place := re.search(r"\s(?:in|into|inside|to) the (?P<bar>footer|header|navigation|menu)$", what)) and (
        last := last_within(scope.document, place["bar"].replace("menu", "navigation"))
    ):
        where, anchor, what = "right", last, what[: place.start()]
    original = said_first[: len(what)]
    if said := WORDED.search(original):
        text, what = said["text"].strip("\"'“” "), what[: said.start()]
    return added(what.strip(), sentence(text), where, anchor)


def _beside(words: str, scope: Scope) -> tuple[tuple[str, ...] | Plan | None, str]:
    """What a new part is put beside, and its text where that stands behind: "the heading that says we are open"."""
    found, said = scope.meant(words), WORDED.search(words)
    if said is not None and not isinstance(found, tuple):
        beside = scope.meant(words[: said.start()])
        if isinstance(beside, tuple):
            return beside, said["text"]
    return found, ""


def last_within(document: Document, landmark: str) -> str:
    """The id of the last part of a bar; empty where the page has none."""
    found = part(document, landmark)
    ids = [element.id for element in every_part(grafts.at(found[0].root, found[1]))] if found else []
    return ids[-1] if ids else ""


def added(what: str, text: str, where: str = "bottom", anchor: str = "") -> Plan | None:
    """A new part of the kind that `what` names; None where it names none."""
    if NO_PART.search(what):
        return None
    if re.search(r"\btable\b", f"{what} {text.lower()}"):
        return Change((Add("table", "", where, anchor, _table_size(f"{what} {text.lower()}")),))
    for pattern, name in COMPOUND.items():
        if re.fullmatch(pattern, what):
            return Change((Add(name, text, where, anchor),))
    word, kind = _kind_at_end(what)
    if kind is None:
        first = next((name for name in sorted(TYPES, key=len, reverse=True) if what.startswith(f"{name} ")), "")
        return (
            Change((Add(TYPES[first].value, sentence(ABOUT.sub("", what[len(first) :].strip())), where, anchor),))
            if first
            else None
        )
    own = what[: len(what) - len(word)].strip()
    if own and not re.fullmatch(r"new|another|small|big|second|simple|little|nice", own):
        text = text or sentence(own)
    return Change((Add(kind.value, text, where, anchor),))


def _kind_at_end(what: str) -> tuple[str, ElementType | None]:
    words = what.split()
    for start in range(max(0, len(words) - 2), len(words)):
        tail = " ".join(words[start:])
        if tail in TYPES:
            return tail, TYPES[tail]
    return "", None


def _table_size(words: str) -> tuple[int, int]:
    """Columns and rows: "three by four", "4 columns and 5 rows"."""
    number = r"(\d+|" + "|".join(NUMBERS) + ")"
    if match := re.search(rf"{number} (?:by|times|x) {number}", words):
        return _number(match[1]), _number(match[2])
    columns, rows = re.search(rf"{number} columns?", words), re.search(rf"{number} rows?", words)
    return _number(columns[1]) if columns else 3, _number(rows[1]) if rows else 3


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS.index(word) + 1


def _without_text_of(phrase: str) -> str:
    return re.sub(
        r"^(?:the )?(?:text|words?|label|caption|name|content)s? (?:of|on|in|inside|for) ", "", phrase, flags=re.I
    )


def side_of(where: str) -> str:
    words = where.lower()
    if "left" in words:
        return "left"
    if "right" in words or words in ("next to", "beside"):
        return "right"
    if words in ("before", "after"):
        return words
    return "above" if words in ("above", "over", "on top of") else "below"


def sentence(text: str) -> str:
    """Words as they belong on a page: without quotes, and with a capital where the recogniser gave none."""
    text = text.strip().strip("\"'“”‘’").strip()
    text = text if text.endswith("...") else text.rstrip(".")
    plain = text == text.lower() and "@" not in text and "." not in text.rstrip(".")
    return text[:1].upper() + text[1:] if plain else text
