"""What a found element really is: a small panel beside it, with its kind, its words, and a way to take it away."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from assistant.core.sketch import Box, Correction, Element, ElementType
from assistant.gui.buttons import plain_label, push_button
from assistant.gui.escape import keeps_escape
from assistant.gui.prose import clean

WIDTH = 260
GAP = 8
LONGEST_TEXT = 400
KINDS = (
    (ElementType.HEADING, "Heading"),
    (ElementType.TEXT, "Text"),
    (ElementType.PARAGRAPH, "Squiggle (text to come)"),
    (ElementType.LINK, "Link"),
    (ElementType.BUTTON, "Button"),
    (ElementType.INPUT, "Field"),
    (ElementType.TEXTAREA, "Text area"),
    (ElementType.CHECKBOX, "Checkbox"),
    (ElementType.RADIO, "Radio button"),
    (ElementType.SELECT, "Drop-down"),
    (ElementType.IMAGE, "Picture"),
    (ElementType.ICON, "Icon"),
    (ElementType.TABLE, "Table"),
    (ElementType.LIST, "List"),
    (ElementType.CARD, "Card"),
    (ElementType.DIVIDER, "Line"),
)


class CorrectionPopover(QFrame):
    """Lies over its parent. The kind is taken at once, the words with Enter; Escape closes it."""

    corrected = Signal(object)  # Correction
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("popover")
        self.setFixedWidth(WIDTH)
        self._element = Element("", ElementType.TEXT, Box(0, 0, 1, 1))
        self._title = plain_label(role="small")
        self.kind = QComboBox()
        self.kind.setAccessibleName("What it is")
        for kind, words in KINDS:
            self.kind.addItem(words, kind.value)
        self.text = QLineEdit()
        self.text.setAccessibleName("What it says")
        self.text.setPlaceholderText("No words")
        self.text.setMaxLength(LONGEST_TEXT)
        self.remove = push_button("Not drawn", self._remove, "link")
        self.done = push_button("Done", self._finish, "primary")
        buttons = QHBoxLayout()
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(self.done)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(8)
        for widget in (self._title, self.kind, self.text):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.kind.activated.connect(self._choose_kind)
        self.text.returnPressed.connect(self._finish)
        self.hide()

    def open_for(self, element: Element, beside: QPoint, room: QWidget) -> None:
        """`beside` is the lower left corner of the element. An element without an id is one that was missed."""
        self._element = element
        self._title.setText("What was found" if element.id else "What was missed")
        self.remove.setText("Not drawn" if element.id else "Never mind")
        self.kind.setCurrentIndex([kind for kind, _ in KINDS].index(element.type))
        self.text.setText(" ".join(clean(element.text).split()))
        self.adjustSize()
        left = max(GAP, min(beside.x(), room.width() - self.width() - GAP))
        top = beside.y() + GAP
        if top + self.height() > room.height():
            top = max(GAP, room.height() - self.height() - GAP)
        self.move(left, top)
        self.show()
        self.raise_()
        self.text.setFocus()
        self.text.selectAll()

    def event(self, event: QEvent) -> bool:
        return keeps_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def _choose_kind(self) -> None:
        if self._element.id:
            self._say()
            self._element = replace(self._element, type=ElementType(str(self.kind.currentData())))

    def _finish(self) -> None:
        self._say()
        self._close()

    def _say(self) -> None:
        """Only what differs from what is known."""
        kind, text = ElementType(str(self.kind.currentData())), self.text.text()
        if not self._element.id:
            self.corrected.emit(Correction("", kind, text, self._element.box))
            return
        known = " ".join(clean(self._element.text).split())
        new_kind = kind if kind is not self._element.type else None
        new_text = text if text != known else None
        if new_kind is not None or new_text is not None:
            self.corrected.emit(Correction(self._element.id, new_kind, new_text))

    def _remove(self) -> None:
        if self._element.id:
            self.corrected.emit(Correction(self._element.id, is_removed=True))
        self._close()

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
