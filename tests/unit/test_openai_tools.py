"""Tools over the OpenAI chat API: calls in pieces, garbage in their place, and servers that know no tools."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from assistant.core.errors import AssistantError
from assistant.core.types import ChatRequest, Message, ModelDelta, Origin, Tool, ToolCall
from tests.unit.test_openai_client import GOOD, client_of, deltas, event, reply

TOOL = Tool("calculator", "Sums.", {"type": "object", "properties": {"sum": {"type": "string"}}})
ASK = ChatRequest((Message("user", "What is 3 times 17?"),), tools=(TOOL,), max_tokens=100)


def piece(*calls: object, finish: str | None = None) -> str:
    return f"data: {json.dumps({'choices': [{'delta': {'tool_calls': list(calls)}, 'finish_reason': finish}]})}\n\n"


def part(index: object, arguments: object, name: object = None, call_id: object = None) -> dict[str, Any]:
    return {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}


async def test_a_call_in_pieces_is_put_together() -> None:
    stream = (
        event("Let me see.")
        + piece(part(0, "", "calculator", "c1"))
        + piece(part(0, '{"su'), part(1, "{", "other", "c2"))
        + piece(part(0, 'm": "3*17"}'), part(1, "}"))
        + piece(finish="tool_calls")
    )
    async with client_of(reply(stream)) as (client, server):
        said = await deltas(client, ASK)

    calls = (ToolCall("calculator", '{"sum": "3*17"}', "c1"), ToolCall("other", "{}", "c2"))
    assert said == [ModelDelta("Let me see."), ModelDelta("", "stop", calls=calls)]
    offered = server.bodies[0]["tools"]
    assert isinstance(offered, list)
    assert offered[0]["function"]["name"] == "calculator"


async def test_a_server_that_leaves_the_call_in_the_text_is_understood() -> None:
    text = '<tool_call>{"name": "calculator", "arguments": {"sum": "3*17"}}</tool_call>'
    async with client_of(reply(event(text[:20]) + event(text[20:]) + event(None, "stop"))) as (client, _):
        said = await deltas(client, ASK)

    assert "".join(delta.text for delta in said) == ""
    assert [(call.name, call.arguments) for call in said[-1].calls] == [("calculator", '{"sum": "3*17"}')]


async def test_calls_and_results_go_back_as_the_api_wants_them() -> None:
    messages = (
        *ASK.messages,
        Message(
            "assistant",
            "Let me see.",
            calls=(ToolCall("calculator", '{"sum": "3*17"}', "c1"), ToolCall("x", "{", "c2")),
        ),
        Message("tool", "3 × 17 = 51", origin=Origin.TOOL, answers="c1"),
    )
    async with client_of(reply(GOOD)) as (client, server):
        await deltas(client, ChatRequest(messages, tools=(TOOL,)))

    _, asked, told = server.bodies[0]["messages"]  # type: ignore[misc]  # JSON
    assert asked["content"] == "Let me see."
    assert [call["function"]["arguments"] for call in asked["tool_calls"]] == ['{"sum": "3*17"}', "{}"]
    assert told == {"role": "tool", "tool_call_id": "c1", "content": "3 × 17 = 51"}


@pytest.mark.parametrize(
    "garbage",
    [
        piece(7),
        piece({"function": 7}),
        piece(part(0, 7)),
        piece(part(0, "{}", 7)),
        'data: {"choices": [{"delta": {"tool_calls": 7}}]}\n\n',
        'data: {"choices": [{"delta": {"tool_calls": "calculator"}}]}\n\n',
        'data: {"choices": {"delta": 7}}\n\n',
    ],
)
async def test_garbage_in_the_place_of_a_call_is_a_sentence(garbage: str) -> None:
    async with client_of(reply(garbage)) as (client, _):
        with pytest.raises(AssistantError, match="something that is no answer"):
            await deltas(client, ASK)


async def test_half_a_letter_in_a_call_can_be_sent_back() -> None:
    call = {"id": "\ud800", "function": {"name": "calc\ud800", "arguments": '{"sum": "\ud800"}'}}
    async with client_of(reply(piece(call, finish="tool_calls")), reply(GOOD)) as (client, _):
        calls = (await deltas(client, ASK))[-1].calls
        again = (*ASK.messages, Message("assistant", "", origin=Origin.MODEL, calls=calls))
        said = await deltas(client, replace(ASK, messages=again))

    assert said[-1].finish_reason == "stop"


@pytest.mark.parametrize("index", [-1, 99, 10**30, True, "0", 1.5, None])
async def test_a_call_with_an_impossible_number_is_left_out(index: object) -> None:
    async with client_of(reply(piece(part(index, "{}", "calculator")) + event("Hi.", "stop"))) as (client, _):
        said = await deltas(client, ASK)

    assert said[-1].calls == ()
    assert said[0].text == "Hi."


async def test_arguments_without_an_end_are_cut_off() -> None:
    endless = piece(part(0, "x" * 1000, "calculator")) * 500
    async with client_of(reply(endless)) as (client, _):
        said = await deltas(client, ASK)

    assert said[-1].finish_reason == "length"
    assert len(said[-1].calls[0].arguments) <= 3000


async def test_whole_calls_without_numbers_are_understood() -> None:
    call = {"id": "c1", "function": {"name": "calculator", "arguments": {"sum": "1+1"}}}
    async with client_of(reply(piece(call, finish="tool_calls"))) as (client, _):
        said = await deltas(client, ASK)

    assert said[-1].calls == (ToolCall("calculator", '{"sum": "1+1"}', "c1"),)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("400 No", '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        ("500 No", "tools param requires --jinja flag"),
        ("400 No", "registry/tiny does not support tools"),
    ],
)
async def test_a_server_that_knows_no_tools_is_asked_without_them_from_then_on(status: str, words: str) -> None:
    async with client_of(reply(words, status), reply(GOOD)) as (client, server):
        assert (await deltas(client, ASK))[-1].finish_reason == "stop"
        await deltas(client, ASK)

    assert ["tools" in body for body in server.bodies] == [True, False, False]
