"""Which language is this text in? Enough to know whether a voice can say it, and no more.

Pure. It looks at the alphabet, and for Latin letters at the small words that every sentence has. Unsure is "".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

FEWEST_WORDS = 2  # small words of one language: "die" and "on" alone are found in several
LEAD = 2  # times as many as English has
SCRIPT_SHARE = 0.4  # of all letters: a foreign name in a sentence has fewer

NAMES = {
    "ar": "Arabic", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "th": "Thai", "zh": "Chinese",
}  # fmt: skip
SCRIPTS = {
    "CYRILLIC": "ru", "GREEK": "el", "HEBREW": "he", "ARABIC": "ar", "HANGUL": "ko", "HIRAGANA": "ja",
    "KATAKANA": "ja", "CJK": "zh", "DEVANAGARI": "hi", "THAI": "th",
}  # fmt: skip
SMALL_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and is are was you i of to in it that this for with have not my your we can be at do a an on or",
        "de": "der die das und ist nicht ich du sie wir ein eine einen mit auf für von zu im den dem es auch sich "
              "sind war haben kann guten hallo ja wie was bitte danke heute sehr",
        "fr": "le la les des est et un une je tu vous nous pas que qui dans pour avec sur ce cette il elle sont "
              "bonjour oui merci très du au être c'est j'ai",
        "es": "el la los las es y un una que no en de por para con se su está son yo tú hola gracias muy qué cómo del "
              "puedo pero",
        "it": "il lo la gli le è e un una che non di per con si sono io tu ciao grazie molto come del della nel ma "
              "questo posso",
        "pt": "o os as é e um uma que não de por para com se seu está são eu você olá obrigado muito como do da no na "
              "mas posso",
        "nl": "de het een en is niet ik je van op voor met zijn dat die er maar hallo ook wat kan heel dit wij goed",
        "pl": "i w nie na się jest to że z do jak co ale czy dzień dobry tak jestem mogę bardzo dla",
        "sv": "och att det är en ett inte jag du vi som på för med har hej tack mycket kan av den till",
    }.items()
}  # fmt: skip

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def language_of(text: str) -> str:
    """An ISO 639-1 code, or "" where the text does not show it."""
    script = _script_of(text)
    if script:
        return script
    words = [word.lower().replace("’", "'") for word in WORD.findall(text)]
    counts = {language: sum(word in small for word in words) for language, small in SMALL_WORDS.items()}
    english = counts.pop("en")
    best = max(counts, key=lambda language: counts[language])
    if counts[best] >= FEWEST_WORDS and counts[best] >= LEAD * english:
        return best
    return "en" if english >= FEWEST_WORDS and english > counts[best] else ""


def _script_of(text: str) -> str:
    letters = [character for character in text if character.isalpha()]
    if not letters or text.isascii():
        return ""
    found = Counter(_alphabet(letter) for letter in letters)
    found.pop("", None)
    if sum(found.values()) < SCRIPT_SHARE * len(letters):
        return ""
    return "ja" if found["ja"] else found.most_common(1)[0][0]  # Japanese is written with Chinese characters too


def _alphabet(letter: str) -> str:
    return SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0].partition("-")[0], "")
