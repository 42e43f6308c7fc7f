"""Do the words read as if they were all? A rule on the text, for English, German, French and Spanish. Pure."""

from __future__ import annotations

import re

FILLERS = "um uh er erm hmm äh ähm euh este"
ENGLISH = """
a about after am an and are as at because before but by can could do does for from had has have he her his how i if in
into is it's its like may might my no of on one or our over she should so than that the their then these they this
those though to under until was we were what when where whether which while who whose why will with without would you
your
"""
GERMAN = """
aber als am auf aus bei das dass dein dem den der des die doch ein eine einem einen einer es für ich ihr im in ist
kann mein mit nach oder sehr sein seine sie sind so um und unser von vor war weil wenn wer wie wir wo zu zum zur über
"""
FRENCH = """
alors au aux avec car ce ces cette chez comme dans de des donc du elle en est et il ils je la le les leur mais ma mes
mon ne nous on ou où par parce pour qu que qui quand sa ses si son sont sur ta tes ton tu un une vous
"""
SPANISH = """
a al aunque como con cuando de del desde donde e el ella en entre es la las lo los mi mis muy o para pero por porque
que quien se si sin sobre son su sus tu un una unas unos y yo
"""
OPEN_ENDED = {
    "en": frozenset((ENGLISH + FILLERS).split()) - {"no", "one", "you", "this", "that", "these", "those", "so", "why"},
    "de": frozenset((GERMAN + FILLERS).split()),
    "fr": frozenset((FRENCH + FILLERS).split()),
    "es": frozenset((SPANISH + FILLERS).split()),
}
PREPOSITIONS_AND_VERBS = "for from in on to with about at of like is are was were do does it's"
QUESTIONS_END_SO = frozenset(PREPOSITIONS_AND_VERBS.split())


def reads_complete(text: str, language: str = "en") -> bool:
    """Not after a comma, a dash, three dots, a filler or a word that wants another one after it."""
    said = text.strip()
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", said.lower())
    if not said or said.endswith((",", "-", "–", "—", "...", "…", ":", ";")):
        return False
    if not words or said[-1].isdigit():
        return bool(said)
    last = words[-1].replace("’", "'")
    if said.endswith("?") and last in QUESTIONS_END_SO:
        return True  # "what is it for?"
    return last not in OPEN_ENDED.get(language, OPEN_ENDED["en"])
