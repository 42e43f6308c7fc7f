from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.session.agreement import Agreement, Words, same_words

TEXTS = st.lists(st.sampled_from(["one", "two", "Three,", "four"]), max_size=6).map(" ".join)


def test_words_are_firm_when_two_looks_agree():
    agreement = Agreement()
    assert agreement.push("How does") == Words("", "How does")
    assert agreement.push("How does a boat") == Words("How does", "a boat")
    assert agreement.push("How does a bow sail") == Words("How does a", "bow sail")


def test_case_and_punctuation_do_not_matter_and_the_newest_spelling_counts():
    agreement = Agreement()
    agreement.push("well stop.")
    assert agreement.push("Well, stop the") == Words("Well, stop", "the")


def test_firm_words_are_given_up_only_when_two_looks_contradict():
    agreement = Agreement()
    agreement.push("I scream")
    agreement.push("I scream now")
    assert agreement.push("ice cream now please") == Words("I scream", "now please")
    assert agreement.push("ice cream now please sir") == Words("ice cream now please", "sir")


def test_a_final_look_is_firm_at_once():
    agreement = Agreement()
    agreement.push("stop")
    assert agreement.push("Stop it.", is_final=True) == Words("Stop it.", "")


@given(st.lists(TEXTS, max_size=8))
def test_the_newest_look_decides_how_many_words_there_are_or_firm_words_do(looks):
    agreement = Agreement()
    for text in looks:
        words = agreement.push(text)
        assert len(words.text.split()) == max(len(text.split()), len(words.firm.split()))


def test_words_are_the_same_but_for_dress():
    assert same_words("Stop, the car!", "stop the car")
    assert not same_words("stop the car", "stop a car")
    assert same_words("", "...")
