"""From the layout tree to one self-contained HTML file. Pure.

The rule: every text comes from an attacker's picture, so everything is escaped, nothing refers outside, and behaviour
is chosen from the kit's closed list (resources/kit/kit.js), never written here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant.core.page_policy import PAGE_POLICY
from assistant.core.sketch import Element, ElementType, Page, SketchReading
from assistant.pages.bank import JOKES
from assistant.pages.controls import Controls
from assistant.pages.document import Document
from assistant.pages.intents import Slots, clean, is_hint, jokes_for, page_data
from assistant.pages.labels import field_labels
from assistant.pages.landmarks import footer_of, header_of
from assistant.pages.markup import script_json
from assistant.pages.opening import open_drawn
from assistant.pages.screens import views_of, ways
from assistant.pages.straighten import is_centred
from assistant.pages.stylesheet import stylesheet
from assistant.pages.tables import FEWEST_ASKED, FEWEST_SORTED, is_sortable, table_rows
from assistant.pages.tree import Kind, Node, Widget, every_node, first_id
from assistant.pages.widget_html import close_button, write_widget
from assistant.pages.widgets import closes, dialogs_of, is_cross, openers
from assistant.pages.written_edits import written_html

KIT = Path(__file__).resolve().parents[2] / "resources" / "kit"
FIELDS = (ElementType.INPUT, ElementType.TEXTAREA, ElementType.SELECT)
TEXTS = (ElementType.HEADING, ElementType.TEXT, ElementType.LINK, ElementType.PARAGRAPH)
LANDMARKS = {"header": "header", "footer": "footer", "navigation": "nav"}  # names that edits give to parts
LABEL_GAP = 10  # pixels between a label and its field: what belongs together stands together
LONGEST_WORD = 20  # letters that are kept in one piece
TERSE = 26  # letters that are kept on one line where there is room
ROOM = "min-width: fit-content"
NAV_TOP = 0.2  # share of the page's height in which a row of short texts is navigation


def compile_page(reading: SketchReading, title: str, slots: Slots | None = None, revision: int = 0) -> Page:
    """The page as drawn. Milliseconds; any valid reading gives a valid page."""
    return compile_document(open_drawn(reading, title, slots), revision)


def compile_document(document: Document, revision: int = 0) -> Page:
    """The page with everything that was edited since it was drawn, or as a model wrote it."""
    page = _Compiler(document).page(revision)
    return replace(page, html=written_html(document)) if document.written else page


@cache
def kit_file(name: str) -> str:
    return (KIT / name).read_text(encoding="utf-8").strip()


class _Compiler:
    def __init__(self, document: Document) -> None:
        root, elements, slots = document.root, document.elements(), document.slots
        self._document = document
        self._root = root
        self._measures = document.measures()
        self._labels = field_labels(elements)
        self._elements = elements
        self._words = " ".join(element.text.lower() for element in elements)
        jokes, self._joke_id = jokes_for(list(elements))
        self._jokes = slots.jokes + tuple(j for j in jokes if j not in slots.jokes) if slots.jokes else jokes
        self._slots = slots
        self._controls = Controls(elements, self._labels, slots, self._measures, self._words)
        self._controls.close_with(
            e.id
            for dialog in dialogs_of(root)
            for e in dialog.elements()
            if e.type is ElementType.BUTTON and closes(e.text)
        )
        self._headings = [element.id for element in elements if element.type is ElementType.HEADING]
        self._form = _form_node(root)
        self._header, self._footer = header_of(root), footer_of(root)
        self._views = views_of(root)
        self._crosses = {e.id for dialog in dialogs_of(root) for e in dialog.elements() if is_cross(e)}
        self._lines: list[str] = []

    def page(self, revision: int) -> Page:
        first = next((e.text for e in self._elements if e.type is ElementType.HEADING and e.text), "")
        name = self._document.page_title or clean(first) or self._document.title or "Page"
        width = self._document.look.width or self._measures.width
        edits = stylesheet(self._document)
        self.node(self._root, self._root, "", 1)
        data = page_data(self._elements, self._slots) | self._moving()
        html = "\n".join(
            [
                "<!doctype html>",
                f'<html lang="{escape(self._document.language)}">',
                "<head>",
                '<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{PAGE_POLICY}">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{escape(name)}</title>",
                f"<style>\n{kit_file('kit.css')}\n</style>",
                *([f'<style id="edits">\n{edits}\n</style>'] if edits else []),
                "</head>",
                f'<body style="--page-width: {width + 66}px; --body: {self._measures.body:g}px">',
                '<main class="page">',
                *self._lines,
                "</main>",
                '<div id="toast" role="status" hidden></div>',
                f'<script type="application/json" id="page-data">{script_json(data)}</script>',
                f"<script>\n{self._script()}\n</script>",
                "</body>",
                "</html>",
                "",
            ]
        )
        return Page(name, html, len(self._elements), revision)

    def _moving(self) -> dict[str, Any]:
        """What the kit needs to know of views, dialogs and storage, as JSON."""
        said = self._document.opens
        found: dict[str, Any] = {
            "ways": ways(self._root, self._document.ways) if self._views else {},
            "opens": openers(self._root, said),
            "shown": [dialog.name for dialog in dialogs_of(self._root) if dialog.name not in said.values()],
            "keeps": self._document.keeps,
        }
        return {name: value for name, value in found.items() if value}

    def _script(self) -> str:
        """The kit, and what moves widgets where there are any."""
        moves = any(node.widget for node in every_node(self._root)) or "<table" in "".join(self._lines)
        return f"{kit_file('kit.js')}\n{kit_file('widgets.js')}" if moves else kit_file("kit.js")

    def font(self, element: Element) -> float:
        return self._measures.body if element.type is ElementType.BUTTON else self._measures.font(element)

    def write(self, depth: int, text: str) -> None:
        self._lines.append("  " * depth + text)

    def node(self, node: Node, parent: Node, style: str, depth: int) -> None:
        if node.kind is Kind.LEAF and (tag := self._landmark(node)) != "div":
            self.write(depth, f'<{tag} class="column"{_style(_join(style, "width: 100%"))}>')
            self._leaf(node, parent, "", depth + 1)
            self.write(depth, f"</{tag}>")
            return
        if node.widget and node.widget is not Widget.SORTED:
            size = (
                _share(node, parent) if parent.kind is Kind.ROW else _join(_indent(node, parent), _width(node, parent))
            )
            write_widget(self, node, _join(style, size), depth)
            return
        match node.kind:
            case Kind.LEAF:
                self._leaf(node, parent, style, depth)
            case Kind.ROW:
                self._row(node, parent, style, depth)
            case Kind.TABLE:
                self._table(node, style, depth)
            case _:
                self._column(node, parent, style, depth)

    def _column(self, node: Node, parent: Node, style: str, depth: int) -> None:
        tag = "section" if node.kind is Kind.CARD else self._landmark(node)
        tag = "form novalidate" if node is self._form else tag
        name = "column card" if node.kind is Kind.CARD else "column"
        if node in self._views:
            tag, name = "section", "column view"
        size = _share(node, parent) if parent.kind is Kind.ROW else _width(node, parent)
        size = _join(size, ROOM if parent.kind is Kind.ROW and _is_terse(node) else "")
        style = _join(style, "" if parent.kind is Kind.ROW else _indent(node, parent), size)
        self.write(depth, f'<{tag}{_name(node)} class="{name}"{_style(style)}>')
        reached = 0.0
        for index, child in enumerate(node.children):
            if child.widget is Widget.DIALOG:
                self.node(child, node, "", depth + 1)
                continue
            target = (child.box.y - node.box.y) * self._measures.pitch
            gap = self._measures.gap(target, reached) if index else 0
            if index and self._names(node.children[index - 1], child):
                gap = min(gap, LABEL_GAP)
            if index:
                gap = self._document.fit.spaces.get(first_id(child), gap)
            space = round(gap * self._document.look.spacing)
            self.node(child, node, f"--gap: {space}px" if gap else "", depth + 1)
            reached += gap + self._measures.height(child)
        self.write(depth, f"</{tag.split()[0]}>")

    def _row(self, node: Node, parent: Node, style: str, depth: int) -> None:
        lefts = [child.box.x for child in node.children] + [node.box.right]
        shares = [max(1.0, 100 * (b - a) / node.box.width) for a, b in pairwise(lefts)]
        columns = " ".join(f"minmax({_least(c)}, {s:.0f}fr)" for c, s in zip(node.children, shares, strict=True))
        if parent.kind is not Kind.ROW:
            style = _join(style, _indent(node, parent), _width(node, parent), ROOM if _is_terse(node) else "")
        tag = "nav" if self._is_navigation(node) else self._landmark(node)
        tag = "form novalidate" if node is self._form else tag
        style = _join(f"grid-template-columns: {columns}", style)
        self.write(depth, f'<{tag}{_name(node)} class="row"{_style(style)}>')
        for child in node.children:
            self.node(child, node, self._place(child, node), depth + 1)
        self.write(depth, f"</{tag.split()[0]}>")

    def _names(self, label: Node, field: Node) -> bool:
        first, second = label.element, field.element
        return first is not None and second is not None and self._labels.get(first.id) == second.id

    def _landmark(self, node: Node) -> str:
        """What an edit has named the part, or what the drawing evidently means by it."""
        drawn = "header" if node is self._header else "footer" if node is self._footer else "div"
        return LANDMARKS.get(node.name, drawn)

    def _place(self, child: Node, row: Node) -> str:
        """Where a child sits in the height of its row."""
        if child.kind is not Kind.LEAF and child.box.y - row.box.y < 0.05 * row.box.height:
            return "align-self: start"
        off = child.box.centre[1] - row.box.centre[1]
        if abs(off) < 0.2 * row.box.height:
            return "align-self: center"
        return f"align-self: start; margin-top: {round(max(0.0, child.box.y - row.box.y) * self._measures.scale)}px"

    def _is_navigation(self, node: Node) -> bool:
        leaves = [leaf.element for leaf in node.leaves() if leaf.element is not None]
        short = [e for e in leaves if e.type in (ElementType.LINK, ElementType.TEXT) and len(e.text.split()) <= 2]
        high = node.box.centre[1] - self._root.box.y < NAV_TOP * self._root.box.height
        others = [e for e in leaves if e.type in (*FIELDS, ElementType.CHECKBOX, ElementType.RADIO)]
        named = any(e.id in self._labels for e in leaves)
        return high and len(short) >= 3 and not others and not named

    def _table(self, node: Node, style: str, depth: int) -> None:
        rows = table_rows(tuple(node.elements()))
        sorts = is_sortable(rows, FEWEST_ASKED if node.widget is Widget.SORTED else FEWEST_SORTED)
        self.write(depth, f"<table{_name(node)}{' data-sorts' if sorts else ''}{_style(style)}>")
        for index, row in enumerate(rows):
            head = index == 0 and len(rows) > 1
            tag, scope = ("th", ' scope="col"') if head else ("td", "")
            cells = "".join(f"<{tag}{scope}>{' '.join(self._inline(e) for e in cell)}</{tag}>" for cell in row)
            opening = "<thead>" if head else "<tbody>" if index == (len(rows) > 1) else ""
            closing = "</thead>" if head else "</tbody>" if index == len(rows) - 1 else ""
            self.write(depth + 1, f"{opening}<tr>{cells}</tr>{closing}")
        self.write(depth, "</table>")

    def _inline(self, element: Element) -> str:
        """An element inside a table's cell."""
        if element.id in self._labels or (element.type is ElementType.LINK and self.text(element)):
            return self._words_html(element, "", "")
        if element.type in (ElementType.HEADING, ElementType.TEXT, ElementType.PARAGRAPH) and element.text:
            return escape(self.text(element))
        if element.type in TEXTS:
            return _skeleton(element, "")
        return self._controls.html(element, "") or escape(self.text(element))

    def _leaf(self, node: Node, parent: Node, style: str, depth: int) -> None:
        element = node.element
        if element is None:
            return
        if is_cross(element) and element.id in self._crosses:
            self.write(depth, close_button(element))
            return
        if parent.kind is Kind.ROW:
            size = _share(node, parent)
        else:
            size = _width(node, parent)
            style = _join(style, "" if self._is_centred(node, parent) else _indent(node, parent))
        for line in self._element(element, style, size, self._is_centred(node, parent)):
            self.write(depth, line)

    def _is_centred(self, node: Node, parent: Node) -> bool:
        return parent.kind is not Kind.ROW and is_centred(node.box, parent.box)

    def _element(self, element: Element, style: str, size: str, centred: bool) -> list[str]:
        centre = "centre" if centred else ""
        match element.type:
            case kind if kind in TEXTS and not self.text(element):
                return [_skeleton(element, _join(style, size))]
            case ElementType.HEADING | ElementType.TEXT | ElementType.LINK:
                return [self._words_html(element, style, centre)]
            case ElementType.PARAGRAPH:
                return [f'<p id="{_id(element)}"{_class(centre)}{_style(style)}>{escape(self.text(element))}</p>']
            case ElementType.DIVIDER:
                return [f"<hr{_style(_join(style, size))}>"]
            case _:
                html = self._controls.html(element, _join(style, size), centre)
                return [html] if html else []

    def _words_html(self, element: Element, style: str, centre: str) -> str:
        text, name = escape(self.text(element)), _id(element)
        style = _join(style, f"font-size: {self._measures.font(element):g}px")
        field = self._labels.get(element.id)
        if field is not None:
            return f'<label id="{name}" for="{field}"{_class(centre)}{_style(style)}>{text}</label>'
        if element.type is ElementType.LINK:
            return f'<a id="{name}" href="#{name}"{_class(centre)}{_style(style)}>{text}</a>'
        if element.type is ElementType.HEADING:
            level = 1 if element.id == self._headings[0] else 2
            return f'<h{level} id="{name}"{_class(centre)}{_style(style)}>{text}</h{level}>'
        return f'<p id="{name}"{_class(centre)}{_style(style)}>{text}</p>'

    def text(self, element: Element) -> str:
        corrected = self._slots.labels.get(element.id, element.text)
        if element.id == self._joke_id and is_hint(element.text):
            return (self._jokes or JOKES)[0][0]
        return clean(corrected)


