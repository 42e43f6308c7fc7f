"""Called by its name, a whole session long, on a jumping clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from assistant.core.attention import Attention, Earcon
from assistant.core.conversation import Phase
from assistant.core.events import (
    AttentionChanged,
    Event,
    MicrophoneClosed,
    NothingHeard,
    NoticeShown,
    ReplyFinished,
    TextSubmitted,
    UtteranceTranscribed,
)
from assistant.core.settings import TalkSettings
from assistant.session.doorway import Doorway, Household, Recollection
from assistant.session.session import Session
from tests.scenario.scenario import Scenario


@dataclass
class FakeEars:
    """A listener that is told and does nothing; closing it says so, as the real one does."""

    told: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.told.append("open")

    def close(self) -> None:
        self.told.append("close")

    def begin_push(self) -> None:
        self.told.append("press")

    def end_push(self) -> None:
        self.told.append("release")


class NamedScenario(Scenario):
    """The scenario with a doorway before the session, waiting for the name from the start."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ears = FakeEars()
        self.chimes: list[Earcon] = []
        self.way = "name"
        self.commands: list[tuple[float, str]] = []
        self.doorway: Doorway

    def at(self, time: float, event: Event) -> None:
        if isinstance(event, TextSubmitted):
            super().at(time, event)
        else:
            self.do(time, lambda _: self.doorway.hear(event))

    def mutes(self, at: float) -> None:
        self.do(at, lambda _: self.doorway.mute())

    def chooses(self, way: str, at: float) -> None:
        self.do(at, lambda _: self.doorway.choose(way))

    @property
    def said(self) -> list[str]:
        return [turn.text for turn in self.history if turn.role == "user"]

    @property
    def attentions(self) -> list[str]:
        return [event.attention for event in self.of(AttentionChanged) if isinstance(event, AttentionChanged)]

    def _session(self, loop: asyncio.AbstractEventLoop) -> Session:
        ears = self.transcriber
        recollection = Recollection(ears, TalkSettings())
        self.transcriber = recollection  # type: ignore[assignment]  # what the session's parts are built with
        session = super()._session(loop)
        self.transcriber = ears

        def publish(event: Event) -> None:
            self.events.append((loop.time(), event))
            self.doorway.see(event)

        session._publish = publish
        house = Household(session.post, publish, self.chimes.append, session.sounding)
        self.doorway = Doorway(lambda: self.ears, house, recollection)
        self.doorway.choose(self.way)
        return session


def test_speech_without_the_name_reaches_nobody() -> None:
    talk = NamedScenario(replies=["Hm."])
    talk.user_says("what is on television tonight", from_=1.0, to=3.0)
    talk.run()

    assert talk.said == []
    assert talk.of(UtteranceTranscribed) == []
    assert talk.model.requests == []


def test_a_question_with_the_name_is_answered_without_it() -> None:
    talk = NamedScenario(replies=["Five."])
    talk.user_says("Vespa, how many fingers has a hand?", from_=1.0, to=3.0)
    talk.run()

    assert talk.said == ["How many fingers has a hand?"]
    assert len(talk.of(ReplyFinished)) == 1
    assert talk.chimes == [Earcon.LISTENING, Earcon.TAKEN]


def test_for_a_while_after_an_answer_no_name_is_needed() -> None:
    talk = NamedScenario(replies=["Five.", "Ten."])
    talk.user_says("Vesper, how many fingers has a hand?", from_=1.0, to=3.0)
    talk.user_says("And both?", from_=8.0, to=9.0)
    talk.run()

    assert talk.said == ["How many fingers has a hand?", "And both?"]


def test_it_falls_asleep_again_when_nobody_says_anything() -> None:
    talk = NamedScenario(replies=["Five.", "No."])
    talk.user_says("Vesper, how many fingers has a hand?", from_=1.0, to=3.0)
    talk.user_says("And both?", from_=40.0, to=41.0)
    talk.run()

    assert talk.attentions == ["asleep", "awake", "asleep"]
    assert len(talk.said) == 1


def test_the_name_alone_wakes_and_the_next_words_count() -> None:
    talk = NamedScenario(replies=["Ten."])
    talk.user_says("Hey Vesper", from_=1.0, to=1.5)
    talk.user_says("how many fingers have two hands", from_=4.0, to=6.0)
    talk.run()

    assert talk.said == ["how many fingers have two hands"]
    assert talk.chimes[:2] == [Earcon.LISTENING, Earcon.LISTENING]


def test_words_that_begin_while_the_name_is_looked_at_are_not_lost() -> None:
    talk = NamedScenario(replies=["Ten."])
    talk.user_says("Vesper", from_=1.0, to=1.4)
    talk.user_says("how many fingers have two hands", from_=2.05, to=4.0)
    talk.run()

    assert talk.said == ["how many fingers have two hands"]


