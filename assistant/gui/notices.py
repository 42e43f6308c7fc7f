"""Banners above the conversation: one sentence each, dismissed by a click or a key, never in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from assistant.gui.buttons import icon_button, plain_label
from assistant.gui.prose import clean
from assistant.gui.screen import Notice
from assistant.gui.theme import LIGHT, Colors, dress, pixmap
from assistant.gui.yielding import breakable

INFO_MILLISECONDS = 8_000  # news leaves by itself; warnings and errors wait to be read


class Notices(QWidget):
    dismissed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._colors = LIGHT
        self._shown: tuple[Notice, ...] = ()
        self._banners: dict[int, QFrame] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 10, 16, 0)
        self._layout.setSpacing(8)
        self.hide()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        if notices == self._shown:
            return
        self._shown = notices
        keys = {notice.key for notice in notices}
        for key in [key for key in self._banners if key not in keys]:
            banner = self._banners.pop(key)
            banner.hide()
            banner.deleteLater()
        for notice in notices:
            if notice.key not in self._banners:
                self._banners[notice.key] = self._banner(notice)
                self._layout.addWidget(self._banners[notice.key])
        self.setVisible(bool(notices))

    def _banner(self, notice: Notice) -> QFrame:
        banner = QFrame()
        banner.setObjectName("notice")
        banner.setProperty("level", notice.level)
        banner.setAccessibleName(f"{notice.level}: {clean(notice.what)} {clean(notice.advice)}".strip())
        tone = {"error": self._colors.danger, "warning": self._colors.warning}.get(notice.level, self._colors.accent)
        drawing = plain_label()
        drawing.setPixmap(pixmap("info" if notice.level == "info" else "warning", tone, 18, self.devicePixelRatioF()))
        words = plain_label(breakable(clean(f"{notice.what} {notice.advice}".strip())))
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = icon_button("close", "Dismiss", lambda: self.dismissed.emit(notice.key))
        dress(close, self._colors)
        row = QHBoxLayout(banner)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(10)
        row.addWidget(drawing)
        row.addWidget(words, 1)
        row.addWidget(close)
        if notice.level == "info":
            QTimer.singleShot(INFO_MILLISECONDS, banner, close.click)
        return banner
