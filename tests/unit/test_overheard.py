"""What words heard while the assistant speaks ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.session.overheard import Verdict, is_backchannel, is_hum, is_made_up, is_own_voice, judge
from assistant.session.stop_words import is_stop

SPOKEN = "The sea was grey that morning, and the boats stayed in the harbour. Nobody had expected the letter."


@pytest.mark.parametrize(
    "text",
    ["Mm-hm.", "Mm-hmm", "Uh-huh.", "Yeah.", "Right, right.", "Yeah, I see.", "Oh, wow!", "Haha.", "Hahaha", "OK."],
)
def test_agreement_is_a_backchannel(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["", "Right now I want tea", "Yeah but why", "What?", "Tell me more", "No.", "Stop."])
def test_what_asks_for_more_is_none(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["Stop.", "Stop, stop, stop!", "OK, stop it please.", "Wait!", "Hold on.", "That's enough."]
)
def test_stop_is_understood_however_it_is_said(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize("text", ["", "Please.", "Stop the music when I leave", "Wait, what did you say", "No."])
def test_more_than_stop_is_a_turn_of_its_own(text: str) -> None:
    assert not is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "The sea was grey that morning.",
        "boats stayed in the harbor",  # another spelling
        "nobody has expected the letter",  # one word misheard
        "the boats in the harbour",  # words swallowed by the canceller
        "The letter.",
    ],
)
def test_our_own_words_are_recognised(text: str) -> None:
    assert is_own_voice(text, SPOKEN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Letter?",  # one word is asked back, not echoed
        "What was in the letter?",
        "the sea the letter",  # in order, but from far apart
        "letter the expected had nobody",
        "And where were the boats going?",
    ],
)
def test_the_users_words_are_not_ours(text: str) -> None:
    assert not is_own_voice(text, SPOKEN)


def test_nothing_is_our_own_while_nothing_is_said() -> None:
    assert not is_own_voice("good morning", "")


@given(st.data())
def test_any_stretch_of_what_is_said_is_our_own(data: st.DataObject) -> None:
    words = SPOKEN.split()
    start = data.draw(st.integers(0, len(words) - 2))
    end = data.draw(st.integers(start + 2, len(words)))
    assert is_own_voice(" ".join(words[start:end]).upper(), SPOKEN)


def test_verdicts() -> None:
    assert judge("  ", SPOKEN) is Verdict.NOISE
    assert judge("Stop!", "I will not stop here") is Verdict.STOP
    assert judge("Mm-hm", SPOKEN) is Verdict.BACKCHANNEL
    assert judge("the sea was grey", SPOKEN) is Verdict.OWN_VOICE
    assert judge("What about lunch?", SPOKEN) is Verdict.TAKES_FLOOR


def test_a_word_or_two_in_the_first_moment_of_a_reply_is_not_believed() -> None:
    assert judge("Kelly.", SPOKEN, has_just_begun=True) is Verdict.OWN_VOICE
    assert judge("Be out.", SPOKEN, has_just_begun=True) is Verdict.OWN_VOICE
    assert judge("Kelly.", SPOKEN) is Verdict.TAKES_FLOOR
    assert judge("Stop.", SPOKEN, has_just_begun=True) is Verdict.STOP
    assert judge("And what then?", SPOKEN, has_just_begun=True) is Verdict.TAKES_FLOOR


def test_one_short_sound_is_a_hum_unless_it_asks_or_refuses() -> None:
    assert is_hum("Hi.", 0.6)
    assert is_hum("Nara?", 0.6)
    assert is_hum("I love you.", 0.7)
    assert is_hum("Do you know what I'm doing?", 0.7)
    assert not is_hum("Everybody.", 0.7)
    assert not is_hum("Why?", 0.6)
    assert not is_hum("No.", 0.6)
    assert not is_hum("Elephants.", 0.9)
    assert not is_hum("But why?", 0.6)
    assert not is_hum("", 0.6)


@pytest.mark.parametrize(
    "heard", ["Hold on. Hold on.", "Wait, wait! Stop.", "Stop it, stop it.", "Okay, wait a minute."]
)
def test_who_says_stop_twice_is_obeyed(heard: str) -> None:
    assert is_stop(heard)
    assert not is_stop(f"{heard} what happened then")


@pytest.mark.parametrize(
    "heard", ["Stopped.", "Weight!", "To stop.", "The wait.", "Step, please.", "Whoa!", "Dequiet."]
)
def test_what_sounds_like_stop_is_obeyed_when_nothing_else_is_said(heard: str) -> None:
    assert is_stop(heard)
    assert not is_stop(f"{heard} by step")


@pytest.mark.parametrize(
    "heard",
    [
        "One moment, please.",
        "Hang on a second.",
        "Okay, stop.",
        "Shut up!",
        "Quiet!",
        "Be quiet, please.",
        "Enough.",
        "Wait, wait.",
        "Never mind.",
        "Just a second.",
        "Please stop talking.",
        "Could you please stop talking now?",
        "Thanks, that's enough.",
        "No, stop.",
        "Can you be quiet for me, please?",
        "Hold on, hold on a minute.",
        "Give me a second.",
        "Warte mal bitte.",
        "Sei still!",
        "Attends une seconde.",
        "Tais-toi.",
        "Espera un momento, por favor.",
        "Aspetta.",
        "Poczekaj chwilę.",
        "Vänta!",
        "Подождите, пожалуйста.",
        "等一下。",
        "ちょっと待って。",
        "잠깐만요.",
        "एक मिनट",
        "रुको",
        "That enough.",
        "انتظر",
    ],
)
def test_every_wish_for_silence_is_a_stop(heard: str) -> None:
    assert is_stop(heard)


@pytest.mark.parametrize(
    "heard",
    [
        "No.",
        "Please.",
        "Okay.",
        "Thank you.",
        "Stop the music at nine",
        "Wait, who was that?",
        "One moment in time is a song",
        "How many minutes is that?",
        "Can you tell me a bit?",
        "Enough of the river, tell me about the sea",
        "Never mind the weather, what about the bread?",
        "Hold on to the rope, he said, and then what?",
        "Für wen?",
        "रोका",
    ],
)
def test_a_wish_with_anything_else_in_it_is_no_stop(heard: str) -> None:
    assert not is_stop(heard)


def test_a_stop_and_one_word_that_was_misheard_is_a_stop() -> None:
    assert is_stop("Stop mid.")
    assert is_stop("No, stop eat!")
    assert not is_stop("Stop sign ahead")


def test_a_whole_speech_of_stops_is_judged_at_once() -> None:
    assert not is_stop("stop there " * 200 + "and listen")


def test_words_that_their_recogniser_does_not_believe_are_made_up() -> None:
    assert is_made_up("Chacha Chacha", 0.45, 1.5)
    assert is_made_up("How far?", 0.35, 1.3)
    assert not is_made_up("Who was that?", 0.8, 1.3)
    assert not is_made_up("Who was that?", 0.5, 1.3)
    assert not is_made_up("Tell me everything about the mountains", 0.45, 3.0)
    assert is_made_up("Yeah, that's it.", 0.366, 1.1), "made of an echo"
    assert not is_made_up("Stop.", 0.5, 0.7)
