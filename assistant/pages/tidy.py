"""Mends what perception leaves behind: split lines, doubled texts, stray rules, headings that are none.

Pure: elements in, elements out, in reading order. Only general habits of hands and readers are used here, never the
words of a certain page; a page without such faults passes unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher
from statistics import median

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.labels import field_labels

WRITING = (ElementType.TEXT, ElementType.HEADING)
FRAMED = (ElementType.BUTTON, ElementType.INPUT, ElementType.SELECT, ElementType.TEXTAREA, ElementType.IMAGE)
CONTROLS = (*FRAMED, ElementType.CHECKBOX, ElementType.RADIO, ElementType.LINK)
BESIDE_HEADINGS = (ElementType.IMAGE, ElementType.ICON, ElementType.LINK, ElementType.CARD, ElementType.TABLE)
LINK_WORDS = (
    "forgot password", "forgot your password", "read more", "learn more", "see all", "view all", "show all", "see more",
    "privacy policy", "terms of service", "terms and conditions", "terms of use", "log out", "logout", "sign out",
    "create account", "create an account", "need help", "unsubscribe", "olvidó su contraseña", "leer más", "ver más",
)  # fmt: skip
ROW_WORDS = ("edit", "delete", "remove", "details", "more", "view", "change", "undo", "reply", "share", "editar",
             "borrar", "eliminar", "cambiar")  # fmt: skip
DATE_PARTS = frozenset(("dd", "mm", "yy", "yyyy", "day", "month", "year", "día", "mes", "año"))
SLIP = 0.85  # likeness of words with one letter misread
WORD_GAP = 0.95  # of a line's height: wider gaps part columns, not words
ALIKE = 0.5  # smallest ratio of two heights of writing that can be one line
CONTINUES = 0.75  # largest gap, in line heights, over which a line goes on in the next
RULE_SLACK = 0.15  # of the page's width: how far a rule may reach beyond everything else
LONGEST_TITLE = 6  # words
TITLE_SIZE = 0.8  # of the page's writing: a smaller first line is no title


def tidy(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    steps: tuple[Callable[[tuple[Element, ...]], tuple[Element, ...]], ...] = (
        _without_doubles,
        _flat_dividers,
        _joined_words,
        _parted_links,
        _date_parts,
        _true_headings,
        join_lines,
        _with_title,
        _plain_labels,
        _links,
    )
    for step in steps:
        elements = step(tuple(sorted(elements, key=_reading_order)))
    return elements


def join_lines(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Lines of one running text become one element, where the second plainly continues the first."""
    result: list[Element] = []
    for element in sorted(elements, key=_reading_order):
        index = next((i for i, above in enumerate(result) if _continues(above, element)), None)
        if index is None:
            result.append(element)
        else:
            result[index] = _joined(result[index], element, result[index].lines + element.lines)
    return tuple(result)


def _reading_order(element: Element) -> tuple[float, float]:
    return element.box.y, element.box.x


def _continues(above: Element, below: Element) -> bool:
    if above.type not in WRITING or below.type not in WRITING or below.text[:1].isupper():
        return False
    if above.type is ElementType.HEADING and below.type is ElementType.TEXT:
        return False
    if not below.text[:1].islower() or above.text.rstrip()[-1:] in ".!?:" or len(above.text.split()) < 3:
        return False
    height = min(_line(above), _line(below))
    gap = below.box.y - above.box.bottom
    aligned = abs(above.box.x - below.box.x) < height
    centred = abs(above.box.centre[0] - below.box.centre[0]) < max(height, 0.1 * above.box.width)
    return (aligned or centred) and -0.5 * height < gap < CONTINUES * height


def _joined(first: Element, second: Element, lines: int) -> Element:
    kind = ElementType.TEXT if ElementType.TEXT in (first.type, second.type) else first.type
    text = " ".join(part for part in (first.text, second.text) if part)
    sure = min(first.confidence, second.confidence)
    return replace(first, type=kind, text=text, box=first.box.union(second.box), lines=lines, confidence=sure)


