"""Words that want nothing but silence, in the languages whose words are recognised. Pure.

The rule: the whole of what was said must be such a wish, however politely; "wait, what is that?" is a question.
"""

from __future__ import annotations

import re
import unicodedata


def words_of(text: str) -> list[str]:
    """In small letters and without marks: "mm-hm" and "that's" are one word each."""
    joined = re.sub(r"['’\-]", "", text.lower())
    spaced = (c if c == "_" or unicodedata.category(c)[0] in "LMN" else " " for c in joined)  # M: Hindi's vowels
    return "".join(spaced).split()


def listed(text: str) -> frozenset[str]:
    """Words or phrases between bars, over as many lines as it takes."""
    return frozenset(" ".join(entry.split()) for entry in text.split("|"))


POLITE = listed(
    """please|hey|ok|okay|no|oh|vesper|now|right|there|just|so|well|alright|thanks|thank you|sorry|excuse me|yeah|yes|
    all right|already|for me|bitte|danke|doch|mal|kurz|jetzt|nein|por favor|gracias|sil vous plaît|sil te plaît|merci|
    non|per favore|grazie|obrigado|alstublieft|alsjeblieft|even|proszę|tack|snälla|пожалуйста|нет"""
)
MOST_WORDS = 12  # who says more than that says why
HEARD_BEFORE = listed("to|the|a|and|so|but|uh|um|i")  # a breath before "stop", as a recogniser writes it
LIKE_STOP = listed("stopp|stops|stopped|stoop|step|weight|whoa|woah|bequiet|dequiet")  # what a recogniser makes of it
STOP_AND_A_WORD = re.compile(r"(?:(?:no|oh|ok|okay|please|hey|just) )?stop \w+")  # "stop mid" was "stop it"

_WHILE = r"(?:just )?(?:a|one|another) (?:\w+ )?(?:second|sec|minute|min|moment|bit)"
_SPEAKING = r"(?:talking|speaking|reading|telling|explaining|going on)"
ENGLISH = re.compile(
    rf"(?:(?:can|could|would|will) you (?:please )?|i (?:said|want you to|need you to) |you (?:can|may) |you )?(?:"
    rf"stop(?: (?:it|that|this|here|there|at once|immediately|{_SPEAKING}|for {_WHILE}))*"
    rf"|(?:wait|pause|hold on|hang on|hold it|hold up|wait up)(?: (?:for )?{_WHILE})?"
    rf"|(?:give me )?{_WHILE}|halt|silence|hush|shush|sh+|quiet|be (?:quiet|silent|still)|keep quiet"
    rf"|shut (?:up|it)|enough(?: (?:of (?:that|this|it)))?|thats (?:enough|all|it)|that (?:is )?enough|its enough"
    rf"|that will do|thatll do|never ?mind(?: that)?|forget (?:it|that|about it)|cancel(?: (?:it|that))?"
    rf"|cut it out|knock it off|drop it|(?:do not|dont) (?:go on|continue|talk|speak)|no more|not now"
    rf"|let me (?:speak|talk|think|finish)"
    rf")"
)
OTHERS = (
    "stopp|halt|warte|warten sie|moment|einen moment|sekunde|eine sekunde|minute|sei still|sei ruhig|ruhe|genug|"
    "das reicht|es reicht|reicht|schluss|hör auf|hören sie auf|aufhören|halt an|vergiss es|klappe|halt die klappe|"
    "halt den mund|schweig|"  # German
    "arrête|arrête toi|arrêtetoi|arrête ça|arrêtez|arrete|attends|attendez|un moment|un instant|une seconde|une minute|"
    "silence|tais toi|taistoi|taisez vous|taisezvous|chut|ça suffit|assez|laisse tomber|"  # French
    "para|para ya|pare|detente|alto|espera|espere|un momento|un segundo|un minuto|silencio|cállate|cállese|callate|"
    "basta|ya basta|suficiente|déjalo|olvídalo|"  # Spanish
    "ferma|fermati|fermo|aspetta|aspetti|un attimo|un secondo|silenzio|zitto|zitta|stai zitto|sta zitto|basta così|"
    "smettila|lascia stare|lascia perdere|"  # Italian
    "pára|parar|espere|espera aí|um momento|um segundo|um minuto|silêncio|cala a boca|calese|calado|chega|"
    "deixa pra lá|esquece|"  # Portuguese
    "wacht|een moment|een ogenblik|een seconde|stil|wees stil|hou op|genoeg|zo is het genoeg|laat maar|"
    "hou je mond|"  # Dutch
    "stój|czekaj|poczekaj|zaczekaj|chwila|chwileczkę|chwilę|cicho|cisza|bądź cicho|dość|wystarczy|przestań|nieważne|"
    "zamknij się|"  # Polish
    "stanna|vänta|ett ögonblick|en sekund|tyst|var tyst|håll tyst|det räcker|räcker|sluta|strunt i det|"  # Swedish
    "стоп|стой|подожди|подождите|погоди|минуту|минутку|одну минуту|секунду|секундочку|тихо|тише|молчи|замолчи|хватит|"
    "достаточно|довольно|прекрати|перестань|неважно|"  # Russian
    "σταμάτα|στοπ|περίμενε|ησυχία|σώπα|αρκετά|φτάνει|ένα λεπτό|μια στιγμή|"  # Greek
    "停|停下|停止|停一下|等等|等一下|等一等|安静|安靜|闭嘴|閉嘴|够了|夠了|别说了|別說了|住口|算了|"  # Chinese
    "ストップ|待って|ちょっと待って|止めて|やめて|止まって|静かに|静かにして|黙って|もういい|もう十分|"  # Japanese
    "멈춰|그만|그만해|잠깐|잠깐만|잠깐만요|기다려|조용|조용히|조용히 해|됐어|스톱|"  # Korean
    "توقف|قف|انتظر|لحظة|اسكت|كفى|يكفي|هدوء|"  # Arabic
    "עצור|תעצור|עצרי|די|רגע|שקט|חכה|מספיק|תפסיק|"  # Hebrew
    "रुको|रुकिए|बस|चुप|ठहरो|बंद करो|एक मिनट|शांत|"  # Hindi
    "หยุด|หยุดก่อน|รอก่อน|รอเดี๋ยว|เงียบ|พอแล้ว|เดี๋ยวก่อน"  # Thai
)


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(words_of(entry)) for entry in text.split("|"))


_OTHERS = _phrases(OTHERS)
_LONGEST = 8  # words of one wish
_POLITE = frozenset(tuple(phrase.split()) for phrase in POLITE)


def is_stop(heard: str) -> bool:
    """Nothing but a wish for silence, however often or politely it is said."""
    words = words_of(heard)
    if len(words) > MOST_WORDS:
        return False
    if len(words) > 1 and words[0] in HEARD_BEFORE and is_stop(" ".join(words[1:])):
        return True
    if STOP_AND_A_WORD.fullmatch(" ".join(words)):
        return True
    if set(bare := [word for word in words if (word,) not in _POLITE]) <= LIKE_STOP and bare:
        return True
    return _is_wish(tuple(words), has_begun=False)


def _is_wish(words: tuple[str, ...], has_begun: bool) -> bool:
    """Wishes and politeness to the last word, and one wish at least."""
    if not words:
        return has_begun
    for count in range(min(len(words), _LONGEST), 0, -1):
        head = words[:count]
        if head in _POLITE and _is_wish(words[count:], has_begun):
            return True
        phrase = " ".join(head)
        is_one = phrase in _OTHERS or ENGLISH.fullmatch(phrase) is not None
        if is_one and _is_wish(words[count:], has_begun=True):
            return True
    return False
