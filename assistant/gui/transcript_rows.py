"""The rows of the transcript: turns, errors and page jobs. Each tells its height for a width and lays itself out."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from assistant.gui.buttons import plain_label
from assistant.gui.message_text import MessageText
from assistant.gui.prose import clean, code_blocks
from assistant.gui.screen import Row, RowAction, RowKind
from assistant.gui.theme import BASE_PIXELS, Colors, pixels_of, pixmap
from assistant.gui.yielding import breakable

BUBBLE_SHARE = 0.82  # of the column: the rest shows whose turn it is
BUBBLE_PADDING = 14
NARROW = 400  # pixels at text scale 1; then the action comes below the words
ICON_SIDE = 20
LEADING = 2  # Qt puts the extra height of a line below its letters


class RowWidget(QFrame):
    """A row of the transcript. `place` gives it its width and returns the height it then needs."""

    acted = Signal(object)  # the Row whose action was clicked

    def __init__(self, row: Row, colors: Colors) -> None:
        super().__init__()
        self.row = row
        self.colors = colors

    def set_colors(self, colors: Colors) -> None:
        self.colors = colors

    def show_row(self, row: Row) -> None:
        self.row = row

    def place(self, width: int) -> int:
        raise NotImplementedError


class TurnRow(RowWidget):
    """What one side said: the user in a bubble on the right, the assistant across the column."""

    def __init__(self, row: Row, colors: Colors) -> None:
        super().__init__(row, colors)
        self._is_user = row.kind is RowKind.USER
        self._bubble = QFrame(self)
        self._bubble.setObjectName("userBubble" if self._is_user else "assistantRow")
        self._text = MessageText(self._bubble)
        self._text.set_colors(colors)
        self._detail = plain_label(role="small")
        self._detail.setParent(self)
        self._detail.setWordWrap(True)
        self.show_row(row)

    def set_colors(self, colors: Colors) -> None:
        super().set_colors(colors)
        self._text.set_colors(colors)

    def show_row(self, row: Row) -> None:
        super().show_row(row)
        self._text.set_text(row.text if row.text or self._is_user else "…")
        self._text.set_firm(row.text if row.firm is None else row.text[: row.firm], row.firm is not None)
        self._detail.setText(clean(row.detail))
        self._detail.setVisible(bool(row.detail))
        self.setAccessibleName("You said" if self._is_user else "Vesper said")
        self.setAccessibleDescription(self._text.plain_text())

    def place(self, width: int) -> int:
        padding = BUBBLE_PADDING if self._is_user else 0
        longest = round(width * BUBBLE_SHARE) - 2 * padding if self._is_user else width
        text_width = self._text.ideal_width(longest) if self._is_user else width
        text_height = self._text.height_for(text_width)
        above = round(padding * 0.7)
        box = QRect(0, 0, text_width + 2 * padding, text_height + 2 * above)
        if self._is_user:
            box.moveRight(width - 1)
        self._bubble.setGeometry(box)
        self._text.setGeometry(padding, above + self._is_user * LEADING, text_width, text_height)
        height = box.height()
        if not self._detail.isHidden():
            self._detail.setAlignment(Qt.AlignmentFlag.AlignRight if self._is_user else Qt.AlignmentFlag.AlignLeft)
            detail_height = self._detail.heightForWidth(width)
            self._detail.setGeometry(0, height + 4, width, detail_height)
            height += detail_height + 4
        return height

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        clipboard = QGuiApplication.clipboard()
        selected = self._text.textCursor().selectedText().replace("\u2029", "\n")
        if selected:
            menu.addAction("Copy selection", lambda: clipboard.setText(selected))
        menu.addAction("Copy text", lambda: clipboard.setText(clean(self.row.text)))
        code = code_blocks(self.row.text)
        if code:
            menu.addAction("Copy code", lambda: clipboard.setText(code))
        return menu


class CardRow(RowWidget):
    """An error or a page job: an icon, a sentence, a quieter second line and one action."""

    def __init__(self, row: Row, colors: Colors) -> None:
        super().__init__(row, colors)
        self.setObjectName("errorRow" if row.kind is RowKind.ERROR else "jobRow")
        self._icon = plain_label()
        self._what = plain_label()
        self._what.setObjectName("rowWhat")
        self._advice = plain_label(role="muted")
        for label in (self._what, self._advice):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton()
        self._action.setProperty("role", "link")
        self._action.clicked.connect(self._act)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._what)
        words.addWidget(self._advice)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.addLayout(words, 1)
        self._body.addWidget(self._action, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 11, 12, 11)
        layout.setSpacing(12)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(self._body, 1)
        self.set_colors(colors)
        self.show_row(row)

    def set_colors(self, colors: Colors) -> None:
        super().set_colors(colors)
        is_error = self.row.kind is RowKind.ERROR
        tone = colors.danger if is_error else colors.accent
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(pixmap("warning" if is_error else "sketch", tone, ICON_SIDE, ratio))

    def show_row(self, row: Row) -> None:
        super().show_row(row)
        self._what.setText(breakable(clean(row.text)))
        self._advice.setText(breakable(clean(row.detail)))
        self._advice.setVisible(bool(row.detail))
        self._action.setVisible(row.action is not RowAction.NONE)
        self._action.setText(row.action.value)
        self.setAccessibleName("Problem" if row.kind is RowKind.ERROR else "Page from a drawing")
        self.setAccessibleDescription(f"{clean(row.text)} {clean(row.detail)}".strip())

    def place(self, width: int) -> int:
        layout = self.layout()
        if layout is None:
            return 0
        is_narrow = width < NARROW * pixels_of(self) / BASE_PIXELS
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        layout.activate()
        return max(layout.heightForWidth(width), layout.minimumSize().height())

    def _act(self) -> None:
        self.acted.emit(self.row)


def row_widget(row: Row, colors: Colors, parent: QWidget) -> RowWidget:
    made = TurnRow(row, colors) if row.kind in (RowKind.USER, RowKind.ASSISTANT) else CardRow(row, colors)
    made.setParent(parent)
    return made
