"""A reply's text as lines and spans to paint: the little markdown that models write, and nothing that could load.

Pure. Links and pictures stay words, HTML stays visible text, and characters that would hide or reorder text are gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class LineKind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    RULE = "rule"


class Style(StrEnum):
    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """`mark` is an item's bullet or number, `depth` how far it is indented, `gap` whether an empty line came before."""

    kind: LineKind
    spans: tuple[Span, ...]
    mark: str = ""
    depth: int = 0
    gap: bool = False

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


# Zero-width and direction-changing characters and Unicode tags: they hide words from the reader. The joiners that
# emoji and several scripts need (U+200C, U+200D) stay. Control characters other than tab and newline go too.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(\s*)([-*+•]|\d{1,3}[.)])\s+(.*)$")
_QUOTE = re.compile(r"^ {0,3}>\s?(.*)$")
_RULE = re.compile(r"^ {0,3}([-*_])(\s*\1){2,}\s*$")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\(([^)\s]*)[^)]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)[^)]*\)")
_SPAN = re.compile(r"(`+)(.+?)\1|\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])")

DEEPEST = 4  # indents beyond this are painted alike


def clean(text: str) -> str:
    """Text without characters that hide or reorder it."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n"))


def lines(text: str) -> tuple[Line, ...]:
    """Lines in order; a code block that is not closed yet runs to the end. Earlier lines never depend on later ones."""
    made: list[Line] = []
    fence = ""
    gap = False
    for raw in clean(text).split("\n"):
        opening = _FENCE.match(raw)
        if fence:
            if opening and opening[1].startswith(fence) and not raw.strip(" `~"):
                fence, gap = "", True
            else:
                made.append(Line(LineKind.CODE, (Span(raw.expandtabs(4)),), gap=gap))
                gap = False
        elif opening:
            fence, gap = opening[1], True
        elif not raw.strip():
            gap = True
        else:
            made.append(_line(raw, gap))
            gap = False
    return tuple(made)


def code_blocks(text: str) -> str:
    """The code of a reply, blocks parted by an empty line; empty when it holds none."""
    blocks: list[list[str]] = []
    previous = None
    for line in lines(text):
        if line.kind is LineKind.CODE:
            if previous is not LineKind.CODE or line.gap:
                blocks.append([])
            blocks[-1].append(line.text)
        previous = line.kind
    return "\n\n".join("\n".join(block) for block in blocks)


@lru_cache(maxsize=2_000)  # a streamed reply is read again with every word; its finished lines need not be
def _line(raw: str, gap: bool) -> Line:
    if _RULE.match(raw):
        return Line(LineKind.RULE, (), gap=gap)
    if found := _HEADING.match(raw):
        return Line(LineKind.HEADING, _spans(found[1]), gap=gap)
    if found := _ITEM.match(raw):
        mark = found[2] if found[2][0].isdigit() else "•"
        depth = min(len(found[1].expandtabs(4)) // 2, DEEPEST)
        return Line(LineKind.ITEM, _spans(found[3]), mark, depth, gap)
    if found := _QUOTE.match(raw):
        return Line(LineKind.QUOTE, _spans(found[1]), gap=gap)
    return Line(LineKind.PARAGRAPH, _spans(raw.strip()), gap=gap)


def _spans(text: str) -> tuple[Span, ...]:
    text = _IMAGE.sub(lambda found: f"[picture: {found[1] or found[2]}]", text)
    text = _LINK.sub(lambda found: found[1] if found[1] == found[2] else f"{found[1]} ({found[2]})", text)
    spans: list[Span] = []
    end = 0
    for found in _SPAN.finditer(text):
        if found.start() > end:
            spans.append(Span(text[end : found.start()]))
        code, bold, italic = found[2], found[3], found[4]
        style = Style.CODE if code else Style.BOLD if bold else Style.ITALIC
        spans.append(Span((code.strip() or code) if code else bold or italic, style))
        end = found.end()
    if end < len(text):
        spans.append(Span(text[end:]))
    return tuple(spans)
