"""A read-only text as tall as its words: what a turn says, painted by hand from `prose.lines`.

Model text is never given to Qt as HTML or markdown, and the document refuses to load anything.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from assistant.gui.prose import Line, LineKind, Style, lines
from assistant.gui.theme import Colors, monospace, pixels_of

CODE_PADDING = 10
CODE_RADIUS = 8
ITEM_INDENT = 1.45  # of the text's pixel size
PARAGRAPH_GAP = 9


class MessageText(QTextEdit):
    """Give it a width with `height_for`, then a geometry of that size. `set_text` repaints only what changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._lines: tuple[Line, ...] = ()
        self._colors: Colors | None = None
        self._firm: int | None = None
        super().__init__(parent)
        self.setObjectName("rowText")
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setAcceptDrops(False)  # the window takes drops
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._repaint_all()

    def set_text(self, text: str) -> None:
        new = lines(text)
        kept = 0
        while kept < min(len(new), len(self._lines)) and new[kept] == self._lines[kept]:
            kept += 1
        if kept and kept < len(new) and new[kept - 1].kind is LineKind.CODE:
            kept -= 1  # a code block's last line has room below it only while it is the last
        self._rewrite(new, kept)

    def set_firm(self, part: str, is_part: bool) -> None:
        """Paint faintly what comes after the first `part` of the text; all of it firmly without `is_part`."""
        self._firm = _letters(lines(part)) if is_part else None
        self._paint_faint()

    def plain_text(self) -> str:
        return self.document().toPlainText()

    def height_for(self, width: int) -> int:
        if self.document().textWidth() != width:  # setting it lays out everything again, even when it is the same
            self.document().setTextWidth(width)
        return round(self.document().size().height() + 0.5)

    def ideal_width(self, longest: int) -> int:
        """Width the words need, up to `longest`."""
        self.document().setTextWidth(longest)
        return min(longest, round(self.document().idealWidth() + 1.5))

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing is ever loaded, whatever the text names. None would make Qt look for a file itself."""
        return ""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._repaint_all()  # code is sized after the text around it

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the transcript scrolls, not the turn

    def sizeHint(self) -> QSize:
        return QSize(200, self.height_for(max(self.width(), 200)))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._colors is not None:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colors.code))
            for area in self._code_areas():
                painter.drawRoundedRect(area, CODE_RADIUS, CODE_RADIUS)
            painter.end()
        super().paintEvent(event)

    def _code_areas(self) -> list[QRectF]:
        areas: list[QRectF] = []
        block = self.document().begin()
        layout = self.document().documentLayout()
        for index, line in enumerate(self._lines):
            if line.kind is LineKind.CODE:
                rect = layout.blockBoundingRect(block)
                rect = QRectF(0, rect.top(), self.viewport().width(), rect.height())
                if not self._starts_code(index):
                    areas[-1] = areas[-1].united(rect)
                else:
                    areas.append(rect.adjusted(0, -CODE_PADDING, 0, 0))
                if self._ends_code(index):
                    areas[-1].adjust(0, 0, 0, CODE_PADDING)
            block = block.next()
        return areas

    def _starts_code(self, index: int) -> bool:
        line = self._lines[index]
        return index == 0 or self._lines[index - 1].kind is not LineKind.CODE or line.gap

    def _ends_code(self, index: int) -> bool:
        return (
            index + 1 == len(self._lines)
            or self._starts_code(index + 1)
            or (self._lines[index + 1].kind is not LineKind.CODE)
        )

    def _paint_faint(self) -> None:
        faint = []
        if self._firm is not None and self._colors is not None:
            text = self.plain_text()
            cursor = QTextCursor(self.document())
            cursor.setPosition(_after_letters(text, self._firm))
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            selection = QTextEdit.ExtraSelection()
            selection.cursor = cursor
            selection.format.setForeground(QColor(self._colors.muted))
            faint.append(selection)
        self.setExtraSelections(faint)

    def _repaint_all(self) -> None:
        self._rewrite(self._lines, 0)
        self._paint_faint()

    def _rewrite(self, new: tuple[Line, ...], kept: int) -> None:
        """Replace everything after the first `kept` lines: one text block each."""
        old_count = len(self._lines)
        self._lines = new
        if self._colors is None or (kept == len(new) == old_count):
            return
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        if kept:
            cursor.setPosition(self.document().findBlockByNumber(kept - 1).position())
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        for index in range(kept, len(new)):
            self._insert(cursor, index, self._colors)
        cursor.endEditBlock()

    def _insert(self, cursor: QTextCursor, index: int, colors: Colors) -> None:
        line = self._lines[index]
        block = self._block_format(index)
        plain = QTextCharFormat()
        plain.setForeground(QColor(colors.muted if line.kind is LineKind.QUOTE else colors.text))
        if line.kind is LineKind.CODE:
            plain.setFont(monospace(round(pixels_of(self) * 0.9)))
        if line.kind is LineKind.HEADING:
            plain.setFontWeight(QFont.Weight.DemiBold)
        if index:
            cursor.insertBlock(block, plain)
        else:
            cursor.setBlockFormat(block)
        if line.kind is LineKind.RULE:
            plain.setForeground(QColor(colors.muted))
            cursor.insertText("⁂", plain)
        if line.mark:
            cursor.insertText(f"{line.mark}\t", plain)
        for span in line.spans:
            cursor.insertText(span.text, self._span_format(plain, span.style, colors))

    def _span_format(self, plain: QTextCharFormat, style: Style, colors: Colors) -> QTextCharFormat:
        made = QTextCharFormat(plain)
        if style is Style.BOLD:
            made.setFontWeight(QFont.Weight.DemiBold)
        elif style is Style.ITALIC:
            made.setFontItalic(True)
        elif style is Style.CODE:
            made.setFont(monospace(round(pixels_of(self) * 0.92)))
            made.setBackground(QColor(colors.code))
        return made

    def _block_format(self, index: int) -> QTextBlockFormat:
        line = self._lines[index]
        indent = round(ITEM_INDENT * pixels_of(self))
        block = QTextBlockFormat()
        block.setLineHeight(128 if line.kind is not LineKind.CODE else 112, 1)  # 1 is ProportionalHeight
        above = PARAGRAPH_GAP if line.gap and index else 3 if line.kind is LineKind.ITEM else 0
        if line.kind is LineKind.CODE:
            above = (CODE_PADDING + (PARAGRAPH_GAP if index else 0)) if self._starts_code(index) else 0
            block.setLeftMargin(CODE_PADDING + 2)
            block.setRightMargin(CODE_PADDING)
            if self._ends_code(index):
                block.setBottomMargin(CODE_PADDING + PARAGRAPH_GAP + 3)
        elif line.kind is LineKind.HEADING and index:
            above = PARAGRAPH_GAP + 3
        elif line.kind is LineKind.QUOTE:
            block.setLeftMargin(indent)
        elif line.kind is LineKind.ITEM:
            block.setLeftMargin(indent * (line.depth + 1))
            block.setTextIndent(-indent)
            block.setTabPositions([QTextOption.Tab(indent, QTextOption.TabType.LeftTab)])
        block.setTopMargin(above)
        return block


def _letters(painted: tuple[Line, ...]) -> int:
    """How many letters and digits there are: the one measure that markup does not change."""
    return sum(character.isalnum() for line in painted for character in line.mark + line.text)


def _after_letters(text: str, count: int) -> int:
    """The position after so many letters and digits and the marks on the last, in UTF-16 units as Qt counts."""
    units = 0
    for character in text:
        if count <= 0 and (not units or character.isspace() or character.isalnum()):
            break
        count -= character.isalnum()
        units += 1 + (ord(character) > 0xFFFF)
    return units