def _form_node(root: Node) -> Node | None:
    """The smallest part of the page with all fields and a button; None where there is no form."""
    types = [element.type for element in root.elements()]
    if not any(kind in FIELDS for kind in types) or ElementType.BUTTON not in types:
        return None
    fields = {e.id for e in root.elements() if e.type in FIELDS}
    node = root
    while True:
        inner = next(
            (
                child
                for child in node.children
                if child.kind in (Kind.COLUMN, Kind.ROW)
                and fields <= {e.id for e in child.elements()}
                and any(e.type is ElementType.BUTTON for e in child.elements())
            ),
            None,
        )
        if inner is None:
            return node if node.kind in (Kind.COLUMN, Kind.ROW) else None
        node = inner


def _skeleton(element: Element, style: str) -> str:
    lines = "<i></i>" * max(1, min(element.lines, 12))
    name = "skeleton title" if element.type is ElementType.HEADING else "skeleton"
    return f'<div id="{_id(element)}" class="{name}" role="presentation"{_style(style)}>{lines}</div>'


def _is_terse(node: Node) -> bool:
    """Does it hold only short words and buttons? They stand on one line each, as they were drawn."""
    kinds = (ElementType.HEADING, ElementType.TEXT, ElementType.LINK, ElementType.BUTTON)
    return all(e.type in kinds and e.text and len(e.text) <= TERSE for e in node.elements())


def _least(child: Node) -> str:
    """The least width of a track: whole words, unless one is so long that it would burst the page."""
    longest = max((len(word) for element in child.elements() for word in element.text.split()), default=0)
    return "min-content" if longest <= LONGEST_WORD else "0"


def _share(node: Node, row: Node) -> str:
    """Width of a child of a row in its grid track, which reaches to where the next child starts."""
    following = [child.box.x for child in row.children if child.box.x > node.box.x]
    track = max(1.0, (min(following) if following else row.box.right) - node.box.x)
    return f"width: {min(100.0, 100 * node.box.width / track):.0f}%"


def _indent(node: Node, parent: Node) -> str:
    share = 100 * (node.box.x - parent.box.x) / parent.box.width
    return f"margin-left: {share:.0f}%" if share >= 1.5 else ""


def _width(node: Node, parent: Node) -> str:
    return f"width: {min(100.0, 100 * node.box.width / parent.box.width):.0f}%"


def _name(node: Node) -> str:
    return f' id="{node.name}"' if node.name else ""


def _join(*styles: str) -> str:
    return "; ".join(style for style in styles if style)


def _style(style: str) -> str:
    return f' style="{style}"' if style else ""


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _id(element: Element) -> str:
    return element.id
