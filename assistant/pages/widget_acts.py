"""What a request for a behaviour comes to: "make these tabs", "open this in a dialog when I click Help". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.core.sketch import ElementType
from assistant.pages.edit_acts import WORDED, added, sentence
from assistant.pages.edit_plan import Change, Plan, Scope
from assistant.pages.naming import ORDINALS
from assistant.pages.panel_patches import LAST, PutInto, is_known
from assistant.pages.patches import Add, Patch
from assistant.pages.targets import every_part, find
from assistant.pages.tree import Widget
from assistant.pages.widget_patches import FORM, KeepEntries, MakeCarousel, MakeDialog, MakeSortable, MakeTabs

Match = re.Match[str]

SECTIONS = re.compile(r"(?:the |these |all (?:the )?)*(?:sections|parts|chapters)")
ARTICLE = re.compile(r"(?:an?|another|some) ", re.IGNORECASE)
FORMS = re.compile(r"(?:the |this |whole |entire )*(?:[a-z]+ )?form")
THIS_TABLE = re.compile(r"(?:it|this|that|the list|the rows|the columns)")


def tabs(match: Match, scope: Scope) -> Plan | None:
    return _gathering(match["target"], scope, MakeTabs)


def carousel(match: Match, scope: Scope) -> Plan | None:
    return _gathering(match["target"], scope, MakeCarousel)


def _gathering(phrase: str, scope: Scope, make: Callable[[tuple[str, ...]], Patch]) -> Plan | None:
    if SECTIONS.fullmatch(phrase.lower()):
        headings = [e.id for e in scope.document.elements() if e.type is ElementType.HEADING]
        return Change((make(tuple(headings[1:] if len(headings) > 2 else headings)),))
    found = scope.meant(phrase)
    return Change((make(found),)) if isinstance(found, tuple) else found


def dialog(match: Match, scope: Scope) -> Plan | None:
    groups = match.groupdict()
    opener = groups.get("opener") or groups.get("pressed") or ""
    opened: tuple[str, ...] = ("",)
    if opener:
        meant = scope.meant(opener)
        if not isinstance(meant, tuple):
            return meant
        opened = meant
    phrase = match["target"]
    named = (FORM,) if FORMS.fullmatch(phrase.lower()) else scope.meant(phrase)
    if not isinstance(named, tuple):
        return named
    return Change((MakeDialog(named[0], opened[0]),))


def fill(match: Match, scope: Scope) -> Plan | None:
    """ "in the second tab write hello", "put a picture on the next slide"."""
    widget = Widget.TABS if match["place"].lower() in ("tab", "panel") else Widget.CAROUSEL
    which = match["which"].lower()
    index = LAST if which == "last" else 1 if which in ("next", "other") else ORDINALS.index(which)
    said = match["what"].strip()
    if part := ARTICLE.match(said):
        worded = WORDED.search(said)
        kind = said[part.end() : worded.start() if worded else None].strip().lower()
        plan = added(kind, sentence(worded["text"]) if worded else "")
        if isinstance(plan, Change) and isinstance(plan.patches[0], Add) and is_known(plan.patches[0].kind):
            return Change((PutInto(widget, index, plan.patches[0].kind, plan.patches[0].text),))
    return Change((PutInto(widget, index, ElementType.TEXT.value, sentence(said)),))


def sort(match: Match, scope: Scope) -> Plan | None:
    return _of_table(match, scope, MakeSortable)


def search(match: Match, scope: Scope) -> Plan | None:
    return _of_table(match, scope, lambda target: Add(ElementType.INPUT.value, "Search", "above", target))


def keep(match: Match, scope: Scope) -> Plan | None:
    return Change((KeepEntries(not re.match(r"forget|do not|don't|stop|never", match[0].lower())),))


def _of_table(match: Match, scope: Scope, make: Callable[[str], Patch]) -> Plan | None:
    phrase = match["target"]
    tables = [e.id for e in every_part(scope.document.root) if e.type is ElementType.TABLE]
    selected = find(scope.document, scope.selected)
    if THIS_TABLE.fullmatch(phrase.lower()) and (selected is None or selected.type is not ElementType.TABLE):
        if not tables:
            return None
        found: tuple[str, ...] | Plan | None = tuple(tables[:1])
    else:
        found = scope.meant(phrase)
    if not isinstance(found, tuple):
        return found
    return Change(tuple(make(target) for target in found))
