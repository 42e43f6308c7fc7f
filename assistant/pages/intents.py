"""What each control should do, decided from its words and its neighbours. Pure; a closed list, never code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assistant.core.sketch import Element, ElementType
from assistant.pages.bank import JOKES, Joke, known_joke, known_options, own_ending


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
    CART = "cart"
    CHOSEN = "chosen"
    START = "start"
    STOP = "stop"
    ROLL = "roll"
    TOGGLE = "toggle"
    DARK = "dark"
    KEY = "key"
    CLOSE = "close"
    TELL = "tell"


RULES: tuple[tuple[Action, re.Pattern[str]], ...] = tuple(
    (action, re.compile(pattern))
    for action, pattern in (
        (Action.PLUS, r"^(\+|\+ ?1|plus|up|add one|increment|increase|count)$"),
        (Action.MINUS, r"^(-|–|−|—|- ?1|_|minus|down|subtract|decrement|decrease)$"),
        (
            Action.NEXT,
            r"\b(next|another|new|random|get|give|otro)\b.*\b(joke|one|quote|fact|question|chiste)",
        ),
        (
            Action.REVEAL,
            r"punch ?line|reveal|tell me|answer|solution|"
            r"^(show|see|view)( me)?( the)? ?(joke|more|result|hint)?$|revelar|mostrar|respuesta",
        ),
        (Action.CART, r"\b(cart|basket|bag|carrito)\b"),
        (Action.ADD, r"^(add|añadir|agregar|ajouter|hinzufügen|insert|new|create|\+ ?add)\b(?!.*account)"),
        (Action.CHOSEN, r"\b(get|show)\b.*\b(item|value|selected|selection|choice|option)s?\b"),
        (Action.CALCULATE, r"calc|total|\bsum\b|compute|convert|split|\btip\b"),
        (Action.SEARCH, r"^(search|find|go!?|buscar|suche|suchen|chercher|filter|filtrar)\b"),
        (Action.ALL, r"\b(check|tick|select|mark|toggle|complete)\b.*\b(all|everything|todo)\b|^all( done)?$"),
        (Action.DARK, r"\b(dark|light|night) ?(mode|theme)\b|^(dark|theme|toggle theme|switch theme)$"),
        (Action.ROLL, r"\b(roll|dice|flip|toss|spin|shuffle|draw a)\b"),
        (Action.ZERO, r"^(reset|zero|restart|start over|reiniciar)$"),
        (Action.CLEAR, r"^(clear|delete all|remove all|borrar|löschen|effacer|cancel|cancelar)\b"),
        (Action.TOGGLE, r"\b(like|follow|favou?rite|star|vote|upvote|love|mute|pin)\b|^[♥♡★☆]"),
        (Action.START, r"^(start|play|begin|go)( timer| game)?$"),
        (Action.STOP, r"^(stop|pause|halt)( timer)?$"),
        (
            Action.SUBMIT,
            r"submit|\bsend\b|\bsave\b|log ?[io1l]n|sign ?(in|up)|register|subscribe|\bpay\b|\bbuy\b|\border\b|"
            r"check ?out|\bbook\b|apply|confirm|\bjoin\b|continue|next|enviar|aceptar|guardar|comprar|pagar|entrar|"
            r"iniciar|registr|envoyer|senden|\bok$|\bdone\b|\bupdate\b|create|\bplace\b|\bpost\b|accept|agree",
        ),
    )
)
KEY = re.compile(r"^([0-9]|[.,+×x*/÷=%c]|ac|-|–|−)$")
DIGIT = re.compile(r"(?<!\S)[0-9](?!\S)")
KEYPAD_DIGITS = 7  # so many buttons with one digit each make a calculator
JOKE_PAGE = re.compile(r"joke|punch ?line|funn(y|iest)|riddle|laugh|comedy|chiste|witz")
CLOCK_PAGE = re.compile(r"timer|stopwatch|countdown|pomodoro|clock|\b\d{1,2}:\d{2}\b")
QUESTION = re.compile(r"^(why|what|how|who|where|when|which|did you|knock|i )\b")
TEXTS = (ElementType.TEXT, ElementType.HEADING, ElementType.PARAGRAPH)
UNKNOWN_ANSWER = "The answer is still to be written."
FEWEST_SETUP_WORDS = 4  # shorter lines above a button are titles, not setups
ORDERS = re.compile(r"^(please )?(push|press|click|tap|touch)( (here|me|button|this))?( to| for)\b ?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slots:
    """The content a sketch only hints at. Filled from our own bank, then by the language model."""

    jokes: tuple[Joke, ...] = ()
    """(setup, punchline); the first is on the page."""
    answer: str = "Here it is!"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Choices of a select, by element id."""
    actions: Mapping[str, Action] = field(default_factory=dict)
    """What a button does, by element id, where rules and model agreed on something."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Corrected or written texts by element id."""
    required: Mapping[str, bool] = field(default_factory=dict)
    """Must a field be filled in? By element id, where the user said so."""


