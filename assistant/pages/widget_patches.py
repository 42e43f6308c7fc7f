"""The operations that give parts of a page a behaviour: tabs, carousels, dialogs, tables that sort. Pure.

Each gathers parts that are there and moves nothing else; where the parts do not fit the wish it says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.core.sketch import Element, ElementType
from assistant.pages import grafts
from assistant.pages.document import Document
from assistant.pages.grafts import Path
from assistant.pages.intents import clean
from assistant.pages.naming import capital, name_of
from assistant.pages.parts import Builder, used_ids
from assistant.pages.placing import Declined, Outcome, missing, unit
from assistant.pages.tables import FEWEST_ASKED, is_sortable, table_rows
from assistant.pages.tree import Kind, Node, Widget, hull, in_flow
from assistant.pages.widgets import is_cross, opener_of

SHORT = (ElementType.LINK, ElementType.TEXT, ElementType.BUTTON, ElementType.HEADING)
TITLES = (ElementType.HEADING, ElementType.TEXT, ElementType.LINK)
LONGEST_NAME = 4  # words of a tab
MOST_TABS = 12
FORM = "form"
"""Target of an edit that means the fields of the page and what belongs to them."""


@dataclass(frozen=True, slots=True)
class MakeTabs:
    """Of a row of short names (what follows is under the first), of parts side by side, or of headed sections."""

    targets: tuple[str, ...]

    def apply(self, document: Document) -> Outcome:
        paths = [path for target in self.targets if (path := grafts.path_of(document.root, target)) is not None]
        if not paths:
            return missing(next(iter(self.targets), ""))
        if sections := _sections(document.root, paths):
            return self._of_parts(document, *sections)
        found = _group(document.root, paths)
        if found is None:
            return Declined("I see no row of names, cards or sections there that could become tabs.")
        path, first, last = found
        parent = grafts.at(document.root, path)
        parts = parent.children[first:last]
        if all(_is_short(part) for part in parts):
            return self._under_names(document, path)
        return self._of_parts(document, path, (first, last), parts)

    def _under_names(self, document: Document, path: Path) -> Outcome:
        """The row is the bar; the frame below it, or else everything below it, belongs to its first name."""
        if not path:
            return Declined("I see no row of names there that could become tabs.")
        bar = grafts.at(document.root, path)
        above, index = grafts.at(document.root, path[:-1]), path[-1]
        if above.kind is not Kind.COLUMN or above.widget:
            return Declined("I see no row of names there that could become tabs.")
        flow = in_flow(above)
        rest = flow[index + 1 :]
        if rest and rest[0].kind is Kind.CARD:
            rest = rest[:1]
        elif rest and rest[-1].name == "footer":
            rest = rest[:-1]
        panel = rest if len(rest) < 2 else (Node(Kind.COLUMN, hull(rest), rest),)
        made = _widget(document, Widget.TABS, (replace(bar, name=""), *panel))
        return _gathered(document, path[:-1], index, index + 1 + len(rest), made)

    def _of_parts(self, document: Document, path: Path, span: tuple[int, int], parts: tuple[Node, ...]) -> Outcome:
        builder = Builder(document)
        names = tuple(
            grafts.shifted(name, part.box.x - name.box.x, parts[0].box.y - name.box.y)
            for number, part in enumerate(parts, start=1)
            for name in [builder.element(ElementType.TEXT, _title(part) or f"Part {number}")]
        )
        bar = Node(Kind.ROW, hull(names), names)
        made = _widget(document, Widget.TABS, (bar, *parts))
        return _gathered(document, path, *span, made)

    def told(self, document: Document) -> str:
        return "there are tabs now: click one, or use the arrow keys"


@dataclass(frozen=True, slots=True)
class MakeCarousel:
    targets: tuple[str, ...]

    def apply(self, document: Document) -> Outcome:
        paths = [path for target in self.targets if (path := grafts.path_of(document.root, target)) is not None]
        if not paths:
            return missing(next(iter(self.targets), ""))
        if len(paths) == 1:
            path = paths[0]
            node = grafts.at(document.root, path)
            if not path or not any(e.type is ElementType.IMAGE for e in node.elements()):
                return Declined("Only pictures can become a carousel.")
            beside = node.children if node.kind in (Kind.ROW, Kind.COLUMN) else (node,)
            made = _widget(document, Widget.CAROUSEL, beside)
            return replace(document, root=grafts.exchange(document.root, path, made))
        above = _common(paths)
        parent, chosen = grafts.at(document.root, above), sorted({path[len(above)] for path in paths})
        if parent.widget or parent.kind is Kind.TABLE:
            return Declined("Those parts cannot become a carousel where they are.")
        slides = tuple(parent.children[index] for index in chosen)
        made = _widget(document, Widget.CAROUSEL, slides)
        for index in reversed(chosen[1:]):
            document = replace(document, root=grafts.swap_in(document.root, (*above, index), None))
        place = grafts.path_of(document.root, _first(slides[0]))
        while place and not _holds(grafts.at(document.root, place), slides[0]):
            place = place[:-1]
        if not place:
            return Declined("Those parts cannot become a carousel where they are.")
        return replace(document, root=grafts.swap_in(document.root, place, made))

    def told(self, document: Document) -> str:
        return "there is a carousel now, with arrows and dots"


@dataclass(frozen=True, slots=True)
class MakeDialog:
    """Takes a part off the page and shows it in a dialog. Without an `opener` the likeliest button opens it."""

    target: str
    opener: str = ""

    def apply(self, document: Document) -> Outcome:
        found = _form(document) if self.target == FORM else unit(document, self.target)
        if found is None or not found[1]:
            return Declined("Say which part is to be in the dialog: a card, a form or a picture.")
        document, path = found
        node = grafts.at(document.root, path)
        if self.opener and grafts.path_of(node, self.opener) is not None:
            return Declined("What opens the dialog must stand outside of it.")
        if any(step.widget is Widget.DIALOG for step in _way(document.root, path)):
            return Declined("It is in a dialog already.")
        made = _widget(document, Widget.DIALOG, node.children if node.kind is not Kind.LEAF else (node,), node)
        opener = self.opener or opener_of(grafts.swap_in(document.root, path, None), made)
        if not opener:
            return Declined("There is no button that could open it. Add one first, or say which one.")
        root = grafts.swap_in(document.root, path, None)
        root = replace(root, children=(*root.children, made))
        return replace(document, root=root, opens={**document.opens, opener: made.name})

    def told(self, document: Document) -> str:
        by = name_of(document, self.opener) if self.opener else "a button"
        what = "the form" if self.target == FORM else name_of(document, self.target)
        return f"{by} opens {what} in a dialog"


@dataclass(frozen=True, slots=True)
class MakeSortable:
    target: str

    def apply(self, document: Document) -> Outcome:
        path = grafts.path_of(document.root, self.target)
        node = grafts.at(document.root, path) if path else None
        if path is None or node is None or node.kind is not Kind.TABLE:
            return Declined(f"{capital(name_of(document, self.target))} is no table, and only tables can be sorted.")
        if not is_sortable(table_rows(tuple(node.elements())), FEWEST_ASKED):
            return Declined("The table needs a name on top of every column before it can be sorted.")
        return replace(document, root=grafts.exchange(document.root, path, replace(node, widget=Widget.SORTED)))

    def told(self, document: Document) -> str:
        return "a click on a column's name sorts the table"


@dataclass(frozen=True, slots=True)
class KeepEntries:
    """Lists, ticks and choices are there again when the page is opened the next time; nothing leaves the browser."""

    on: bool = True

    def apply(self, document: Document) -> Outcome:
        return replace(document, keeps=self.on)

    def told(self, document: Document) -> str:
        return f"the page {'remembers' if self.on else 'forgets'} lists, ticks and choices when it is closed"


def _widget(document: Document, widget: Widget, children: tuple[Node, ...], old: Node | None = None) -> Node:
    """The parts under a name that is free; what had a name keeps it, with what was said about its looks."""
    used, number = used_ids(document.root), 1
    while f"{widget.value}-{number}" in used:
        number += 1
    name = f"{widget.value}-{number}"
    if old is not None and old.kind is Kind.CARD and old.element is not None:
        return replace(old, name=old.name or old.element.id, widget=widget)
    return Node(
        Kind.COLUMN, hull(children), children, name=old.name or name if old is not None else name, widget=widget
    )


def _gathered(document: Document, path: Path, first: int, last: int, made: Node) -> Document:
    """The document with the children of a part from `first` up to `last` as one."""
    parent = grafts.at(document.root, path)
    whole = first == 0 and last == len(parent.children) and path and not parent.name and parent.kind is not Kind.CARD
    if whole:
        return replace(document, root=grafts.exchange(document.root, path, made))
    children = (*parent.children[:first], made, *parent.children[last:])
    return replace(document, root=grafts.exchange(document.root, path, replace(parent, children=children)))


def _group(root: Node, paths: list[Path]) -> tuple[Path, int, int] | None:
    """The part whose children from one index to another are meant: names, parts side by side, or sections."""
    if len(paths) == 1:
        path: Path = paths[0]
        while True:
            node = grafts.at(root, path)
            if node.kind is Kind.ROW and not node.widget and 1 < len(node.children) <= MOST_TABS and _are_alike(node):
                return path, 0, len(node.children)
            if not path:
                return None
            path = path[:-1]
    above = _common(paths)
    chosen = sorted({path[len(above)] for path in paths})
    parent = grafts.at(root, above)
    if not 1 < len(chosen) <= MOST_TABS or parent.widget or parent.kind is Kind.TABLE:
        return None
    return (above, chosen[0], chosen[-1] + 1) if chosen == list(range(chosen[0], chosen[-1] + 1)) else None


def _sections(root: Node, paths: list[Path]) -> tuple[Path, tuple[int, int], tuple[Node, ...]] | None:
    """What stands under each of several headings of one column, with where the first begins and the last ends."""
    if len(paths) < 2:
        return None
    above = _common(paths)
    parent, starts = grafts.at(root, above), sorted({path[len(above)] for path in paths})
    headed = all(
        part.element is not None and part.element.type is ElementType.HEADING
        for part in (parent.children[start] for start in starts)
    )
    if parent.kind is not Kind.COLUMN or parent.widget or not headed or len(starts) < 2:
        return None
    flow = in_flow(parent)
    end = len(flow) - (flow[-1].name == "footer")
    slices = [flow[first:last] for first, last in pairwise((*starts, end))]
    if any(len(parts) < 2 for parts in slices):
        return None
    return above, (starts[0], end), tuple(Node(Kind.COLUMN, hull(parts), parts) for parts in slices)


def _common(paths: list[Path]) -> Path:
    """The way to the smallest part that holds all of them and is none of them."""
    shortest = min(len(path) for path in paths) - 1
    length = 0
    while length < shortest and len({path[length] for path in paths}) == 1:
        length += 1
    return paths[0][:length]


def _are_alike(row: Node) -> bool:
    """Names of one kind, or parts that hold more than one thing."""
    kinds = {child.element.type for child in row.children if child.element is not None and child.kind is Kind.LEAF}
    if all(_is_short(child) for child in row.children):
        return len(kinds) == 1
    return not any(child.kind is Kind.LEAF for child in row.children)


def _is_short(node: Node) -> bool:
    element = node.element
    return (
        node.kind is Kind.LEAF and element is not None and element.type in SHORT and 0 < len(element.text.split()) <= 3
    )


def _title(part: Node) -> str:
    texts = [e for e in part.elements() if e.type in TITLES and e.text.strip() and not is_cross(e)]
    heading = next((e for e in texts if e.type is ElementType.HEADING), texts[0] if texts else None)
    return " ".join(clean(heading.text).split()[:LONGEST_NAME]) if isinstance(heading, Element) else ""


def _first(node: Node) -> str:
    return next((e.id for e in node.elements()), node.name)


def _holds(node: Node, part: Node) -> bool:
    return {e.id for e in part.elements()} <= {e.id for e in node.elements()}


def _way(root: Node, path: Path) -> tuple[Node, ...]:
    return tuple(grafts.at(root, path[:length]) for length in range(len(path) + 1))


def _form(document: Document) -> tuple[Document, Path] | None:
    """The place of the smallest part, other than the page, that holds all fields and a button."""
    fields = {
        e.id for e in document.elements() if e.type in (ElementType.INPUT, ElementType.TEXTAREA, ElementType.SELECT)
    }
    if not fields:
        return None
    path: Path = ()
    while True:
        node = grafts.at(document.root, path)
        inner = next(
            (
                index
                for index, child in enumerate(node.children)
                if fields <= {e.id for e in child.elements()}
                and any(e.type is ElementType.BUTTON for e in child.elements())
            ),
            None,
        )
        if inner is None:
            break
        path = (*path, inner)
    return (document, path) if path else _form_on_page(document, fields)


def _form_on_page(document: Document, fields: set[str]) -> tuple[Document, Path] | None:
    """From the heading or label above the first field to the button below the last one, as one part."""
    flow = in_flow(document.root)
    holding = [i for i, part in enumerate(flow) if fields & {e.id for e in part.elements()}]
    first, last = holding[0], holding[-1]
    while first > 1 and _is_words(flow[first - 1]):
        first -= 1
    if last + 1 < len(flow) and any(e.type is ElementType.BUTTON for e in flow[last + 1].elements()):
        last += 1
    if first == 0 or last - first < 1:
        return None
    parts = flow[first : last + 1]
    made = Node(Kind.COLUMN, hull(parts), parts)
    children = (*document.root.children[:first], made, *document.root.children[last + 1 :])
    return replace(document, root=replace(document.root, children=children)), (first,)


def _is_words(part: Node) -> bool:
    return part.element is not None and part.element.type in (ElementType.TEXT, ElementType.HEADING)
