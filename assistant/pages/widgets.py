"""Which parts of a drawing are tabs, a carousel or a dialog, by how they lie to each other. Pure.

A page that does too little is mended by one sentence, one that hides what was drawn is a riddle: where it is not
plain what was meant, the parts stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.intents import Action, action_of
from assistant.pages.labels import field_labels
from assistant.pages.tree import Kind, Node, Widget, first_id, hull

Nodes = tuple[Node, ...]

NAMES = (ElementType.BUTTON, ElementType.TEXT, ElementType.LINK, ElementType.HEADING)
MARKS = (ElementType.ICON, ElementType.RADIO, ElementType.CHECKBOX, ElementType.BUTTON, ElementType.TEXT)
CONTROLS = (ElementType.BUTTON, ElementType.LINK)
MOST_TABS, FEWEST_TABS = 7, 2
LONGEST_TAB = 3  # words
TOUCHES = 0.45  # of a tab's height: what stands further above a frame does not belong to it
BACKWARD, FORWARD = frozenset("<‹«←◀◁"), frozenset(">›»→▶▷")
ARROW_SIZE = 0.45  # of a picture's height, at most
ARROW_REACH = 0.35  # of a picture's width: how far beside it an arrow may stand
DOT = re.compile(r"[oO0•·.●○°@()]?")
DOTTED = re.compile(r"(?:[oO0•·.●○°]\s*){3,8}")
FEWEST_DOTS, MOST_DOTS = 3, 8
DOT_SIZE = 0.2  # of a picture's height, at most
DOTS_BELOW = 0.4  # of a picture's height: how far below it dots may stand
USUAL_SLIDES = 3  # of a picture with arrows but no dots
CROSSES = frozenset("xX×✕✖")
CORNER = (0.78, 0.3)  # how far to the right and down of a frame its closing mark stands, as shares of the frame
LARGEST_DIALOG = 0.8  # of everything drawn: a larger frame is the window that all of it stands in
FEWEST_IN_DIALOG = 2  # parts besides the closing mark
LONGEST_TITLE = 5  # words
CLOSING = re.compile(r"(ok(ay)?|cancel|close|no( thanks)?|dismiss|got it|cerrar|cancelar|abbrechen)", re.IGNORECASE)


def with_widgets(nodes: Nodes) -> Nodes:
    """Neighbours of one page or frame, with those that make up a widget as one part."""
    for gather in (_tabs, _carousels, _dialogs):
        nodes = gather(nodes)
    return nodes


def dialogs_of(root: Node) -> Iterator[Node]:
    if root.widget is Widget.DIALOG:
        yield root
    for child in root.children:
        yield from dialogs_of(child)


def openers(root: Node, said: Mapping[str, str]) -> dict[str, str]:
    """Which control opens which dialog, by ids: as it was said, else the control that names it, else the likeliest."""
    found = dict(said)
    for dialog in dialogs_of(root):
        if dialog.name not in found.values() and (opener := opener_of(root, dialog)):
            for control in _alike(root, dialog, opener):
                found.setdefault(control, dialog.name)
    return found


def _alike(root: Node, dialog: Node, opener: str) -> tuple[str, ...]:
    """The control, and those outside the dialog that say the same: one "Delete" of a list is as good as the next."""
    inside = {element.id for element in dialog.elements()}
    outside = [e for e in root.elements() if e.type in CONTROLS and e.id not in inside]
    words = next(_bare(e.text) for e in outside if e.id == opener)
    return tuple(e.id for e in outside if e.id == opener or (words and _bare(e.text) == words))


def opener_of(root: Node, dialog: Node) -> str:
    """The control outside a dialog that bears its title, else the last one that has nothing else to do; or ""."""
    inside = {element.id for element in dialog.elements()}
    outside = [e for e in root.elements() if e.type in CONTROLS and e.id not in inside]
    title = _title(dialog)
    for control in outside:
        if (
            title
            and _bare(control.text)
            and (_bare(control.text) in _bare(title) or _bare(title) in _bare(control.text))
        ):
            return control.id
    words = " ".join(element.text.lower() for element in root.elements())
    buttons = [e for e in outside if e.type is ElementType.BUTTON]
    idle = [e for e in buttons if action_of(e, words) is Action.TELL]
    likely = idle or (buttons if len(buttons) == 1 else [])
    return likely[-1].id if likely else ""


def is_cross(element: Element | None) -> bool:
    """A mark that closes what it stands in."""
    return element is not None and (element.text.strip() in CROSSES) and bool(element.text.strip())


def closes(words: str) -> bool:
    """Do a button's words only close the dialog it stands in?"""
    return CLOSING.fullmatch(words.strip()) is not None


