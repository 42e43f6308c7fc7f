"""HTML of fields, buttons, choices and pictures. Pure; every text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from assistant.core.sketch import Element, ElementType
from assistant.pages.intents import Action, Slots, action_of, clean, options_of
from assistant.pages.measures import Measures

INPUT_TYPES = (
    ("password", re.compile(r"passw|pass word|contrase|kennwort|mot de passe|\bpin\b|cvv|cvc")),
    ("email", re.compile(r"e-?mail|correo|courriel")),
    ("tel", re.compile(r"phone|mobile|tel[eé]?f|\btel\b")),
    ("date", re.compile(r"^(date|birthday|fecha|datum)\b")),
    ("number", re.compile(r"amount|\bbill\b|\btip\b|%|quantity|\bqty\b|\bage\b|people|price|cost")),
    ("search", re.compile(r"search|buscar|suche|recherche")),
)
QUIET = (Action.TELL, Action.CLEAR, Action.CLOSE)
"""What a button does that is not the point of its page."""
REQUIRED = re.compile(r"\*\s*$|^(e-?mail|user ?name|password|correo|contraseña)")
CROSS = '<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><path d="M0 0 100 100M100 0 0 100" fill="none" stroke="currentColor" stroke-width="0.6"/></svg>'  # noqa: E501
PERSON = '<svg viewBox="0 0 100 100" aria-hidden="true"><circle cx="50" cy="38" r="17" fill="currentColor"/><path d="M16 88a34 28 0 0 1 68 0z" fill="currentColor"/></svg>'  # noqa: E501
SHAPE = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 12h16M12 4v16" stroke="currentColor" stroke-width="2" fill="none"/><circle cx="12" cy="12" r="10" stroke="currentColor" stroke-width="2" fill="none"/></svg>'  # noqa: E501


class Controls:
    """Knows every control's label, group, choices and action."""

    def __init__(
        self, elements: tuple[Element, ...], labels: Mapping[str, str], slots: Slots, measures: Measures, words: str
    ) -> None:
        texts = {element.id: element.text for element in elements}
        self._label = {field: texts[text] for text, field in labels.items()}
        self._slots = slots
        self._measures = measures
        self._beside = _names_beside(elements)
        buttons = [e for e in elements if e.type is ElementType.BUTTON]
        self._actions = {e.id: slots.actions.get(e.id) or action_of(e, words) for e in buttons}
        loud = [e for e in buttons if self._actions[e.id] not in QUIET]
        self._quiet = {e.id for e in buttons if e not in (loud or buttons[-1:])}
        self._groups = radio_groups(tuple(e for e in elements if e.type is ElementType.RADIO))

    def close_with(self, buttons: Iterable[str]) -> None:
        """Ids of buttons that close the dialog they stand in."""
        self._actions.update(dict.fromkeys(buttons, Action.CLOSE))

    def html(self, element: Element, style: str, centre: str = "") -> str:
        match element.type:
            case ElementType.BUTTON:
                return self._button(element, style, centre)
            case ElementType.INPUT:
                return self._input(element, style, centre)
            case ElementType.TEXTAREA:
                return self._textarea(element, style)
            case ElementType.SELECT:
                return self._select(element, style, centre)
            case ElementType.CHECKBOX | ElementType.RADIO:
                return self._choice(element, style, centre)
            case ElementType.IMAGE:
                return self._image(element, style, centre)
            case ElementType.ICON:
                return self._icon(element, style)
        return ""

    def _button(self, element: Element, style: str, centre: str) -> str:
        text = clean(self._slots.labels.get(element.id, element.text)) or "Button"
        sizes = f"{style}; min-width: fit-content; min-height: {self._measures.control(element):g}px"
        name = " ".join(filter(None, (centre, "quiet" if element.id in self._quiet else "")))
        action = self._actions[element.id].value
        return (
            f'<button id="{element.id}" type="button" data-action="{action}"{_class(name)}{_style(sizes)}>'
            f"{escape(text)}</button>"
        )

    def _input(self, element: Element, style: str, centre: str) -> str:
        name = self._label.get(element.id, "")
        words = f"{name} {element.text}".strip().lower()
        kind = next((kind for kind, pattern in INPUT_TYPES if pattern.search(words)), "text")
        required = " required" if self._is_required(element, name.strip().lower() or words) else ""
        return (
            f'<input id="{element.id}" type="{kind}"{self._named(element, name)}{required}'
            f"{_class(centre)}{_style(self._sized(element, style))}>"
        )

    def _is_required(self, element: Element, words: str) -> bool:
        said = self._slots.required.get(element.id)
        return bool(REQUIRED.search(words)) if said is None else said

    def _textarea(self, element: Element, style: str) -> str:
        name = self._label.get(element.id, "")
        return (
            f'<textarea id="{element.id}"{self._named(element, name)}'
            f"{' required' if self._slots.required.get(element.id) else ''}"
            f"{_style(self._sized(element, style))}></textarea>"
        )

    def _named(self, element: Element, label: str) -> str:
        """Placeholder, and a name for screen readers where no label is drawn."""
        hint = clean(element.text)
        placeholder = f' placeholder="{escape(hint)}"' if hint else ""
        if label:
            return placeholder
        return f'{placeholder} aria-label="{escape(hint or "Text")}"'

    def _select(self, element: Element, style: str, centre: str) -> str:
        label = self._label.get(element.id, "")
        options = self._slots.options.get(element.id) or options_of(label, element.text)
        items = "".join(f"<option>{escape(option)}</option>" for option in options)
        name = "" if label else f' aria-label="{escape(clean(element.text) or "Choice")}"'
        return f'<select id="{element.id}"{name}{_class(centre)}{_style(self._sized(element, style))}>{items}</select>'

    def _choice(self, element: Element, style: str, centre: str) -> str:
        kind = element.type.value
        group = f' name="{self._groups[element.id]}"' if element.type is ElementType.RADIO else ""
        checked = " checked" if element.checked else ""
        text = clean(self._slots.labels.get(element.id, element.text))
        drawn = '<span class="skeleton" role="presentation"><i></i></span>' if _has_label(element) else ""
        label = f"<span>{escape(text)}</span>" if text else drawn
        is_switch = "switch" in element.evidence
        name = "" if text else f' aria-label="{escape(self._beside.get(element.id, "Choice"))}"'
        name += ' role="switch"' if is_switch else ""
        style = re.sub(r"width: \d+%;? ?", "", style)
        kinds = " ".join(filter(None, ("choice", "switch" if is_switch else "", centre)))
        return (
            f'<label class="{kinds}"{_style(style.strip("; "))}>'
            f'<input id="{element.id}" type="{kind}"{group}{checked}{name}>{label}</label>'
        )

    def _image(self, element: Element, style: str, centre: str) -> str:
        box = element.box
        ratio = f"aspect-ratio: {box.width / box.height:.2f}"
        round_ = "circle" in element.evidence or "round" in element.evidence
        name = " ".join(filter(None, ("image", "round" if round_ else "", centre)))
        words = escape(clean(element.text) or "Picture")
        return (
            f'<div id="{element.id}" class="{name}" role="img" aria-label="{words}"{_style(f"{style}; {ratio}")}>'
            f"{PERSON if round_ else CROSS}</div>"
        )

    def _icon(self, element: Element, style: str) -> str:
        side = round(min(48.0, max(20.0, element.box.height * self._measures.scale)))
        style = re.sub(r"width: \d+%;? ?", "", style).strip("; ")
        sizes = "; ".join(filter(None, (style, f"width: {side}px; height: {side}px")))
        return f'<span id="{element.id}" class="icon" role="img" aria-label="Icon"{_style(sizes)}>{SHAPE}</span>'

    def _sized(self, element: Element, style: str) -> str:
        return "; ".join(filter(None, (style, f"height: {self._measures.control(element):g}px")))