def _without_doubles(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Drops pieces of a text that stand inside its own box; a text inside an empty control becomes its own."""
    texts: dict[str, str] = {}
    dropped: set[str] = set()
    for small in elements:
        if small.type not in WRITING:
            continue
        for big in elements:
            if big is small or big.id in dropped or not big.box.contains(small.box, 0.8):
                continue
            if big.type in (*WRITING, *CONTROLS) and _bare(small.text) in _bare(texts.get(big.id, big.text)):
                dropped.add(small.id)
            elif big.type in (ElementType.BUTTON, ElementType.SELECT, ElementType.INPUT) and not big.text:
                texts[big.id] = f"{texts.get(big.id, '')} {small.text}".strip()
                dropped.add(small.id)
    return tuple(replace(e, text=texts.get(e.id, e.text)) for e in elements if e.id not in dropped)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _flat_dividers(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Rules lie at the middle of their slanted stroke; those that are edges of frames or of the paper go."""
    others = [e for e in elements if e.type is not ElementType.DIVIDER]
    if not others:
        return ()
    frame = others[0].box
    for element in others[1:]:
        frame = frame.union(element.box)
    kept: list[Element] = []
    for element in elements:
        if element.type is not ElementType.DIVIDER:
            kept.append(element)
            continue
        middle = element.box.centre[1]
        slack = RULE_SLACK * frame.width
        left, right = max(element.box.x, frame.x - slack), min(element.box.right, frame.right + slack)
        flat = Box(left, middle - 1, right - left, 2)
        edge = any(e.type in FRAMED and _touches(flat, e.box) for e in others)
        if right - left > 0.15 * frame.width and frame.y < middle < frame.bottom and not edge:
            kept.append(replace(element, box=flat))
    return tuple(kept)


def _touches(rule: Box, framed: Box) -> bool:
    """Is the rule an edge of the frame, or a line inside it?"""
    shared = min(rule.right, framed.right) - max(rule.x, framed.x)
    slack = 0.2 * framed.height
    return shared > 0.6 * rule.width and framed.y - slack < rule.centre[1] < framed.bottom + slack


def _joined_words(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Words of one line that the reader gave apart."""
    parts = sorted(elements, key=lambda e: e.box.x)
    result: list[Element] = []
    for element in parts:
        index = next((i for i, left in enumerate(result) if _is_next_word(left, element, elements)), None)
        if index is None:
            result.append(element)
        else:
            result[index] = _joined(result[index], element, 1)
    return tuple(result)


def _is_next_word(left: Element, right: Element, elements: tuple[Element, ...]) -> bool:
    if left.type not in WRITING or right.type not in WRITING or left.lines > 1 or right.lines > 1:
        return False
    if not left.text or not right.text or not (left.text[-1].isalpha() and right.text[0].isalpha()):
        return False  # "5 days" beside "$ 10" are two things
    heights = sorted((left.box.height, right.box.height))
    shared = min(left.box.bottom, right.box.bottom) - max(left.box.y, right.box.y)
    gap = right.box.x - left.box.right
    if heights[0] < ALIKE * heights[1] or shared < 0.5 * heights[0] or not -0.3 * heights[0] < gap:
        return False
    return gap < WORD_GAP * heights[1] and not _is_column_gap(left, right, elements)


def _is_column_gap(left: Element, right: Element, elements: tuple[Element, ...]) -> bool:
    """Do other rows part at the same place? Then the gap is one between columns."""
    line = max(left.box.height, right.box.height)
    others = [e for e in elements if e is not left and e is not right and e.text and _is_near(e, left)]
    ends = [e for e in others if abs(e.box.right - left.box.right) < 0.8 * line and e.box.x < right.box.x]
    starts = [e for e in others if abs(e.box.x - right.box.x) < 0.5 * line and e.box.right > right.box.x]
    return any(
        a.box.right < b.box.x and abs(a.box.centre[1] - b.box.centre[1]) < 0.6 * line for a in ends for b in starts
    )


def _is_near(one: Element, other: Element) -> bool:
    return abs(one.box.centre[1] - other.box.centre[1]) < 3 * other.box.height


def _true_headings(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """A heading to the right of something in its row is a text drawn large, not a heading; a whole row of them is."""

    def mended(element: Element) -> Element:
        if element.type is not ElementType.HEADING:
            return element
        row = [e for e in elements if e is not element and _same_row(e, element) and e.type not in BESIDE_HEADINGS]
        left = [e for e in row if e.box.right <= element.box.x + 0.3 * element.box.height]
        if left and any(e.type is not ElementType.HEADING for e in row):
            return replace(element, type=ElementType.TEXT)
        return element

    return tuple(mended(element) for element in elements)


def _same_row(one: Element, other: Element) -> bool:
    shared = min(one.box.bottom, other.box.bottom) - max(one.box.y, other.box.y)
    return shared > 0.5 * min(one.box.height, other.box.height)


def _with_title(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """A short line that stands alone at the top is the page's heading."""
    rest = [e for e in elements if e.type not in (ElementType.DIVIDER, ElementType.CARD)]
    if not rest or rest[0].type is not ElementType.TEXT or len(rest) < 2:
        return elements
    first = rest[0]
    alone = not any(_same_row(first, other) for other in rest[1:])
    below = min(e.box.y for e in rest[1:]) - first.box.bottom
    names_field = rest[1].type in (ElementType.INPUT, ElementType.SELECT) and below < _line(first)
    size = median(_line(e) for e in rest if e.type in WRITING)
    short = len(first.text.split()) <= LONGEST_TITLE and first.lines == 1 and first.text[-1:] not in ".?,"
    worded = any(letter.isalpha() for letter in first.text)
    if alone and short and worded and not names_field and _line(first) > TITLE_SIZE * size:
        return tuple(replace(e, type=ElementType.HEADING) if e is first else e for e in elements)
    return elements


def _plain_labels(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """What names a field is no heading, however large it was drawn; the page's first heading stays one."""
    named = field_labels(elements)
    first = next((e.id for e in elements if e.type is ElementType.HEADING), "")
    return tuple(
        replace(e, type=ElementType.TEXT) if e.type is ElementType.HEADING and e.id in named and e.id != first else e
        for e in elements
    )


def _parted_links(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """ "Edit Delete" are two links that the reader gave as one text."""
    result: list[Element] = []
    for element in elements:
        words = element.text.split()
        known = all(any(_is_nearly(word.lower(), link) for link in ROW_WORDS) for word in words)
        if element.type not in (ElementType.TEXT, ElementType.LINK) or len(words) < 2 or not known:
            result.append(element)
            continue
        box, letter = element.box, element.box.width / len(element.text)
        place = 0
        for number, word in enumerate(words):
            part = Box(box.x + place * letter, box.y, len(word) * letter, box.height)
            name = element.id if number == 0 else f"{element.id}-{number + 1}"
            result.append(replace(element, id=name, type=ElementType.LINK, text=word, box=part))
            place += len(word) + 1
    return tuple(result)


def _date_parts(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """A field that shows "YYYY" beside a drop-down for the month is a drop-down whose arrow was not seen."""

    def mended(element: Element) -> Element:
        beside = any(e.type is ElementType.SELECT and _same_row(e, element) for e in elements)
        part = element.text.strip().lower() in DATE_PARTS
        return (
            replace(element, type=ElementType.SELECT)
            if element.type is ElementType.INPUT and part and beside
            else element
        )

    return tuple(mended(element) for element in elements)


def _links(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Words that everybody clicks: some anywhere, some where they end a row, such as "Edit" beside a name."""
    named = field_labels(elements)

    def mended(element: Element) -> Element:
        if element.type is not ElementType.TEXT or element.id in named or element.lines > 1:
            return element
        words = element.text.lower().strip(" ?!.>→»")
        begins_row = not any(_same_row(e, element) and e.box.right <= element.box.x for e in elements)
        known = LINK_WORDS if begins_row else LINK_WORDS + ROW_WORDS
        return replace(element, type=ElementType.LINK) if any(_is_nearly(words, link) for link in known) else element

    return tuple(mended(element) for element in elements)


def _is_nearly(words: str, known: str) -> bool:
    return abs(len(words) - len(known)) <= 2 and SequenceMatcher(None, words, known).ratio() >= SLIP


def _line(element: Element) -> float:
    """Height of one line of writing, in pixels of the sketch."""
    return element.box.height / element.lines
