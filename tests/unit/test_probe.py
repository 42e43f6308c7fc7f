"""The quick look at speech: first doubts, then a pause to look at, or certainty."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.probe import Hint, SpeechProbe
from assistant.core.settings import EndpointSettings

FRAME = 512


def hints(*stretches: tuple[float, int]) -> list[tuple[int, Hint]]:
    """What a run of (probability, frames) brings about, and in which frame."""
    probe = SpeechProbe(EndpointSettings())
    frames = [probability for probability, count in stretches for _ in range(count)]
    found = [(at, probe.push(FRAME, probability)) for at, probability in enumerate(frames)]
    return [(at, hint) for at, hint in found if hint is not None]


def test_a_click_is_suspected_and_dismissed() -> None:
    assert hints((0.0, 3), (0.9, 1), (0.0, 9)) == [(3, Hint.SUSPECTED), (7, Hint.DISMISSED)]


def test_a_word_is_sampled_at_the_first_pause() -> None:
    assert hints((0.9, 12), (0.0, 20)) == [(0, Hint.SUSPECTED), (2, Hint.SUSTAINED), (15, Hint.SAMPLED)]


def test_a_dip_inside_a_word_is_no_pause() -> None:
    found = hints((0.9, 8), (0.1, 3), (0.9, 8), (0.4, 30), (0.1, 4))
    assert [hint for _, hint in found] == [Hint.SUSPECTED, Hint.SUSTAINED, Hint.SAMPLED]


def test_a_knock_long_enough_for_speech_is_too_short_for_a_word() -> None:
    assert [hint for _, hint in hints((0.9, 4), (0.0, 9))] == [Hint.SUSPECTED, Hint.SUSTAINED, Hint.DISMISSED]


def test_long_speech_is_looked_at_and_confirmed_once_whatever_its_words() -> None:
    found = hints((0.9, 100), (0.0, 9))
    assert [hint for _, hint in found] == [Hint.SUSPECTED, Hint.SUSTAINED, Hint.LONG, Hint.CONFIRMED]
    assert found[-2][0] * FRAME / 16_000 < 1.25
    assert found[-1][0] * FRAME / 16_000 < 3.05


def test_every_stretch_of_an_utterance_is_looked_at() -> None:
    found = [hint for _, hint in hints((0.9, 10), (0.0, 8), (0.9, 10), (0.0, 8))]
    assert found == [Hint.SUSPECTED, Hint.SUSTAINED, Hint.SAMPLED] * 2


@given(st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 1.0]), max_size=200))
def test_every_suspicion_is_resolved_once(probabilities: list[float]) -> None:
    probe = SpeechProbe(EndpointSettings())
    open_suspicions = 0
    for probability in probabilities:
        hint = probe.push(FRAME, probability)
        if hint is Hint.SUSPECTED:
            open_suspicions += 1
        elif hint in (Hint.DISMISSED, Hint.SAMPLED, Hint.CONFIRMED):
            open_suspicions -= 1
        assert open_suspicions == int(probe.is_suspecting)


def test_after_a_reset_it_starts_anew() -> None:
    probe = SpeechProbe(EndpointSettings())
    probe.push(FRAME, 0.9)
    probe.reset()
    assert not probe.is_suspecting
    assert probe.push(FRAME, 0.9) is Hint.SUSPECTED
