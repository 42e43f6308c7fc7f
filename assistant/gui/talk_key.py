"""The push-to-talk key: held down anywhere in the window, it opens the microphone.

It watches the native window, never the whole application: an application-wide filter written in Python is also called
for objects that other threads are still building, and the web engine then crashes.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QWindow
from PySide6.QtWidgets import QWidget


class TalkKey(QObject):
    """A held key repeats; only its first press and its end count."""

    pressed = Signal()
    released = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._handle: QWindow | None = None
        self._key = ""
        self._is_down = False
        window.installEventFilter(self)

    def set_key(self, name: str) -> None:
        """`name` as Qt writes keys: "F8", "Ctrl+Space". Modifiers are not asked for: they may be let go first."""
        self._key = name.rpartition("+")[2] or name

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            return watched is self._handle and self._take(event)
        if watched is self._window:
            if event.type() in (QEvent.Type.Show, QEvent.Type.WinIdChange):
                self._follow()
            elif event.type() == QEvent.Type.WindowDeactivate and self._is_down:
                self._is_down = False
                self.released.emit()  # the key's release would go to another window
        return False

    def _follow(self) -> None:
        """Watch the native window of the moment: the first web view makes Qt replace it."""
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._handle:
            self._handle = handle
            handle.installEventFilter(self)

    def _take(self, event: QKeyEvent) -> bool:
        if not self._key or QKeySequence(event.key()).toString() != self._key:
            return False
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._is_down = True
            self.pressed.emit()
        elif event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._is_down = False
            self.released.emit()
        return True
