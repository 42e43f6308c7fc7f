"""Who may interrupt the assistant, and what becomes of the reply: on a virtual clock."""

from __future__ import annotations

from assistant.core.conversation import Phase
from assistant.core.events import (
    MicrophoneClosed,
    NothingHeard,
    ReplyFinished,
    ReplyInterrupted,
    SpeechConfirmed,
    SpeechDismissed,
    SpeechSampled,
    SpeechStarted,
    SpeechSuspected,
    SpeechSustained,
    SuspicionLifted,
    UtteranceEnded,
)
from assistant.core.ports import Delivery
from assistant.core.types import Utterance
from tests.scenario.scenario import Scenario

STORY = "Once upon a time there was a king. He lived in a castle by the sea."


def telling(*more: str) -> Scenario:
    """A story that is told from 3 s to about 9 s."""
    talk = Scenario(replies=[STORY, *more])
    talk.user_says("tell a story", from_=1.0, to=2.0)
    return talk


def test_a_first_sound_lowers_the_voice_and_words_hold_it() -> None:
    talk = telling("Sure.")
    talk.user_calls_in("what about the queen", from_=5.0, to=6.0)
    talk.run()
    assert talk.speaker.deliveries[:2] == [(5.05, Delivery.LOWERED), (5.1, Delivery.HELD)]
    assert talk.silenced_at == [5.1]
    assert talk.speaker.deliveries[-1][1] is Delivery.FULL
    assert talk.history[1].interrupted
    assert [turn.text for turn in talk.history[2:]] == ["what about the queen", "Sure."]


def test_a_backchannel_holds_the_voice_for_a_moment_and_the_story_goes_on_where_it_was() -> None:
    talk = telling()
    talk.user_calls_in("mm-hm", from_=5.0, to=5.4)
    talk.run()
    assert not talk.of(ReplyInterrupted)
    assert [turn.text for turn in talk.history] == ["tell a story", STORY]
    held, resumed = talk.speaker.deliveries[1:3]
    assert held == (5.1, Delivery.HELD)
    assert resumed == (5.73, Delivery.FULL)  # 0.13 s of pause, 0.2 s of recognition
    quiet = Scenario(replies=[STORY])
    quiet.user_says("tell a story", from_=1.0, to=2.0)
    quiet.run()
    assert round(talk.time_of(ReplyFinished) - quiet.time_of(ReplyFinished), 1) == round(5.73 - 5.1, 1)


def test_stop_ends_the_reply_and_brings_no_other() -> None:
    talk = telling("Never said.")
    talk.user_calls_in("stop", from_=5.0, to=5.4)
    talk.run()
    assert talk.silenced_at == [5.1]
    assert [turn.role for turn in talk.history] == ["user", "assistant"]
    assert talk.history[1].interrupted
    assert talk.final_phase is Phase.LISTENING


def test_the_own_voice_does_not_interrupt_itself() -> None:
    talk = telling()
    talk.user_calls_in("upon a time there was", from_=4.6, to=5.6)
    talk.run()
    assert [event.reason for event in talk.of(SpeechDismissed)] == ["own voice"]  # type: ignore[attr-defined]
    assert talk.history[-1].text == STORY


def test_the_end_of_the_own_voice_is_not_answered() -> None:
    talk = telling("Never said.")
    talk.run()
    finished = talk.time_of(ReplyFinished)
    again = telling("Never said.")
    again.user_says("a castle by the sea", from_=finished + 0.1, to=finished + 1.2)
    again.run()
    assert again.of(NothingHeard)
    assert len(again.history) == 2


def test_the_same_words_from_the_user_later_are_answered() -> None:
    talk = telling("Yes, by the sea.")
    talk.user_says("a castle by the sea", from_=15.0, to=16.0)
    talk.run()
    assert [turn.text for turn in talk.history[2:]] == ["a castle by the sea", "Yes, by the sea."]


def test_a_cough_only_lowers_the_voice() -> None:
    talk = telling()
    talk.at(5.0, SpeechSuspected())
    talk.at(5.2, SuspicionLifted())
    talk.run()
    assert talk.speaker.deliveries[:2] == [(5.0, Delivery.LOWERED), (5.2, Delivery.FULL)]
    assert talk.silenced_at == []
    assert talk.history[-1].text == STORY


