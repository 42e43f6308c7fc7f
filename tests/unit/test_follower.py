from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.session.follower import Follower
from assistant.session.speakable import SpokenClauses

WORDS = st.lists(st.sampled_from(["the", "boat", "tacks", "**now**", "$5", "3.5", "a", "b."]), max_size=20).map(
    " ".join
)


def heard_of(shown: str, spoken_words: list[str]) -> str:
    """What is marked as heard, word by word."""
    follower = Follower()
    end = 0
    for count in range(len(spoken_words) + 1):
        end = follower.position(shown, " ".join(spoken_words[:count]))
    return shown[:end]


def test_it_goes_word_by_word():
    follower = Follower()
    shown = "Once upon a time there was a king."
    assert shown[: follower.position(shown, "")] == ""
    assert shown[: follower.position(shown, "Once upon")] == "Once upon"
    assert shown[: follower.position(shown, "Once upon a time there was a king.")] == shown


@pytest.mark.parametrize(
    ("shown", "spoken", "expected"),
    [
        ("It costs $500 for two.", "It costs five hundred dollars for", "It costs $500 for"),
        ("Use **bold words** here.", "Use bold words here.", "Use **bold words** here."),
        ("Dr. Who has 3 cats and no dog.", "Doctor Who has three cats", "Dr. Who has 3 cats"),
        (
            "Try this:\n```python\nprint('the code is on the screen')\n```\nThen run it.",
            "Try this: The code is on the screen. Then run",
            "Try this:\n```python\nprint('the code is on the screen')\n```\nThen run",
        ),
        ("See https://a.example/the/page for the rest.", "See for the", "See https://a.example/the/page for the"),
        ("the cat and the dog and the bird", "the cat and the", "the cat and the"),
    ],
)
def test_it_finds_its_way_where_what_is_said_is_not_what_is_shown(shown, spoken, expected):
    assert heard_of(shown, spoken.split()) == expected


def test_text_that_is_still_being_written_is_followed_as_it_comes():
    follower = Follower()
    assert follower.position("It tacks", "It tacks") == 8
    assert follower.position("It tacks. It goes on.", "It tacks. It") == 12


@given(WORDS)
def test_it_never_goes_back_nor_beyond_the_text(shown):
    clauses = SpokenClauses()
    spoken = " ".join([*clauses.feed(shown), *clauses.finish()]).split()
    follower = Follower()
    ends = [follower.position(shown, " ".join(spoken[:count])) for count in range(len(spoken) + 1)]
    assert ends == sorted(ends)
    assert ends[-1] <= len(shown)
