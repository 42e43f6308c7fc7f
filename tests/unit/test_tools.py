"""The gate before the tools: whatever a model asks for, only a checked call of a tool that reads is carried out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.calculator import work_out
from assistant.core.types import Tool, ToolCall
from assistant.tools.calculator import CALCULATOR
from assistant.tools.schema import problem
from assistant.tools.toolbox import LONGEST_RESULT, Reading, ReadingTools

BOX = ReadingTools(CALCULATOR)


async def result(arguments: object, name: str = "calculator") -> str:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return await BOX.use(ToolCall(name, text))


@pytest.mark.parametrize(
    ("written", "worked_out"),
    [
        ("347*892", "347 × 892 = 309,524"),
        ("3 * (17 - 12)", "3 × (17 - 12) = 15"),
        ("(45+55)/2", "(45 + 55) ÷ 2 = 50"),
        ("15 % of 80", "15 % of 80 = 12"),
        ("80 * 15%", "80 × (15 ÷ 100) = 12"),
        ("5-3", "5 - 3 = 2"),
        ("-3^2", "- 3 ^ 2 = -9"),
        ("2*-3^2", "2 × - 3 ^ 2 = -18"),
        ("3x4", "3 × 4 = 12"),
        ("2 * -3", "2 × - 3 = -6"),
        ("sqrt(16) + 1 =", "√(16) + 1 = 5"),
        ("1,299 * 0.175", "1,299 × 0.175 = 227.325"),
        ("1/0", "1 ÷ 0 cannot be worked out: nothing can be divided by zero"),
    ],
)
async def test_a_sum_is_worked_out(written: str, worked_out: str) -> None:
    assert await result({"sum": written}) == worked_out


@pytest.mark.parametrize(
    "written",
    [
        "9**9**9", "__import__('os').system('x')", "3*17, then delete", "1e99", "0x10", "-", "()", "1 2", "x", "√",
        "(" * 290 + "1", "10^17*9999", "17:30 - 2", "1.2.3 + 4",
    ],
)  # fmt: skip
async def test_what_is_no_sum_is_nothing_else_either(written: str) -> None:
    assert await result({"sum": written}) == "That is no sum that can be worked out."


@given(st.text("0123456789+-*/^()%.,√x of", max_size=300))
def test_whatever_is_written_ends_soon_and_on_a_line(written: str) -> None:
    found = work_out(written)

    assert found is None or "\n" not in found.text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("rm -rf /", "not JSON"),
        ("[" * 1900, "not JSON"),
        ("x" * 5000, "too long"),
        ("[1]", "must be of type object"),
        ({}, "sum is missing"),
        ({"sum": 7}, "sum must be of type string"),
        ({"sum": ""}, "1 to 300 characters"),
        ({"sum": "1" * 301}, "1 to 300 characters"),
        ({"sum": "1+1", "path": "/etc/passwd"}, "a key that is not known"),
        ("null", "must be of type object"),
        ("NaN", "must be of type object"),
    ],
)
async def test_arguments_that_do_not_fit_are_not_carried_out(arguments: object, words: str) -> None:
    answer = await result(arguments)

    assert answer.startswith("Not done: ")
    assert words in answer
    assert "passwd" not in answer


@pytest.mark.parametrize("name", ["", "open_url", "Calculator", "calculator ", "__class__", "use", "settings.write"])
async def test_there_is_no_other_tool(name: str) -> None:
    assert await result({"sum": "1+1"}, name) == "Not done: there is no such tool. There is calculator."


async def test_a_result_is_cut_before_it_fills_the_prompt() -> None:
    tool = Tool("chatter", "Talks.", {"type": "object", "properties": {}})
    box = ReadingTools(Reading(tool, lambda _: "la " * 100_000))

    assert len(await box.use(ToolCall("chatter", "{}"))) == LONGEST_RESULT


SCHEMA = {
    "type": "object",
    "properties": {
        "colour": {"type": "string", "enum": ["red", "blue"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "share": {"type": "number", "maximum": 1},
        "names": {"type": "array", "items": {"type": "string", "maxLength": 3}, "maxItems": 2},
        "loud": {"type": "boolean"},
    },
    "required": ["colour"],
}


@pytest.mark.parametrize(
    "value",
    [
        {"colour": "red"},
        {"colour": "blue", "count": 9, "share": 0.5, "names": ["a", "bcd"], "loud": False},
        {"colour": "red", "share": -3, "names": []},
    ],
)
def test_what_fits_a_schema_passes(value: object) -> None:
    assert problem(value, SCHEMA) == ""


@pytest.mark.parametrize(
    "value",
    [
        {"colour": "green"},
        {"colour": "red", "count": 0},
        {"colour": "red", "count": True},
        {"colour": "red", "count": 1.5},
        {"colour": "red", "share": 2},
        {"colour": "red", "names": ["abcd"]},
        {"colour": "red", "names": ["a", "b", "c"]},
        {"colour": "red", "loud": 1},
        {"colour": ["red"]},
        {"colour": "red", "other": 1},
        {"count": 1},
    ],
)
def test_what_does_not_fit_is_refused(value: object) -> None:
    assert problem(value, SCHEMA)


def test_a_limit_that_nobody_checks_refuses_everything() -> None:
    assert problem("a", {"type": "string", "pattern": "a+"}) == "the arguments cannot be checked for pattern"
