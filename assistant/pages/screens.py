"""Several screens drawn beside each other: each becomes a view of one page, and controls lead to the next. Pure.

A screen is a frame about as large as its neighbours that holds a good part of everything drawn; what lies between two
frames is an arrow or its caption, and no content.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

from assistant.core.sketch import Arrow, Box, Element, ElementType
from assistant.pages.grafts import shifted
from assistant.pages.tree import Kind, Node, hull

PREFIX = "screen-"
REACH = 0.2  # of a screen's width that an arrow may begin or end outside of it
TOUCH = 0.06  # of a screen's width between a control and the arrow that begins at it
MOST, FEWEST = 12, 2
FEWEST_PARTS = 2  # in a screen; an empty frame is a picture
ALIKE = 1.6  # how many times larger than the smallest a screen may be, in width and in height
HELD_SHARE = 0.8  # of all parts that lie in a screen: else the frames are cards of one page
HEIGHT_SHARE = 0.55  # of the drawing's height that one row of screens takes
GAP = 40.0  # pixels of the sketch between two views in the tree
CONTROLS = (ElementType.BUTTON, ElementType.LINK)
BETWEEN = (ElementType.DIVIDER, ElementType.ICON)
"""What an arrow between two screens may be taken for. Of all else each screen may have one outside, its name."""
SAME_PARTS = 0.6  # cards of one page hold the same kinds of parts, screens do not; the reader misses some
PORTRAIT = 1.5  # height to width of a frame that is a phone, even under a title that all frames share
TITLES = (ElementType.HEADING, ElementType.TEXT)
ONWARDS = re.compile(
    r"\b(next|continue|go|start|submit|send|save|log ?in|sign ?(in|up)|register|pay|buy|check ?out|done|ok|"
    r"add|view|open|siguiente|continuar|entrar|enviar|comprar)\b",
    re.IGNORECASE,
)
STEPS = re.compile(r"^\W*(next|back|continue|ok|skip|siguiente|volver)?\W*$", re.IGNORECASE)
BACK = re.compile(r"\b(back|previous|cancel|return|close|volver|atrás|cancelar)\b|^(<|←|x|×)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Screen:
    frame: Element
    parts: tuple[Element, ...]


def screens_of(elements: Sequence[Element]) -> tuple[Screen, ...]:
    """The screens from left to right, row by row; none where one page is drawn."""
    candidates = [e for e in elements if e.type is ElementType.CARD]
    groups = [_screens_like(frame, candidates, elements) for frame in candidates]
    groups = [group for group in groups if FEWEST <= len(group) <= MOST]
    if not groups:
        return ()
    screens = max(groups, key=lambda group: sum(len(s.parts) for s in group))
    frames = [screen.frame for screen in screens]
    whole = hull(tuple(Node(Kind.LEAF, e.box) for e in elements))
    rows = _rows(screens)
    held = sum(len(screen.parts) for screen in screens)
    outside = [e for e in elements if not any(e is f or f.box.contains(e.box, 0.7) for f in frames)]
    loose = [e for e in outside if e.text]
    if not _are_names([e for e in outside if e.type not in BETWEEN], screens) or _are_cards(screens):
        return ()
    if sum(max(s.frame.box.height for s in row) for row in rows) < HEIGHT_SHARE * whole.height:
        return ()
    if held < HELD_SHARE * (held + len(loose)) or max(len(row) for row in rows) < FEWEST:
        return ()
    return tuple(Screen(screen.frame, _titled(screen.parts)) for row in rows for screen in row)


def _are_cards(screens: Sequence[Screen]) -> bool:
    """Do most frames hold nearly the same parts, or all of them a button that says the same?"""
    held = [Counter(part.type for part in screen.parts) for screen in screens]
    alike = median((one & other).total() / max(1, (one | other).total()) for one, other in combinations(held, 2))
    said = [{_plain(e.text) for e in s.parts if e.type in CONTROLS and not STEPS.search(e.text)} for s in screens]
    return alike >= SAME_PARTS or any(said[0].intersection(*said[1:]))


def _are_names(outside: Sequence[Element], screens: Sequence[Screen]) -> bool:
    """Is what stands outside the frames no more than their names? A page with cards has a head, and controls there."""
    boxes = [screen.frame.box for screen in screens]
    outside = [e for e in outside if e.type is not ElementType.CARD or not any(e.box.intersection(b) for b in boxes)]
    if any(e.type not in (*TITLES, ElementType.LINK) for e in outside) or len(outside) > len(screens):
        return False
    phones = all(box.height > PORTRAIT * box.width for box in boxes)
    return not outside or phones or 2 * len(outside) >= len(screens)


def _titled(parts: tuple[Element, ...]) -> tuple[Element, ...]:
    """Words alone on top of a screen are its title: in one row with other screens' titles they looked like a menu."""
    top = min(parts, key=lambda e: e.box.y)
    level = [e for e in parts if e is not top and e.box.y < top.box.bottom]
    if top.type not in (ElementType.LINK, ElementType.TEXT) or level or not top.text:
        return parts
    return tuple(replace(e, type=ElementType.HEADING) if e is top else e for e in parts)


def stacked(nodes: Sequence[Node], first: Box) -> Node:
    """The screens' contents as one column of views, each where the first one was drawn."""
    views: list[Node] = []
    top = first.y
    for number, node in enumerate(nodes, start=1):
        moved = shifted(node, first.x - node.box.x, top - node.box.y)
        children = moved.children if moved.kind is Kind.COLUMN and not moved.name else (moved,)
        views.append(Node(Kind.COLUMN, moved.box, children, name=f"{PREFIX}{number}"))
        top = moved.box.bottom + GAP
    return Node(Kind.COLUMN, hull(tuple(views)), tuple(views))


