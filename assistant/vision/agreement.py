"""What several readings of one picture say together: what most of them saw, as most of them saw it.

Pure. All boxes are in the frame of the first reading, which counts for more: it saw the picture as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from statistics import median

from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.vision import lexicon
from assistant.vision.elements import in_reading_order

FIRST_WEIGHT = 1.5
STAYS = 0.3  # least share of the votes of what the first reading saw
COMES = 0.55  # and of what it did not see
FEWEST = 4  # readings before any of it is believed: two of three may share a slip
CHANGES = 0.75  # least share of the votes for another type than the first reading's
SAME = 0.45  # overlap at which two readings mean the same thing
RIVAL = 0.5  # share of the smaller one that two things cannot both have
SIBLING = 0.75  # least likeness of a text to the known one that its sibling has
KNOWN_BONUS = 0.15  # for a text whose words are all words of interfaces
MISREAD = 0.35  # least likeness of two readings of one text: less is another text
FAMILIES = (
    (ElementType.HEADING, ElementType.TEXT, ElementType.LINK, ElementType.PARAGRAPH),
    (ElementType.BUTTON, ElementType.INPUT, ElementType.TEXTAREA, ElementType.SELECT),
    (ElementType.CHECKBOX, ElementType.RADIO),
    (ElementType.IMAGE, ElementType.ICON),
    (ElementType.CARD, ElementType.TABLE, ElementType.LIST),
    (ElementType.DIVIDER,),
)
FAMILY = {kind: number for number, family in enumerate(FAMILIES) for kind in family}
OPEN = (*FAMILIES[4], *FAMILIES[5])  # other things may lie on these


@dataclass(slots=True)
class _Seen:
    """One thing of the drawing, with what each reading took it for."""

    votes: dict[int, Element] = field(default_factory=dict)

    @property
    def box(self) -> Box:
        if 0 in self.votes:
            return self.votes[0].box
        boxes = [element.box for element in self.votes.values()]
        return Box(*(median(getattr(box, side) for box in boxes) for side in ("x", "y", "width", "height")))


def agreed(readings: Sequence[SketchReading], unit: float = 0.0) -> SketchReading:
    """One reading of at least one. `unit` is the height of a letter in pixels; 0 estimates it."""
    first = readings[0]
    if len(readings) < FEWEST:
        return first
    seen = _gathered(readings)
    weights = [FIRST_WEIGHT, *(1.0 for _ in readings[1:])]
    kept = [thing for thing in seen if _support(thing, weights) >= (STAYS if 0 in thing.votes else COMES)]
    kept = _without_rivals(kept, weights)
    elements = _like_siblings([_settled(thing, weights) for thing in kept])
    ordered = in_reading_order(elements, unit or _letter_height(elements))
    return _with_notes(first, ordered)


def _gathered(readings: Sequence[SketchReading]) -> list[_Seen]:
    seen: list[_Seen] = []
    for number, reading in enumerate(readings):
        pairs = [
            (thing.box.overlap(element.box), i, j)
            for i, thing in enumerate(seen)
            for j, element in enumerate(reading.elements)
            if _are_alike(next(iter(thing.votes.values())), element)
        ]
        taken: set[int] = set()
        met: set[int] = set()
        for overlap, i, j in sorted(pairs, key=lambda pair: -pair[0]):
            if overlap < SAME:
                break
            if i not in met and j not in taken:
                met.add(i)
                taken.add(j)
                seen[i].votes[number] = reading.elements[j]
        seen += [_Seen({number: e}) for j, e in enumerate(reading.elements) if j not in taken]
    return seen


def _are_alike(one: Element, other: Element) -> bool:
    """Could they be one thing, seen differently? Fields and writing may be taken for each other, frames may not."""
    return (one.type in OPEN) == (other.type in OPEN) and one.box.intersection(other.box) > 0


def _support(thing: _Seen, weights: Sequence[float]) -> float:
    return sum(weights[number] for number in thing.votes) / sum(weights)


def _without_rivals(kept: list[_Seen], weights: Sequence[float]) -> list[_Seen]:
    """Of two things in one place, the one that more readings saw; both where the first reading saw both."""
    ranked = sorted(kept, key=lambda thing: -_support(thing, weights))
    stay: list[_Seen] = []
    for thing in ranked:
        if not any(_are_rivals(thing, other) for other in stay):
            stay.append(thing)
    return [thing for thing in kept if thing in stay]


def _are_rivals(one: _Seen, other: _Seen) -> bool:
    if set(one.votes) & set(other.votes):
        return False  # one reading saw both: they do not exclude each other
    kinds = {next(iter(thing.votes.values())).type for thing in (one, other)}
    if kinds & set(OPEN):
        return False
    return one.box.intersection(other.box) > RIVAL * min(one.box.area, other.box.area)


def _settled(thing: _Seen, weights: Sequence[float]) -> Element:
    """The element as most saw it."""
    votes = thing.votes
    model = votes.get(0) or max(votes.values(), key=lambda element: element.confidence)
    kinds: defaultdict[ElementType, float] = defaultdict(float)
    for number, element in votes.items():
        kinds[element.type] += weights[number] * element.confidence
    kind = max(kinds, key=lambda k: (kinds[k], k is model.type))
    kind = kind if kinds[kind] >= CHANGES * sum(kinds.values()) else model.type
    like = next(e for e in (model, *votes.values()) if e.type is kind)
    ticks = sum(weights[n] * (1 if e.checked else -1) for n, e in votes.items())
    evidence = model.evidence if len(votes) == 1 else tuple(dict.fromkeys((*model.evidence, "looks")))
    return replace(
        like,
        id="",
        box=thing.box,
        text=_agreed_text(votes, weights, model),
        confidence=max(element.confidence for element in votes.values()),
        checked=ticks > 0,
        evidence=evidence,
    )


def _like_siblings(elements: Sequence[Element]) -> list[Element]:
    """Cards repeat their words: a text that is nearly a known one beside it, and no word itself, was meant as that."""
    known = [e for e in elements if e.text and lexicon.is_known_text(e.text)]
    result = []
    for element in elements:
        if element.text and element.type in FAMILIES[0] and not lexicon.is_known_text(element.text):
            likeness = [(_likeness(element.text, k.text), k.text) for k in known if _are_siblings(element.box, k.box)]
            best = max(likeness, default=(0.0, ""))
            element = replace(element, text=best[1]) if best[0] >= SIBLING else element
        result.append(element)
    return result


def _are_siblings(one: Box, other: Box) -> bool:
    """About as wide and as high."""
    return 0.6 < one.width / other.width < 1.67 and 0.5 < one.height / other.height < 2


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _agreed_text(votes: dict[int, Element], weights: Sequence[float], model: Element) -> str:
    """The text most like all the others: a slip of one reading is outvoted letter by letter."""
    texts: defaultdict[str, float] = defaultdict(float)
    for number, element in votes.items():
        if element.text:
            texts[element.text] += weights[number] * element.confidence**2
    if not texts:
        return model.text
    silent = sum(weights[n] for n, e in votes.items() if not e.text)
    if silent > sum(weights[n] for n, e in votes.items() if e.text):
        return ""

    def standing(text: str) -> float:
        likeness = sum(w * _likeness(text, other) for other, w in texts.items())
        return likeness / sum(texts.values()) + (KNOWN_BONUS if lexicon.is_known_text(text) else 0.0)

    best = max(texts, key=lambda text: (standing(text), text == model.text))
    if model.text and _likeness(best, model.text) < MISREAD and len(votes) < 3:
        return model.text
    return best


def _letter_height(elements: Sequence[Element]) -> float:
    heights = [e.box.height / e.lines for e in elements if e.text and e.type in FAMILIES[0]]
    return median(heights) if heights else 20.0


def _with_notes(first: SketchReading, elements: tuple[Element, ...]) -> SketchReading:
    """The notes in red stay with the thing they stood by, which may have another number now."""
    old = {element.id: element.box for element in first.elements}
    notes = []
    for note in first.instructions:
        box = old.get(note.target)
        near = max(elements, key=lambda e: e.box.overlap(box), default=None) if box is not None else None
        notes.append(replace(note, target=near.id if near is not None else ""))
    language = lexicon.language_of([e.text for e in elements])
    return replace(first, elements=elements, instructions=tuple(notes), language=language)
