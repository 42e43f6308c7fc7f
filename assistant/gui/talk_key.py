"""The push-to-talk key: held down anywhere in the window, it opens the microphone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget


class TalkKey(QObject):
    """Watches the application's keys for one window. A held key repeats; only its first press and its end count."""

    pressed = Signal()
    released = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._key = ""
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def set_key(self, name: str) -> None:
        """`name` as Qt writes keys: "F8", "Ctrl+Space". Modifiers are not asked for: they may be let go first."""
        self._key = name.rpartition("+")[2] or name

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            ours = isinstance(watched, QWidget) and watched.window() is self._window
            if ours and self._key and QKeySequence(event.key()).toString() == self._key:
                if not event.isAutoRepeat():
                    (self.pressed if event.type() == QEvent.Type.KeyPress else self.released).emit()
                return True
        elif event.type() == QEvent.Type.WindowDeactivate and watched is self._window:
            self.released.emit()  # the key's release would go to another window
        return False
