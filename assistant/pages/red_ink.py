"""Red ink on a drawing: short notes on how the part beside them should look, never content. Pure.

A note counts only where its words are about looks; what else was written in red is left out of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.core.sketch import ElementType, Instruction
from assistant.pages.document import Document, Style
from assistant.pages.stylesheet import colour

LONGEST_NOTE = 8  # words; more is a remark, not an instruction
BIGGER, SMALLER = 1.4, 0.75
SIZES = (0.5, 2.5)
SPANISH = {
    "rojo": "red", "roja": "red", "verde": "green", "azul": "blue", "amarillo": "yellow", "amarilla": "yellow",
    "naranja": "orange", "rosa": "pink", "morado": "purple", "morada": "purple", "violeta": "violet", "negro": "black",
    "negra": "black", "blanco": "white", "blanca": "white", "gris": "grey", "marrón": "brown", "dorado": "gold",
    "oscuro": "dark", "oscura": "dark", "claro": "light", "clara": "light", "fondo": "background", "texto": "text",
    "letras": "text", "grande": "big", "mayor": "big", "pequeño": "small", "pequeña": "small", "negrita": "bold",
    "cursiva": "italic", "centrado": "centre", "centrada": "centre", "centrar": "centre", "centro": "centre",
    "izquierda": "left", "derecha": "right", "obligatorio": "required", "obligatoria": "required", "fijo": "sticky",
    "fija": "sticky", "redondo": "round", "redonda": "round", "no": "not", "sin": "not",
}  # fmt: skip
MEANINGS = {
    "big": r"big(ger)?|larger?|huge",
    "small": r"small(er)?|tiny|little",
    "bold": r"bold(er)?|strong|thick",
    "italic": r"italics?|slanted",
    "centre": r"cent(er|re)(ed|d)?|middle",
    "left": r"left",
    "right": r"right",
    "required": r"required|mandatory|obligatory|must",
    "sticky": r"sticky|fixed|pinned?",
    "round": r"round(ed)?",
}
PATTERNS = {meaning: re.compile(pattern) for meaning, pattern in MEANINGS.items()}
GROUND = re.compile(r"background|fill(ed)?|box|button")
LETTERS = re.compile(r"text|letters?|words?|font|colou?r")
NOT = re.compile(r"not?|don'?t|never|without")
FIELDS = (ElementType.INPUT, ElementType.TEXTAREA)
FILLED = (ElementType.BUTTON, ElementType.IMAGE)


def with_red_ink(document: Document, notes: Iterable[Instruction]) -> Document:
    """The document with the looks that the notes ask for, each for its target."""
    for note in notes:
        element = document.element(note.target)
        words = _words(note.text)
        if element is None or not 0 < len(words) <= LONGEST_NOTE or any(map(NOT.fullmatch, words)):
            continue
        before = document.style(element.id)
        after = _restyled(before, words, element.type)
        if after != before:
            document = document.with_style(element.id, after)
        if "required" in _meanings(words) and element.type in FIELDS:
            slots = document.slots
            document = replace(document, slots=replace(slots, required={**slots.required, element.id: True}))
    return document


def _words(text: str) -> list[str]:
    return [SPANISH.get(word, word) for word in re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower())]


def _meanings(words: list[str]) -> set[str]:
    return {meaning for word in words for meaning, pattern in PATTERNS.items() if pattern.fullmatch(word)}


def _restyled(style: Style, words: list[str], kind: ElementType) -> Style:
    meant = _meanings(words)
    style = _coloured(style, words, kind)
    factor = (BIGGER if "big" in meant else 1.0) * (SMALLER if "small" in meant else 1.0)
    return replace(
        style,
        scale=min(SIZES[1], max(SIZES[0], style.scale * factor)),
        bold=True if "bold" in meant else style.bold,
        italic=True if "italic" in meant else style.italic,
        align=next((side for side in ("centre", "left", "right") if side in meant), style.align),
        is_sticky=style.is_sticky or "sticky" in meant,
        corners="round" if "round" in meant else style.corners,
    )


def _coloured(style: Style, words: list[str], kind: ElementType) -> Style:
    """A button or a picture is filled with the colour, writing is written in it, unless the note says which."""
    shades = zip(["", *words], words, strict=False)
    found = [code for before, word in shades if (code := colour(f"{before} {word}") or colour(word))]
    if not found:
        return style
    ground = any(map(GROUND.fullmatch, words)) or (kind in FILLED and not any(map(LETTERS.fullmatch, words)))
    return replace(style, background=found[0], colour="") if ground else replace(style, colour=found[0])
