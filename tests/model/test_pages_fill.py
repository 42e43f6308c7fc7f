"""A page filled by the real model: it says something of its own, and it breaks nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.llm.llama_server import LlamaServer
from assistant.llm.plan import EngineSettings
from assistant.pages.page_maker import PageMaker
from tests.mind_files import mind_file
from tests.readings import Parsed, T, stacked
from tests.unit.test_pages_properties import problems

pytestmark = pytest.mark.model

READING = stacked(
    (T.HEADING, "Joke of the day"),
    (T.TEXT, "Why did the otter buy a lamp?"),
    (T.BUTTON, "Reveal punchline"),
    (T.TEXT, "[a short welcome line]"),
    (T.SELECT, "Favourite animal"),
)
SECONDS = 90.0  # per question, on two cores that do other things as well


@pytest.fixture
async def mind() -> AsyncIterator[LlamaServer]:
    mind = LlamaServer(mind_file("qwen2.5-coder-0.5b"), EngineSettings(context_tokens=2048))
    yield mind
    await mind.close()


async def test_the_model_fills_what_the_drawing_only_hints_at(mind: LlamaServer) -> None:
    maker = PageMaker(question_seconds=SECONDS)
    drawn, filled = maker.compile(READING, "x"), await maker.fill(READING, "x", mind)
    assert problems(filled.html) == []
    before, after = Parsed(drawn.html).texts, Parsed(filled.html).texts
    assert {"Joke of the day", "Why did the otter buy a lamp?", "Reveal punchline"} <= set(after)
    assert "A short welcome line" in before
    assert "A short welcome line" not in after
    assert filled.html != drawn.html
