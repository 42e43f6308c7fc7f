"""Buttons and labels as the window uses them: named for screen readers, plain text, with icons the theme colours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget


def plain_label(text: str = "", role: str = "") -> QLabel:
    """A label that never takes its text for HTML: file names and errors come from outside."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    if role:
        label.setProperty("role", role)
    return label


def icon_button(icon: str, name: str, act: Callable[[], object] | None = None) -> QToolButton:
    """A square button with an icon; `name` is its tooltip and what a screen reader says."""
    button = QToolButton()
    button.setProperty("iconName", icon)
    button.setToolTip(name)
    button.setAccessibleName(name.split("  ")[0])
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    if act is not None:
        button.clicked.connect(lambda: act())
    return button


def segment(icon: str, name: str, text: str = "") -> QToolButton:
    """One choice of a row of choices."""
    button = icon_button(icon, name)
    button.setProperty("role", "segment")
    button.setCheckable(True)
    if text:
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def push_button(text: str, act: Callable[[], object], role: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    if role:
        button.setProperty("role", role)
    button.clicked.connect(lambda: act())
    return button


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet asks for, and restyle when it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
