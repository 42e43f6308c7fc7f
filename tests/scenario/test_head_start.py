"""What is done before the user has finished: captions, and answers that may never be given. On a virtual clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from assistant.core.conversation import Phase
from assistant.core.errors import EngineError
from assistant.core.events import (
    CaptionChanged,
    ClauseSynthesized,
    MicrophoneClosed,
    NoticeShown,
    ReplyDelta,
    ReplyFinished,
    ReplyHeard,
    ReplySounded,
    ReplyStarted,
    SpeechDiscarded,
    SpeechProgressed,
    SpeechStarted,
    TurnCommitted,
    UtteranceEnded,
)
from assistant.core.settings import AheadSettings, MindSettings, Settings
from assistant.core.types import AudioFrame, Utterance
from tests.scenario.scenario import Scenario

TRACES = (ReplyStarted, ReplyDelta, ReplyHeard, ReplySounded, ClauseSynthesized, TurnCommitted, NoticeShown)
QUESTION = ("how does a boat sail against the wind", 1.0, 3.0)
ENDED = 3.6


def asked(*replies: str | EngineError, **options: object) -> Scenario:
    return Scenario(replies=list(replies) or ["It tacks. It goes from side to side."], **options)  # type: ignore[arg-type]


def traces_before(talk: Scenario, time: float) -> list[str]:
    return [type(event).__name__ for at, event in talk.events if at < time and isinstance(event, TRACES)]


# Captions ---------------------------------------------------------------------------------------------------------


def test_words_appear_while_they_are_spoken_and_become_firm_when_two_looks_agree() -> None:
    talk = asked()
    talk.user_speaks(QUESTION)
    talk.run()
    captions = [(event.firm, event.faint) for event in talk.of(CaptionChanged)]  # type: ignore[attr-defined]
    assert captions[0] == ("", "how")
    assert captions[1] == ("how", "does a boat")
    assert captions[-1] == (QUESTION[0], "")
    assert talk.time_of(CaptionChanged) == pytest.approx(1.0 + 0.4 + 0.2)


def test_the_last_look_is_the_final_one() -> None:
    talk = asked()
    talk.user_speaks(QUESTION)
    talk.run()
    assert talk.history[0].text == QUESTION[0]
    assert talk.time_of(TurnCommitted) == pytest.approx(ENDED)
    assert talk.transcriber.started == 4  # three while it lasted, one at the pause, none after it


def test_a_look_that_is_under_way_at_the_end_is_waited_for_and_not_begun_again() -> None:
    talk = asked()
    talk.transcriber.seconds = 0.7
    talk.user_speaks(QUESTION)
    talk.run()
    assert talk.time_of(TurnCommitted) == pytest.approx(3.0 + 0.16 + 0.7)
    assert talk.history[0].text == QUESTION[0]


def test_a_look_at_speech_that_has_gone_on_is_stopped_for_the_final_one() -> None:
    talk = asked()
    audio = talk.transcriber.record("open the door", 2.0)
    whole = Utterance(audio, 3.0, len(audio.samples))
    part = Utterance(AudioFrame(audio.samples[:16000], 16000), 2.0, 16000)
    talk.at(1.1, SpeechStarted())
    talk.at(2.95, SpeechProgressed(part, is_pause=False))
    talk.at(3.0, UtteranceEnded(whole))
    talk.run()
    assert talk.time_of(TurnCommitted) == pytest.approx(3.2)
    assert talk.history[0].text == "open the door"
    assert not talk.of(CaptionChanged)


def test_a_slow_machine_looks_less_often() -> None:
    talk = asked()
    talk.transcriber.seconds = 0.5
    talk.user_speaks(("one two three four five six seven eight", 1.0, 5.0))
    talk.run()
    assert talk.transcriber.started <= 6
    assert talk.history[0].text == "one two three four five six seven eight"


def test_nothing_is_recognised_in_silence_or_when_captions_are_off() -> None:
    talk = asked(settings=Settings(ahead=AheadSettings(captions=False)))
    talk.user_speaks(QUESTION)
    talk.run()
    assert talk.transcriber.started == 1
    assert not talk.of(CaptionChanged)
    assert talk.history[0].text == QUESTION[0]


def test_the_listener_is_told_whether_words_at_a_pause_read_complete_and_when_a_turn_is_reopened() -> None:
    talk = asked()
    talk.user_speaks(("I would like to", 1.0, 2.0), ("see the sea.", 2.8, 3.6))
    talk.run()
    assert talk.ears.complete[0] is False
    assert talk.ears.complete[-1] is True


def test_words_before_a_first_pause_stay_when_the_user_goes_on_before_the_reply() -> None:
    talk = asked()
    talk.transcriber.seconds = 0.7
    talk.user_speaks(("how does a boat", 1.0, 2.0))
    talk.user_speaks(("sail against the wind", 2.58, 3.6))  # the floor is given and taken back before there are words
    talk.run()
    assert talk.history[0].text == "how does a boat sail against the wind"
    assert talk.of(CaptionChanged)[-1] == CaptionChanged("how does a boat sail against the wind")


def test_what_was_said_long_ago_is_not_looked_at_again() -> None:
    talk = asked()
    long_ago = " ".join(f"word{number}" for number in range(30))
    talk.user_speaks((long_ago, 1.0, 15.0), ("and so on", 15.4, 16.4), ("to the end", 16.8, 17.8))
    talk.run()
    assert talk.history[0].text == f"{long_ago} and so on to the end"
    assert talk.of(CaptionChanged)[-1] == CaptionChanged(talk.history[0].text)
    assert talk.transcriber.last_seconds < 3.0


# Speculation ------------------------------------------------------------------------------------------------------


def test_an_answer_begun_in_the_pause_is_heard_as_soon_as_the_turn_is_the_assistants() -> None:
    with_it, without = asked(), asked(settings=Settings(ahead=AheadSettings(speculation=False)))
    for talk in (with_it, without):
        talk.user_speaks(QUESTION)
        talk.run()
        assert [turn.text for turn in talk.history] == [QUESTION[0], "It tacks. It goes from side to side."]
        assert len(talk.model.requests) == 1
        assert traces_before(talk, ENDED) == []
    assert with_it.time_of(ReplySounded) == pytest.approx(ENDED, abs=0.02)
    assert without.time_of(ReplySounded) == pytest.approx(ENDED + 0.2, abs=0.02)
    stages = dict(with_it.of(ReplyFinished)[0].stage_seconds)  # type: ignore[attr-defined]
    assert stages["asked"] == pytest.approx(0.36)
    assert stages["first_clause"] < stages["transcribe"] < stages["first_sound"]


def test_nobody_can_tell_that_an_answer_was_begun_when_the_user_goes_on() -> None:
    talk = asked("A wrong guess. It goes on and on.", "Side to side.")
    talk.user_speaks(("how does a boat", 1.0, 2.0), ("sail against the wind", 2.5, 3.5))
    talk.run()
    assert len(talk.model.requests) == 2
    assert traces_before(talk, 3.5 + 0.6) == []
    assert [turn.text for turn in talk.history] == ["how does a boat sail against the wind", "Side to side."]
    assert [turn.text for turn in talk.store.rows.values()] == [turn.text for turn in talk.history]
    assert "wrong" not in " ".join(event.text for event in talk.of(ReplyDelta))  # type: ignore[attr-defined]
    assert talk.model.most_streaming == 1
    assert talk.left_running == []


def test_other_words_than_the_expected_get_an_answer_of_their_own() -> None:
    talk = asked("A wrong guess.", "The right one.")
    talk.user_speaks(("stop the", 1.0, 2.0), ends=False)
    audio = talk.transcriber.record("car", 0.3)
    said = AudioFrame(audio.samples, 16000)
    talk.at(2.6, UtteranceEnded(Utterance(said, 2.2, len(said.samples))))
    talk.run()
    assert [turn.text for turn in talk.history] == ["car", "The right one."]
    assert talk.model.streaming == 0


def test_stop_while_an_answer_is_held_leaves_nothing() -> None:
    talk = asked("Never said.")
    talk.user_speaks(QUESTION, ends=False)
    talk.user_stops(3.5)
    talk.run()
    assert len(talk.model.requests) == 1
    assert traces_before(talk, 60.0) == []
    assert talk.history == ()
    assert talk.store.rows == {}
    assert talk.final_phase is Phase.LISTENING
    assert talk.left_running == []


def test_a_microphone_that_is_lost_while_an_answer_is_held_leaves_nothing() -> None:
    talk = asked("Never said.")
    talk.user_speaks(QUESTION, ends=False)
    talk.at(3.5, MicrophoneClosed())
    talk.run()
    assert traces_before(talk, 60.0) == []
    assert talk.history == ()
    assert talk.model.streaming == 0


def test_a_cough_leaves_nothing() -> None:
    talk = asked("Never said.")
    talk.user_speaks(("hm", 1.0, 1.5), ends=False)
    talk.at(2.1, SpeechDiscarded())
    talk.run()
    assert traces_before(talk, 60.0) == []
    assert talk.model.streaming == 0


def test_an_interruption_at_the_moment_of_release_is_obeyed() -> None:
    talk = asked("It tacks. It goes from side to side.", "The other one.")
    talk.user_speaks(QUESTION)
    talk.at(ENDED + 0.0001, SpeechStarted())
    audio = talk.transcriber.record("no the other boat", 1.0)
    talk.at(5.6, UtteranceEnded(Utterance(audio, 5.0, len(audio.samples))))
    talk.run()
    assert talk.history[-1].text == "The other one."
    assert "tacks" not in " ".join(turn.text for turn in talk.history)
    assert talk.model.streaming == 0
    assert talk.left_running == []


def test_a_loudspeaker_that_is_lost_while_an_answer_is_held_leaves_it_in_writing() -> None:
    talk = asked()
    talk.user_speaks(QUESTION)
    talk.do(3.5, lambda session: setattr(talk.speaker, "is_open", False))
    talk.run()
    assert [turn.text for turn in talk.history] == [QUESTION[0], "It tacks. It goes from side to side."]
    assert not talk.of(ReplySounded)
    assert len(talk.model.requests) == 1


def test_an_engine_that_fails_in_the_dark_is_asked_again_in_the_open() -> None:
    talk = asked(EngineError("It broke.", "Ask again."), "Side to side.")
    talk.user_speaks(QUESTION)
    talk.run()
    assert [turn.text for turn in talk.history] == [QUESTION[0], "Side to side."]


def test_waste_is_bounded() -> None:
    talk = asked(*[f"Guess {number}." for number in range(9)])
    stretches = [(f"word{number} and more", 1.0 + number, 1.5 + number) for number in range(8)]
    talk.user_speaks(*stretches)
    talk.run()
    assert len(talk.model.requests) <= 4
    assert talk.model.most_streaming == 1


def test_an_answer_that_nobody_claims_is_let_go() -> None:
    talk = asked("word " * 400)
    talk.user_speaks(QUESTION, ends=False)
    talk.runs_for = 7.0  # the key is still held, in silence
    talk.run()
    assert talk.model.streaming == 0


def test_a_model_on_another_machine_gets_no_unfinished_words() -> None:
    talk = asked(settings=Settings(mind=MindSettings(server_url="https://host/v1")))
    talk.user_speaks(QUESTION, ends=False)
    talk.run()
    assert talk.model.requests == []
    assert not any(request.messages for request in talk.model.prefilled)


def test_words_are_read_by_the_model_before_the_end() -> None:
    talk = asked()
    talk.user_speaks(QUESTION, ends=False)
    talk.run()
    read = [request.messages[-1].text for request in talk.model.prefilled if request.messages]
    assert read[0] == "how does a"


def test_nothing_is_wasted_on_battery() -> None:
    talk = asked()
    talk.user_speaks(QUESTION)
    talk.do(0.5, lambda session: setattr(session.parts, "saves_power", lambda: True))
    talk.run()
    assert talk.time_of(ReplySounded) == pytest.approx(ENDED + 0.2, abs=0.02)
    assert not any(request.messages[-1].role == "user" for request in talk.model.prefilled if request.messages)


@effort(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_happens_one_answer_is_alive_and_history_holds_only_what_was_asked(data: st.DataObject) -> None:
    talk = Scenario(replies=[f"Answer {number}. And more of it." for number in range(60)], runs_for=90.0)
    clock = 1.0
    for turn in range(data.draw(st.integers(1, 4))):
        stretches = []
        for part in range(data.draw(st.integers(1, 3))):
            seconds = data.draw(st.sampled_from([0.3, 0.8, 1.7]))
            stretches.append((f"turn{turn} part{part}", clock, clock + seconds))
            clock += seconds + data.draw(st.sampled_from([0.17, 0.3, 0.5, 0.58]))
        talk.user_speaks(*stretches, ends=data.draw(st.booleans()))
        clock += data.draw(st.sampled_from([0.1, 0.62, 1.0, 4.0]))
        if data.draw(st.booleans()):
            talk.user_stops(clock)
    talk.user_stops(60.0)
    talk.run()
    assert talk.model.most_streaming <= 1
    assert talk.left_running == []
    assert talk.final_phase is Phase.LISTENING
    shown = [type(event) for _, event in talk.events]
    assert shown.count(ReplyStarted) <= shown.count(UtteranceEnded)
    assert [turn.text for turn in talk.history] == [row.text for row in talk.store.rows.values() if row.text]


# The reply on the screen ------------------------------------------------------------------------------------------


def heard_of(talk: Scenario) -> list[str]:
    """The reply as far as it was painted firmly, each time it went on."""
    shown = "".join(event.text for event in talk.of(ReplyDelta))  # type: ignore[attr-defined]
    return [shown[: event.characters] for event in talk.of(ReplyHeard)]  # type: ignore[attr-defined]


def test_the_words_on_the_screen_follow_the_voice_one_by_one() -> None:
    talk = asked("Once upon a time there was a king.")
    talk.user_types("tell a story", at=1.0)
    talk.run()
    words = ["Once", "upon", "a", "time", "there", "was", "a", "king."]
    # the clauses are heard to their last word; the last one is only over when the reply is
    assert heard_of(talk)[:8] == [" ".join(words[:count]) for count in range(8)]


def test_an_interrupted_reply_is_firm_as_far_as_the_history_goes() -> None:
    talk = asked("Once upon a time there was a king. He lived by the sea.", "Sure.")
    talk.user_types("tell a story", at=1.0)
    talk.user_stops(3.3)
    talk.run()
    assert talk.history[-1].interrupted
    assert heard_of(talk)[-1] == talk.history[-1].text
    assert 0 < len(talk.history[-1].text.split()) < 8


def test_a_reply_that_is_only_written_is_not_followed() -> None:
    talk = asked("Der Himmel ist blau. Das ist die Luft.")
    talk.user_types("warum?", at=1.0)
    talk.run()
    assert [event.characters for event in talk.of(ReplyHeard)][-1] is None  # type: ignore[attr-defined]
    silent = asked("It tacks.", spoken=False)
    silent.user_types("why?", at=1.0)
    silent.run()
    assert not silent.of(ReplyHeard)
