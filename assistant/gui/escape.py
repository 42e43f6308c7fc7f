"""Escape closes what lies on top before it is the window's Stop."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def keeps_escape(event: QEvent) -> bool:
    """Claims the key in a widget's `event`, ahead of the window's shortcuts; it then arrives as a key press."""
    if not is_escape(event):
        return False
    event.accept()
    return True


def is_escape(event: QEvent) -> bool:
    """Is the key about to be taken by a shortcut?"""
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    return event.key() == Qt.Key.Key_Escape
