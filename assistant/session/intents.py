"""What does the user want done? Rules decide what is plain; a small model is asked about the rest, in one word.

Small models cannot be trusted with tools, but they can choose from a short list when three examples show how.
"""

from __future__ import annotations

import json
import re
from contextlib import aclosing
from enum import StrEnum

from assistant.core.errors import EngineError, NetworkError
from assistant.core.ports import LanguageModel
from assistant.core.types import ChatRequest, Message, Origin

RULED_CHARACTERS = 2000  # a wish is at the start; what follows is pasted


class Intent(StrEnum):
    BUILD_PAGE = "build"
    EDIT_PAGE = "edit"
    DESCRIBE_PICTURE = "describe"
    CHAT = "chat"
    STOP = "stop"


POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|now|well|and|then|please|vesper|just|can you|could you|would you|will you|"
    r"i want you to|i would like you to|i'd like you to|i want to|i need you to|let's|let us|help me to|help me)"
    r"\b[ ,]*)+"
)
STOP = re.compile(
    r"(?:stop|stop (?:it|that|talking|now|please)|be quiet|quiet|silence|hush|shut up|enough|that's enough|"
    r"that is enough|never ?mind|cancel|cancel (?:it|that)|wait stop|no stop)"
)
PAGE = (
    r"(?:page|web ?page|web ?site|site|web ?app|app|html|website|landing page|form|screen|ui|user interface|prototype|"
    r"front ?end)"
)
MAKE = r"(?:build|make|create|turn|convert|code|generate|implement|render|program|transform|develop|write)"
THIS = (
    r"(?:this|it|that|the (?:sketch|drawing|wireframe|mock-?up|picture|photo|image|design)|"
    r"my (?:sketch|drawing|design))"
)
BUILD = re.compile(
    rf"(?:{MAKE}\b.*\b{PAGE}s?\b|(?:build|code|implement|program|develop) {THIS}\b|"
    rf"{MAKE} {THIS}(?: (?:please|for me|now))?$|{MAKE} {THIS} (?:real|work|run|working|interactive|into|to)\b|"
    rf"(?:in)?to (?:a |an )?(?:\w+ )?{PAGE}$)"
)
ASK = re.compile(
    r"(?:what|what's|whats|who|who's|where|which|when|why|how|is|are|does|do|describe|read|explain|tell me|transcribe|"
    r"translate|summari[sz]e|count|look at|identify|caption|can you see|do you see)\b"
)
CHANGE = re.compile(
    r"(?:change|make|add|remove|delete|rename|swap|replace|move|put|set|turn|use|insert|hide|show|center|centre|align|"
    r"colou?r|paint|resize|enlarge|shrink|undo|drop|give|increase|decrease)\b"
)
PART = re.compile(
    r"\b(?:page|site|button|heading|headline|title|text|field|input|box|form|link|image|picture|icon|colou?r|background|"
    r"font|menu|list|table|card|footer|header|section|label|checkbox|joke|layout|column|row|bigger|smaller|larger|wider|"
    r"bold|red|green|blue|yellow|orange|purple|pink|black|white|grey|gray|dark|light|round(?:ed|er)?)\b"
)
NEGATION = re.compile(r"\b(?:not|don't|dont|never|without|instead of|rather than|no need)\b")

QUESTION = (
    "Decide what the user wants. Answer with one word in JSON.\n"
    "build: turn the attached drawing into a web page.\n"
    "edit: change the page that is open.\n"
    "describe: talk about the attached picture.\n"
    "chat: anything else."
)
EXAMPLES = (
    ("I drew this on the train, bring it to life", Intent.BUILD_PAGE, "picture attached, no page open"),
    ("The text under the logo could be friendlier", Intent.EDIT_PAGE, "no picture, page open"),
    ("Any idea whose handwriting it might be?", Intent.DESCRIBE_PICTURE, "picture attached, no page open"),
    ("Swap my meeting for a walk, what do you think?", Intent.CHAT, "no picture, page open"),
)


