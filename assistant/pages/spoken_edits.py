"""From spoken words to a change of the page. Rules only: pure, and quick enough to ask before anything else.

None means that the words are no request for a change that the rules know; what they might be is for others to find out.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.pages.edit_plan import Change, Plan, Scope
from assistant.pages.edit_rules import RULES
from assistant.pages.misheard import mended
from assistant.pages.patches import Patch, apply_all
from assistant.pages.placing import Declined
from assistant.pages.spanish import in_english
from assistant.pages.targets import find
from assistant.pages.widget_rules import RULES as WIDGETS

LONGEST_REQUEST = 300  # characters; a longer one is a talk, not a command
POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|now|well|and|then|please|vesper|just|also|can you|could you|would you|will you|"
    r"i want you to|i would like you to|i'd like you to|i need you to|let's|let us|you can|go ahead and|try to|"
    r"actually|no|yes|great|good|nice|perfect|thanks|um|uh)\b[ ,.!]*)+",
    re.IGNORECASE,
)
PLEASED = re.compile(
    r"(?:[ ,]+(?:please|for me|thanks|thank you|vesper|instead|would you|could you|if you can|again please))+$",
    re.IGNORECASE,
)
VERBS = (
    r"make|change|add|remove|delete|move|put|set|turn|use|hide|show|align|cent(?:re|er)|rename|swap|duplicate|copy|insert|"
    r"enlarge|shrink|paint|colou?r|give|round|increase|decrease|place|replace|undo|redo|pin|open|sort|let"
)
URGENT = re.compile(  # what buttons say
    r"\b(?:buy|shop|order|book|call|join|start|subscribe|apply|download|donate|pay|reserve|register|sign up|watch|play|"
    r"try)(?: it| us)? now$",
    re.IGNORECASE,
)
NOW = re.compile(r"(?:[ ,]+(?:right )?now|[ ,]+for now|[ ,]+for the moment)$", re.IGNORECASE)
TWO = re.compile(rf"(?P<verb>{VERBS}) (?P<one>.+?),? and (?P<other>.+)", re.IGNORECASE)
JOINT = re.compile(rf"(?:,? and then |,? and also |,? and |, then |, |\. |; )(?=(?:{VERBS})\b)", re.IGNORECASE)


def understand(words: str, scope: Scope) -> Plan | None:
    """What is to be done, a question, a reason why not, or None where the rules do not know."""
    plain = stripped(words)
    if not plain or len(plain) > LONGEST_REQUEST:
        return None
    plan = _heard(plain, scope)
    if plan is None or isinstance(plan, Declined):
        for meant in mended(plain):
            better = _heard(meant, scope)
            if better is not None and not isinstance(better, Declined):
                return better
    return plan


def _heard(plain: str, scope: Scope) -> Plan | None:
    """The words as they are."""
    parts = JOINT.split(plain)
    if len(parts) > 1:
        plan = _in_turn(parts, scope)
        if plan is not None:
            return plan
    plan = _single(plain, scope)
    if plan is None and (english := in_english(plain)):
        plan = _single(english, scope)
    if (plan is None or isinstance(plan, Declined)) and (two := TWO.fullmatch(plain)):
        both = _in_turn([f"{two['verb']} {two['one']}", f"{two['verb']} {two['other']}"], scope)
        plan = both if isinstance(both, Change) else plan
    return plan


def stripped(words: str) -> str:
    """The request without politeness, punctuation at its end and odd spaces."""
    plain = " ".join(words.replace("’", "'").split())
    plain = POLITE.sub("", plain).strip(" ,!?")
    plain = plain if plain.endswith("...") else plain.rstrip(" .!?")
    plain = PLEASED.sub("", plain).rstrip(" ,.!?")
    return plain if URGENT.search(plain) else NOW.sub("", plain)


def _single(plain: str, scope: Scope) -> Plan | None:
    declined: Plan | None = None
    for pattern, act in (*WIDGETS, *RULES):
        match = pattern.fullmatch(plain)
        plan = act(match, scope) if match else None
        if isinstance(plan, Declined):
            declined = declined or plan  # another rule may read the same words better
        elif plan is not None:
            return plan
    return declined


def _in_turn(parts: list[str], scope: Scope) -> Plan | None:
    """Several requests in one sentence; each sees the page as the ones before leave it."""
    patches: tuple[Patch, ...] = ()
    document = scope.document
    for part in parts:
        plan = _single(stripped(part), replace(scope, document=document))
        if not isinstance(plan, Change):
            return plan
        new = tuple(patch for patch in plan.patches if patch not in patches)  # "it is too small, make it bigger"
        outcome = apply_all(document, new)
        if isinstance(outcome, Declined):
            return outcome
        document, patches = outcome, (*patches, *new)
        touched = {target for patch in plan.patches if (target := getattr(patch, "target", ""))}
        if len(touched) == 1 and find(document, *touched) is not None:  # "it" is now what was just spoken of
            scope = replace(scope, selected=touched.pop())
    return Change(patches)
