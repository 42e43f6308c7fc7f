"""A prompt with pictures for llama.cpp: one text with marks where the pictures stand. Pure.

Such a prompt cannot be sent as token ids, so the engine reads special tokens in it. Words of a message that look like
one get an invisible character inside, so that nothing in a message can end the message.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any

from assistant.core.types import ChatRequest, Message
from assistant.llm.prompts import pictures_as_words
from assistant.llm.templates import Special, Template

SPECIAL_LOOK = re.compile(r"<(?=[|/]?[A-Za-z_][^<>\s]{0,80}>)|\[(?=/?[A-Z_]{2,20}\])")
BREAK = "\u200b"  # zero-width space


def picture_prompt(template: Template, messages: tuple[Message, ...], marker: str, mark: str) -> dict[str, Any]:
    """`marker` is the engine's secret sign for a picture; `mark` quotes the words of pictures that are not shown."""
    shown = tuple(_marked(message, marker, mark) for message in messages)
    text = "".join(part.name if isinstance(part, Special) else part for part in template.write(shown))
    pictures = [picture.png for message in messages for picture in message.pictures if picture.png]
    return {"prompt_string": text, "multimodal_data": [base64.b64encode(png).decode() for png in pictures]}


def has_pictures(request: ChatRequest) -> bool:
    return any(picture.png for message in request.messages for picture in message.pictures)


def without_oldest(request: ChatRequest, mark: str) -> ChatRequest:
    """The first message with pictures gives them up for what was read in them."""
    messages = list(request.messages)
    place = next(index for index, message in enumerate(messages) if message.pictures)
    messages[place] = pictures_as_words(messages[place], mark)
    return replace(request, messages=tuple(messages))


def _marked(message: Message, marker: str, mark: str) -> Message:
    count = sum(1 for picture in message.pictures if picture.png)
    words = message if count else pictures_as_words(message, mark)
    return replace(words, text=marker * count + harmless(words.text), pictures=())


def harmless(text: str) -> str:
    """No special token can be read in it."""
    return SPECIAL_LOOK.sub(lambda found: found[0] + BREAK, text)
