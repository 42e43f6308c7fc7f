"""Who is called: names as recognisers write them, and words that only look like a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.session.address import called, without_name


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        ("Vesper, what time is it?", "What time is it?"),
        ("Vespa, what time is it?", "What time is it?"),
        ("Whisper what's the time", "What's the time"),
        ("Wesper. Hello there.", "Hello there."),
        ("Hey Vesper.", ""),
        ("Okay, Vespers, go on", "Go on"),
        ("Vest per, tell me a joke", None),
        ("Vesp er, tell me a joke", "Tell me a joke"),
        ("How tall is the Eiffel Tower? Vesper.", "How tall is the Eiffel Tower?"),
        ("How tall is the Eiffel Tower Vesper?", "How tall is the Eiffel Tower?"),
        ("The vesper bell rings", None),
        ("They lower their voices to a whisper", None),
        ("Jasper, come here", None),
        ("Western films are nice", None),
        ("Yes, per hour", None),
        ("", None),
        ("...", None),
    ],
)
def test_a_name_is_heard_by_its_sound_where_people_call(heard: str, words: str | None) -> None:
    found = called(heard, "Vesper")

    assert (found.words if found else None) == words


@pytest.mark.parametrize(
    ("heard", "name"),
    [("Samanta, hi", "Samantha"), ("Hey Sam", "Sam"), ("Doctor no, go", "Doctor No"), ("Zoe?", "Zoë")],
)
def test_any_name_can_be_chosen(heard: str, name: str) -> None:
    assert called(heard, name) is not None


def test_an_empty_name_is_never_heard() -> None:
    assert called("Hello there", "") is None
    assert called("Hello there", "!!") is None


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("Vesper, stop.", "Stop."),
        ("Hey Vesper stop.", "Stop."),
        ("Tell me a joke, Vesper.", "Tell me a joke."),
        ("Whisper is a model.", "Whisper is a model."),
        ("Vesper.", "Vesper."),
        ("What is a vesper?", "What is a vesper?"),
    ],
)
def test_only_what_is_surely_an_address_is_left_out(heard: str, left: str) -> None:
    assert without_name(heard, "Vesper") == left


@given(st.text(max_size=60), st.text(max_size=12))
def test_any_text_and_any_name_are_looked_at_in_peace(text: str, name: str) -> None:
    without_name(text, name)


@given(st.text(alphabet="abcdefghij ,.", max_size=30))
def test_whoever_is_called_first_thing_is_heard(rest: str) -> None:
    assert called(f"Vesper, {rest}", "Vesper") is not None