async def classify(text: str, has_picture: bool, page_open: bool, model: LanguageModel) -> Intent:
    """Asks the model only where the rules are unsure; where the model fails, a guess is better than no answer."""
    intent = decide(text, has_picture, page_open)
    if intent is not None:
        return intent
    try:
        answer = await ask_model(intent_request(text, has_picture, page_open), model)
    except (EngineError, NetworkError):
        answer = ""
    return parse_intent(answer, has_picture, page_open)


def decide(text: str, has_picture: bool, page_open: bool) -> Intent | None:
    """The rules. None where they are unsure."""
    words = " ".join(text[:RULED_CHARACTERS].casefold().replace("’", "'").split()).strip(" .!?,")
    if STOP.fullmatch(words):
        return Intent.STOP
    plain = POLITE.sub("", words)
    if STOP.fullmatch(plain):
        return Intent.STOP
    if has_picture:
        return _about_picture(plain)
    if not page_open:
        return Intent.BUILD_PAGE if BUILD.match(plain) and not NEGATION.search(plain) else Intent.CHAT
    return _about_page(plain)


def _about_picture(words: str) -> Intent | None:
    if not words:
        return Intent.BUILD_PAGE  # a picture alone: pages are what pictures are dropped for
    if NEGATION.search(words):
        return None
    if BUILD.match(words):
        return Intent.BUILD_PAGE
    if ASK.match(words) and not re.search(rf"\b{MAKE}\b", words):
        return Intent.DESCRIBE_PICTURE
    return None


def _about_page(words: str) -> Intent | None:
    if not CHANGE.match(words):
        return Intent.CHAT if ASK.match(words) or not PART.search(words) else None
    if NEGATION.search(words):
        return None
    return Intent.EDIT_PAGE if PART.search(words) else None


def intent_request(text: str, has_picture: bool, page_open: bool) -> ChatRequest:
    """The question to the model. Everything before the last message is the same each time, so it stays cached."""
    messages = [Message("system", QUESTION, origin=Origin.SYSTEM)]
    for example, intent, state in EXAMPLES:
        messages.append(Message("user", f"({state}) {example}"))
        messages.append(Message("assistant", json.dumps({"intent": intent.value}), origin=Origin.MODEL))
    state = f"{'picture attached' if has_picture else 'no picture'}, {'page open' if page_open else 'no page open'}"
    messages.append(Message("user", f"({state}) {text[:400]}"))
    allowed = [intent.value for intent in _possible(has_picture, page_open)]
    schema = {
        "type": "object",
        "properties": {"intent": {"enum": allowed}},
        "required": ["intent"],
        "additionalProperties": False,
    }
    return ChatRequest(tuple(messages), max_tokens=24, temperature=0.0, json_schema=schema)


def parse_intent(answer: str, has_picture: bool, page_open: bool) -> Intent:
    """The model's word, if it is one that can be meant here; else the likeliest."""
    try:
        intent = Intent(json.loads(answer)["intent"])
    except (ValueError, KeyError, TypeError):
        intent = None
    possible = _possible(has_picture, page_open)
    return intent if intent in possible else possible[0]


def _possible(has_picture: bool, page_open: bool) -> tuple[Intent, ...]:
    """What can be meant, the likeliest first."""
    if has_picture:
        return (Intent.BUILD_PAGE, Intent.DESCRIBE_PICTURE) + ((Intent.EDIT_PAGE,) if page_open else ())
    return (Intent.CHAT, Intent.EDIT_PAGE) if page_open else (Intent.CHAT,)


async def ask_model(request: ChatRequest, model: LanguageModel) -> str:
    answer = ""
    async with aclosing(model.stream(request)) as deltas:  # type: ignore[type-var]  # a port's stream is a generator
        async for delta in deltas:
            answer += delta.text
    return answer
