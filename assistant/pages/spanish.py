"""The commonest Spanish requests, put into the English that the rules read. Pure."""

from __future__ import annotations

import re

PHRASES: tuple[tuple[str, str], ...] = (
    (r"deshaz(?:lo)?|deshacer", "undo"),
    (r"rehaz(?:lo)?|rehacer", "redo"),
    (r"añade|agrega|pon(?=me)?(?= una?\b)|inserta", "add"),
    (r"borra|elimina|quita", "remove"),
    (r"mueve", "move"),
    (r"cambia", "change"),
    (r"haz|pon|vuelve|deja", "make"),
    (r"esconde|oculta", "hide"),
    (r"muestra(?:me)?|enséñame", "show me"),
    (r"centra", "centre"),
    (r"usa", "use"),
    (r"(?:un )?formulario de contacto", "a contact form"),
    (r"(?:el )?(?:tema|modo) oscuro", "dark theme"),
    (r"(?:el )?(?:tema|modo) claro", "light theme"),
    (r"tres (?:variantes|versiones)", "three variants"),
    (r"pie de página", "footer"),
    (r"encabezado|cabecera", "header"),
    (r"botón", "button"),
    (r"botones", "buttons"),
    (r"campo", "field"),
    (r"título", "title"),
    (r"imagen|foto", "picture"),
    (r"enlace", "link"),
    (r"texto", "text"),
    (r"casilla", "checkbox"),
    (r"tabla", "table"),
    (r"página", "page"),
    (r"todos los|todas las", "all"),
    (r"primer[oa]?", "first"),
    (r"segund[oa]", "second"),
    (r"tercer[oa]?", "third"),
    (r"últim[oa]", "last"),
    (r"más grandes?", "bigger"),
    (r"más pequeñ[oa]s?", "smaller"),
    (r"en negrita", "bold"),
    (r"en cursiva", "italic"),
    (r"fij[oa]", "sticky"),
    (r"verde", "green"),
    (r"roj[oa]", "red"),
    (r"azul", "blue"),
    (r"amarill[oa]", "yellow"),
    (r"negr[oa]", "black"),
    (r"blanc[oa]", "white"),
    (r"gris", "grey"),
    (r"naranja", "orange"),
    (r"morad[oa]", "purple"),
    (r"debajo (?:de la|del|de)", "below the"),
    (r"encima (?:de la|del|de)|sobre", "above the"),
    (r"a la derecha", "on the right"),
    (r"a la izquierda", "on the left"),
    (r"esto|este|esta", "this"),
    (r"el|la|los|las", "the"),
    (r"una?", "a"),
    (r"de", ""),
    (r"por favor", ""),
)
SPANISH = re.compile(
    r"\b(?:deshaz|deshacer|rehaz|rehacer|añade|agrega|inserta|borra|elimina|quita|mueve|cambia|haz|pon|vuelve|esconde|"
    r"oculta|muestra|muéstrame|enséñame|centra|usa|deja)\b",
    re.IGNORECASE,
)


def in_english(words: str) -> str:
    """The request in English; "" where it is no Spanish one."""
    if not SPANISH.match(words):
        return ""
    words, text = _parted(words)
    for spanish, english in PHRASES:
        words = re.sub(rf"\b(?:{spanish})\b", english, words, flags=re.IGNORECASE)
    return " ".join(f"{words} {text}".split())


def _parted(words: str) -> tuple[str, str]:
    """What is to be changed, and "to" with the new text, which is left as it was said."""
    match = re.fullmatch(r"(cambia .+?) (?:a|por) (.+)", words, re.IGNORECASE)
    return (match[1], f"to {match[2]}") if match else (words, "")
