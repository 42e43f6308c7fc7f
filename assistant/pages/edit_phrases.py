"""What requests come to that speak of several parts at once, or of words inside a text. Pure; like edit_acts."""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.pages.edit_acts import ALL_WRITING, Match, last_within, sentence, side_of
from assistant.pages.edit_plan import ALL_STEPS, Change, Plan, Scope, Steps
from assistant.pages.patches import Add, Move, Patch, SetSpacing, SetText
from assistant.pages.placing import Declined
from assistant.pages.style_patches import SetCorners, SetSize
from assistant.pages.targets import every_part

LISTED = re.compile(r",? (?:and|or) |, ?")


def first_version(match: Match, scope: Scope) -> Plan:
    return Steps(-ALL_STEPS)


MOST_WORDS = 8  # of a part's name: a longer one is looked up in vain, at some cost for each word


def replace_words(match: Match, scope: Scope) -> Plan | None:
    """Some words for others, wherever they stand on the page. None where nothing has them."""
    old, new = (match[name].strip(" \"'“”‘’") for name in ("old", "new"))
    if not old:
        return None
    whole = re.compile(rf"\b{re.escape(old)}\b", re.IGNORECASE)

    def changed(found: re.Match[str]) -> str:
        return new[:1].upper() + new[1:] if found[0][:1].isupper() else new

    patches = tuple(
        SetText(element.id, whole.sub(changed, element.text))
        for element in every_part(scope.document.root)
        if whole.search(element.text)
    )
    return Change(patches) if patches else None


def call(match: Match, scope: Scope) -> Plan | None:
    """A part and its new name, where only a space parts them: the longest part that is on the page."""
    rest = match["rest"]
    for space in reversed(list(re.finditer(" ", rest))[:MOST_WORDS]):
        text = sentence(rest[space.end() :])
        plan = scope.each(rest[: space.start()], lambda target, text=text: SetText(target, text))  # type: ignore[misc]
        if isinstance(plan, Change):
            return plan
    return None


def arrange(match: Match, scope: Scope) -> Plan | None:
    """Several parts under each other, or beside each other, in the order in which they are named."""
    found = scope.meant(match["target"])
    if not isinstance(found, tuple):
        return found
    if len(found) < 2:
        return None
    is_row = re.search(r"horizontal|next to|side by side|beside|row", match["how"].lower()) is not None
    where = "right" if is_row else "below"
    return Change(tuple(Move(after, where, before) for before, after in pairwise(found)))


def add_to_bar(match: Match, scope: Scope) -> Plan | None:
    """Links behind the last one of the navigation."""
    last = last_within(scope.document, "navigation")
    if not last:
        return Declined("I see no navigation on the page; say “add a navigation bar” first.")
    words = re.sub(
        r"^(?:an? |the )?(?:links? )?(?:to |for |called |named )?(?:the )?", "", match["what"], flags=re.IGNORECASE
    )
    names = [name for name in LISTED.split(words) if name.strip()]
    # Each is put right behind what is the last one now, so the last comes first.
    return Change(tuple(Add("link", sentence(name), "right", last) for name in reversed(names)))


def crowded(match: Match, scope: Scope) -> Plan | None:
    factor = 1 / 1.5 if match["how"].lower() == "too much" else 1.5
    return scope.each(match["target"], lambda target: SetSpacing(factor, target))


def no_such_style(match: Match, scope: Scope) -> Plan:
    return Declined(f"I cannot change {match['what'].lower()}s yet; colours, sizes, corners and places I can.")


def add_choices(match: Match, scope: Scope) -> Plan | None:
    """One button to choose by for each of the words."""
    names = [name for name in LISTED.split(match["text"]) if name.strip()]
    if len(names) < 2:
        return None
    kind = "radio" if "radio" in match["kind"].lower() else "checkbox"
    patches: tuple[Patch, ...] = tuple(Add(kind, sentence(name)) for name in names)
    return Change(patches)


def move_between(match: Match, scope: Scope) -> Plan | None:
    return scope.pair(match["target"], match["anchor"], lambda target, anchor: Move(target, "below", anchor))


def too(match: Match, scope: Scope) -> Plan | None:
    """ "The heading is too small": the other way, by as much as such a request changes."""
    grow = match["how"].lower() in ("small", "tiny", "little")
    target = "page" if ALL_WRITING.fullmatch(match["target"].lower()) else match["target"]
    return scope.each(target, lambda part: SetSize(part, 1.3 if grow else 1 / 1.3))


def by_size(match: Match, scope: Scope) -> Plan | None:
    factor = {"double": 2.0, "triple": 3.0}.get(match["verb"].lower(), 0.5)
    return scope.each(match["target"], lambda target: SetSize(target, factor))


def corners_of(match: Match, scope: Scope) -> Plan | None:
    is_round = re.match(r"square|sharp", match.groupdict().get("how") or "round", re.IGNORECASE) is None
    return scope.each(match["target"], lambda target: SetCorners(target, is_round))


def write(match: Match, scope: Scope) -> Plan | None:
    """A new text beside a part, or at an end of the page."""
    groups = match.groupdict()
    text = sentence(match["text"])
    if groups.get("end"):
        return Change((Add("text", text, groups["end"].lower()),))
    where = side_of(match["where"])
    return scope.each(match["anchor"], lambda anchor: Add("text", text, where, anchor))


def back(match: Match, scope: Scope) -> Plan:
    return Steps(-1)
