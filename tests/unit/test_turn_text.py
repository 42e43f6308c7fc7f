"""Which words want more words after them."""

from __future__ import annotations

import pytest

from assistant.session.turn_text import reads_complete


@pytest.mark.parametrize(
    "text",
    [
        "What time is it?",
        "Stop.",
        "Yes",
        "No, thank you.",
        "What is it for?",
        "Call it two thousand and 24",
        "I would like this one.",
        "Make the second button green.",
        "こんにちは。",
    ],
)
def test_complete(text: str) -> None:
    assert reads_complete(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would like to",
        "I would like to.",  # Whisper puts a full stop behind anything
        "Because the",
        "So what I want is, um",
        "First of all,",
        "Well...",
        "And then -",
        "My name is",
    ],
)
def test_more_is_to_come(text: str) -> None:
    assert not reads_complete(text)


def test_each_language_has_its_own_words() -> None:
    assert not reads_complete("Ich möchte, dass", "de")
    assert not reads_complete("Quiero una página con", "es")
    assert not reads_complete("Je voudrais une page avec", "fr")
    assert reads_complete("Der Mond ist rot.", "de")
    assert reads_complete("Mach es in Rot.", "xx")
