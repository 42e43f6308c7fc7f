"""Conversations as a user lives them, on a virtual clock."""

from __future__ import annotations

import pytest

from assistant.core.conversation import Phase
from assistant.core.errors import EngineError
from assistant.core.events import (
    MicrophoneClosed,
    NothingHeard,
    NoticeShown,
    PhaseChanged,
    ReplyDelta,
    ReplyFailed,
    ReplyFinished,
    ReplyInterrupted,
    ReplySounded,
    SpeechStarted,
    TurnCommitted,
)
from tests.scenario.scenario import Scenario

STORY = "Once upon a time there was a king. He lived in a castle by the sea."


def test_a_question_is_answered_aloud_and_kept() -> None:
    talk = Scenario(replies=["It is noon."])
    talk.user_says("what time is it", from_=1.0, to=2.0)
    talk.run()
    assert [(turn.role, turn.text, turn.interrupted) for turn in talk.history] == [
        ("user", "what time is it", False),
        ("assistant", "It is noon.", False),
    ]
    assert [turn.text for turn in talk.store.rows.values()] == ["what time is it", "It is noon."]
    assert talk.final_phase is Phase.LISTENING


def test_stages_are_measured_from_the_end_of_speech() -> None:
    talk = Scenario(replies=["It is noon."])
    talk.user_says("what time is it", from_=1.0, to=2.0)
    talk.run()
    (finished,) = talk.of(ReplyFinished)
    stages = dict(finished.stage_seconds)  # type: ignore[attr-defined]
    assert stages["transcribe"] == pytest.approx(0.8)  # 0.6 s of silence, 0.2 s of recognition
    assert stages["transcribe"] < stages["first_token"] < stages["first_audio"] <= stages["first_sound"]


def test_the_user_turn_is_on_disk_before_the_model_is_asked() -> None:
    talk = Scenario(replies=["Hello."])
    talk.user_types("hi", at=1.0, ticket=7)
    talk.run()
    (committed, *_) = talk.of(TurnCommitted)
    assert (committed.text, committed.ticket) == ("hi", 7)  # type: ignore[attr-defined]
    assert talk.time_of(TurnCommitted) <= talk.time_of(ReplyDelta)


def test_barge_in_silences_at_once_and_keeps_only_what_was_heard() -> None:
    talk = Scenario(replies=[STORY, "Sure."])
    talk.user_says("tell a story", from_=1.0, to=2.0)
    talk.user_says("and her", from_=5.0, to=5.5)
    talk.run()
    assert talk.silenced_at == [5.1]
    interrupted = talk.history[1]
    assert interrupted.interrupted
    assert interrupted.text
    assert STORY.startswith(interrupted.text)
    assert len(interrupted.text) < len(STORY)
    assert talk.history[-1].text == "Sure."
    assert talk.of(ReplyInterrupted)


def test_an_interrupted_turn_is_marked_on_disk_too() -> None:
    talk = Scenario(replies=[STORY])
    talk.user_types("tell a story", at=1.0)
    talk.user_stops(at=4.0)
    talk.run()
    assert talk.store.rows[2].interrupted
    assert talk.store.rows[2].text == talk.history[1].text


def test_stop_frees_the_floor_and_the_engine() -> None:
    talk = Scenario(replies=["word " * 500])
    talk.user_types("talk on and on", at=1.0)
    talk.user_stops(at=3.0)
    talk.run()
    assert talk.model.streaming == 0
    assert talk.final_phase is Phase.LISTENING
    assert talk.left_running == []


def test_stop_while_the_user_is_speaking_forgets_the_speech() -> None:
    talk = Scenario()
    talk.at(1.0, SpeechStarted())
    talk.user_stops(at=1.5)
    talk.run()
    assert talk.final_phase is Phase.LISTENING
    assert talk.history == ()


def test_speech_during_recognition_loses_no_words() -> None:
    talk = Scenario(replies=["Both heard."])
    talk.user_says("first half", from_=1.0, to=2.0)  # ends at 2.6, recognised at 2.8
    talk.user_says("second half", from_=2.6, to=3.5)  # starts at 2.7, before that
    talk.run()
    assert [turn.text for turn in talk.history] == ["first half second half", "Both heard."]
    assert len(talk.model.requests) == 1


