"""Where clauses are cut, and that the way text arrives changes nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.session.sentences import LONGEST_CHARACTERS, ClauseSplitter


def split(text: str) -> list[str]:
    splitter = ClauseSplitter()
    return [*splitter.feed(text), *splitter.finish()]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Sure! I can do that.", ["Sure!", "I can do that."]),
        ("Well, of course, I will help.", ["Well, of course,", "I will help."]),
        ("You should go now because it rains.", ["You should go now", "because it rains."]),
        ("The capital of Portugal is Lisbon.", ["The capital of Portugal", "is Lisbon."]),
        ("I am sure that it is going to be fine.", ["I am sure that it is going to be fine."]),
        ("It is what it is - nothing more.", ["It is what it is -", "nothing more."]),
        ("Pi is 3.14. It never ends.", ["Pi is 3.14.", "It never ends."]),
        ("Ask Dr. Smith. He knows.", ["Ask Dr. Smith.", "He knows."]),
        ("Fruit, e.g. apples. Yes.", ["Fruit, e.g. apples.", "Yes."]),
        ("J. K. Rowling wrote it. Then she left.", ["J. K. Rowling wrote it.", "Then she left."]),
        ("At 5 p.m. we eat. Good.", ["At 5 p.m. we eat.", "Good."]),
        ("We eat at 5 p.m. Then we rest.", ["We eat at 5 p.m.", "Then we rest."]),
        ("See www.example.com. It helps.", ["See www.example.com.", "It helps."]),
        ("Hmm... let me see. Yes.", ["Hmm... let me see.", "Yes."]),
        ("Hmm... Let me see.", ["Hmm...", "Let me see."]),
        ("1. Open the lid. 2. Close it.", ["1. Open the lid.", "2. Close it."]),
        ("He said “Stop!” Then he left.", ["He said “Stop!”", "Then he left."]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("On May 5, 2024 it rained. So.", ["On May 5, 2024 it rained.", "So."]),
        ("So do I. But why?", ["So do I.", "But why?"]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("See No. 5. Then stop.", ["See No. 5.", "Then stop."]),
        ("", []),
        (" \n \n", []),
    ],
)
def test_clauses_end_where_a_speaker_would_pause(text, clauses):
    assert split(text) == clauses


def test_later_clauses_are_whole_sentences_unless_they_are_long():
    short = "Yes. On Monday, we will go to the lake."
    long = "Yes. On Monday morning after the long rain had gone away we went out, and came back at night."
    assert split(short) == ["Yes.", "On Monday, we will go to the lake."]
    assert len(split(long)) == 3


def test_the_first_clause_comes_before_the_sentence_is_complete():
    splitter = ClauseSplitter()
    assert splitter.feed("Once upon a time, t") == ["Once upon a time,"]


def test_text_without_any_pause_is_still_cut():
    assert max(len(clause.split()) for clause in split("word " * 200)) <= 41
    assert max(len(clause) for clause in split("x" * 2000)) <= LONGEST_CHARACTERS + 12


_PIECES = 'a|but |and then |Dr|e.g|3|.|!|?|…|,|:|"|—| - | |\n|。|」|I|word |wh|  '.split("|")  # noqa: SIM905
TEXT = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join) | st.text("ab X.,\n—", min_size=380, max_size=500)


@given(TEXT, st.lists(st.integers(0, 500), max_size=12))
def test_any_chunking_gives_the_same_clauses(text, cuts):
    splitter = ClauseSplitter()
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    clauses = [clause for a, b in itertools.pairwise(borders) for clause in splitter.feed(text[a:b])]
    assert [*clauses, *splitter.finish()] == split(text)


@given(TEXT)
def test_letter_by_letter_gives_the_same_clauses_and_loses_nothing(text):
    splitter = ClauseSplitter()
    clauses = [clause for letter in text for clause in splitter.feed(letter)] + splitter.finish()
    assert clauses == split(text)
    assert "".join(clauses).replace(" ", "") == "".join(text.split())


def test_a_long_first_sentence_begins_with_its_first_phrase():
    splitter = ClauseSplitter()
    assert splitter.feed("The most populous city of Portugal is Lisbon, which lies in the west. It is old.") == [
        "The most populous city of Portugal",
        "is Lisbon, which lies in the west.",
    ]


@pytest.mark.parametrize("piece", ["word", "word ", "a, ", "x. ", "....", "\n", " - "], ids=repr)
def test_a_text_that_arrives_as_one_endless_piece_is_cut_like_any_other(piece: str) -> None:
    clauses = split(piece * 5_000)
    assert all(len(clause) <= LONGEST_CHARACTERS for clause in clauses)
    assert "".join("".join(clauses).split()) == "".join((piece * 5_000).split())
