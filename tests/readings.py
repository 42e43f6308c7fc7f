"""Readings of small pages, as perception would give them: for tests that need something to build a page from."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from assistant.core.sketch import Box, Element, ElementType, SketchReading

T = ElementType
VOID = frozenset({"input", "meta", "hr", "br", "path", "circle", "rect", "line"})
SIZES = {
    T.HEADING: (260, 40), T.TEXT: (200, 22), T.LINK: (90, 22), T.PARAGRAPH: (420, 60), T.BUTTON: (160, 44),
    T.INPUT: (320, 42), T.TEXTAREA: (420, 120), T.SELECT: (240, 42), T.CHECKBOX: (180, 24), T.RADIO: (160, 24),
    T.IMAGE: (200, 150), T.ICON: (36, 36), T.DIVIDER: (560, 3), T.CARD: (560, 200), T.TABLE: (560, 200),
    T.LIST: (300, 100),
}  # fmt: skip


def stacked(*drawn: tuple[ElementType, str] | ElementType, width: int = 600) -> SketchReading:
    """One element under the other at the left edge, 40 pixels apart, ids e1, e2, ..."""
    elements, top = [], 20.0
    for number, item in enumerate(drawn, start=1):
        kind, text = (item, "") if isinstance(item, ElementType) else item
        wide, high = SIZES[kind]
        elements.append(Element(f"e{number}", kind, Box(20, top, wide, high), text))
        top += high + 40
    return SketchReading(width, int(top), tuple(elements))


def row(*drawn: tuple[ElementType, str], top: float = 20.0, first: int = 1) -> tuple[Element, ...]:
    """Elements side by side, 60 pixels apart."""
    elements, left = [], 20.0
    for number, (kind, text) in enumerate(drawn, start=first):
        wide, high = SIZES[kind]
        elements.append(Element(f"e{number}", kind, Box(left, top, wide, high), text))
        left += wide + 60
    return tuple(elements)


def with_elements(reading: SketchReading, *elements: Element) -> SketchReading:
    return replace(reading, elements=(*reading.elements, *elements))


LOGIN = SketchReading(
    600,
    700,
    (
        Element("e1", T.HEADING, Box(40, 20, 240, 50), "Log in"),
        Element("e2", T.TEXT, Box(42, 110, 90, 26), "Email"),
        Element("e3", T.INPUT, Box(40, 145, 500, 50)),
        Element("e4", T.TEXT, Box(41, 230, 140, 26), "Password"),
        Element("e5", T.INPUT, Box(40, 265, 505, 50)),
        Element("e6", T.CHECKBOX, Box(44, 350, 220, 30), "Remember me", checked=True),
        Element("e7", T.LINK, Box(40, 410, 220, 26), "Forgot password?"),
        Element("e8", T.BUTTON, Box(40, 470, 300, 60), "Log in"),
    ),
)
JOKES = SketchReading(
    1000,
    700,
    (
        Element("e1", T.TEXT, Box(30, 30, 120, 30), "JokeHub"),
        Element("e2", T.LINK, Box(600, 30, 80, 28), "Home"),
        Element("e3", T.LINK, Box(720, 30, 80, 28), "Jokes"),
        Element("e4", T.LINK, Box(840, 30, 80, 28), "About"),
        Element("e5", T.DIVIDER, Box(20, 85, 940, 6)),
        Element("e6", T.HEADING, Box(320, 150, 360, 55), "My Joke Website"),
        Element("e7", T.TEXT, Box(200, 270, 560, 34), "Why did the chicken cross the road?"),
        Element("e8", T.BUTTON, Box(200, 360, 300, 60), "[push to reveal punchline]"),
        Element("e9", T.BUTTON, Box(540, 360, 200, 60), "Next joke"),
        Element("e10", T.IMAGE, Box(400, 470, 240, 160)),
    ),
)
ORDER = SketchReading(
    1000,
    800,
    (
        Element("e1", T.HEADING, Box(40, 20, 300, 50), "Your order"),
        Element("e2", T.CARD, Box(30, 100, 450, 300)),
        Element("e3", T.IMAGE, Box(60, 120, 200, 150)),
        Element("e4", T.TEXT, Box(60, 300, 220, 28), "Blue mug, 2 pieces"),
        Element("e5", T.SELECT, Box(550, 120, 300, 50), "Country"),
        Element("e6", T.RADIO, Box(550, 210, 200, 30), "Express", checked=True),
        Element("e7", T.RADIO, Box(550, 260, 200, 30), "Standard"),
        Element("e8", T.TABLE, Box(30, 450, 900, 130)),
        Element("e9", T.TEXT, Box(60, 465, 100, 24), "Item"),
        Element("e10", T.TEXT, Box(560, 465, 100, 24), "Price"),
        Element("e11", T.TEXT, Box(60, 525, 120, 24), "Mug"),
        Element("e12", T.TEXT, Box(560, 525, 100, 24), "$10.00"),
        Element("e13", T.PARAGRAPH, Box(40, 620, 500, 60), lines=3),
        Element("e14", T.BUTTON, Box(40, 710, 240, 60), "Buy now"),
    ),
)


class Parsed(HTMLParser):
    """A page as a browser's parser would see its tags; `problems` is what is not well formed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.label_texts: dict[str, str] = {}
        """Text of every label by the id it names, and of every button by its own."""
        self._open: list[tuple[str, dict[str, str]]] = []
        self._wrapped: dict[int, str] = {}  # id of the control inside a label, by how deep the label lies
        self.feed(html)
        self.close()
        self.problems += [f"<{tag}> is never closed" for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.problems += [f"<{tag}> has {name} twice" for name in set(names) if names.count(name) > 1]
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID:
            self._open.append((tag, given))
        depth = next((i for i, (name, _) in enumerate(self._open) if name == "label"), None)
        if "id" in given and depth is not None and tag != "label":
            self._wrapped.setdefault(depth, given["id"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.problems.append(f"</{tag}> closes nothing")
            return
        self._open.pop()
        self._wrapped.pop(len(self._open), None)

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if "script" in inside or "style" in inside or not data.strip():
            return
        self.texts.append(data.strip())
        for depth, (tag, given) in enumerate(self._open):
            named = {"label": given.get("for") or self._wrapped.get(depth), "button": given.get("id")}
            if name := named.get(tag):
                self.label_texts[name] = f"{self.label_texts.get(name, '')} {data.strip()}".strip()

    def named(self, tag: str) -> list[dict[str, str]]:
        return [given for name, given in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [given["id"] for _, given in self.tags if "id" in given]

    def controls(self) -> list[tuple[str, dict[str, str]]]:
        return [(t, a) for t, a in self.tags if t in ("input", "select", "textarea", "button")]
