"""What each control should do, decided from its words and its neighbours. Pure; a closed list, never code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.core.sketch import Element, ElementType


class Action(StrEnum):
    """What a button does: the names of the kit's functions (resources/kit/kit.js)."""

    REVEAL = "reveal"
    NEXT = "next"
    ADD = "add"
    PLUS = "plus"
    MINUS = "minus"
    ZERO = "zero"
    CALCULATE = "calculate"
    SEARCH = "search"
    ALL = "all"
    CLEAR = "clear"
    SUBMIT = "submit"
    TELL = "tell"


RULES: tuple[tuple[Action, re.Pattern[str]], ...] = (
    (Action.PLUS, re.compile(r"^(\+|\+1|plus|up|more)$")),
    (Action.MINUS, re.compile(r"^(-|–|−|-1|_|minus|down|less)$")),
    (
        Action.NEXT,
        re.compile(r"\b(next|another|new|random|siguiente|otro)\b.*\b(joke|one|quote|fact|chiste)|next joke"),
    ),
    (
        Action.REVEAL,
        re.compile(r"punch ?line|reveal|show (me )?(the )?(answer|joke|more)|tell me|answer|revelar|mostrar"),
    ),
    (Action.ADD, re.compile(r"^(add|añadir|agregar|ajouter|hinzufügen|insert|new|create|\+ ?add)\b(?!.*cart)")),
    (Action.CALCULATE, re.compile(r"calc|total|sum\b|compute|convert|split|tip\b")),
    (Action.SEARCH, re.compile(r"^(search|find|go|buscar|suche|chercher|filter)\b")),
    (Action.ALL, re.compile(r"(check|tick|select|mark|toggle|all).*\b(all|done|todo)\b|^all$")),
    (Action.ZERO, re.compile(r"^(reset|zero|restart)$")),
    (Action.CLEAR, re.compile(r"^(clear|delete all|borrar|löschen|effacer)\b")),
    (
        Action.SUBMIT,
        re.compile(
            r"submit|send|save|log ?in|sign ?(in|up)|register|subscribe|pay|buy|order|check ?out|book|apply|confirm|"
            r"join|continue|enviar|aceptar|guardar|comprar|pagar|entrar|envoyer|senden|ok$|done|update|create|place"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Slots:
    """The content a sketch only hints at. Filled from our own bank, then by the language model."""

    jokes: tuple[tuple[str, str], ...] = ()
    """(setup, punchline); the first is on the page."""
    answer: str = "Here it is!"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Choices of a select, by element id."""
    actions: Mapping[str, Action] = field(default_factory=dict)
    """What a button does, by element id, where rules and model agreed on something."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Corrected texts by element id."""


JOKES: tuple[tuple[str, str], ...] = (
    ("Why did the scarecrow win a prize?", "Because he was outstanding in his field."),
    ("Why did the chicken cross the road?", "To get to the other side!"),
    ("What do you call a fish with no eyes?", "A fsh."),
    ("Why don't skeletons fight each other?", "They don't have the guts."),
    ("What do you call a fake noodle?", "An impasta."),
    ("Why did the bicycle fall over?", "It was two tired."),
    ("What did the ocean say to the beach?", "Nothing, it just waved."),
    ("How do you organise a space party?", "You planet."),
    ("Why was the maths book sad?", "It had too many problems."),
    ("What has ears but cannot hear?", "A cornfield."),
)

OPTIONS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"countr|pa[ií]s|land"), ("Spain", "France", "Germany", "United Kingdom", "United States", "India")),
    (re.compile(r"month|mes\b|monat"), ("January", "February", "March", "April", "May", "June", "July", "August",
                                        "September", "October", "November", "December")),
    (re.compile(r"year|expir|año|jahr"), ("2026", "2027", "2028", "2029", "2030")),
    (re.compile(r"size|talla"), ("Small", "Medium", "Large")),
    (re.compile(r"quant|amount|number|guests|people|qty"), ("1", "2", "3", "4", "5")),
    (re.compile(r"lang|idioma|sprache"), ("English", "Español", "Français", "Deutsch")),
    (re.compile(r"colou?r"), ("Red", "Green", "Blue")),
    (re.compile(r"gender|sex"), ("Female", "Male", "Other")),
    (re.compile(r"title|salut"), ("Ms", "Mr", "Dr")),
    (re.compile(r"day|tag"), ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
    (re.compile(r"sort|order"), ("Newest first", "Price, low to high", "Name")),
    (re.compile(r"card|payment"), ("Visa", "Mastercard", "American Express")),
)  # fmt: skip


def action_of(button: Element, page_words: str) -> Action:
    """The first rule that fits the button's words; a page of jokes makes vague buttons reveal."""
    words = clean(button.text).lower()
    for action, pattern in RULES:
        if pattern.search(words):
            return action
    if words in {"next", "new"} and "joke" in page_words:
        return Action.NEXT
    if "joke" in page_words and re.search(r"push|press|click|show|see", words):
        return Action.REVEAL
    return Action.TELL


def options_of(label: str, shown: str) -> tuple[str, ...]:
    """Sensible choices for a select, the drawn one first; always at least two."""
    shown = clean(shown)
    for pattern, options in OPTIONS:
        if pattern.search(f"{label} {shown}".lower()):
            rest = tuple(option for option in options if option.lower() != shown.lower())
            return (shown, *rest) if shown else options
    return (shown or "Choose…", "Option 1", "Option 2", "Option 3")


def is_hint(text: str) -> bool:
    """Text in square brackets says what should be here; it is not the content itself."""
    return text.strip().startswith("[") or text.strip().endswith("]")


def clean(text: str) -> str:
    """A drawn text as a label: without the brackets of a hint, first letter large as it was written."""
    stripped = re.sub(r"\s+", " ", text).strip()
    bare = stripped.strip("[]").strip()
    if bare != stripped and bare:
        return bare[0].upper() + bare[1:]
    return stripped


def jokes_for(texts: list[Element]) -> tuple[tuple[tuple[str, str], ...], str]:
    """Jokes with the drawn one first, and the id of the element that shows the setup ("" where there is none)."""
    for element in texts:
        if element.type not in (ElementType.TEXT, ElementType.HEADING, ElementType.PARAGRAPH):
            continue
        words = element.text.lower()
        if is_hint(element.text) and "joke" in words:
            return JOKES, element.id
        if "?" in words or words.startswith(("why ", "what ", "how ")):
            first = next((joke for joke in JOKES if _alike(joke[0], element.text)), None)
            setup = clean(element.text)
            answer = first[1] if first else "Because nobody had a better idea!"
            return ((setup, answer), *(joke for joke in JOKES if joke is not first)), element.id
    return JOKES, ""


def _alike(first: str, second: str) -> bool:
    a, b = set(re.findall(r"[a-z']+", first.lower())), set(re.findall(r"[a-z']+", second.lower()))
    common = {"why", "did", "the", "a", "what", "do", "you", "to", "is"}
    return len((a & b) - common) >= 2
