"""Which part of a page is meant by "the second button", "this", "the heading that says welcome". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.core.sketch import Element, ElementType
from assistant.pages.document import PAGE, Document
from assistant.pages.naming import LONGEST_NAME, ORDINALS, listed, name_of, words_of
from assistant.pages.placing import Declined
from assistant.pages.stylesheet import colour
from assistant.pages.tree import Kind, Node

ALIKE = 0.75  # likeness from which heard words may mean a text: "log in" and "Login", "wellcome" and "Welcome"
MOST_CHOICES = 4  # that a spoken question can list
FIELD = (ElementType.INPUT, ElementType.TEXTAREA, ElementType.SELECT)
TEXTS = (ElementType.TEXT, ElementType.PARAGRAPH)

KINDS: tuple[tuple[str, tuple[ElementType, ...]], ...] = (
    (r"headings?|headlines?|titles?|headers?", (ElementType.HEADING,)),
    (r"buttons?|botones|botón", (ElementType.BUTTON,)),
    (r"(?:text ?areas?|message (?:box|field)(?:es|s)?|big fields?)", (ElementType.TEXTAREA,)),
    (r"(?:check ?box(?:es)?|tick ?box(?:es)?)", (ElementType.CHECKBOX,)),
    (r"(?:radio(?: button)?s?)", (ElementType.RADIO,)),
    (r"(?:drop ?-?downs?(?: menus?| lists?)?|selects?|select box(?:es)?|combo ?box(?:es)?)", (ElementType.SELECT,)),
    (r"(?:(?:text |input )?(?:field|input|box)(?:e?s)?|inputs?)", FIELD),
    (r"(?:pictures?|images?|photos?|pics?)", (ElementType.IMAGE,)),
    (r"(?:icons?|logos?)", (ElementType.ICON, ElementType.IMAGE)),
    (r"links?", (ElementType.LINK,)),
    (r"tables?", (ElementType.TABLE,)),
    (r"lists?", (ElementType.LIST,)),
    (r"(?:cards?|panels?)", (ElementType.CARD,)),
    (r"(?:dividers?|separators?|lines?|rules?)", (ElementType.DIVIDER,)),
    (r"(?:texts?|paragraphs?|sentences?|labels?)", TEXTS),
)
LANDMARK_WORDS = (
    ("header", r"(?:page )?header|top bar|top of the page"),
    ("footer", r"(?:page )?footer|bottom bar"),
    ("navigation", r"nav(?:igation)?(?: ?bar| links| menu)?|menu(?: bar)?"),
    ("form", r"(?:whole |entire )?form"),
)
WHOLE = (
    r"(?:whole |entire )?(?:page|web ?page|site|web ?site|app|screen|thing)|everything|all(?: of it)?|background|"
    r"all (?:the )?(?:texts?|fonts?|parts|elements)|(?:the )?(?:text|font) size|fonts?|all of the text"
)
THIS = (
    r"(?:this|that|it|these|those)(?: (?:one|thing|part|element|here|there))?|"
    r"(?:the )?(?:selected|marked) (?:one|part|element)|here"
)
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NTH = {word: index for index, word in enumerate(ORDINALS)} | {
    f"{number}{'st' if number == 1 else 'nd' if number == 2 else 'rd' if number == 3 else 'th'}": number - 1
    for number in range(1, 11)
} | {"last": -1, "final": -1, "bottom most": -1, "only": 0}  # fmt: skip
PLACES = {"left": (0, 1), "right": (0, -1), "top": (1, 1), "upper": (1, 1), "bottom": (1, -1), "lower": (1, -1)}
DETERMINER = re.compile(r"^(?:the|a|an|my|our|that|this|these|those|your|both of the|one of the)\s+")
QUANTIFIER = re.compile(r"^(?:all(?: of)?|every|each(?: of)?|both)(?: (?:the|my|these|those))?\s+")
SAYING = re.compile(
    r"\s+(?:that says|which says|that reads|that is called|saying|says|reading|called|named|labell?ed|titled|"
    r"with the (?:text|words?|label|name)|with)\s+(?P<text>.+)$"
)


@dataclass(frozen=True, slots=True)
class Meant:
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """Several parts fit. `choices` are their ids in the order of the question."""

    question: str
    choices: tuple[str, ...]


Found = Meant | Unclear | Declined | None
"""None: the words do not name anything on a page."""


def resolve(phrase: str, document: Document, selected: str = "") -> Found:
    words = " ".join(phrase.lower().replace("’", "'").split()).strip(" .,!?")
    if re.fullmatch(THIS, words):
        return _this(document, selected)
    if re.match(r"(?:this|that)\s", words) and (element := find(document, selected)):
        kind = _split_kind(DETERMINER.sub("", words))
        if kind is not None and element.type in kind[0] and not kind[1]:
            return Meant((selected,))
    bare = DETERMINER.sub("", words)
    if re.fullmatch(WHOLE, bare):
        return Meant((PAGE,))
    for name, pattern in LANDMARK_WORDS:
        if re.fullmatch(pattern, bare) and not (name == "header" and _has_no_bar(document, selected)):
            return Meant((name,))
    return _described(words, document)


def find(document: Document, target: str) -> Element | None:
    return next((element for element in every_part(document.root) if element.id == target), None)


def every_part(node: Node) -> Iterator[Element]:
    """Elements in reading order, frames of cards and tables included."""
    if node.element is not None:
        yield node.element
    for child in node.children:
        yield from every_part(child)


def choose(answer: str, document: Document, choices: tuple[str, ...]) -> tuple[str, ...]:
    """The answer to a question which of the choices was meant; empty where it is no answer."""
    words = " ".join(answer.lower().split()).strip(" .,!?")
    if re.fullmatch(r"(?:both|all|all of them|every one|both of them)", words):
        return choices
    words = re.sub(r"^(?:i mean |i meant |the |number |take |it's |it is )+", "", words)
    words = re.sub(r"\s+(?:one|button|field|please)$", "", words)
    if words in NUMBERS[: len(choices)]:
        return (choices[NUMBERS.index(words)],)
    nth = NTH.get(words)
    if nth is not None and -len(choices) <= nth < len(choices):
        return (choices[nth],)
    elements = [element for target in choices if (element := find(document, target)) is not None]
    if words in PLACES:
        return tuple(element.id for element in _at_place(elements, words))
    best = _best([(element, _likeness(words, document, element)) for element in elements])
    return (best[0].id,) if len(best) == 1 else ()


def _this(document: Document, selected: str) -> Found:
    if find(document, selected) is not None:
        return Meant((selected,))
    return Declined("Which part do you mean? Click it in the page or the sketch, or say its words.")


def _has_no_bar(document: Document, selected: str) -> bool:
    return len(document.root.children) < 2


def _described(words: str, document: Document) -> Found:
    everyone = QUANTIFIER.match(words) is not None
    words = DETERMINER.sub("", QUANTIFIER.sub("", words)).removeprefix("of the ")
    text = ""
    if said := SAYING.search(words):
        text, words = said["text"].strip("\"'“” "), words[: said.start()]
    if place := re.search(
        r" (?:on|at|in) the (?:far |very )?(left|right|top|bottom)(?: side)?(?: of the page)?$", words
    ):
        words = f"{place[1]} {words[: place.start()]}"
    words, nth = _ordinal(words)
    kind = _split_kind(words)
    if kind is None:
        return _by_text(text or words, document, nth)
    types, rest, noun, plural = kind
    candidates = [element for element in every_part(document.root) if element.type in types]
    if rest in PLACES:
        candidates, rest = _at_place(candidates, rest), ""
    if rest or text:
        candidates = _fitting(rest or text, document, candidates)
        if not candidates:
            return Declined(f"I see no {noun} called {(rest or text)[:40]} on the page.")
    if not candidates:
        return Declined(f"I see no {noun} on the page.")
    if nth is not None:
        if not -len(candidates) <= nth < len(candidates):
            return Declined(f"There {_are(len(candidates), noun)} on the page.")
        return Meant((candidates[nth].id,))
    ids = tuple(element.id for element in candidates)
    if len(ids) == 1 or everyone or plural:
        return Meant(ids)
    if types == (ElementType.HEADING,):
        return Meant(ids[:1])  # people say "the title" of the large one on top
    return Unclear(_question(noun, document, ids), ids)


def _ordinal(words: str) -> tuple[str, int | None]:
    """The words without "second", "last", ..., and the index it gives."""
    if match := re.match(r"(?:second to last|last but one|second last)\s+", words):
        return words[match.end() :], -2
    head, _, rest = words.partition(" ")
    if head in NTH and rest:
        return rest, NTH[head]
    if match := re.search(r"\s+(?:number )?(" + "|".join(NUMBERS) + r"|\d+)$", words):
        number = match[1]
        return words[: match.start()], int(number) - 1 if number.isdigit() else NUMBERS.index(number)
    return words, None


def _split_kind(words: str) -> tuple[tuple[ElementType, ...], str, str, bool] | None:
    """Types, the words that are left, the noun, and whether it was a plural; None where no kind is named."""
    for pattern, types in KINDS:
        match = re.search(rf"(?:^|\s)({pattern})$", words) or re.match(
            rf"({pattern})(?: for(?: the)?| of(?: the)?)?\s", words
        )
        if match is None:
            continue
        rest = words[: match.start()] if match.end() == len(words) else words[match.end() :]
        noun = match[1]
        plural = noun.endswith("s")
        single = re.sub(r"xes$", "x", noun) if noun.endswith("xes") else noun.removesuffix("s")
        return types, rest.strip().removesuffix("'s"), single, plural
    return None


def _by_text(words: str, document: Document, nth: int | None) -> Found:
    elements = _fitting(words, document, list(every_part(document.root))) if len(words) > 1 else []
    if not elements:
        return None
    if nth is not None and -len(elements) <= nth < len(elements):
        return Meant((elements[nth].id,))
    labelling = [element for element in elements if element.type in FIELD]
    if labelling:  # its label says the same, and goes with it
        elements = labelling
    ids = tuple(element.id for element in elements)
    return Meant(ids) if len(ids) == 1 else Unclear(_question("one", document, ids), ids)


def _fitting(words: str, document: Document, elements: list[Element]) -> list[Element]:
    fitting = _best([(element, _likeness(words, document, element)) for element in elements])
    if not fitting and (code := colour(words)):
        return [e for e in elements if code in (document.style(e.id).background, document.style(e.id).colour)]
    return fitting


def _best(scored: list[tuple[Element, float]]) -> list[Element]:
    top = max((score for _, score in scored), default=0.0)
    return [element for element, score in scored if score >= ALIKE and score >= top - 0.05]


def _likeness(words: str, document: Document, element: Element) -> float:
    return max((likeness(words, text) for text in words_of(document, element)), default=0.0)


def likeness(heard: str, written: str) -> float:
    """0 to 1: are these the same words, apart from spelling, spaces and how much of them was said?"""
    a, b = (re.sub(r"[^\w]+", " ", text.lower()).strip() for text in (heard, written))
    if not a or not b:
        return 0.0
    if a.replace(" ", "") == b.replace(" ", ""):
        return 1.0
    if f" {a} " in f" {b} ":
        return 0.9
    return min(0.94, SequenceMatcher(None, a.replace(" ", ""), b.replace(" ", "")).ratio())


def _at_place(elements: list[Element], place: str) -> list[Element]:
    axis, sign = PLACES[place]
    return sorted(elements, key=lambda element: sign * element.box.centre[axis])[:1]


def _question(noun: str, document: Document, ids: tuple[str, ...]) -> str:
    if len(ids) > MOST_CHOICES:
        return f"Which {noun} do you mean? There are {len(ids)}: say its words or its number."
    names = []
    for index, target in enumerate(ids):
        element = find(document, target)
        words = words_of(document, element) if element is not None else ()
        names.append(words[0] if words and len(words[0]) <= LONGEST_NAME else f"the {ORDINALS[index]}")
    if len(set(names)) < len(names):
        names = [f"the {ORDINALS[index]}" for index in range(len(ids))]
    return f"Which {noun}: {listed(names)}?"


def _are(count: int, noun: str) -> str:
    return f"is only one {noun}" if count == 1 else f"are only {count} {noun}s"


def is_text(document: Document, target: str) -> bool:
    """Is it coloured by its letters rather than by its ground?"""
    element = find(document, target)
    return element is not None and element.type in (
        ElementType.HEADING, ElementType.LINK, ElementType.CHECKBOX, ElementType.RADIO, ElementType.ICON, *TEXTS
    )  # fmt: skip


def is_frame(node: Node) -> bool:
    return node.kind is not Kind.LEAF


__all__ = ["Found", "Meant", "Unclear", "choose", "find", "is_text", "likeness", "name_of", "resolve"]
