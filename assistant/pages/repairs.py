"""What is done about a page that fails: its behaviour gives way, its content stays. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.core.sketch import ElementType
from assistant.pages.document import PAGE, Document
from assistant.pages.intents import Action
from assistant.pages.naming import name_of
from assistant.pages.placing import Declined, Outcome, missing


@dataclass(frozen=True, slots=True)
class Still:
    """Takes its action from a button, or from all buttons of the page: they only say that they were pressed."""

    target: str

    def apply(self, document: Document) -> Outcome:
        buttons = [element.id for element in document.elements() if element.type is ElementType.BUTTON]
        if self.target != PAGE:
            buttons = [name for name in buttons if name == self.target]
        if not buttons:
            return missing(self.target)
        actions = {**document.slots.actions, **dict.fromkeys(buttons, Action.TELL)}
        if actions == dict(document.slots.actions):
            return Declined("It does nothing already.")
        return replace(document, slots=replace(document.slots, actions=actions), edited=document.edited | {*buttons})

    def told(self, document: Document) -> str:
        if self.target == PAGE:
            return "the buttons only say that they were pressed"
        return f"{name_of(document, self.target)} only says that it was pressed"