def test_noise_without_words_changes_nothing() -> None:
    talk = Scenario()
    talk.user_says("", from_=1.0, to=1.5)
    talk.run()
    assert talk.history == ()
    assert talk.of(NothingHeard)
    assert talk.final_phase is Phase.LISTENING


def test_a_failing_model_gives_one_sentence_and_the_conversation_goes_on() -> None:
    talk = Scenario(replies=[EngineError("The model stopped.", "Ask again."), "Here I am."])
    talk.user_types("hello", at=1.0)
    talk.user_types("hello again", at=10.0)
    talk.run()
    (failed,) = talk.of(ReplyFailed)
    assert failed.what == "The model stopped."  # type: ignore[attr-defined]
    assert talk.history[-1].text == "Here I am."


def test_a_full_disk_is_said_and_the_conversation_goes_on_in_memory() -> None:
    talk = Scenario(replies=["Still here."])
    talk.store.fails = True
    talk.user_types("hello", at=1.0)
    talk.run()
    assert any("disk is full" in notice.what for notice in talk.of(NoticeShown))  # type: ignore[attr-defined]
    assert talk.history[-1].text == "Still here."


def test_a_hundred_barge_ins_leave_no_task_behind() -> None:
    talk = Scenario(replies=[STORY] * 101, runs_for=1000.0)
    for number in range(100):
        talk.user_types(f"question {number}", at=1.0 + 5 * number)
    talk.run()
    assert talk.left_running == []
    assert sum(turn.role == "user" for turn in talk.history) == 100
    assert talk.model.streaming == 0


def test_a_stale_finish_does_not_free_the_floor_of_the_next_reply() -> None:
    talk = Scenario(replies=["One.", STORY])
    talk.user_types("first", at=1.0)
    # "One." is fully played at about 1.5 s; the second question lands at that very instant
    talk.user_types("second", at=1.5)
    talk.run()
    phases = [(round(time, 2), event.phase) for time, event in talk.events if isinstance(event, PhaseChanged)]
    speaking = [time for time, phase in phases if phase == "speaking"]
    listening = [time for time, phase in phases if phase == "listening"]
    assert max(listening) > max(speaking) + 3


def test_muting_while_speaking_to_it_frees_the_floor() -> None:
    talk = Scenario()
    talk.at(1.0, SpeechStarted())
    talk.at(1.2, MicrophoneClosed())
    talk.run()
    assert talk.final_phase is Phase.LISTENING


def test_without_a_voice_the_answer_is_written_only() -> None:
    talk = Scenario(replies=["Only text."], spoken=False)
    talk.user_types("hello", at=1.0)
    talk.run()
    assert talk.history[-1].text == "Only text."
    assert not talk.of(ReplySounded)


def test_code_is_shown_but_never_spoken() -> None:
    talk = Scenario(replies=["Here it is:\n```python\nprint('hi')\n```\nThat prints hi."])
    talk.user_types("show me code", at=1.0)
    talk.run()
    shown = "".join(event.text for event in talk.of(ReplyDelta))  # type: ignore[attr-defined]
    from assistant.core.events import ClauseSynthesized

    spoken = " ".join(event.text for event in talk.of(ClauseSynthesized))  # type: ignore[attr-defined]
    assert "print('hi')" in shown
    assert "print(" not in spoken
    assert "That prints hi." in spoken


def test_an_answer_in_a_language_without_a_voice_is_written_and_told_once() -> None:
    talk = Scenario(replies=["Der Himmel ist blau. Das ist die Luft.", "Die Luft ist auch nicht warm.", "The sky is."])
    talk.user_types("warum?", at=1.0)
    talk.user_types("und?", at=20.0)
    talk.user_types("why?", at=40.0)
    talk.run()

    notices = [event.what for event in talk.of(NoticeShown) if isinstance(event, NoticeShown)]
    assert notices == ["I have no voice for German."]
    assert [turn.text for turn in talk.history if turn.role == "assistant"] == talk.replies
    assert len(talk.of(ReplySounded)) == 1
