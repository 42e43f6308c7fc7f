"""The default model answers the intent question well enough to be asked."""

from __future__ import annotations

import pytest

from assistant.llm.llama_server import LlamaServer
from assistant.llm.plan import EngineSettings
from assistant.session.intents import Intent, ask_model, decide, intent_request, parse_intent
from tests.mind_files import mind_file

pytestmark = pytest.mark.model

CASES = (  # text, is a picture attached, is a page open, what is meant
    ("Let's see this one alive in the browser", True, False, Intent.BUILD_PAGE),
    ("My daughter drew this, can it be on the web?", True, False, Intent.BUILD_PAGE),
    ("Bring my napkin to life", True, False, Intent.BUILD_PAGE),
    ("I wonder who wrote that", True, False, Intent.DESCRIBE_PICTURE),
    ("Please say in one sentence what is in the photo", True, False, Intent.DESCRIBE_PICTURE),
    ("The button looks sad, cheer it up", False, True, Intent.EDIT_PAGE),
    ("I'd prefer the title in dark green", False, True, Intent.EDIT_PAGE),
    ("Make me laugh", False, True, Intent.CHAT),
)


async def test_most_unclear_wishes_are_understood() -> None:
    mind = LlamaServer(mind_file("qwen2.5-coder-1.5b"), EngineSettings())
    right = 0
    for text, has_picture, page_open, meant in CASES:
        assert decide(text, has_picture, page_open) in (None, meant)
        answer = await ask_model(intent_request(text, has_picture, page_open), mind)
        print(text, "->", answer)
        right += parse_intent(answer, has_picture, page_open) is meant
    await mind.close()

    assert right >= 6
