"""Waits: signs choose between three, the speaker's habits move them, and nothing moves them far."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.patience import LONGEST_SECONDS, Patience

sign = st.sampled_from([True, False, None])


def test_two_signs_that_agree_choose_the_short_or_the_long_wait() -> None:
    patience = Patience(0.6)

    assert patience.wait(True, True) < 0.6 == patience.wait(None, True) == patience.wait(None, None)
    assert 0.6 < patience.wait(None, False) == patience.wait(True, False) < patience.wait(False, False)


def test_who_pauses_long_inside_a_turn_is_waited_for() -> None:
    patience = Patience(0.6)
    for seconds in (0.5, 0.5, 0.55, 0.02, 0.55):
        patience.paused(seconds)

    assert patience.wait(True, True) > 0.6


def test_one_long_pause_is_no_habit() -> None:
    patience = Patience(0.6)
    patience.paused(0.59)

    assert patience.wait(True, True) == Patience(0.6).wait(True, True)


def test_a_turn_that_was_cut_makes_cautious_and_good_turns_make_bold_again() -> None:
    patience = Patience(0.6)
    before = patience.wait(True, True)
    patience.finished(was_reopened=True)
    assert patience.wait(True, True) > 1.2 * before
    for _ in range(10):
        patience.finished(was_reopened=False)
    assert patience.wait(True, True) == before


@given(sign, sign, st.lists(st.floats(0, 5)), st.lists(st.booleans()), st.floats(0.2, 1.5))
def test_no_wait_is_absurd(
    sounds: bool | None, reads: bool | None, pauses: list[float], reopened: list[bool], usual: float
) -> None:
    patience = Patience(usual)
    for seconds in pauses:
        patience.paused(seconds)
    for was in reopened:
        patience.finished(was)

    assert usual / 2 < patience.wait(sounds, reads) <= LONGEST_SECONDS
