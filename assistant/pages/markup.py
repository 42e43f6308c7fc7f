"""Small pieces of HTML, each safe for any text. Pure."""

from __future__ import annotations

import json
from html import escape


def html_id(name: str) -> str:
    """An id that needs no escaping in HTML, CSS or script; the same for equal names."""
    if name and name.isascii() and all(letter.isalnum() or letter in "-_" for letter in name):
        return name
    return "x" + "".join(f"{ord(letter):x}" for letter in name)


def attribute(name: str, value: str) -> str:
    """` name="value"` with the space before it, or nothing where the value is empty."""
    return f' {name}="{escape(value)}"' if value else ""


def styles(*parts: str) -> str:
    """Declarations as one style; empty ones are left out."""
    return "; ".join(part for part in parts if part)


def script_json(data: object) -> str:
    """JSON that can stand inside a script element: nothing in it can end the element or start a comment."""
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