def test_speech_that_goes_on_after_agreement_is_looked_at_again() -> None:
    talk = telling("Because.")
    both = talk.transcriber.record("yeah but why", 1.4)
    talk.user_calls_in("yeah", from_=5.0, to=5.4)
    talk.at(5.9, SpeechSuspected())
    talk.at(6.0, SpeechSustained())
    talk.at(6.5, SpeechSampled(Utterance(both, 6.4)))
    talk.at(7.0, UtteranceEnded(Utterance(both, 6.4)))
    talk.run()
    assert [turn.text for turn in talk.history[2:]] == ["yeah but why", "Because."]


def test_a_few_words_are_believed_only_when_the_utterance_has_ended() -> None:
    talk = telling()
    cut_short = talk.transcriber.record("yeah write", 0.5)
    whole = talk.transcriber.record("yeah right", 0.8)
    talk.at(5.0, SpeechSuspected())
    talk.at(5.1, SpeechSustained())
    talk.at(5.6, SpeechSampled(Utterance(cut_short, 5.5)))
    talk.at(6.1, UtteranceEnded(Utterance(whole, 5.5)))
    talk.run()
    assert not talk.of(ReplyInterrupted)
    assert talk.history[-1].text == STORY


def test_a_long_stop_that_took_the_floor_before_its_words_were_known_is_not_answered() -> None:
    talk = telling("Never said.")
    said = talk.transcriber.record("one moment please", 1.5)
    talk.at(5.05, SpeechSuspected())
    talk.at(5.1, SpeechSustained())
    talk.at(6.3, SpeechConfirmed())
    talk.at(7.1, UtteranceEnded(Utterance(said, 6.5, len(said.samples))))
    talk.run()
    assert [turn.role for turn in talk.history] == ["user", "assistant"]
    assert talk.history[1].interrupted
    assert len(talk.of(NothingHeard)) == 1


def test_a_hum_that_is_written_as_a_word_does_not_stop_the_voice() -> None:
    talk = telling()
    hum = talk.transcriber.record("Nara", 0.6)
    talk.at(5.0, SpeechSuspected())
    talk.at(5.1, SpeechSustained())
    talk.at(5.9, UtteranceEnded(Utterance(hum, 5.4, len(hum.samples))))
    talk.run()
    assert not talk.of(ReplyInterrupted)
    assert talk.history[-1].text == STORY


def test_a_knock_after_stop_does_not_save_the_reply() -> None:
    talk = telling()
    talk.user_calls_in("stop", from_=5.0, to=5.4)
    talk.at(5.6, SpeechSuspected())
    talk.at(5.7, SuspicionLifted())  # before "stop" has been understood
    talk.run()
    assert talk.silenced_at == [5.1]
    assert talk.history[1].interrupted


def test_a_knock_that_lasts_three_frames_holds_the_voice_and_lets_it_go() -> None:
    talk = telling()
    talk.at(5.0, SpeechSuspected())
    talk.at(5.1, SpeechSustained())
    talk.at(5.3, SuspicionLifted())
    talk.run()
    assert [how for _, how in talk.speaker.deliveries[:3]] == [Delivery.LOWERED, Delivery.HELD, Delivery.FULL]
    assert talk.history[-1].text == STORY


def test_the_voice_stays_held_while_the_user_goes_on_after_agreeing() -> None:
    talk = telling("Because.")
    first = talk.transcriber.record("yeah", 0.4)
    both = talk.transcriber.record("yeah but why", 1.4)
    talk.at(5.1, SpeechSustained())
    talk.at(5.5, SpeechSampled(Utterance(first, 5.4)))  # understood at 5.7
    talk.at(5.6, SpeechSuspected())
    talk.at(5.7, SpeechSustained())
    talk.at(6.1, SpeechSampled(Utterance(both, 6.0)))
    talk.at(6.6, UtteranceEnded(Utterance(both, 6.0)))
    talk.run()
    assert Delivery.FULL not in [how for at, how in talk.speaker.deliveries if at < 6.2]
    assert talk.of(ReplyInterrupted)


def test_an_utterance_that_ends_before_the_verdict_is_answered_after_it() -> None:
    talk = telling("Sure.")
    talk.transcriber.seconds = 1.0  # a busy machine
    talk.user_calls_in("what about the queen", from_=6.0, to=7.0)
    talk.run()
    assert [turn.text for turn in talk.history[2:]] == ["what about the queen", "Sure."]


