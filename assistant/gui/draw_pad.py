"""The Draw side of the right pane: a sheet, a pen, and a button that makes a page of it.

A photo, a pasted picture or the camera can lie under the ink. Pictures from outside are decoded by the session's
worker before they come here.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from assistant.core.types import Picture
from assistant.gui.buttons import icon_button, plain_label, push_button, segment
from assistant.gui.ink import Encoding, InkPad, Pen

PAPER = QSizeF(1000, 1250)
EMPTY = "Draw boxes, lines and words as you would on paper. Then make a page of it."


class DrawPad(QWidget):
    """`drawn` carries the sheet as PNG bytes."""

    drawn = Signal(bytes)
    photo_wanted = Signal()
    camera_wanted = Signal()
    paste_wanted = Signal(object)  # QMimeData
    _encoded = Signal(bytes)

    def __init__(self) -> None:
        super().__init__()
        self.pad = InkPad(PAPER)
        self.pad.setMinimumSize(200, 200)
        self._under: Picture | None = None
        self.pens = QButtonGroup(self)
        self.undo = icon_button("undo", "Undo the last stroke  (Ctrl+Z)", self.pad.undo)
        self.redo = icon_button("redo", "Draw it again  (Ctrl+Y)", self.pad.redo)
        self.clear = icon_button("clear", "A new sheet", self.pad.clear)
        self.make = push_button("Make the page", self.finish, "primary")
        hint = plain_label(EMPTY, "small")
        hint.setWordWrap(True)
        foot = QHBoxLayout()
        foot.addWidget(hint, 1)
        foot.addWidget(self.make)
        body = QFrame()
        body.setObjectName("paneBody")
        inside = QVBoxLayout(body)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.pad)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._make_tools())
        layout.addWidget(body, 1)
        layout.addLayout(foot)
        self.pad.changed.connect(self._enable)
        self._encoded.connect(self._hand_over)
        for keys, act in (("Ctrl+Z", self.pad.undo), ("Ctrl+Y", self.pad.redo), ("Ctrl+V", self._paste)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Sheet to draw a page on")
        self._enable()

    def finish(self) -> None:
        if not self.pad.is_empty:
            self.make.setEnabled(False)  # until the sheet is encoded: one click, one page
            Encoding(self.pad.image(QSize(round(PAPER.width()), round(PAPER.height()))), self._encoded).start()

    def lay_under(self, picture: Picture | None) -> None:
        """Put a picture under the ink; our own worker has decoded and encoded it."""
        if picture is self._under:
            return
        self._under = picture
        if picture is None:
            return
        ground = QPixmap()
        ground.loadFromData(picture.png)
        self.pad.set_ground(ground)

    def _hand_over(self, png: bytes) -> None:
        self._enable()
        self.drawn.emit(png)

    def _paste(self) -> None:
        self.paste_wanted.emit(QGuiApplication.clipboard().mimeData())

    def _enable(self) -> None:
        self.undo.setEnabled(self.pad.can_undo)
        self.redo.setEnabled(self.pad.can_redo)
        self.clear.setEnabled(not self.pad.is_empty)
        self.make.setEnabled(not self.pad.is_empty)

    def _choose_pen(self, index: int) -> None:
        self.pad.pen = (Pen.DRAW, Pen.ERASE)[index]

    def _make_tools(self) -> QHBoxLayout:
        segments = QFrame()
        segments.setObjectName("segments")
        choices = QHBoxLayout(segments)
        choices.setContentsMargins(2, 2, 2, 2)
        choices.setSpacing(2)
        for index, (icon, name) in enumerate((("sketch", "Pen"), ("eraser", "Eraser"))):
            button = segment(icon, name)
            button.setChecked(index == 0)
            self.pens.addButton(button, index)
            choices.addWidget(button)
        self.pens.idClicked.connect(self._choose_pen)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        tools.addWidget(segments)
        for button in (self.undo, self.redo, self.clear):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(icon_button("picture", "Lay a photo under the ink", self.photo_wanted.emit))
        tools.addWidget(icon_button("attach", "Paste a picture under the ink  (Ctrl+V)", self._paste))
        tools.addWidget(icon_button("camera", "Take a photo with the camera", self.camera_wanted.emit))
        return tools
