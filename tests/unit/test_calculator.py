from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.calculator import find_sum
from assistant.core.settings import MindSettings
from assistant.core.types import Message, Origin
from assistant.llm.prompts import PromptBuilder


@pytest.mark.parametrize(
    ("said", "worked_out"),
    [
        ("What is 17 times 23?", "17 × 23 = 391"),
        ("so what's 15% of 80 dollars", "15 % of 80 = 12"),
        ("What is twelve plus thirty-one?", "12 + 31 = 43"),
        ("two hundred and five minus six", "205 - 6 = 199"),
        ("how much is 1,250 divided by 4", "1,250 ÷ 4 = 312.5"),
        ("10 divided by 3, please", "10 ÷ 3 ≈ 3.3333"),
        ("the square root of 144", "√144 = 12"),
        ("seven squared plus 1", "7² + 1 = 50"),
        ("2 to the power of 10", "2 ^ 10 = 1,024"),
        ("2 ** 3 ** 2", "2 ^ 3 ^ 2 = 512"),
        ("(3 + 4) * 5", "(3 + 4) × 5 = 35"),
        ("what is 20 minus 5 minus 3", "20 - 5 - 3 = 12"),
        ("what is 2 plus 3 times 4", "2 + 3 × 4 = 14"),
        ("a quarter of 36", "¼ of 36 = 9"),
        ("$1,200 times 12", "1,200 × 12 = 14,400"),
        ("what is 0.1 plus 0.2", "0.1 + 0.2 = 0.3"),
        ("what is minus 5 times 3", "- 5 × 3 = -15"),
        ("what is minus three squared", "- 3² = -9"),
        ("what is 4 times minus 2 plus 1", "4 × - 2 + 1 = -7"),
        ("what is 123456789012345678 divided by 4", "123,456,789,012,345,678 ÷ 4 = 30,864,197,253,086,419.5"),
        ("what is 2 divided by minus 3", "2 ÷ - 3 ≈ -0.6667"),
        ("what is 10 divided by 0?", "10 ÷ 0 cannot be worked out: nothing can be divided by zero"),
    ],
)
def test_sums_are_found_and_worked_out(said: str, worked_out: str):
    found = find_sum(said)
    assert found is not None and found.text == worked_out


@pytest.mark.parametrize(
    "said",
    [
        "I take it three times a day",
        "call 555-1234",
        "on 2024-05-01 we met",
        "what is 9/11?",
        "open 24/7",
        "from 5 - 10 people",
        "I was born in 1990 and over 30 people came",
        "my iPhone 12 plus is broken",
        "version 2.0.1 plus 3",
        "at 7:30 plus 5 minutes",
        "the 3rd plus one",
        "it is 20 times bigger",
        "",
        "minus",
        "9 ** 9 ** 9",
        "999999999999 times 999999999999",
        "the square root of minus 4",
        "word " * 200 + "2 plus 2",
    ],
)
def test_what_is_no_sum_or_a_monstrous_one_is_left_alone(said: str):
    assert find_sum(said) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["plus", "minus", "times"]))
def test_the_result_is_the_exact_one(left: int, right: int, operator: str):
    found = find_sum(f"what is {left:,} {operator} {right}")
    expected = {"plus": left + right, "minus": left - right, "times": left * right}[operator]
    assert found is not None and found.text.endswith(f"= {expected:,}")


@given(st.text("0123456789 +-*/^().,%xoverplusquared\n", max_size=300))
def test_whatever_is_worked_out_fits_on_a_line(said: str):
    found = find_sum(said)
    assert found is None or len(found.text) < 2 * len(said) + 120


def test_the_model_reads_the_result_behind_the_users_words_and_nobody_elses():
    request = PromptBuilder().request(
        (Message("user", "What is 17 times 23?"), Message("user", "2 plus 2", origin=Origin.FILE)), MindSettings()
    )
    assert request.messages[1].text == "What is 17 times 23?\n(Calculator: 17 × 23 = 391.)"
    assert "Calculator" not in request.messages[2].text
