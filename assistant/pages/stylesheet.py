"""What the user said about looks, as CSS that wins over the compiler's. Pure; values come from closed lists only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.core.sketch import ElementType
from assistant.pages.document import PAGE, Document, Style
from assistant.pages.measures import Measures
from assistant.pages.tree import Kind, Node

COLOURS = {
    "red": "#c62828", "dark red": "#8b1a1a", "green": "#2e7d32", "dark green": "#1b5e20", "light green": "#a5d6a7",
    "blue": "#1565c0", "dark blue": "#0d2f6e", "light blue": "#a8d4f5", "navy": "#0d2f6e", "sky blue": "#87ceeb",
    "yellow": "#fdd835", "gold": "#e0a800", "orange": "#ef6c00", "brown": "#6d4c41", "beige": "#f5efdc",
    "purple": "#6a1b9a", "violet": "#7e3ff2", "pink": "#f48fb1", "magenta": "#c2185b", "turquoise": "#00a99d",
    "teal": "#00695c", "cyan": "#4dd0e1", "lime": "#c0ca33", "olive": "#6b6b1f", "maroon": "#6d1b1b",
    "black": "#111111", "white": "#ffffff", "grey": "#757575", "gray": "#757575", "light grey": "#e3e5e8",
    "light gray": "#e3e5e8", "dark grey": "#3c4043", "dark gray": "#3c4043", "silver": "#c0c4c8", "cream": "#fff8e1",
    "coral": "#ff7f50", "salmon": "#fa8072", "lavender": "#d9d2f3", "indigo": "#3949ab", "mint": "#b2e5cf",
}  # fmt: skip
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")

VARIABLES = ("ink", "soft", "line", "paper", "back", "accent", "on-accent")
THEMES = {
    "light": ("#1d2330", "#5b6475", "#c6ccd8", "#ffffff", "#f4f6fa", "#2f5bd7", "#ffffff"),
    "dark": ("#eceff6", "#a9b2c3", "#4a5366", "#1b202b", "#12161e", "#8fb0ff", "#10182b"),
    "warm": ("#2f2118", "#6d5847", "#dcccb8", "#fffaf2", "#f6ead8", "#a3451d", "#ffffff"),
    "forest": ("#14251b", "#4b6354", "#c3d3c7", "#ffffff", "#eaf2ec", "#1b6b3c", "#ffffff"),
    "ocean": ("#10243a", "#4a6076", "#bfd0df", "#ffffff", "#e6f0f8", "#0b5e8a", "#ffffff"),
    "berry": ("#2a1626", "#6a5166", "#dcc8d8", "#fffbfe", "#f6eaf3", "#8b1f6a", "#ffffff"),
    "contrast": ("#000000", "#222222", "#000000", "#ffffff", "#ffffff", "#00349a", "#ffffff"),
}
"""Values of VARIABLES by name of the theme; every pair of ink and ground keeps a contrast of 4.5 (WCAG AA)."""

DARK_INK, LIGHT_INK = "#111111", "#ffffff"
WRITING = (ElementType.HEADING, ElementType.TEXT, ElementType.PARAGRAPH, ElementType.LINK)
CHOICES = (ElementType.CHECKBOX, ElementType.RADIO)
ROUND_PIXELS = 18
SIDES = {"left": "start", "centre": "center", "right": "end"}


def colour(name: str) -> str:
    """The CSS colour for a spoken name or a hexadecimal number; "" for anything else."""
    name = " ".join(name.lower().replace("-", " ").split())
    return COLOURS.get(name) or (name if HEX.fullmatch(name) else "")


def readable_on(ground: str) -> str:
    """Dark or light ink, whichever is easier to read."""
    return max((DARK_INK, LIGHT_INK), key=lambda ink: contrast(ink, ground))


def contrast(first: str, second: str) -> float:
    """WCAG's ratio, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def stylesheet(document: Document) -> str:
    """Rules for everything that was said; "" for a page nobody has edited."""
    return "\n".join([*_page_rules(document), *part_rules(document)])


