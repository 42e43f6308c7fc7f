"""The scripted model does what its script says, also the bad things."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.core.errors import EngineError, InputError
from assistant.core.types import ChatRequest, Message
from assistant.llm.scripted import ScriptedModel

ASK = ChatRequest((Message("user", "hello"),), max_tokens=100_000)


async def said(model: ScriptedModel, request: ChatRequest = ASK) -> list[str]:
    return [delta.text async for delta in model.stream(request) if delta.text]


async def test_replies_come_in_order_and_the_last_one_stays() -> None:
    model = ScriptedModel(["One two.", "Three."])

    assert [await said(model) for _ in range(3)] == [["One", " two."], ["Three."], ["Three."]]
    assert model.requests == [ASK, ASK, ASK]


async def test_questions_under_a_schema_have_answers_of_their_own() -> None:
    model = ScriptedModel({"replies": ["Hi."], "answers": ['{"intent": "build"}']})
    question = ChatRequest(ASK.messages, json_schema={"type": "object"})

    assert "".join(await said(model, question)) == '{"intent": "build"}'
    assert await said(model) == ["Hi."]


async def test_a_script_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text(json.dumps([[{"bytes": "41 ff"}, {"say": "b", "whole": True, "times": 3}]]))

    assert await said(ScriptedModel(path)) == ["A\ufffd", "bbb"]


async def test_an_endless_reply_ends_at_the_limit_and_when_left() -> None:
    model = ScriptedModel([[{"say": "la ", "times": -1}]])

    assert len(await said(model, ChatRequest(ASK.messages, max_tokens=7))) == 7
    stream = model.stream(ASK)
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]  # it is a generator
    assert model.stopped == 1


async def test_silence_can_be_cancelled() -> None:
    model = ScriptedModel([[{"wait": -1}]])
    task = asyncio.create_task(said(model))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()
    assert model.stopped == 1


async def test_it_can_die_in_the_middle() -> None:
    stream = ScriptedModel([[{"say": "So far"}, {"fail": "The engine burst."}]]).stream(ASK)
    heard = [(await anext(stream)).text, (await anext(stream)).text]

    with pytest.raises(EngineError, match="The engine burst"):
        await anext(stream)

    assert heard == ["So", " far"]


@pytest.mark.parametrize("content", ["", "7", "[7]", '[[{"dance": 1}]]', "\x00"])
def test_a_bad_script_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(content)

    with pytest.raises(InputError):
        ScriptedModel(path)


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.json"):
        ScriptedModel(tmp_path / "gone.json")


def test_scripts_may_be_given_as_values() -> None:
    script: dict[str, Any] = {"replies": ["x"], "context_tokens": 512}

    assert asyncio.run(ScriptedModel(script).traits()).context_tokens == 512
