"""How the parts of a page are called when people talk about them. Pure."""

from __future__ import annotations

from assistant.core.sketch import Element, ElementType
from assistant.pages.document import PAGE, Document
from assistant.pages.intents import clean
from assistant.pages.labels import field_labels

NAMES = {
    ElementType.INPUT: "field",
    ElementType.TEXTAREA: "text area",
    ElementType.SELECT: "drop-down",
    ElementType.IMAGE: "picture",
    ElementType.RADIO: "radio button",
    ElementType.DIVIDER: "line",
}
SELF_NAMED = (ElementType.TEXT, ElementType.PARAGRAPH)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
LONGEST_NAME = 28


def named(kind: ElementType) -> str:
    return NAMES.get(kind, kind.value)


def words_of(document: Document, element: Element) -> tuple[str, ...]:
    """What the part can be called by: its label first, then the text in it."""
    elements = document.elements()
    label = next((text for text, field in field_labels(elements).items() if field == element.id), "")
    labelled = next((other.text for other in elements if other.id == label), "")
    return tuple(text for text in (clean(labelled).strip(":* "), clean(element.text)) if text)


def name_of(document: Document, target: str) -> str:
    """The part in a sentence: "the Login button", "the second picture", "the header"."""
    if target == PAGE:
        return "the page"
    element = document.element(target)
    if element is None:
        return f"the {target}" if target.isalpha() else "that part"
    kind = named(element.type)
    alike = [other.id for other in document.elements() if other.type is element.type]
    words = words_of(document, element)
    if words and len(words[0]) <= LONGEST_NAME and not (element.type is ElementType.HEADING and len(alike) == 1):
        return f"“{words[0]}”" if element.type in SELF_NAMED else f"the {words[0]} {kind}"
    if len(alike) == 1:
        return f"the {kind}"
    index = alike.index(target)
    return f"the {ORDINALS[index]} {kind}" if index < len(ORDINALS) else f"a {kind}"


def listed(names: list[str], last: str = "or") -> str:
    """ "Login or Cancel", "one, two or three"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