def slides_of(carousel: Node) -> Nodes:
    """What is shown one after the other, without the drawn arrows and dots."""
    return tuple(child for child in carousel.children if not is_control(child, carousel))


def is_control(node: Node, carousel: Node) -> bool:
    """Is it an arrow or a dot of the carousel?"""
    elements = tuple(node.elements())
    largest = max((e.box.area for e in carousel.elements()), default=0.0)
    small = all(e.box.area < 0.15 * largest for e in elements)
    marks = (_is_mark(e) or _side(e) or (e.type is ElementType.IMAGE and not e.text.strip()) for e in elements)
    return bool(elements) and small and all(marks)


def slide_count(carousel: Node) -> int:
    """How many slides there are: those that were drawn, or as many as there are dots."""
    dots = [e for child in carousel.children if is_control(child, carousel) for e in child.elements() if not _side(e)]
    drawn = sum(len(e.text.replace(" ", "")) if DOTTED.fullmatch(e.text.strip()) else 1 for e in dots)
    shown = len(slides_of(carousel))
    if shown > 1:
        return shown
    return min(drawn, MOST_DOTS) if drawn >= FEWEST_DOTS else USUAL_SLIDES


# Tabs -------------------------------------------------------------------------------------------------------------


def _tabs(nodes: Nodes) -> Nodes:
    """A row of short names that stands on the top edge of a frame."""
    for frame in nodes:
        names = _names_on(frame, nodes) if frame.kind is Kind.CARD and not frame.widget else ()
        if names:
            return _tabs(_without(nodes, (*names, frame), tabs_of(names, frame)))
    return nodes


def tabs_in(frame: Box, nodes: Nodes) -> tuple[Nodes, Nodes] | None:
    """The names and the content of a frame that was drawn around both: boxes along its top, with a line under them."""
    rules = [n for n in nodes if _is_rule(n) and n.box.width > 0.7 * frame.width]
    for rule in rules:
        names = tuple(
            sorted(
                (
                    n
                    for n in nodes
                    if n.element is not None
                    and n.element.type is ElementType.BUTTON
                    and _is_name(n.element)
                    and abs(n.box.y - frame.y) < 0.35 * n.box.height
                    and abs(rule.box.centre[1] - n.box.bottom) < TOUCHES * n.box.height
                ),
                key=lambda node: node.box.x,
            )
        )
        rest = tuple(n for n in nodes if n is not rule and n not in names)
        below = all(n.box.y > rule.box.y - 0.3 * names[0].box.height for n in rest) if names else False
        room = frame.bottom - rule.box.bottom > sum(n.box.height for n in names[:1])
        near = all(b.box.x - a.box.right < 0.7 * a.box.height for a, b in pairwise(names))
        if FEWEST_TABS <= len(names) <= MOST_TABS and near and below and (rest or room):
            return names, rest
    return None


def _is_rule(node: Node) -> bool:
    return node.element is not None and node.element.type is ElementType.DIVIDER


def tabs_of(names: Nodes, *panels: Node) -> Node:
    bar = Node(Kind.ROW, hull(names), names)
    parts = (bar, *panels)
    return Node(Kind.COLUMN, hull(parts), parts, name=f"tabs-{first_id(bar)}", widget=Widget.TABS)


def _names_on(frame: Node, nodes: Nodes) -> Nodes:
    labels = field_labels(tuple(node.element for node in nodes if node.element is not None))
    on_top = [n for n in nodes if n is not frame and _stands_on(n.box, frame.box)]
    names = [n for n in on_top if n.kind is Kind.LEAF and n.element is not None and n.element.id not in labels]
    short = [n for n in names if n.element is not None and _is_name(n.element)]
    if len(short) < len(on_top) or not FEWEST_TABS <= len(short) <= MOST_TABS:
        return ()
    ordered = tuple(sorted(short, key=lambda node: node.box.x))
    tops, heights = [n.box.y for n in ordered], [n.box.height for n in ordered]
    level = max(tops) - min(tops) < 0.6 * min(heights)
    apart = all(a.box.right <= b.box.x + 0.3 * a.box.height for a, b in pairwise(ordered))
    return ordered if level and apart and max(heights) < 0.35 * frame.box.height else ()


