"""What a voice can be given: printable words, of a length it can hold. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 60  # characters; a longer run of letters is noise to a listener
LONGEST_CLAUSE = 2000  # characters; a minute and a half of speech


def speakable(clause: str) -> str:
    """The clause without emoji, symbols and control characters; "" where nothing is left to say."""
    kept = "".join(letter if _is_sayable(letter) else " " for letter in unicodedata.normalize("NFC", clause))
    words = [word[:LONGEST_WORD] for word in kept.split()]
    text = " ".join(words)[:LONGEST_CLAUSE]
    return text if re.search(r"\w", text) else ""


def _is_sayable(letter: str) -> bool:
    """Letters, numbers, marks, punctuation and spaces; currency signs are read by the voice."""
    return unicodedata.category(letter)[0] in "LNMPZ" or letter in "$€£¥%+="
