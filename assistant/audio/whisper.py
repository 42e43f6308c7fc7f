"""Whisper over speech of any length with a short encoder window, whichever runtime does the arithmetic.

Whisper always encodes 30 s, most of it silence; a window of the speech's length plus a second takes a third of the
time. The price is that the decoder may run in circles, so every result is checked and decoded again where it looks bad.
"""

from __future__ import annotations

import math
import re
import threading
import time
import zlib
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from assistant.audio.alignment import with_joined_punctuation
from assistant.audio.speech_gate import Piece, SpeechGate
from assistant.audio.wav import resample, without_bad_samples
from assistant.core.errors import InputError
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples, Transcript, Word

FULL_WINDOW_SECONDS = 30.0
LEAST_WINDOW_SECONDS = 10.0  # shorter windows send the decoder in circles: 7 s costs 0.13 points of WER
LEAST_DRAFT_WINDOW_SECONDS = 7.0  # of 29 drafts as many words right as in ten, at two thirds of the time; six lost some
TRAILING_SECONDS = 1.0
LEADING_SECONDS = 0.15  # a clipped first consonant is heard better behind a moment of silence
LEVEL = 0.5  # peak: quiet speech lost 0.3 points of WER more
MOST_GAIN = 100.0
MISSED_SECONDS = 3.0
FASTEST_WORDS = 4.5  # a second: where so many would not fill the time, some may be missing
BEAM = 5
DOUBTFUL_LOGPROB = -0.5  # a greedy result below this is decoded again with a beam
HOPELESS_LOGPROB = -1.0  # Whisper's own limit for sampling at a higher temperature
TEMPERATURES = (0.2, 0.4, 0.6, 0.8)
_INVENTED = re.compile(
    r"thank you( very much)?|thank(s| you) for watching|you|bye( bye)?|okay|so|oh|hmm|the end|please subscribe"
    r"|subtitles by the amara org community|i'm sorry|i'll see you next time|music|applause"
)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One decoding of a window."""

    tokens: tuple[int, ...]
    text: str
    average_logprob: float
    no_speech_probability: float


@dataclass(frozen=True, slots=True)
class Search:
    """How to look for words. `beam` 1 is greedy; `temperature` above 0 samples."""

    longest_tokens: int
    beam: int = 1
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Wish:
    """How a recording is to be heard. An empty `language` is detected; `stop` ends the work after the step at hand.

    A `draft` is one greedy look. `times` asks for when each word was said.
    """

    language: str = ""
    draft: bool = False
    times: bool = False
    stop: threading.Event = field(default_factory=threading.Event)


class WindowDecoder(Protocol):
    """A Whisper model in some runtime. `encoded` is the runtime's own; used only until the next `encode`."""

    is_multilingual: bool

    def encode(self, samples: Samples, window_seconds: float) -> Any: ...

    def languages(self, encoded: Any) -> dict[str, float]:
        """Probability per ISO 639-1 code."""
        ...

    def decode(self, encoded: Any, language: str, search: Search) -> Hypothesis: ...

    def align(self, encoded: Any, language: str, tokens: tuple[int, ...], seconds: float) -> tuple[Word, ...]: ...