def _stands_on(box: Box, frame: Box) -> bool:
    gap = frame.y - box.bottom
    within = frame.x - 0.5 * box.height < box.x and box.right < frame.right + 0.5 * box.height
    return within and -0.5 * box.height < gap < TOUCHES * box.height


def _is_name(element: Element) -> bool:
    return element.type in NAMES and element.lines == 1 and 0 < len(element.text.split()) <= LONGEST_TAB


# Carousels --------------------------------------------------------------------------------------------------------


def _carousels(nodes: Nodes) -> Nodes:
    """A picture, or a row of them, between two arrows or above a row of dots."""
    for picture in nodes:
        if not _is_picture(picture):
            continue
        row = _row_of(picture, nodes)
        box = hull(row)
        arrows = _arrows(box, picture.box, nodes, row)
        dots = _dots(box, nodes, row)
        if not arrows and not dots:
            continue
        slide = row[0] if len(row) == 1 else Node(Kind.ROW, box, row)
        parts = (*arrows[:1], slide, *arrows[1:], *dots)
        made = Node(Kind.COLUMN, hull(parts), parts, name=f"carousel-{first_id(slide)}", widget=Widget.CAROUSEL)
        return _carousels(_without(nodes, (*row, *arrows, *dots), made))
    return nodes


def _is_picture(node: Node) -> bool:
    return node.element is not None and node.element.type is ElementType.IMAGE


def _row_of(picture: Node, nodes: Nodes) -> Nodes:
    """The pictures beside it, of its size."""
    box = picture.box
    row = [
        n
        for n in nodes
        if _is_picture(n)
        and abs(n.box.centre[1] - box.centre[1]) < 0.25 * box.height
        and 0.6 < n.box.height / box.height < 1.6
    ]
    return tuple(sorted(row, key=lambda node: node.box.x))


def _arrows(row: Box, picture: Box, nodes: Nodes, taken: Nodes) -> Nodes:
    """One mark on either side at half the height: both say so, or one does and the other could."""
    near = [n for n in nodes if n not in taken and n.element is not None and _is_beside(n.box, row, picture)]
    left = [n for n in near if n.box.centre[0] < row.x + 0.2 * picture.width]
    right = [n for n in near if n.box.centre[0] > row.right - 0.2 * picture.width]
    if len(left) != 1 or len(right) != 1:
        return ()
    first, last = left[0].element, right[0].element
    if first is None or last is None:
        return ()
    sides = (_side(first), _side(last))
    plain = sides == (-1, 1)
    likely = (sides[0] == -1 and _is_mark(last)) or (sides[1] == 1 and _is_mark(first))
    return (left[0], right[0]) if plain or likely or _is_pair(first, last, row) else ()


def _is_pair(first: Element, last: Element, row: Box) -> bool:
    """Two small boxes or pictures without words that mirror each other: nothing else is drawn like that."""
    one, two = first.box, last.box
    bare = all(e.type in (*MARKS, ElementType.IMAGE) and not e.text.strip() for e in (first, last))
    alike = max(one.width, two.width) < 1.4 * min(one.width, two.width) and one.height < 1.4 * two.height
    off = abs((row.x - one.centre[0]) - (two.centre[0] - row.right))
    level = abs(one.centre[1] - two.centre[1]) < 0.4 * one.height
    return bare and alike and level and off < 0.6 * one.width


def _is_beside(box: Box, row: Box, picture: Box) -> bool:
    level = abs(box.centre[1] - picture.centre[1]) < 0.25 * picture.height
    small = box.height < ARROW_SIZE * picture.height and box.width < 0.35 * picture.width
    reach = ARROW_REACH * picture.width
    return level and small and row.x - reach < box.centre[0] < row.right + reach


def _side(element: Element) -> int:
    """-1 for an arrow to the left, 1 for one to the right, 0 for anything else."""
    text = element.text.strip()
    if len(text) != 1 or element.type is ElementType.IMAGE:
        return 0
    return -1 if text in BACKWARD else 1 if text in FORWARD else 0


