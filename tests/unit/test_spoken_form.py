"""What a voice says for what is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.session.numerals import cardinal, ordinal, year
from assistant.session.spoken_form import spoken_form

CASES = {
    "It costs $3.50, i.e. 12% more than in 2019.": (
        "It costs three dollars and fifty cents, that is twelve percent more than in twenty nineteen."
    ),
    "On May 5, 2024 at 10:30 a.m. we met Dr. Smith.": (
        "On May fifth, twenty twenty-four at ten thirty AM we met Doctor Smith."
    ),
    "Call (555) 123-4567.": "Call five five five, one two three, four five six seven.",
    "Dial 911 or +49 30 12345": "Dial nine one one or plus four nine, three zero, one two three four five",
    "Use parse_json() in setup.py & getUserName.": "Use parse json in setup dot py and get user name.",
    "See https://www.example.com/a/b?c=d.": "See example dot com.",
    "Mail joe.b@x.org!": "Mail joe dot b at x dot org!",
    "25°C, 5 km/h, 1 kg and 3.5 GB": (
        "twenty-five degrees Celsius, five kilometers per hour, one kilogram and three point five gigabytes"
    ),
    "1/2 cup, 3/4, 2/3": "one half cup, three quarters, two thirds",
    "1,234 people, 1984 books, 007": (
        "one thousand two hundred thirty-four people, one thousand nine hundred eighty-four books, zero zero seven"
    ),
    "in 1066, since 1905, the 1990s, 21st": (
        "in ten sixty-six, since nineteen oh five, the nineteen nineties, twenty-first"
    ),
    "x = 3 + 4 / 2": "x equals three plus four divided by two",
    "5 - 3 = 2, -5 degrees, 10^2": "five minus three equals two, minus five degrees, ten squared",
    "TCP/IP, he/she, and/or, 24/7": "TCP IP, he or she, and or, twenty-four seven",
    "😀 Great 👍🏽! ✅ Done": "Great! Done",
    "14:00, 14:05, 3pm or 7 p.m.": "fourteen hundred, fourteen oh five, three PM or seven PM.",
    "$1.5 million, $10k, €5, 5 USD, £0.99, $1": (
        "one point five million dollars, ten thousand dollars, five euros, five dollars, ninety-nine pence, one dollar"
    ),
    "2024-05-12 or 12 May": "May twelfth, twenty twenty-four or the twelfth of May",
    "pages 10–12, 5-10%": "pages ten to twelve, five to ten percent",
    "a 10x gain, a 3x4 grid": "a ten times gain, a three by four grid",
    "Score 3:1, #1, No. 5": "Score three to one, number one, number five",
    "v1.2.3, Python 3.11, 3.11": (
        "version one point two point three, Python three point eleven, three point one one"
    ),
    "C++ and C#": "C plus plus and C sharp",
    "GitHub, JavaScript and iPhone stay": "GitHub, JavaScript and iPhone stay",
    "Wait - no — yes": "Wait, no, yes",
    "apples, pears etc.": "apples, pears et cetera.",
    "…": "",
    "*** ---": "",
    "": "",
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), CASES.items())
def test_things_are_said_as_a_person_would(written, said):
    assert spoken_form(written) == said


@given(st.text(max_size=60))
def test_any_text_becomes_words_without_digits_or_marks(text):
    said = spoken_form(text)
    assert not any(character in "*_`#<>|~^0123456789" for character in said)
    assert spoken_form(said) is not None


@given(st.integers(0, 10**17))
def test_every_number_has_words(number):
    words = cardinal(number)
    assert words and not any(letter.isdigit() for letter in words)
    assert ordinal(number).endswith(("st", "nd", "rd", "th"))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (-7, "minus seven"),
        (19, "nineteen"),
        (100, "one hundred"),
        (1_000_001, "one million one"),
        (21_000, "twenty-one thousand"),
    ],
)
def test_cardinals(number, words):
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(2000, "two thousand"), (2007, "two thousand seven"), (1900, "nineteen hundred"), (2010, "twenty ten")],
)
def test_years(number, words):
    assert year(number) == words


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It takes $5-10.", "It takes five to ten dollars."),
        ("He is 5′10″ tall.", "He is five foot ten tall."),
        ("It costs 50¢.", "It costs fifty cents."),
        ("It is 1.5x faster.", "It is one point five times faster."),
        ("3 × 4 = 12", "three times four equals twelve"),
        ("1 000 000 people", "one million people"),
        ("COVID-19", "COVID nineteen"),
        ("See pp. 3-5.", "See pages three to five."),
        ("Chapter IV", "Chapter four"),
        ("World War II", "World War two"),
        ("Henry VIII and Louis XIV", "Henry the eighth and Louis the fourteenth"),
        ("George I think is late.", "George I think is late."),
    ],
)
def test_shorthand_is_spelled_out(written: str, said: str) -> None:
    assert spoken_form(written) == said