class Whisper:
    """Blocking. One recording at a time."""

    def __init__(self, decoder: WindowDecoder, gate: SpeechGate) -> None:
        self._decoder = decoder
        self._gate = gate

    def transcribe(self, audio: AudioFrame, wish: Wish) -> Transcript:
        """Words of the audio; what was asked to stop returns an incomplete text."""
        began = time.perf_counter()
        recording = resample(without_bad_samples(audio), SPEECH_RATE).samples
        texts: list[str] = []
        words: list[Word] = []
        confidences: list[float] = []
        pieces = self._gate.pieces(recording)
        language = wish.language
        while pieces and not wish.stop.is_set():
            piece = pieces.pop(0)
            heard = self._hear(piece, recording, replace(wish, language=language))
            if heard is None:
                continue
            language = heard.language
            if piece.is_cut_in_speech and pieces and len(heard.words) > 1:
                heard, last = _without_last_word(heard)
                pieces[0] = pieces[0].starting_at(int(last.start_seconds * SPEECH_RATE))
            elif heard.words:
                pieces = self._missed(heard.words, piece, recording) + pieces
            texts.append(heard.text)
            confidences.append(heard.confidence)
            words.extend(heard.words)
        text = " ".join(" ".join(texts).split())
        timed = tuple(words) if wish.times else ()
        seconds = time.perf_counter() - began
        return Transcript(text, language or "en", timed, audio.seconds, seconds, min(confidences, default=1.0))

    def _hear(self, piece: Piece, recording: Samples, wish: Wish) -> Transcript | None:
        """None where it was no speech after all."""
        samples = _prepared(piece.samples(recording))
        decoded = self._decode(samples, wish)
        if decoded is None:
            return None
        encoded, language, best = decoded
        if not re.search(r"\w", best.text) or _is_invented(best, piece.speech_seconds):
            return None
        least_seconds = len(best.text.split()) / FASTEST_WORDS
        may_lack_words = piece.is_cut_in_speech or piece.seconds - least_seconds >= MISSED_SECONDS
        if wish.draft or not (wish.times or may_lack_words):
            return Transcript(best.text.strip(), language, confidence=_confidence(best))
        words = self._decoder.align(encoded, language, best.tokens, len(samples) / SPEECH_RATE)
        placed = tuple(_placed(word, piece) for word in with_joined_punctuation(words))
        return Transcript(best.text.strip(), language, placed, confidence=_confidence(best))

    def _missed(self, words: tuple[Word, ...], piece: Piece, recording: Samples) -> list[Piece]:
        """Speech behind the last word: Whisper sometimes stops at a sentence's end."""
        heard_until = int(words[-1].end_seconds * SPEECH_RATE)
        if piece.end - heard_until < MISSED_SECONDS * SPEECH_RATE or heard_until <= piece.start:
            return []
        rest = self._gate.pieces(recording[: piece.end], heard_until)
        return [part for part in rest if part.speech_seconds > MISSED_SECONDS / 2]

    def _decode(self, samples: Samples, wish: Wish) -> tuple[Any, str, Hypothesis] | None:
        """None when asked to stop half-way."""
        seconds = len(samples) / SPEECH_RATE
        least = LEAST_DRAFT_WINDOW_SECONDS if wish.draft else LEAST_WINDOW_SECONDS
        window = min(max(seconds + TRAILING_SECONDS, least), FULL_WINDOW_SECONDS)
        search = Search(longest_tokens=int(8 + 7 * seconds))
        encoded = self._decoder.encode(samples, window)
        if wish.stop.is_set():
            return None
        language = wish.language or self._language(encoded, seconds)
        best = self._decoder.decode(encoded, language, search)
        if wish.draft:
            return None if runs_in_circles(best, search) else (encoded, language, best)
        if runs_in_circles(best, search) and window < FULL_WINDOW_SECONDS:
            encoded = self._decoder.encode(samples, FULL_WINDOW_SECONDS)
            best = self._decoder.decode(encoded, language, search)
        if best.average_logprob < DOUBTFUL_LOGPROB or runs_in_circles(best, search):
            again = self._decoder.decode(encoded, language, Search(search.longest_tokens, beam=BEAM))
            best = max(best, again, key=lambda result: (not runs_in_circles(result, search), result.average_logprob))
        for temperature in TEMPERATURES:
            if best.average_logprob >= HOPELESS_LOGPROB and not runs_in_circles(best, search):
                break
            again = self._decoder.decode(encoded, language, Search(search.longest_tokens, temperature=temperature))
            best = max(best, again, key=lambda result: (not runs_in_circles(result, search), result.average_logprob))
        return encoded, language, best

    def _language(self, encoded: Any, seconds: float) -> str:
        if not self._decoder.is_multilingual:
            return "en"
        return likely_language(self._decoder.languages(encoded), seconds)


def likely_language(probabilities: dict[str, float], seconds: float) -> str:
    """The most probable language; where little was said, English unless another is clearly more probable."""
    best = max(probabilities, key=lambda code: probabilities[code])
    least = 0.7 if seconds < 2.5 else 0.6  # one accented word alone was taken for ten languages, at 0.65 at most
    return best if probabilities[best] >= least else "en"


def runs_in_circles(result: Hypothesis, search: Search) -> bool:
    """Did the decoder repeat itself or talk until it was cut off?"""
    if len(result.tokens) >= search.longest_tokens:
        return True
    said = " ".join(re.findall(r"[\w']+", result.text.lower())) + " "
    # People do say "no, no, no"; nobody says six words twice without a breath.
    if re.search(r"\b((?:[\w']+ ){1,2})\1{3}|\b((?:[\w']+ ){3,5})\2{2}|\b((?:[\w']+ ){6,20})\3", said):
        return True
    text = result.text.encode()
    return len(text) > 80 and len(text) / len(zlib.compress(text)) > 2.4  # Whisper's own limit


def _is_invented(result: Hypothesis, speech_seconds: float) -> bool:
    """Words that Whisper makes up where nobody speaks."""
    if result.no_speech_probability > 0.6 and result.average_logprob < -1.0:
        return True
    said = " ".join(re.findall(r"[\w']+", result.text.lower()))
    return bool(_INVENTED.fullmatch(said)) and speech_seconds < 0.35 and result.average_logprob < -0.4


def unknown_language(code: str) -> InputError:
    return InputError(f"Whisper knows no language {code!r}.", 'Give a code like "en" or "de", or none to detect it.')


def _prepared(samples: Samples) -> Samples:
    peak = float(np.abs(samples).max(initial=0.0))
    gain = min(LEVEL / peak, MOST_GAIN) if peak > 0 else 1.0
    return np.concatenate([np.zeros(int(LEADING_SECONDS * SPEECH_RATE), np.float32), samples * np.float32(gain)])


def _confidence(result: Hypothesis) -> float:
    return min(1.0, math.exp(result.average_logprob))


def _placed(word: Word, piece: Piece) -> Word:
    """The word at its time in the recording."""
    start = piece.time_at(word.start_seconds - LEADING_SECONDS)
    end = max(start, piece.time_at(word.end_seconds - LEADING_SECONDS))
    return Word(word.text, round(start, 3), round(end, 3), round(word.probability, 3))


def _without_last_word(heard: Transcript) -> tuple[Transcript, Word]:
    last = heard.words[-1]
    text = heard.text[: heard.text.rfind(last.text)].strip()
    return replace(heard, text=text, words=heard.words[:-1]), last