def _names_beside(elements: Iterable[Element]) -> dict[str, str]:
    """Words for screen readers, by the id of a choice without any: the nearest writing before it in its row."""
    elements = tuple(elements)
    texts = [e for e in elements if e.type in (ElementType.TEXT, ElementType.HEADING) and e.text]
    found: dict[str, str] = {}
    for choice in (e for e in elements if e.type in (ElementType.CHECKBOX, ElementType.RADIO) and not e.text):
        row = [t for t in texts if t.box.y < choice.box.centre[1] < t.box.bottom and t.box.x < choice.box.x]
        if row:
            found[choice.id] = clean(max(row, key=lambda t: t.box.x).text)
    return found


def _has_label(choice: Element) -> bool:
    """Was something drawn beside the mark, even if it could not be read?"""
    return choice.box.width > 2 * choice.box.height and "switch" not in choice.evidence


def radio_groups(radios: tuple[Element, ...]) -> dict[str, str]:
    """Group name by element id: neighbours in a column or in a row exclude each other; nobody stays alone."""
    group = {radio.id: index for index, radio in enumerate(radios)}

    def merge(first: Element, second: Element) -> None:
        old, new = group[second.id], group[first.id]
        for key, value in group.items():
            if value == old:
                group[key] = new

    for i, first in enumerate(radios):
        for second in radios[i + 1 :]:
            if _are_neighbours(first, second):
                merge(first, second)
    for radio in radios:
        members = [key for key, value in group.items() if value == group[radio.id]]
        others = [other for other in radios if other.id not in members]
        if len(members) == 1 and others:
            merge(min(others, key=lambda other: _gap(radio, other)), radio)
    return {key: f"group{value + 1}" for key, value in group.items()}


def _are_neighbours(first: Element, second: Element) -> bool:
    line = max(first.box.height, second.box.height)
    below = abs(first.box.x - second.box.x) < 1.5 * line and _gap_y(first, second) < 2.5 * line
    beside = abs(first.box.centre[1] - second.box.centre[1]) < 0.8 * line and _gap_x(first, second) < 8 * line
    return below or beside


def _gap_x(first: Element, second: Element) -> float:
    return max(first.box.x, second.box.x) - min(first.box.right, second.box.right)


def _gap_y(first: Element, second: Element) -> float:
    return max(first.box.y, second.box.y) - min(first.box.bottom, second.box.bottom)


def _gap(first: Element, second: Element) -> float:
    return max(_gap_x(first, second), 0.0) + max(_gap_y(first, second), 0.0)


def _style(style: str) -> str:
    return f' style="{style}"' if style else ""


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