def _is_mark(element: Element) -> bool:
    text = element.text.strip()
    return element.type in MARKS and (DOT.fullmatch(text) is not None or DOTTED.fullmatch(text) is not None)


def _dots(row: Box, nodes: Nodes, taken: Nodes) -> Nodes:
    """Three or more small marks in the middle under the pictures."""
    below = [
        n
        for n in nodes
        if n not in taken
        and n.element is not None
        and _is_mark(n.element)
        and -0.1 * row.height < n.box.y - row.bottom < DOTS_BELOW * row.height
        and n.box.height < DOT_SIZE * row.height
        and row.x < n.box.centre[0] < row.right
    ]
    if not below:
        return ()
    line = hull(tuple(below))
    texts = [n.element.text.strip() for n in below if n.element is not None]
    many = FEWEST_DOTS <= len(below) <= MOST_DOTS or (len(below) == 1 and DOTTED.fullmatch(texts[0]) is not None)
    centred = abs(line.centre[0] - row.centre[0]) < 0.15 * row.width and line.width < 0.6 * row.width
    level = line.height < 2.2 * min(n.box.height for n in below)
    return tuple(sorted(below, key=lambda node: node.box.x)) if many and centred and level else ()


# Dialogs ----------------------------------------------------------------------------------------------------------


def _dialogs(nodes: Nodes) -> Nodes:
    """A frame with a cross in its upper right corner that lies over something, can be refused, or is named outside."""
    framed = [n for n in nodes if n.kind is Kind.CARD and not n.widget and _has_cross(n)]
    if len(framed) != 1:
        return nodes  # several are things in a list that can be taken out of it
    (frame,) = framed
    others = tuple(node for node in nodes if node is not frame)
    if not others or frame.box.area > LARGEST_DIALOG * hull(nodes).area:
        return nodes
    answered = any(e.type is ElementType.BUTTON and closes(e.text) for e in frame.elements())
    if not answered and not _lies_over(frame, others) and not _is_named(frame, others):
        return nodes
    name = frame.element.id if frame.element is not None else f"dialog-{first_id(frame)}"
    return (*others, replace(_titled(frame), name=name, widget=Widget.DIALOG))


def _titled(frame: Node) -> Node:
    """Short words on top of a dialog are its heading."""
    elements = [e for e in frame.elements() if not is_cross(e)]
    first = min(elements, key=lambda e: e.box.y)
    if (
        first.type is not ElementType.TEXT
        or first.id in field_labels(elements)
        or len(first.text.split()) > LONGEST_TITLE
    ):
        return frame
    return _exchanged(frame, replace(first, type=ElementType.HEADING))


def _exchanged(node: Node, element: Element) -> Node:
    if node.kind is Kind.LEAF:
        return replace(node, element=element) if node.element is not None and node.element.id == element.id else node
    return node.with_children(tuple(_exchanged(child, element) for child in node.children))


def _has_cross(frame: Node) -> bool:
    elements = tuple(frame.elements())
    crosses = [e for e in elements if is_cross(e)]
    if len(crosses) != 1 or len(elements) <= FEWEST_IN_DIALOG:
        return False
    x, y = crosses[0].box.centre
    return x > frame.box.x + CORNER[0] * frame.box.width and y < frame.box.y + CORNER[1] * frame.box.height


def _lies_over(frame: Node, others: Nodes) -> bool:
    """Is a good part of something else behind it?"""
    return any(
        frame.box.intersection(node.box) > 0.08 * min(frame.box.area, node.box.area)
        and not node.box.contains(frame.box)
        for node in others
    )


def _is_named(frame: Node, others: Nodes) -> bool:
    title = _bare(_title(frame))
    controls = [e for node in others for e in node.elements() if e.type in CONTROLS]
    return bool(title) and any(_bare(control.text) == title for control in controls)


def _title(node: Node) -> str:
    texts = [e for e in node.elements() if e.type in (ElementType.HEADING, ElementType.TEXT) and not is_cross(e)]
    return min(texts, key=lambda e: e.box.y).text if texts else ""


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _without(nodes: Nodes, taken: Sequence[Node], made: Node) -> Nodes:
    return (*(node for node in nodes if not any(node is one for one in taken)), made)