def action_of(button: Element, page_words: str) -> Action:
    """The first rule that fits the button's words; a page of jokes makes vague buttons reveal.

    `page_words` are all texts of the page in lower case.
    """
    words = clean(button.text).lower()
    if KEY.match(words) and len(DIGIT.findall(page_words)) >= KEYPAD_DIGITS:
        return Action.KEY
    for action, pattern in RULES:
        if pattern.search(words):
            return _in_context(action, words, page_words)
    if JOKE_PAGE.search(page_words) and re.search(r"push|press|click|tap|show|see|why|\?", words):
        return Action.REVEAL
    return Action.TELL


def _in_context(action: Action, words: str, page_words: str) -> Action:
    if action in (Action.START, Action.STOP) and not CLOCK_PAGE.search(page_words):
        return Action.TELL
    if words in {"next", "new", "more"} and JOKE_PAGE.search(page_words):
        return Action.NEXT
    if action is Action.REVEAL and JOKE_PAGE.search(page_words) and re.search(r"\b(another|next|new) joke", words):
        return Action.NEXT
    return action


def options_of(label: str, shown: str) -> tuple[str, ...]:
    """Sensible choices for a select, the drawn one first; always at least two."""
    shown = clean(shown)
    options = known_options(label, shown)
    if options is None:
        return (shown or "Choose…", "Option 1", "Option 2", "Option 3")
    rest = tuple(option for option in options if option.lower() != shown.lower())
    return (shown, *rest) if shown else options


def is_hint(text: str) -> bool:
    """Text in square brackets says what should be here; it is not the content itself."""
    return text.strip().startswith("[") or text.strip().endswith("]")


def clean(text: str) -> str:
    """A drawn text as a label: spaces tidied; a hint without its brackets and without "push to"."""
    stripped = re.sub(r"\s+", " ", text).strip()
    bare = stripped.strip("[]").strip()
    if bare == stripped or not bare:
        return stripped
    bare = ORDERS.sub("", bare) or bare
    return bare[0].upper() + bare[1:]


def jokes_for(elements: Sequence[Element]) -> tuple[tuple[Joke, ...], str]:
    """Jokes with the drawn one first, and the id of the element that shows the setup ("" where there is none)."""
    texts = [element for element in elements if element.type in TEXTS and element.text.strip()]
    wish = next((e for e in texts if is_hint(e.text) and "joke" in e.text.lower()), None)
    if wish is not None:
        return JOKES, wish.id
    setups = punchlines_for(elements)
    for element in texts:
        if element.id in setups:
            setup = clean(element.text)
            return ((setup, setups[element.id]), *(j for j in JOKES if j[1] != setups[element.id])), element.id
    return JOKES, ""


def punchlines_for(elements: Sequence[Element]) -> dict[str, str]:
    """What a button reveals for each text that sets something up, by the text's element id."""
    texts = [element for element in elements if element.type in TEXTS and element.text.strip()]
    words = " ".join(element.text.lower() for element in elements)
    known = {e.id: joke[1] for e in texts if (joke := known_joke(e.text)) is not None}
    if known:
        return known
    buttons = [e for e in elements if e.type is ElementType.BUTTON and action_of(e, words) is Action.REVEAL]
    if not buttons:
        return {}
    jokes = JOKE_PAGE.search(words) is not None
    asked = [e for e in texts if "?" in e.text or (len(e.text.split()) > 3 and QUESTION.match(e.text.lower()))]
    if not asked and jokes:
        above = [e for e in texts if e.box.y < buttons[0].box.y and len(e.text.split()) >= FEWEST_SETUP_WORDS]
        asked = above[-1:]
    return {e.id: own_ending(e.text) if jokes else UNKNOWN_ANSWER for e in asked}


def page_data(elements: Sequence[Element], slots: Slots) -> dict[str, Any]:
    """What the kit needs to know of this page, as JSON."""
    jokes, joke_id = jokes_for(elements)
    if slots.jokes:
        jokes = slots.jokes + tuple(joke for joke in jokes if joke not in slots.jokes)
    punchlines = punchlines_for(elements)
    if joke_id in punchlines:
        punchlines[joke_id] = jokes[0][1]
    words = " ".join(element.text.lower() for element in elements)
    return {
        "jokes": [{"setup": setup, "punchline": punchline} for setup, punchline in jokes],
        "jokeElement": joke_id,
        "punchlines": punchlines,
        "answer": slots.answer,
        "tip": re.search(r"\btip\b|gratuity|propina", words) is not None,
    }
