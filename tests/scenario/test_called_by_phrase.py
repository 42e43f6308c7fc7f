"""Called by a phrase that is heard by its sound: nothing is recognised before it. On a jumping clock."""

from __future__ import annotations

from dataclasses import replace

from assistant.core.attention import Earcon
from assistant.core.conversation import Phase
from assistant.core.settings import TalkSettings
from assistant.session.address import after_phrase
from tests.scenario.test_called_by_name import NamedScenario


class PhraseScenario(NamedScenario):
    """Waits for "Hey Jarvis"; `sounds_like_it` stands for the network."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.talk = replace(TalkSettings(), wake="hey_jarvis")
        self.do(0.0, lambda _: self.doorway.apply(self.talk, "en"))

    def sounds_like_it(self, at: float) -> None:
        self.do(at, lambda _: self.doorway.phrase_heard())


def test_without_the_phrase_nothing_is_even_recognised() -> None:
    talk = PhraseScenario(replies=["Hm."])
    talk.user_says("hey Jarvis, said on television and not heard as such", from_=1.0, to=4.0)
    talk.user_says("Vesper, are you there?", from_=6.0, to=7.0)
    talk.run()

    assert talk.transcriber.started == 0
    assert talk.said == []


def test_a_question_in_the_same_breath_is_answered_without_the_phrase() -> None:
    talk = PhraseScenario(replies=["Five."])
    talk.user_says("Hey, Travis, how many fingers has a hand?", from_=1.0, to=3.0)
    talk.sounds_like_it(at=1.8)
    talk.run()

    assert talk.said == ["How many fingers has a hand?"]
    assert talk.transcriber.started == 1
    assert talk.attentions == ["asleep", "awake", "asleep"]


def test_the_phrase_alone_wakes_and_the_next_words_count() -> None:
    talk = PhraseScenario(replies=["Ten."])
    talk.user_says("Hey Jarvis", from_=1.0, to=1.8)
    talk.sounds_like_it(at=1.7)
    talk.user_says("how many fingers have two hands", from_=4.0, to=6.0)
    talk.run()

    assert talk.said == ["how many fingers have two hands"]
    assert talk.chimes[:2] == [Earcon.LISTENING, Earcon.LISTENING]


def test_a_phrase_so_soft_that_nobody_seems_to_speak_wakes_at_once() -> None:
    talk = PhraseScenario(replies=["Ten."])
    talk.sounds_like_it(at=1.0)
    talk.user_says("how many fingers have two hands", from_=4.0, to=6.0)
    talk.run()

    assert talk.said == ["how many fingers have two hands"]


def test_words_that_only_sounded_like_the_phrase_are_forgotten() -> None:
    talk = PhraseScenario(replies=["No."] * 2)
    talk.user_says("the weather in the north stays mild", from_=1.0, to=3.0)
    talk.sounds_like_it(at=2.0)
    talk.user_says("and cloudy in the south", from_=4.5, to=6.0)
    talk.run()

    assert talk.said == []
    assert talk.attentions == ["asleep", "awake", "asleep"]
    assert talk.final_phase is Phase.LISTENING


def test_the_phrase_silences_a_reply() -> None:
    talk = PhraseScenario(replies=["One two three four five six seven eight nine ten. " * 4])
    talk.user_types("count", at=1.0)
    talk.user_says("Hey Jarvis", from_=4.0, to=4.8)
    talk.sounds_like_it(at=4.7)
    talk.run()

    assert talk.silenced_at == [4.7]
    assert talk.final_phase is Phase.LISTENING


def test_its_own_voice_saying_the_phrase_wakes_nobody() -> None:
    talk = PhraseScenario(replies=["You can call me by saying hey Jarvis whenever you like, and I shall answer. " * 2])
    talk.user_types("how do I call you", at=1.0)
    talk.sounds_like_it(at=4.0)
    talk.run()

    assert not talk.silenced_at
    assert talk.attentions == ["asleep"]


def test_muting_after_the_phrase_forgets_it() -> None:
    talk = PhraseScenario(replies=["No."])
    talk.user_says("Hey Jarvis, are you there?", from_=1.0, to=3.0)
    talk.sounds_like_it(at=1.8)
    talk.mutes(at=2.5)
    talk.run()

    assert talk.said == []
    assert talk.attentions == ["asleep", "awake", "muted"]


def test_after_a_while_of_silence_the_phrase_is_needed_again() -> None:
    talk = PhraseScenario(replies=["Five.", "No."])
    talk.user_says("Hey Jarvis, how many fingers has a hand?", from_=1.0, to=3.0)
    talk.sounds_like_it(at=1.8)
    talk.user_says("And both?", from_=40.0, to=41.0)
    talk.run()

    assert len(talk.said) == 1
    assert talk.transcriber.started == 1


def test_what_recognisers_make_of_the_phrases_is_cut_off() -> None:
    assert after_phrase("OK, knobber, what time is it?", "Okay Nabu") == "What time is it?"
    assert after_phrase("He might craft what time is it.", "Hey Mycroft") == "What time is it."
    assert after_phrase("So I said no. Alexa, go on!", "Alexa") == "Go on!"
    assert after_phrase("Alexa.", "Alexa") == ""
    assert after_phrase("the weather in the north", "Hey Jarvis") is None
    assert after_phrase("", "Alexa") is None