def test_the_name_alone_silences_a_reply() -> None:
    talk = NamedScenario(replies=["One two three four five six seven eight nine ten. " * 4])
    talk.user_types("count", at=1.0)
    talk.user_says("Vesper", from_=4.0, to=4.5)
    talk.run()

    assert talk.silenced_at
    assert talk.final_phase is Phase.LISTENING


def test_its_own_voice_saying_its_name_wakes_nobody() -> None:
    talk = NamedScenario(replies=["Vesper is the evening star and also my name and a prayer. " * 2])
    talk.user_types("who are you", at=1.0)
    talk.user_says("Vesper is the evening star", from_=2.5, to=4.0)
    talk.run()

    assert not talk.silenced_at
    assert talk.attentions == ["asleep"]


def test_a_television_in_the_room_starts_no_conversation() -> None:
    talk = NamedScenario(replies=["No."] * 5)
    for at in range(1, 50, 4):
        talk.user_says(f"the weather in the north stays mild, number {at}", from_=at, to=at + 3)
    talk.run()

    assert talk.said == []
    assert talk.model.requests == []


def test_muting_in_the_middle_of_a_look_forgets_it() -> None:
    talk = NamedScenario(replies=["No."])
    talk.user_says("Vesper, are you there?", from_=1.0, to=2.0)
    talk.mutes(at=2.7)  # the utterance ended at 2.6, and recognising it takes 0.2 seconds
    talk.run()

    assert talk.said == []
    assert talk.ears.told == ["open", "close"]
    assert talk.chimes[-1] is Earcon.MUTED


def test_muting_is_published_before_anything_is_done() -> None:
    talk = NamedScenario()
    talk.mutes(at=2.0)
    talk.run()

    assert talk.time_of(AttentionChanged) == 0.0
    assert talk.attentions == ["asleep", "muted"]


def test_waiting_for_the_name_from_the_middle_of_an_utterance_frees_the_floor() -> None:
    talk = NamedScenario(replies=["No."])
    talk.way = "open"
    talk.user_says("I am still talking while I change my mind", from_=1.0, to=5.0)
    talk.chooses("name", at=3.0)
    talk.run()

    assert talk.said == []
    assert talk.final_phase is Phase.LISTENING


def test_a_hundred_calls_in_a_row_are_answered_one_at_a_time() -> None:
    talk = NamedScenario(replies=["One two three four five six seven eight nine ten eleven twelve."] * 100)
    talk.runs_for = 300.0
    for index in range(100):
        talk.user_says("Vesper, go on counting", from_=1 + index * 2.5, to=2 + index * 2.5)
    talk.run()

    assert len(talk.said) == 100
    assert talk.final_phase is Phase.LISTENING
    assert talk.left_running == []


def test_typing_only_hears_nothing_and_answers_what_is_typed() -> None:
    talk = NamedScenario(replies=["Hello."])
    talk.way = "text"
    talk.do(1.0, lambda _: talk.doorway.press())
    talk.user_types("hello", at=2.0)
    talk.run()

    assert "press" not in talk.ears.told
    assert talk.said == ["hello"]
    assert talk.doorway.attention is Attention.TYPING


def test_the_talk_key_wakes_without_the_name() -> None:
    talk = NamedScenario(replies=["Ten."])
    talk.do(1.0, lambda _: talk.doorway.press())
    talk.user_says("how many fingers have two hands", from_=1.0, to=3.0)
    talk.do(3.0, lambda _: talk.doorway.release())
    talk.run()

    assert talk.said == ["how many fingers have two hands"]
    assert talk.ears.told == ["open", "press", "release"]


def test_a_lost_microphone_is_told_even_while_asleep() -> None:
    talk = NamedScenario()
    talk.at(1.0, MicrophoneClosed())
    talk.run()

    assert len(talk.of(MicrophoneClosed)) == 1
    assert talk.of(NothingHeard) == []


def test_speech_without_end_on_an_open_microphone_is_told_once_with_what_helps() -> None:
    talk = NamedScenario(replies=["Hm."] * 40)
    talk.way = "open"
    talk.runs_for = 200.0
    for at in range(1, 150, 5):
        talk.user_says(f"the weather in the north stays mild, number {at}", from_=at, to=at + 4.2)
    talk.run()

    [notice] = [event for event in talk.of(NoticeShown) if isinstance(event, NoticeShown)]
    assert "Vesper" in notice.advice
    assert talk.final_phase is Phase.LISTENING


def test_a_hundred_barge_ins_in_a_row_leave_one_reply_and_nothing_running() -> None:
    talk = NamedScenario(replies=["One two three four five six seven eight nine ten eleven twelve."] * 101)
    talk.way = "open"
    talk.runs_for = 420.0
    for index in range(101):
        talk.user_calls_in(f"go on counting from {index}", from_=1 + index * 4, to=2 + index * 4)
    talk.run()

    assert len(talk.said) == 101
    assert talk.model.streaming == 0
    assert len(talk.silenced_at) >= 90
    assert talk.final_phase is Phase.LISTENING
    assert talk.left_running == []
