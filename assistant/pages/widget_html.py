"""HTML of tabs, carousels and dialogs: roles and names as WAI-ARIA's patterns want them. Pure.

What moves them is resources/kit/widgets.js. Everything is there without a script too, only all of it at once.
"""

from __future__ import annotations

from html import escape
from typing import Protocol

from assistant.core.sketch import Element, ElementType
from assistant.pages.intents import clean
from assistant.pages.markup import attribute, styles
from assistant.pages.tree import Kind, Node, Widget
from assistant.pages.widgets import is_control, is_cross, slide_count, slides_of

EMPTY_PANEL = "What belongs under “{}” is still to be drawn."
ARROWS = {"previous": ("Previous", "‹"), "next": ("Next", "›")}
CLOSE = '<button{} type="button" class="close quiet" data-action="close" aria-label="Close">×</button>'
ANOTHER = '<div class="image another" role="img" aria-label="Picture"><span aria-hidden="true">{}</span></div>'


class Writer(Protocol):
    """What of the compiler is needed here."""

    def write(self, depth: int, text: str) -> None: ...

    def node(self, node: Node, parent: Node, style: str, depth: int) -> None: ...

    def text(self, element: Element) -> str: ...

    def font(self, element: Element) -> float: ...


def write_widget(out: Writer, node: Node, style: str, depth: int) -> None:
    match node.widget:
        case Widget.TABS:
            _tabs(out, node, style, depth)
        case Widget.CAROUSEL:
            _carousel(out, node, style, depth)
        case _:
            _dialog(out, node, depth)


def close_button(element: Element) -> str:
    """The drawn cross of a dialog."""
    return CLOSE.format(attribute("id", element.id))


def _tabs(out: Writer, node: Node, style: str, depth: int) -> None:
    bar, panels = node.children[0], node.children[1:]
    names = tuple(bar.elements())
    out.write(depth, f'<div id="{node.name}" class="column tabs"{attribute("style", styles(style, "width: 100%"))}>')
    out.write(depth + 1, '<div class="tablist" role="tablist" aria-label="Sections">')
    for index, name in enumerate(names):
        chosen = "true" if index == 0 else "false"
        out.write(
            depth + 2,
            f'<button id="{name.id}" type="button" role="tab" aria-selected="{chosen}" '
            f'aria-controls="{name.id}-panel" style="font-size: {out.font(name):g}px">'
            f"{escape(out.text(name)) or f'Part {index + 1}'}</button>",
        )
    out.write(depth + 1, "</div>")
    for index, name in enumerate(names):
        hidden = " hidden" if index else ""
        out.write(
            depth + 1,
            f'<div id="{name.id}-panel" class="column panel" role="tabpanel" aria-labelledby="{name.id}" '
            f'tabindex="0"{hidden}>',
        )
        if index < len(panels):
            out.node(panels[index], panels[index], "", depth + 2)
        else:
            out.write(depth + 2, f"<p>{escape(EMPTY_PANEL.format(out.text(name)))}</p>")
        out.write(depth + 1, "</div>")
    out.write(depth, "</div>")


def _carousel(out: Writer, node: Node, style: str, depth: int) -> None:
    slides, count = slides_of(node), slide_count(node)
    controls = [e.id for child in node.children if is_control(child, node) for e in child.elements()]
    sides = {name: _side_of(node, slides[0], name) for name in controls} if slides else {}
    left, right = ([name for name in controls if sides.get(name) == side] for side in (-1, 1))
    out.write(
        depth,
        f'<section id="{node.name}" class="carousel" aria-roledescription="carousel" aria-label="Pictures"'
        f"{attribute('style', style)}>",
    )
    out.write(depth + 1, '<div class="stage">')
    out.write(depth + 2, _arrow("previous", left, node.name))
    out.write(depth + 2, '<div class="slides" aria-live="polite">')
    for index in range(count):
        hidden = " hidden" if index else ""
        out.write(
            depth + 3,
            f'<div class="slide column" role="group" aria-roledescription="slide" '
            f'aria-label="{index + 1} of {count}"{hidden}>',
        )
        if index < len(slides):
            out.node(slides[index], slides[index], "", depth + 4)
        else:
            out.write(depth + 4, _another(slides[0] if slides else node, index + 1))
        out.write(depth + 3, "</div>")
    out.write(depth + 2, "</div>")
    out.write(depth + 2, _arrow("next", right, node.name))
    out.write(depth + 1, "</div>")
    dots = [name for name in controls if name not in (*left, *right)]
    out.write(depth + 1, '<div class="dots" role="group" aria-label="Choose a picture">')
    for index in range(count):
        now = "true" if index == 0 else "false"
        name = attribute("id", dots[index] if len(dots) == count else f"{node.name}-dot-{index + 1}")
        out.write(
            depth + 2,
            f'<button{name} type="button" class="dot" aria-label="Show {index + 1} of {count}" '
            f'aria-current="{now}"></button>',
        )
    out.write(depth + 1, "</div>")
    out.write(depth, "</section>")


def _side_of(carousel: Node, slide: Node, name: str) -> int:
    """On which side of the slide a control was drawn; 0 for below."""
    element = next(e for e in carousel.elements() if e.id == name)
    if element.box.centre[1] > slide.box.bottom:
        return 0
    return -1 if element.box.centre[0] < slide.box.centre[0] else 1


def _arrow(kind: str, drawn: list[str], carousel: str) -> str:
    words, sign = ARROWS[kind]
    name = attribute("id", drawn[0] if drawn else f"{carousel}-{kind}")
    return f'<button{name} type="button" class="arrow {kind} quiet" aria-label="{words}">{sign}</button>'


def _another(like: Node, number: int) -> str:
    """A slide nobody has drawn: as many pictures as the drawn one shows."""
    pictures = [e.box for e in like.elements() if e.type is ElementType.IMAGE]
    if like.kind is Kind.ROW and len(pictures) > 1:
        ratio = pictures[0].width / pictures[0].height
        one = ANOTHER.format(number).replace(' role="img"', f' style="aspect-ratio: {ratio:.2f}" role="img"')
        columns = f"grid-template-columns: repeat({len(pictures)}, 1fr)"
        return f'<div class="row" style="{columns}">{one * len(pictures)}</div>'
    ratio = like.box.width / max(1.0, like.box.height)
    return ANOTHER.format(number).replace(' role="img"', f' style="aspect-ratio: {ratio:.2f}" role="img"')


def _dialog(out: Writer, node: Node, depth: int) -> None:
    title = next((e for e in node.elements() if e.type is ElementType.HEADING and not is_cross(e)), None)
    named = f' aria-labelledby="{title.id}"' if title is not None else f' aria-label="{_called(node)}"'
    out.write(depth, f'<dialog id="{node.name}"{named}>')
    if not any(is_cross(e) for e in node.elements()):
        out.write(depth + 1, CLOSE.format(attribute("id", f"{node.name}-close")))
    inner = Node(Kind.COLUMN, node.box, node.children) if node.kind is not Kind.LEAF else node
    out.node(inner, inner, "", depth + 1)
    out.write(depth, "</dialog>")


def _called(node: Node) -> str:
    return escape(next((clean(e.text) for e in node.elements() if e.text and not is_cross(e)), "Dialog"))
