"""What is done with a Whisper that repeats itself, doubts, or invents words."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from assistant.audio.speech_gate import Piece, SpeechGate
from assistant.audio.whisper import (
    FULL_WINDOW_SECONDS,
    LEAST_DRAFT_WINDOW_SECONDS,
    LEAST_WINDOW_SECONDS,
    Hypothesis,
    Search,
    Whisper,
    Wish,
    likely_language,
    runs_in_circles,
)
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples
from tests.fakes import ScriptedDecoder


class WideGate(SpeechGate):
    """Everything is speech, in pieces of ten seconds."""

    def __init__(self, speech_seconds: float = 3.0, is_cut: bool = False) -> None:
        self._speech_seconds = speech_seconds
        self._is_cut = is_cut

    def pieces(self, recording: Samples, start: int = 0) -> list[Piece]:
        step = 10 * SPEECH_RATE
        return [
            Piece(((at, min(at + step, len(recording))),), self._speech_seconds, self._is_cut)
            for at in range(start, len(recording), step)
        ]


def said(text: str, logprob: float = -0.2, no_speech: float = 0.0) -> Hypothesis:
    return Hypothesis(tuple(range(len(text.split()))), text, logprob, no_speech)


def transcribe(decoder: ScriptedDecoder, seconds: float = 5.0, gate: SpeechGate | None = None, language: str = ""):
    whisper = Whisper(decoder, gate or WideGate())
    sound = AudioFrame(np.full(int(seconds * SPEECH_RATE), 0.1, np.float32), SPEECH_RATE)
    return whisper.transcribe(sound, Wish(language))


def test_a_good_result_is_decoded_once_in_a_short_window():
    decoder = ScriptedDecoder([said("Open the door.")])
    assert transcribe(decoder).text == "Open the door."
    assert decoder.windows == [LEAST_WINDOW_SECONDS]
    assert len(decoder.searches) == 1


def test_a_draft_is_encoded_in_a_shorter_window_that_still_holds_all_of_it():
    decoder = ScriptedDecoder([said("Open the"), said("Open the door and")])
    whisper = Whisper(decoder, WideGate())
    for seconds in (2.0, 8.0):
        sound = AudioFrame(np.full(int(seconds * SPEECH_RATE), 0.1, np.float32), SPEECH_RATE)
        whisper.transcribe(sound, Wish("en", draft=True))
    assert decoder.windows[0] == LEAST_DRAFT_WINDOW_SECONDS < LEAST_WINDOW_SECONDS
    assert decoder.windows[1] > 8.0


def test_a_result_that_repeats_itself_is_decoded_again_in_the_full_window():
    decoder = ScriptedDecoder([said("go on and go on and go on and"), said("Go on.")])
    assert transcribe(decoder).text == "Go on."
    assert decoder.windows[-1] == FULL_WINDOW_SECONDS


def test_a_doubtful_result_is_decoded_again_with_a_beam():
    decoder = ScriptedDecoder([said("Openly door.", -0.7), said("Open the door.", -0.3)])
    assert transcribe(decoder).text == "Open the door."
    assert decoder.searches[-1].beam > 1


def test_a_hopeless_result_is_sampled_and_the_best_is_kept():
    decoder = ScriptedDecoder([said("a", -1.6), said("b", -1.5), said("c", -1.2), said("d", -1.4)])
    assert transcribe(decoder).text == "c"
    assert decoder.searches[-1].temperature > 0


def test_invented_thanks_after_a_click_are_dropped_but_real_ones_stay():
    invented = said("Thank you.", -0.6)
    assert transcribe(ScriptedDecoder([invented]), 0.5, WideGate(speech_seconds=0.1)).text == ""
    assert transcribe(ScriptedDecoder([invented]), 1.5, WideGate(speech_seconds=0.8)).text == "Thank you."


def test_marks_without_words_are_no_speech():
    assert transcribe(ScriptedDecoder([said("...")])).text == ""


def test_the_language_is_detected_once_and_a_given_one_is_kept():
    german = ScriptedDecoder([said("Hallo.")], probabilities={"de": 0.9, "en": 0.1})
    assert transcribe(german, 25).language == "de"
    assert set(german.languages_used) == {"de"}
    assert transcribe(german, language="fr").language == "fr"


@pytest.mark.parametrize(
    ("probabilities", "seconds", "language"),
    [
        ({"cy": 0.6, "en": 0.3}, 1.0, "en"),
        ({"cy": 0.6, "en": 0.3}, 6.0, "cy"),
        ({"de": 0.9, "en": 0.1}, 1.0, "de"),
        ({"nn": 0.4, "en": 0.3}, 9.0, "en"),
    ],
)
def test_little_speech_is_english_unless_it_is_clearly_not(probabilities, seconds, language):
    assert likely_language(probabilities, seconds) == language


def test_a_piece_cut_in_speech_leaves_its_last_word_to_the_next():
    decoder = ScriptedDecoder([said("one two thr"), said("three four"), said("")])
    assert transcribe(decoder, 20, WideGate(is_cut=True)).text.startswith("one two three")


def test_speech_after_the_last_word_is_listened_to_again():
    class EarlyStop(ScriptedDecoder):
        def align(self, encoded, language, tokens, seconds):
            return tuple(super().align(encoded, language, tokens, min(seconds, 4.0)))

    decoder = EarlyStop([said("first half"), said("second half of it"), said("")])
    assert transcribe(decoder, 10).text.startswith("first half second half of it")


def test_a_stop_ends_it_between_pieces():
    decoder = ScriptedDecoder([said("word")])
    stop = threading.Event()
    stop.set()
    sound = AudioFrame(np.ones(SPEECH_RATE * 30, np.float32), SPEECH_RATE)
    assert Whisper(decoder, WideGate()).transcribe(sound, Wish(stop=stop)).text == ""


@pytest.mark.parametrize(
    ("text", "is_circle"),
    [
        ("no, no, no", False),
        ("no no no no no", True),
        ("very very good", False),
        ("I will go there. I will go there. I will go there.", True),
        ("we shall fight on the beaches we shall fight on the landing grounds", False),
        ("ask what you can do for your country ask what you can do for your country", True),
    ],
)
def test_repetition_is_told_from_rhetoric(text, is_circle):
    assert runs_in_circles(said(text), Search(100)) is is_circle


def test_talking_until_cut_off_is_a_circle():
    assert runs_in_circles(said("one two three"), Search(longest_tokens=3))