def views_of(root: Node) -> tuple[Node, ...]:
    return tuple(child for child in root.children if child.name.startswith(PREFIX))


def drawn_ways(elements: Sequence[Element], arrows: Sequence[Arrow]) -> dict[str, str]:
    """Which view a control leads to by the arrow that begins at it; an arrow that begins at none says nothing."""
    if not arrows:
        return {}
    screens = screens_of(elements)
    found: dict[str, str] = {}
    for arrow in arrows:
        start = _screen_at(screens, arrow.x0, arrow.y0)
        end = _screen_at(screens, arrow.x1, arrow.y1)
        if start is None or end is None or start == end:
            continue
        controls = [e for e in screens[start].parts if e.type in CONTROLS]
        control = _control_at(controls, screens[start].frame.box, arrow)
        if control is not None:
            found.setdefault(control.id, f"{PREFIX}{end + 1}")
    return found


def _screen_at(screens: Sequence[Screen], x: float, y: float) -> int | None:
    """The screen that a point lies in, or the nearest one at whose edge it lies."""
    if not screens:
        return None
    away, index = min((_distance(screen.frame.box, x, y), i) for i, screen in enumerate(screens))
    return index if away <= REACH * screens[index].frame.box.width else None


def _control_at(controls: Sequence[Element], frame: Box, arrow: Arrow) -> Element | None:
    """The control that an arrow begins at, or the only one level with its beginning at the frame's edge."""
    if not controls:
        return None
    away, nearest = min(((_distance(e.box, arrow.x0, arrow.y0), e) for e in controls), key=lambda pair: pair[0])
    if away <= max(TOUCH * frame.width, 0.7 * nearest.box.height):
        return nearest
    level = [e for e in controls if e.box.y - 0.3 * e.box.height <= arrow.y0 <= e.box.bottom + 0.3 * e.box.height]
    if len(level) == 1 or len(controls) == 1:
        return (level or list(controls))[0]
    return None


def _distance(box: Box, x: float, y: float) -> float:
    across, down = max(box.x - x, 0.0, x - box.right), max(box.y - y, 0.0, y - box.bottom)
    return max(across, down)


def ways(root: Node, drawn: Mapping[str, str] | None = None) -> dict[str, str]:
    """Which view a control leads to, by ids: as drawn, else the one it names, else the next or last by its words."""
    views = views_of(root)
    names = {view.name for view in views}
    found: dict[str, str] = {}
    for index, view in enumerate(views):
        controls = [e for e in view.elements() if e.type in CONTROLS]
        for control in controls:
            if drawn and drawn.get(control.id, "") in names:
                found[control.id] = drawn[control.id]
                continue
            named = [v.name for v in views if v is not view and _is_named(control.text, v)]
            if named:
                found[control.id] = named[0]
            elif BACK.search(control.text) and index:
                found[control.id] = views[index - 1].name
            elif ONWARDS.search(control.text) and index + 1 < len(views):
                found[control.id] = views[index + 1].name
        onward = any(c.id in (drawn or ()) for c in controls) or any(
            found.get(c.id) == v.name for c in controls for v in views[index + 1 :]
        )
        free = [c for c in controls if c.id not in found and c.type is ElementType.BUTTON]
        if not onward and free and index + 1 < len(views):
            found[free[-1].id] = views[index + 1].name
    return found


def _is_named(words: str, view: Node) -> bool:
    """Does the control say what is written on top of the view?"""
    said = _plain(words)
    titles = [e for e in view.elements() if e.type in TITLES][:1]
    return bool(said) and any(_plain(title.text) == said for title in titles)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _screens_like(model: Element, candidates: Sequence[Element], elements: Sequence[Element]) -> list[Screen]:
    """Frames about as large as the model that do not lie on each other, the likest first, with what they hold."""
    box = model.box
    likest = sorted(candidates, key=lambda e: abs(e.box.width / box.width - 1) + abs(e.box.height / box.height - 1))
    frames: list[Element] = []
    for frame in likest:
        wide, high = frame.box.width / box.width, frame.box.height / box.height
        if max(wide, 1 / wide, high, 1 / high) > ALIKE:
            continue
        if all(frame.box.intersection(f.box) < 0.2 * min(frame.box.area, f.box.area) for f in frames):
            frames.append(frame)
    screens = [Screen(f, tuple(e for e in elements if e is not f and _is_part(e, f))) for f in frames]
    return [screen for screen in screens if len(screen.parts) >= FEWEST_PARTS]


def _is_part(element: Element, frame: Element) -> bool:
    """Does it lie in the frame, and is no strip of it between an arrow and its edge?"""
    box, outer = element.box, frame.box
    if not outer.contains(box, 0.7):
        return False
    return element.type is not ElementType.CARD or box.width < 0.93 * outer.width


def _rows(screens: Sequence[Screen]) -> list[list[Screen]]:
    rows: list[list[Screen]] = []
    for screen in sorted(screens, key=lambda s: s.frame.box.centre[1]):
        middle = screen.frame.box.centre[1]
        if rows and middle < rows[-1][0].frame.box.bottom:
            rows[-1].append(screen)
        else:
            rows.append([screen])
    return [sorted(row, key=lambda s: s.frame.box.x) for row in rows]
