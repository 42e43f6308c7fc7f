"""Which words ask for the rest, and when there is one."""

from __future__ import annotations

import pytest

from assistant.core.history import Turn
from assistant.session.resuming import CutOff, as_if_heard, asks_to_resume, is_resumable

TURNS = (Turn("user", "Tell."), Turn("assistant", "Once upon", interrupted=True), Turn("user", "go on"))


@pytest.mark.parametrize(
    "text",
    [
        "Go on.",
        "Okay, please continue.",
        "Carry on with the story",
        "Vesper, keep going!",
        "Go on then.",
        "You can go on.",
        "Where were we?",
        "Weiter, bitte.",
        "Sigue, por favor.",
    ],
)
def test_words_that_ask_for_the_rest(text: str) -> None:
    assert asks_to_resume(text)


@pytest.mark.parametrize(
    "text",
    ["", "Please.", "Go on holiday with me.", "How do I continue a loop?", "Continue in French.", "Don't go on."],
)
def test_words_that_do_not(text: str) -> None:
    assert not asks_to_resume(text)


def test_a_rest_is_resumable_while_its_turn_is_near() -> None:
    cut = CutOff(1, "a time.", is_all=True)
    between = (Turn("user", "Who?"), Turn("assistant", "A king."), Turn("user", "go on"))

    assert is_resumable(cut, TURNS)
    assert is_resumable(cut, (*TURNS[:2], *between))
    assert not is_resumable(cut, (*TURNS[:2], *between[:2], *between))
    assert not is_resumable(None, TURNS)
    assert not is_resumable(CutOff(1, "", is_all=True), TURNS)
    assert is_resumable(CutOff(1, "", is_all=False), TURNS)


def test_the_model_goes_on_behind_what_it_had_written() -> None:
    cut = CutOff(1, "a time there", is_all=False)

    assert [turn.text for turn in as_if_heard(cut, TURNS)] == ["Tell.", "Once upon a time there", "go on"]
