"""New replies and errors, read to whoever uses a screen reader."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from assistant.gui.screen import RowKind, ViewState


def announce(window: QWidget, before: ViewState | None, state: ViewState) -> None:
    if before is None or state.rows is before.rows or not state.rows or not QAccessible.isActive():
        return
    row = state.rows[-1]
    if row.kind in (RowKind.ASSISTANT, RowKind.ERROR):
        words = f"{row.text} {row.detail}".strip()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(window, words))