def _page_rules(document: Document) -> Iterator[str]:
    look, style = document.look, document.style(PAGE)
    if look.theme in THEMES:
        values = "; ".join(f"--{name}: {value}" for name, value in zip(VARIABLES, THEMES[look.theme], strict=True))
        yield f"body {{ {values}; color-scheme: {'dark' if look.theme == 'dark' else 'light'} }}"
    if style.background:
        ink = style.colour or readable_on(style.background)
        soft = f"color-mix(in srgb, {ink} 70%, {style.background})"
        yield f"body {{ --paper: {style.background}; --back: {style.background}; --ink: {ink}; --soft: {soft} }}"
    elif style.colour:
        yield f"body {{ --ink: {style.colour} }}"
    if look.zoom != 1:
        yield f".page {{ zoom: {look.zoom:g} }}"
    if look.align in SIDES:
        side = SIDES[look.align]
        yield f".page {{ text-align: {side} }}"
        yield f".page .column {{ align-items: {side} }}"
        yield ".page .column > *:not(.row):not(.column) { margin-left: 0 !important; align-self: auto !important }"
    weight = {True: "700", False: "400", None: ""}[style.bold]
    page = {"font-weight": weight, "font-style": "italic" if style.italic else ""}
    if declarations := _declared(page):
        yield f".page :is(h1, h2, h3, p, a, label, button) {{ {declarations} }}"
    if style.corners:
        yield f"body {{ --radius: {_radius(style)} }} .page :is(button, input, select, textarea, .card, .image) " + (
            f"{{ border-radius: {_radius(style)} !important }}"
        )


def part_rules(document: Document) -> Iterator[str]:
    """Rules for what was said about single parts."""
    measures = document.measures()
    places = {name: (node, parent) for node, parent in _parts(document.root) if (name := part_id(node))}
    for target, style in document.styles.items():
        if target in places:
            node, parent = places[target]
            yield from _rules(target, style, node, parent, measures)


def _rules(target: str, style: Style, node: Node, parent: Node, measures: Measures) -> Iterator[str]:
    kind = node.element.type if node.element is not None else None
    selector = f"label:has(> #{target})" if kind in CHOICES else f"#{target}"
    ground = style.background
    weight = {True: "700", False: "400", None: ""}[style.bold]
    declarations = {
        "background": ground,
        "border-color": ground if kind is ElementType.BUTTON else "",
        "color": style.colour or (readable_on(ground) if ground else ""),
        "padding": "8px 12px" if ground and kind in (*WRITING, *CHOICES, None) and node.kind is not Kind.CARD else "",
        "font-weight": weight,
        "font-style": {True: "italic", False: "normal", None: ""}[style.italic],
        "border-radius": _radius(style) if style.corners else "",
        "aspect-ratio": "1" if style.corners == "circle" else "",
        "width": f"{style.width_percent}%" if style.width_percent else "",
        "margin-top": f"{style.space_above}px" if style.space_above is not None else "",
        "position": "sticky" if style.is_sticky else "",
        "top": "0" if style.is_sticky else "",
        "z-index": "5" if style.is_sticky else "",
        "display": "none" if style.is_hidden else "",
        **_sized(style, node, measures),
        **_aligned(style, node, parent),
    }
    if style.is_sticky and not ground:
        declarations["background"] = "var(--paper, Canvas)"
    yield f"{selector} {{ {_declared(declarations)} }}"
    if node.kind is not Kind.LEAF and (style.colour or ground):
        yield f"#{target} :is(h1, h2, h3, p, a, label) {{ color: inherit }}"
    if node.kind is not Kind.LEAF and style.align:
        yield f"#{target} .column {{ align-items: {SIDES[style.align]} }}"
    if kind is ElementType.PARAGRAPH and ground:
        yield f"#{target}.skeleton i {{ background: {readable_on(ground)} }}"


def _sized(style: Style, node: Node, measures: Measures) -> dict[str, str]:
    if style.scale == 1 or node.element is None:
        return {"zoom": f"{style.scale:g}"} if style.scale != 1 else {}
    if node.element.type in WRITING and node.element.text:
        return {"font-size": f"{measures.font(node.element) * style.scale:.1f}px"}
    return {"zoom": f"{style.scale:g}"}


def _aligned(style: Style, node: Node, parent: Node) -> dict[str, str]:
    """Rows are grids and columns are flex boxes: each has its own word for the same side."""
    if style.align not in SIDES:
        return {}
    side = SIDES[style.align]
    inside = {"text-align": side}
    if node.kind is not Kind.LEAF:
        return inside
    if parent.kind is Kind.ROW:
        return {**inside, "justify-self": side}
    return {**inside, "align-self": side, "margin-left": "0"}


def _radius(style: Style) -> str:
    return {"round": f"{ROUND_PIXELS}px", "circle": "50%"}.get(style.corners, "0")


def _declared(declarations: dict[str, str]) -> str:
    return "; ".join(f"{name}: {value} !important" for name, value in declarations.items() if value)


def part_id(node: Node) -> str:
    """The id of a part in the page; frames have one once an edit has named them."""
    return node.element.id if node.kind is Kind.LEAF and node.element is not None else node.name


def _parts(node: Node) -> Iterator[tuple[Node, Node]]:
    for child in node.children:
        yield child, node
        yield from _parts(child)


def _luminance(code: str) -> float:
    digits = code.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
