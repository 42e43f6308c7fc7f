"""What was heard, to the word, and which turns the model still gets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.history import History, SpokenClause, Turn, first_turn_that_fits, heard_text

CLAUSES = (SpokenClause("Once upon a time.", 0.0, 2.0), SpokenClause("There was a king.", 2.0, 4.0))


def test_nothing_is_heard_before_the_first_sample() -> None:
    assert heard_text(CLAUSES, 0.0) == ""


def test_everything_is_heard_at_the_end() -> None:
    assert heard_text(CLAUSES, 4.0) == "Once upon a time. There was a king."


def test_a_word_counts_when_it_was_fully_played() -> None:
    assert heard_text(CLAUSES, 2.5) == "Once upon a time."
    assert heard_text(CLAUSES, 3.3) == "Once upon a time. There was"


def test_a_rest_may_be_made_at_a_comma_or_not() -> None:
    clause = SpokenClause("Four things: flour, water, salt.", 0.0, 4.0)
    words = clause.text.split()
    for played in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5):
        heard = heard_text((clause,), played).split()
        assert heard == words[: len(heard)]
        assert len("".join(heard)) / len("".join(words)) <= played / 4
    assert heard_text((clause,), 1.5) == "Four"  # at an even pace "things:" would be over at 1.6, with rests at 1.0


def test_a_clause_without_sound_was_not_heard_early() -> None:
    assert heard_text((SpokenClause("Hm.", 0.0, 0.0), *CLAUSES), 0.0) == "Hm."


@given(st.floats(0, 5), st.floats(0, 5))
def test_more_time_never_means_fewer_words(early: float, late: float) -> None:
    early, late = min(early, late), max(early, late)
    assert heard_text(CLAUSES, late).startswith(heard_text(CLAUSES, early))


def test_neighbouring_turns_of_one_role_become_one_message() -> None:
    history = History((Turn("user", "one"), Turn("user", "two"), Turn("assistant", "three")))
    assert [(message.role, message.text) for message in history.messages()] == [
        ("user", "one\ntwo"),
        ("assistant", "three"),
    ]


def test_adding_a_turn_leaves_earlier_messages_alone() -> None:
    history = History((Turn("user", "one"), Turn("assistant", "two")))
    before = history.messages()
    history.add(Turn("user", "three"))
    assert history.messages()[: len(before)] == before


def turns(count: int, length: int) -> tuple[Turn, ...]:
    return tuple(Turn("user" if i % 2 == 0 else "assistant", "x" * length) for i in range(count))


def test_all_turns_are_sent_while_they_fit() -> None:
    assert first_turn_that_fits(turns(4, 100), 1000) == 0


def test_turns_leave_in_large_steps_and_a_user_speaks_first() -> None:
    many = turns(20, 100)
    first = first_turn_that_fits(many, 1200)
    assert first > 0
    assert many[first].role == "user"
    assert first_turn_that_fits(turns(22, 100), 1200, first) == first


@given(st.integers(1, 40), st.integers(0, 300), st.integers(1, 3000))
def test_the_last_turn_always_stays(count: int, length: int, budget: int) -> None:
    assert 0 <= first_turn_that_fits(turns(count, length), budget) < count
