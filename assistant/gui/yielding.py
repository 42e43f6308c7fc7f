"""Labels, buttons and boxes whose words give way where there is little room: cut with an ellipsis, or on more lines.

The whole text stays what `text()` returns, and what a screen reader says.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter

LONG_WORD = re.compile(r"\S{25,}")
PART = re.compile(r"(.{12})(?=.)")
BREAK = "\u200b"  # may be broken here, and takes no room
WORD_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def breakable(text: str) -> str:
    """Text whose long words (file names, addresses) may be continued on the next line."""
    return LONG_WORD.sub(lambda word: PART.sub(rf"\1{BREAK}", word.group()), text)


class YieldingLabel(QLabel):
    """One line, which ends with an ellipsis where it does not fit."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        if role:
            self.setProperty("role", role)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 3 * self.fontMetrics().averageCharWidth()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        text, room = self.text(), self.contentsRect()
        if self.fontMetrics().horizontalAdvance(text) <= room.width():
            self.setToolTip("")
            super().paintEvent(event)
            return
        self.setToolTip(text)
        painter = QStylePainter(self)
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawItemText(room, int(self.alignment().value), self.palette(), True, shown, self.foregroundRole())
        painter.end()


class YieldingButton(QPushButton):
    """A button with a sentence on it, cut with an ellipsis where it does not fit."""

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * self.fontMetrics().averageCharWidth(), super().minimumSizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()


class YieldingCheckBox(QCheckBox):
    """A check box whose words take as many lines as they need."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, max(1, width - self._indent()), 10_000)
        return max(self._line_height(), self.fontMetrics().boundingRect(room, int(WORD_WRAP), self.text()).height())

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._line_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._indent() + 12 * self.fontMetrics().averageCharWidth(), self._line_height())

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        text, option.text = option.text, ""
        option.rect = QRect(0, 0, self.width(), self._line_height())
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_CheckBox, option)
        room = self.rect().adjusted(self._indent(), 0, 0, 0)
        painter.drawItemText(room, int(WORD_WRAP), self.palette(), self.isEnabled(), text, self.foregroundRole())
        painter.end()

    def _line_height(self) -> int:
        return super().sizeHint().height()

    def _indent(self) -> int:
        style = self.style()
        spacing = style.pixelMetric(QStyle.PixelMetric.PM_CheckBoxLabelSpacing, None, self)
        return style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, self) + spacing