def test_muting_while_the_voice_is_held_lets_it_go_on() -> None:
    talk = telling()
    talk.at(5.0, SpeechSuspected())
    talk.at(5.1, SpeechSustained())
    talk.at(5.3, MicrophoneClosed())
    talk.run()
    assert talk.history[-1].text == STORY
    assert talk.final_phase is Phase.LISTENING


def test_typing_while_the_voice_is_held_takes_the_floor() -> None:
    talk = telling("Typed answer.")
    talk.at(5.0, SpeechSuspected())
    talk.at(5.1, SpeechSustained())
    talk.user_types("a typed question", at=5.3)
    talk.run()
    assert talk.history[-1].text == "Typed answer."
    assert talk.speaker.deliveries[-1][1] is Delivery.FULL


def test_a_hundred_backchannels_do_not_lose_a_word() -> None:
    talk = Scenario(replies=["word " * 300], runs_for=400.0)
    talk.user_types("talk on and on", at=0.5)
    for number in range(100):
        talk.user_calls_in("mm-hm", from_=3.0 + 1.2 * number, to=3.4 + 1.2 * number)
    talk.run()
    assert not talk.of(ReplyInterrupted)
    assert talk.history[-1].text.split() == ["word"] * 300
    assert talk.left_running == []


def test_a_hundred_spoken_barge_ins_in_a_row_are_each_answered_and_leave_nothing_behind() -> None:
    talk = Scenario(replies=[STORY] * 101, runs_for=700.0)
    talk.user_says("tell a story", from_=1.0, to=2.0)
    for number in range(100):
        talk.user_calls_in(f"and what about queen number {number}", from_=5.0 + 6 * number, to=6.5 + 6 * number)
    talk.run()
    asked = [turn.text for turn in talk.history if turn.role == "user"]
    assert asked == ["tell a story", *(f"and what about queen number {number}" for number in range(100))]
    assert len(talk.of(ReplyInterrupted)) == 100
    assert talk.history[-1].text == STORY and not talk.history[-1].interrupted
    assert talk.model.most_streaming == 1
    assert talk.left_running == []
    assert talk.final_phase is Phase.LISTENING


def test_the_talk_key_is_not_doubted() -> None:
    talk = telling("Sure.")
    talk.at(5.0, SpeechStarted())
    talk.run()
    assert talk.of(ReplyInterrupted)
    assert talk.silenced_at == [5.0]


def test_go_on_tells_the_rest_from_the_word_where_it_was_cut() -> None:
    talk = telling("Never asked for.")
    talk.user_calls_in("stop", from_=5.0, to=5.4)
    talk.user_says("go on please", from_=9.0, to=9.8)
    talk.run()
    told, asked, rest = talk.history[1:]
    assert told.interrupted
    assert told.text
    assert (asked.text, rest.interrupted) == ("go on please", False)
    assert f"{told.text} {rest.text}" == STORY
    assert len(talk.model.requests) == 1


def test_go_on_after_a_question_in_between_still_means_the_story() -> None:
    talk = telling("Arthur.")
    talk.user_calls_in("what was his name", from_=5.0, to=6.0)
    talk.user_says("go on", from_=12.0, to=12.6)
    talk.run()
    assert [turn.text for turn in talk.history[2:5]] == ["what was his name", "Arthur.", "go on"]
    assert f"{talk.history[1].text} {talk.history[5].text}" == STORY


def test_go_on_where_nothing_was_cut_is_for_the_model() -> None:
    talk = telling("There is no more.")
    talk.user_says("go on", from_=15.0, to=15.6)
    talk.run()
    assert [turn.text for turn in talk.history] == ["tell a story", STORY, "go on", "There is no more."]


def test_a_resumed_answer_may_be_cut_and_resumed_again() -> None:
    talk = telling()
    talk.user_calls_in("stop", from_=4.0, to=4.4)
    talk.user_says("go on", from_=7.0, to=7.6)
    talk.user_calls_in("stop", from_=10.0, to=10.4)
    talk.user_says("continue", from_=13.0, to=13.6)
    talk.run()
    told = [turn.text for turn in talk.history if turn.role == "assistant"]
    assert " ".join(told) == STORY
    assert len(told) == 3
