"""Plain wishes are decided by rules, and nothing a model says leads to an intent that cannot be meant."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import EngineError
from assistant.core.types import ChatRequest, ModelDelta, ModelTraits
from assistant.session.intents import Intent, classify, decide, intent_request, parse_intent


class OneAnswer:
    """A language model that says one thing, or breaks."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.requests: list[ChatRequest] = []

    async def traits(self) -> ModelTraits:
        return ModelTraits("one", 4096)

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        self.requests.append(request)
        if self.answer is None:
            raise EngineError("The language model stopped.", "Ask again.")
        for letter in self.answer:
            yield ModelDelta(letter)

    async def prefill(self, request: ChatRequest) -> None: ...

    async def count_tokens(self, text: str) -> int:
        return len(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("", Intent.BUILD_PAGE),
        ("Build this", Intent.BUILD_PAGE),
        ("Can you make this a web page?", Intent.BUILD_PAGE),
        ("Please turn my sketch into a website!", Intent.BUILD_PAGE),
        ("Hey Vesper, could you code this for me?", Intent.BUILD_PAGE),
        ("Make it work", Intent.BUILD_PAGE),
        ("make me a working app from it", Intent.BUILD_PAGE),
        ("What does this say?", Intent.DESCRIBE_PICTURE),
        ("Describe the picture", Intent.DESCRIBE_PICTURE),
        ("Can you read this to me?", Intent.DESCRIBE_PICTURE),
        ("How many people are there?", Intent.DESCRIBE_PICTURE),
        ("Stop.", Intent.STOP),
        ("Don't build a page, tell me what it says", None),
        ("I drew this for my grandmother", None),
        ("Make a list of the words in it", None),
    ],
)
def test_with_a_picture(text: str, intent: Intent | None) -> None:
    assert decide(text, has_picture=True, page_open=False) is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Make the button red", Intent.EDIT_PAGE),
        ("please change the heading to Welcome", Intent.EDIT_PAGE),
        ("Add a link to the footer", Intent.EDIT_PAGE),
        ("Swap the joke for a better one", Intent.EDIT_PAGE),
        ("What is the capital of France?", Intent.CHAT),
        ("Good morning", Intent.CHAT),
        ("Never mind", Intent.STOP),
        ("Make me laugh", None),
        ("The button looks sad", None),
    ],
)
def test_with_a_page_open(text: str, intent: Intent | None) -> None:
    assert decide(text, has_picture=False, page_open=True) is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Make the button red", Intent.CHAT),
        ("Tell me a story about a page who served a king", Intent.CHAT),
        ("Build me a website", Intent.BUILD_PAGE),
        ("Please stop!", Intent.STOP),
        ("How do I stop smoking?", Intent.CHAT),
    ],
)
def test_with_nothing_but_words_no_model_is_needed(text: str, intent: Intent) -> None:
    assert decide(text, has_picture=False, page_open=False) is intent


async def test_the_model_is_not_asked_about_plain_wishes() -> None:
    model = OneAnswer(json.dumps({"intent": "describe"}))

    assert await classify("Build this", True, False, model) is Intent.BUILD_PAGE
    assert model.requests == []


async def test_the_model_decides_what_the_rules_cannot() -> None:
    model = OneAnswer(json.dumps({"intent": "describe"}))

    assert await classify("I drew this for my grandmother", True, False, model) is Intent.DESCRIBE_PICTURE


@pytest.mark.parametrize("answer", [None, "", "{", "[]", '{"intent": "stop"}', '{"intent": 7}', '{"intent": "edit"}'])
async def test_a_broken_model_gives_the_likeliest_intent(answer: str | None) -> None:
    assert await classify("I drew this for my grandmother", True, False, OneAnswer(answer)) is Intent.BUILD_PAGE


@given(st.text(), st.booleans(), st.booleans())
def test_any_text_is_decided_or_asked(text: str, has_picture: bool, page_open: bool) -> None:
    assert decide(text, has_picture, page_open) in (None, *Intent)
    assert parse_intent(text, has_picture, page_open) in Intent


def test_questions_to_the_model_differ_in_their_last_message_only() -> None:
    first = intent_request("one", True, False)
    second = intent_request("two", True, False)

    assert first.messages[:-1] == second.messages[:-1]
    assert first.json_schema == second.json_schema
