"""Two things at once: whatever comes between two steps of a reply, on a virtual clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.conversation import Phase
from assistant.core.events import (
    MicrophoneClosed,
    PictureDropped,
    ReplyFinished,
    ReplyInterrupted,
    ReplySounded,
    SpeechDiscarded,
    SpeechStarted,
    StopRequested,
    UtteranceEnded,
)
from assistant.core.page_events import PageEdited
from assistant.core.types import Utterance
from assistant.pages.page_maker import PageMaker
from assistant.session.session import Session
from tests.scenario.scenario import Scenario
from tests.scenario.test_edits import OPTIONS, READING, PageStore

STORY = "Once upon a time there was a king. He lived in a castle by the sea."


def telling(*more: str) -> Scenario:
    """A story that is asked for from 1 to 2 s, and told from about 3 s on."""
    talk = Scenario(replies=[STORY, *more])
    talk.user_says("tell a story", from_=1.0, to=2.0)
    return talk


def finished_at(talk: Scenario) -> float:
    return talk.time_of(ReplyFinished)


@pytest.mark.parametrize("words", ["recognised", "first clause"])
def test_who_goes_on_before_the_first_sound_is_answered_once_and_in_whole(words: str) -> None:
    at = {"recognised": 2.65, "first clause": 2.92}[words]
    talk = telling("A story about a queen.")
    talk.user_says("about a queen", from_=at, to=at + 1.0)
    talk.run()
    asked = " ".join(turn.text for turn in talk.history if turn.role == "user")
    assert asked == "tell a story about a queen"
    assert len(talk.of(ReplyFinished)) == 1
    assert talk.model.most_streaming == 1
    assert talk.final_phase is Phase.LISTENING
    assert not talk.left_running


def test_a_barge_in_after_the_last_sample_interrupts_nothing() -> None:
    alone = telling()
    alone.run()
    for after in (0.0, 0.01):
        talk = telling("Yes.")
        talk.user_says("is that all", from_=finished_at(alone) - 0.1 + after, to=finished_at(alone) + 1)
        talk.run()
        assert [turn.text for turn in talk.history] == ["tell a story", STORY, "is that all", "Yes."]
        assert not talk.history[1].interrupted or after == 0.0
        assert len(talk.of(ReplySounded)) == 2
        assert not talk.left_running


def test_the_answer_to_a_barge_in_may_be_interrupted_too() -> None:
    talk = telling(STORY, "Good night.")
    talk.user_calls_in("what about the queen", from_=5.0, to=6.0)
    talk.user_calls_in("never mind the queen", from_=9.0, to=10.0)
    talk.run()
    said = [(turn.text, turn.interrupted) for turn in talk.history if turn.role == "assistant"]
    assert [was_cut for _, was_cut in said] == [True, True, False]
    assert said[2][0] == "Good night."
    assert all(STORY.startswith(text) and text != STORY for text, _ in said[:2])
    assert len(talk.of(ReplyInterrupted)) == 2
    assert talk.model.most_streaming == 1
    assert not talk.left_running


def test_a_second_barge_in_while_the_first_is_recognised_loses_no_words() -> None:
    talk = telling("Sure.")
    talk.user_calls_in("what about", from_=5.0, to=6.0)
    talk.user_says("the queen", from_=6.62, to=7.2)
    talk.run()
    asked = " ".join(turn.text for turn in talk.history if turn.role == "user")
    assert asked == "tell a story what about the queen"
    assert talk.history[-1].text == "Sure."
    assert not talk.left_running


@pytest.mark.parametrize("began_at", [2.7, 2.9])  # before and after its words are known
def test_a_cough_while_the_answer_is_being_made_does_not_lose_the_question(began_at: float) -> None:
    talk = telling(STORY)
    talk.at(began_at, SpeechStarted())
    talk.at(began_at + 0.3, SpeechDiscarded())
    talk.run()
    assert [turn.text for turn in talk.history] == ["tell a story", STORY]
    assert not talk.history[-1].interrupted
    assert talk.final_phase is Phase.LISTENING


def test_a_cough_behind_a_typed_question_does_not_lose_it_either() -> None:
    talk = Scenario(replies=[STORY, STORY])
    talk.user_types("tell a story", at=1.0)
    talk.at(1.1, SpeechStarted())
    talk.at(1.4, SpeechDiscarded())
    talk.run()
    assert [turn.text for turn in talk.history] == ["tell a story", STORY]


def test_muting_after_a_false_start_forgets_the_answer() -> None:
    talk = telling(STORY, "Yes.")
    talk.at(2.9, SpeechStarted())
    talk.at(3.0, MicrophoneClosed())
    talk.at(20.0, SpeechStarted())
    talk.at(20.3, SpeechDiscarded())
    talk.run()
    assert [turn.text for turn in talk.history] == ["tell a story"]
    assert talk.final_phase is Phase.LISTENING


@pytest.mark.parametrize("discarded_at", [6.75, 7.3])  # before and after the verdict at 6.8
def test_a_cough_behind_a_barge_in_does_not_lose_it(discarded_at: float) -> None:
    talk = telling("Sure.")
    talk.user_calls_in("what about", from_=5.0, to=6.0)
    talk.at(6.7, SpeechStarted())
    talk.at(discarded_at, SpeechDiscarded())
    talk.run()
    assert [turn.text for turn in talk.history[2:]] == ["what about", "Sure."]
    assert talk.final_phase is Phase.LISTENING


@pytest.mark.parametrize("at", [6.62, 6.75, 6.9, 7.2])
def test_a_barge_in_while_a_page_is_changed_leaves_the_page_whole(at: float) -> None:
    talk = Scenario(reading=READING, replies=[OPTIONS, "It is green."], maker=PageMaker())
    talk.store = PageStore()
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.user_says("make the second button green", from_=4.5, to=6.0)
    talk.user_says("what colour is it", from_=at - 0.1, to=at + 1.0)
    talk.run()
    assert len(talk.of(PageEdited)) <= 1
    assert talk.history[-1].role == "assistant"
    assert talk.history[-1].text
    assert talk.final_phase is Phase.LISTENING
    assert not talk.left_running


def test_stop_while_the_user_is_heard_forgets_them_and_the_next_words_count() -> None:
    talk = Scenario(replies=["Yes."])
    talk.at(1.1, SpeechStarted())
    talk.user_stops(at=1.5)
    lost = talk.transcriber.record("never mind", 0.5)
    talk.at(2.2, UtteranceEnded(Utterance(lost, 1.6)))  # was already on its way
    talk.user_says("are you there", from_=4.0, to=5.0)
    talk.run()
    assert [turn.text for turn in talk.history] == ["are you there", "Yes."]
    assert talk.ears.dropped == 1


def test_a_microphone_that_is_lost_while_the_voice_speaks_does_not_end_the_story() -> None:
    talk = telling()
    talk.at(5.0, MicrophoneClosed())
    talk.run()
    assert talk.history[-1].text == STORY
    assert not talk.history[-1].interrupted
    assert talk.final_phase is Phase.LISTENING


def test_a_loudspeaker_that_is_lost_while_the_voice_speaks_frees_the_floor() -> None:
    def unplug(session: Session) -> None:
        talk.speaker.is_open = False
        talk.speaker.flush()

    talk = telling("Yes.")
    talk.do(5.0, unplug)
    talk.user_types("are you there", at=20.0)
    talk.run()
    assert finished_at(talk) < 20
    assert [turn.text for turn in talk.history[-2:]] == ["are you there", "Yes."]
    assert talk.final_phase is Phase.LISTENING
    assert not talk.left_running


@given(st.data())
def test_whatever_happens_stop_frees_the_floor_and_one_reply_is_alive(data: st.DataObject) -> None:
    talk = Scenario(replies=[STORY] * 40, runs_for=80.0)
    at = 1.0
    for number in range(data.draw(st.integers(1, 8), "happenings")):
        kind = data.draw(st.sampled_from(("says", "calls in", "types", "stops", "mutes", "coughs")), "kind")
        if kind == "says":
            talk.user_says(f"words {number}", from_=at, to=at + 1.0)
        elif kind == "calls in":
            talk.user_calls_in(f"words {number}", from_=at, to=at + 1.0)
        elif kind == "types":
            talk.user_types(f"words {number}", at=at)
        elif kind == "stops":
            talk.user_stops(at=at)
        elif kind == "mutes":
            talk.at(at, MicrophoneClosed())
        else:
            talk.at(at, SpeechStarted())
            talk.at(at + 0.2, SpeechDiscarded())
        at += data.draw(st.floats(0.01, 4.0), "pause")
    talk.at(at + 0.5, StopRequested())
    talk.runs_for = at + 0.51
    phases_before = len(talk.events)
    talk.run()
    assert phases_before == 0
    assert talk.final_phase is Phase.LISTENING
    assert talk.model.most_streaming <= 1
    assert not talk.left_running
