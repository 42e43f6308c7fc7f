"""What words heard while the assistant speaks ask for: the floor, silence, or nothing at all.

Pure. The rule: a clear "stop" is obeyed even where it could be an echo; nothing else that could be one is believed.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import Enum, auto

from assistant.session.stop_words import is_stop, listed, words_of

LONGEST_BACKCHANNEL_WORDS = 4
LIKE = 0.75  # similarity of two words from which a recogniser may have meant the same
OWN_SHARE = 0.8  # of the heard words that must be ours
FEWEST_EARLY_WORDS = 3
FEWEST_SURE_WORDS = 4  # fewer may be a "mm-hm" or a "stop" that was cut short: the end of the utterance tells
SURE_SECONDS = 1.3  # with 0.3 of pre-roll: a recogniser makes four words of half a second of noise
LONGEST_HUM_WORDS = 4  # nobody says more in 0.4 s, though a recogniser may write it
LONGEST_HUM_LETTERS = 6  # two syllables
HUM_SECONDS = 0.8  # with 0.3 of pre-roll and 0.1 that the detector lags behind: "mm-hm" lasts 0.3 to 0.4
DOUBTFUL = 0.55  # measured: words that were said had 0.6 and more over the voice, those made of laughter 0.25 to 0.52
DOUBTFUL_DEMAND = 0.47  # of words that ask or refuse
DOUBTFUL_STOP = (
    0.38  # of 209 over the voice nearly all had 0.48 and more, one 0.39; "that's it" made of an echo had 0.37
)
DOUBTFUL_SECONDS = 2.2  # with 0.6 around it: who goes on for longer wants something, understood or not
FEWEST_OWN_WORDS = 2  # a single word that was just said is more often asked back than echoed


BACKCHANNELS = listed(
    """m|mm|mmm|hm|hmm|hmmm|mhm|mmhm|mmhmm|uh|uhhuh|huh|um|ah|aha|oh|ooh|wow|yeah|yea|yes|yep|yup|ya|ok|okay|right|
    sure|true|exactly|indeed|nice|cool|great|good|lovely|fine|really|interesting|absolutely|definitely|
    laughter|laughing|laughs|chuckles|ja|genau|oui|daccord|si|claro"""
)
BACKCHANNEL_PHRASES = listed(
    """i see|got it|of course|oh my|no way|i know|all right|alright|thats right|thats true|makes sense|go on|
    i see you|icy|i understand|very good|very nice|so true|so nice|how nice|its okay|its fine|how interesting|
    very interesting"""
)
DEMANDS = listed(
    """no|nope|nah|nein|non|what|why|who|how|where|when|which|whose|was|warum|wer|wie|wo|wann|quoi|pourquoi|sorry|pardon|
    again|repeat|more|next|back|louder|quieter|slower|faster|help|vesper|continue"""
)


class Verdict(Enum):
    TAKES_FLOOR = auto()
    STOP = auto()
    BACKCHANNEL = auto()
    OWN_VOICE = auto()
    NOISE = auto()


def judge(heard: str, spoken: str, has_just_begun: bool = False) -> Verdict:
    """`spoken` is what the assistant is saying and has just said.

    In a reply's first moments the canceller finds its feet, and one or two words are not believed.
    """
    words = words_of(heard)
    if not words:
        return Verdict.NOISE
    if is_stop(heard):
        return Verdict.STOP
    if is_backchannel(heard):
        return Verdict.BACKCHANNEL
    if has_just_begun and len(words) < FEWEST_EARLY_WORDS:
        return Verdict.OWN_VOICE
    return Verdict.OWN_VOICE if is_own_voice(heard, spoken) else Verdict.TAKES_FLOOR


def is_sure(heard: str, seconds: float) -> bool:
    """Enough words to believe them before the utterance has ended, and enough time to have said them in."""
    return len(words_of(heard)) >= FEWEST_SURE_WORDS and seconds >= SURE_SECONDS


def is_backchannel(heard: str) -> bool:
    """ "Mm-hm", "yeah, right", "I see", laughter: I am listening, go on."""
    words = words_of(heard)
    if not words or len(words) > LONGEST_BACKCHANNEL_WORDS:
        return False
    rest = " ".join(words)
    for phrase in sorted(BACKCHANNEL_PHRASES, key=len, reverse=True):
        rest = re.sub(rf"\b{phrase}\b", "", rest)
    return all(word in BACKCHANNELS or re.fullmatch(r"(ha|he|hm)+", word) for word in rest.split())


def is_hum(heard: str, seconds: float) -> bool:
    """One short sound that a recogniser made words of: "mm-hm" is written "Hi.", "I love you." or any name.

    Who says so little to take the floor asks or refuses with it, or will say it again.
    """
    words = words_of(heard)
    is_said = len(words) <= LONGEST_HUM_WORDS and not DEMANDS.isdisjoint(words)
    is_long = any(len(word) > LONGEST_HUM_LETTERS for word in words)  # the end of something whose beginning was masked
    return bool(words) and seconds < HUM_SECONDS and not is_said and not is_long


def is_made_up(heard: str, confidence: float, seconds: float) -> bool:
    """Laughter, a hum, a cough or an echo that a recogniser made words of, and does not quite believe itself."""
    least = DOUBTFUL if DEMANDS.isdisjoint(words_of(heard)) else DOUBTFUL_DEMAND
    if is_stop(heard):
        least = DOUBTFUL_STOP
    return seconds < DOUBTFUL_SECONDS and confidence < least


def is_own_voice(heard: str, spoken: str) -> bool:
    """Nearly all words heard are the assistant's own, in its order and close together."""
    words, own = words_of(heard), words_of(spoken)
    if len(words) < FEWEST_OWN_WORDS:
        return False
    reach = len(words) + max(1, len(words) // 2)
    longest = max((_in_order(words, own[start : start + reach]) for start in range(len(own))), default=0)
    return longest >= OWN_SHARE * len(words)


def _in_order(words: list[str], own: list[str]) -> int:
    """Length of the longest common subsequence of two short lists, words being alike rather than equal."""
    lengths = [0] * (len(own) + 1)
    for word in words:
        diagonal = 0
        for at, other in enumerate(own, start=1):
            above = lengths[at]
            lengths[at] = diagonal + 1 if _alike(word, other) else max(above, lengths[at - 1])
            diagonal = above
    return lengths[-1]


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    return min(len(word), len(other)) > 3 and SequenceMatcher(None, word, other).ratio() >= LIKE
