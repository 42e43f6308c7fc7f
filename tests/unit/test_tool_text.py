"""Calls in what a model writes: found in any family's form and any cut into pieces, never shown, never invented."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.types import ChatRequest, Message, Origin, Tool, ToolCall
from assistant.llm.tool_text import ToolText, with_tools_as_text

TOOL = Tool("calculator", "Sums.", {"type": "object", "properties": {"sum": {"type": "string"}}})
CALL = '{"name": "calculator", "arguments": {"sum": "1+1"}}'


def heard(text: str, size: int = 3, tools: tuple[Tool, ...] = (TOOL,)) -> tuple[str, tuple[ToolCall, ...]]:
    reader = ToolText(tools)
    shown = "".join(reader.add(text[at : at + size]) for at in range(0, len(text), size))
    rest, calls = reader.finish()
    return shown + rest, calls


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"<tool_call>\n{CALL}\n</tool_call>", ""),
        (f"Let me see. <tool_call>{CALL}</tool_call>", "Let me see. "),
        (f"<tool_call>{CALL}", ""),
        (f"  {CALL}  ", ""),
        (f"```json\n{CALL}\n```", ""),
        (f"<|python_tag|>{CALL.replace('arguments', 'parameters')}", ""),
        (f"[{CALL}]", ""),
        (f"<tool_call>{CALL}</tool_call>\nThe result is 7.", ""),
    ],
)
def test_a_call_is_found_in_every_form(text: str, shown: str, size: int) -> None:
    said, calls = heard(text, size)

    assert said == shown
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [("calculator", {"sum": "1+1"})]


def test_several_calls_are_found_in_order() -> None:
    two = CALL.replace("1+1", "2+2")

    _, calls = heard(f"<tool_call>{CALL}</tool_call>\n<tool_call>{two}</tool_call>")

    assert [json.loads(call.arguments)["sum"] for call in calls] == ["1+1", "2+2"]
    assert "".join(call.written for call in calls).count("<tool_call>") == 2


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "2 < 3 and <b>bold</b>",
        '{"colour": "red"}',
        "```python\nprint(1)\n```",
        '[1, 2, {"name": "Ann"}]',
        '{"name": "delete_everything", "arguments": {}}',
        "<tool",
        "",
        "   ",
        "``",
        "<|python",
        "[Laughs] Hello.",
        "The <tool_call> tag is written by models.",
        "[1, 2]",
    ],
)
def test_what_is_no_call_is_said_as_it_is(text: str) -> None:
    assert heard(text, 1) == (text, ())


@pytest.mark.parametrize("inner", ["", "no JSON", "[]", "7", "[" * 50_000, '{"name": 7}', '{"arguments": "x"}', "null"])
def test_rubbish_between_the_marks_is_a_call_that_nobody_carries_out(inner: str) -> None:
    said, calls = heard(f"<tool_call>{inner}</tool_call>", 500)

    assert said == ""
    assert len(calls) == 1
    assert calls[0].name in ("", "7")


@pytest.mark.parametrize(
    "text", ["```python\nprint(1)", "[Laughs] Hello.", "{x} is a set", "The <tool_call> tag is written", "```\nls -l"]
)
def test_what_cannot_be_a_call_any_more_is_said_at_once(text: str) -> None:
    assert ToolText((TOOL,)).add(text) == text


def test_without_tools_nothing_is_held_back() -> None:
    reader = ToolText(())

    assert reader.add("{<tool_call>") == "{<tool_call>"
    assert reader.finish() == ("", ())


@given(st.text(max_size=60), st.integers(1, 9))
def test_any_text_in_any_pieces_comes_out_whole_or_is_a_call(text: str, size: int) -> None:
    said, calls = heard(text, size)

    assert said == text or calls


def test_a_model_that_knows_tools_as_text_reads_offer_call_and_result() -> None:
    call = ToolCall("calculator", '{"sum": "1+1"}', written=f"<tool_call>{CALL}</tool_call>")
    request = ChatRequest(
        (
            Message("system", "Be kind.", origin=Origin.SYSTEM),
            Message("user", "One and one?"),
            Message("assistant", "Well. ", calls=(call,)),
            Message("tool", "1 + 1 = 2", origin=Origin.TOOL),
        ),
        tools=(TOOL,),
    )

    system, user, asked, told = with_tools_as_text(request).messages

    assert system.text.startswith("Be kind.\n\n")
    assert '"name": "calculator"' in system.text
    assert user.text == "One and one?"
    assert (asked.text, asked.calls) == (f"Well. <tool_call>{CALL}</tool_call>", ())
    assert (told.role, told.text) == ("user", "<tool_response>\n1 + 1 = 2\n</tool_response>")
    assert with_tools_as_text(request).tools == ()


def test_a_request_without_tools_stays_as_it_is() -> None:
    request = ChatRequest((Message("system", "Be kind."), Message("user", "Hello.")))

    assert with_tools_as_text(request) == request
