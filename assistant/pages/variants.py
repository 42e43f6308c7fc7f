"""Three other looks of one page, to choose from. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.pages.document import PAGE, Document

COUNT = 3


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    document: Document


LOOKS = (
    ("airy and blue", "ocean", 1.5, "", "round"),
    ("compact and dark", "dark", 0.75, "", "square"),
    ("warm and centred", "warm", 1.15, "centre", "round"),
    ("fresh and green", "forest", 1.2, "", "round"),
)


def variants(document: Document) -> tuple[Variant, ...]:
    """Content and order stay; theme, density, alignment and corners differ, also from what the page has now."""
    other = [look for look in LOOKS if look[1] != document.look.theme][:COUNT]
    made = []
    for name, theme, spacing, align, corners in other:
        look = replace(document.look, theme=theme, spacing=spacing, align=align)
        style = replace(document.style(PAGE), corners=corners, background="", colour="")
        made.append(Variant(name, replace(document, look=look).with_style(PAGE, style)))
    return tuple(made)
