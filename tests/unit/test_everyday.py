"""Questions that need the clock are told the time, and wishes that nobody here can fulfil are called that."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.everyday import note_for
from assistant.core.settings import MindSettings
from assistant.core.types import Message, Origin
from assistant.llm.prompts import PromptBuilder

NOW = datetime(2026, 2, 5, 9, 7)
CLOCK = "The clock says: Thursday, 5 February 2026, 09:07."


@pytest.mark.parametrize(
    "said",
    ["What day is it today?", "what time is it", "Tell me the date.", "Which year is it?",
     "How many days until the weekend?", "¿Qué hora es?", "Wie spät ist es?"],
)  # fmt: skip
def test_who_asks_for_the_time_is_told(said: str) -> None:
    assert note_for(said, NOW) == CLOCK


@pytest.mark.parametrize(
    ("said", "ability"),
    [
        ("Set a timer for five minutes.", "timers"),
        ("Please remind me to call Anna tomorrow", "reminders"),
        ("hey vesper, can you wake me at seven", "alarms"),
        ("Open the door please and turn on the light.", "devices"),
        ("turn the lights off", "devices"),
        ("Send an email to my boss", "messages"),
        ("Play some music", "music"),
        ("Order me a pizza", "buy"),
        ("Google the weather", "internet"),
    ],
)
def test_what_nobody_here_can_do_is_called_that(said: str, ability: str) -> None:
    note = note_for(said, NOW)
    assert ability in note and note.startswith("You cannot ")


@pytest.mark.parametrize(
    "said",
    ["Tell me a story about a timer.", "How does an alarm clock work?", "Why do people send e-mails?", "", "Hello.",
     "How do I set a timer in JavaScript?", "turn off the header of the page", "Who plays music in the street?",
     "open the menu"],
)  # fmt: skip
def test_ordinary_words_get_no_note(said: str) -> None:
    assert note_for(said, NOW) == ""


@given(st.text(max_size=400))
def test_any_text_is_read_soon(said: str) -> None:
    assert len(note_for(said, NOW)) < 100


def test_only_the_last_words_of_the_user_are_told_the_time() -> None:
    builder = PromptBuilder(mark="m", now=lambda: NOW)
    asked = Message("user", "What time is it?", origin=Origin.USER)
    file = Message("user", "What time is it?", origin=Origin.FILE)

    first = builder.request((asked,), MindSettings()).messages
    later = builder.request((asked, Message("assistant", "Nine."), file), MindSettings()).messages

    assert first[-1].text == f"What time is it?\n({CLOCK})"
    assert CLOCK not in "".join(message.text for message in later)
