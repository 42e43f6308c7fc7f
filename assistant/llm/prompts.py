"""From the words of a conversation to the prompt of a model. Pure but for reading `resources/prompts` once.

The same earlier messages give the same bytes every time, so nothing that changes (a date, a count) stands before the
last message, and only questions that need it are told the time. Text that the user did not write is put between marks
it cannot forge.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from assistant.core.calculator import find_sum
from assistant.core.everyday import note_for
from assistant.core.settings import MindSettings
from assistant.core.types import ChatRequest, Message, Origin

PROMPTS = Path(__file__).resolve().parents[2] / "resources" / "prompts"

TRUSTED = frozenset((Origin.USER, Origin.SYSTEM, Origin.MODEL))

LABELS = {
    Origin.FILE: "from a file",
    Origin.IMAGE: "from a picture",
    Origin.AUDIO_FILE: "from a recording",
    Origin.WEB: "from a web page",
    Origin.TOOL: "from a tool",
    Origin.MEMORY: "from memory",
}

TAGS_AND_BIDI = "\u061c\u202a-\u202e\u2066-\u2069\U000e0000-\U000e01ef"  # text a person cannot see, or sees reordered
ZERO_WIDTH = "\u00ad\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
UNTYPED = re.compile(f"[{TAGS_AND_BIDI}{CONTROLS}]")
INVISIBLE = re.compile(f"[{TAGS_AND_BIDI}{ZERO_WIDTH}{CONTROLS}]")


class PromptBuilder:
    """`mark` makes the quotes of one conversation unforgeable; `instructions` say how the user wants the assistant."""

    def __init__(
        self, instructions: str = "", mark: str = "", now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    ) -> None:
        self._instructions = instructions
        self._now = now
        self._mark = mark or secrets.token_hex(4)

    def request(self, messages: tuple[Message, ...], settings: MindSettings) -> ChatRequest:
        system = Message("system", self._system(settings.instructions or self._instructions), origin=Origin.SYSTEM)
        said = [with_sum(safe_message(message, self._mark)) for message in messages]
        if said and said[-1].role == "user" and said[-1].origin is Origin.USER:
            said[-1] = with_note(said[-1], note_for(messages[-1].text, self._now()))
        return ChatRequest(
            (system, *said),
            max_tokens=settings.longest_reply_tokens,
            temperature=settings.temperature,
        )

    def _system(self, instructions: str) -> str:
        text = system_prompt()
        if wishes := visible(instructions).strip():
            text = f"{text}\n\nThe user's wishes:\n{wishes}"
        return text


@cache
def system_prompt() -> str:
    return (PROMPTS / "system.txt").read_text(encoding="utf-8").strip()


def safe_message(message: Message, mark: str) -> Message:
    """The user's own words without invisible characters; anybody else's quoted."""
    if message.origin in TRUSTED:
        return replace(message, text=visible(message.text))
    return replace(message, text=quote(message.text, LABELS[message.origin], mark))


def with_sum(message: Message) -> Message:
    """The user's words with the result of the sum in them: the same words give the same result every time."""
    found = find_sum(message.text) if message.role == "user" and message.origin is Origin.USER else None
    return replace(message, text=f"{message.text}\n(Calculator: {found.text}.)") if found else message


def with_note(message: Message, note: str) -> Message:
    return replace(message, text=f"{message.text}\n({note})") if note else message


def pictures_as_words(message: Message, mark: str) -> Message:
    """For a model that cannot see: each picture becomes what was read in it, quoted."""
    if not message.pictures:
        return message
    quotes = []
    for picture in message.pictures:
        if picture.description:
            quotes.append(quote(picture.description, "what was read in a picture", mark))
        else:
            quotes.append("(A picture is attached, but you cannot see it.)")
    return replace(message, text="\n".join((*quotes, message.text)).strip(), pictures=())


def quote(text: str, label: str, mark: str) -> str:
    """Untrusted text between marks. Brackets inside become ordinary ones, so it cannot end its own quotation."""
    seen, hidden = INVISIBLE.subn("", text)
    seen = seen.replace("⟦", "[").replace("⟧", "]").strip()
    note = f", {hidden} invisible characters removed" if hidden else ""
    return f"⟦{mark} {label}{note}:\n{seen}\n{mark}⟧"


def visible(text: str) -> str:
    """Without characters that hide or reorder text. Joiners stay: Persian, Hindi and emoji need them."""
    return UNTYPED.sub("", text)
