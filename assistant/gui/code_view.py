"""The page's source, read-only, with tags, strings and comments in quiet colours."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from assistant.gui.theme import LIGHT, Colors, monospace, pixels_of

LONGEST_LINE = 2_000  # a longer line (an inlined picture) is not coloured: matching it would cost the window its time

_TAG = re.compile(r"</?[a-zA-Z][\w-]*|/?>")
_ATTRIBUTE = re.compile(r"\b[a-zA-Z-]+(?==)")
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/|(?<!:)//[^\n]*")


class _Highlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.colors = LIGHT

    def highlightBlock(self, text: str) -> None:
        if len(text) > LONGEST_LINE:
            return
        colors = self.colors
        for pattern, color in (
            (_TAG, colors.accent),
            (_ATTRIBUTE, colors.warning),
            (_STRING, colors.good),
            (_COMMENT, colors.muted),
        ):
            shape = QTextCharFormat()
            shape.setForeground(QColor(color))
            if pattern is _TAG:
                shape.setFontWeight(QFont.Weight.DemiBold)
            for found in pattern.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), shape)


class CodeView(QPlainTextEdit):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("codeView")
        self.setAccessibleName("Source of the page")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAcceptDrops(False)
        self._highlighter = _Highlighter(self.document())

    def set_colors(self, colors: Colors) -> None:
        self.setFont(monospace(max(11, round(pixels_of(self) * 0.87))))
        self._highlighter.colors = colors
        self._highlighter.rehighlight()

    def show_source(self, source: str) -> None:
        if source != self.toPlainText():
            self.setPlainText(source)
