"""The button that says how one talks to the assistant now, and opens the choice of the other ways."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from assistant.core.settings import Settings

LONGEST_NAME = 16  # characters of the name that the button shows


def way_titles(settings: Settings) -> dict[str, str]:
    """What each way is called, shortest words first: the button shows them too."""
    name = settings.talk.call.strip()
    shown = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return {
        "open": "Open microphone",
        "name": f"Say “{shown}”",
        "key": f"Hold {settings.window.push_to_talk_key}",
        "text": "Type only",
    }


EXPLANATIONS = {
    "open": "Everything you say is meant for the assistant.",
    "name": "It listens for its name and forgets everything else.",
    "key": "The microphone is open while you hold the key or the button.",
    "text": "The microphone and the key stay off.",
}


class WayButton(QToolButton):
    """`chosen` carries the way as the settings name it."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("way")
        self.setProperty("role", "way")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        self._actions = {way: self._action(way) for way in EXPLANATIONS}
        self.setMenu(self._menu)

    def show_settings(self, settings: Settings) -> None:
        titles = way_titles(settings)
        for way, action in self._actions.items():
            action.setText(titles[way].replace("&", "&&"))
            action.setChecked(way == settings.talk.way)
        self.setText(titles[settings.talk.way].replace("&", "&&"))
        self.setToolTip(f"How you talk to it. {EXPLANATIONS[settings.talk.way]}")
        self.setAccessibleName(f"Way to talk: {titles[settings.talk.way]}")

    def _action(self, way: str) -> QAction:
        action = self._menu.addAction("")
        action.setCheckable(True)
        action.setToolTip(EXPLANATIONS[way])
        action.triggered.connect(lambda: self.chosen.emit(way))
        self._group.addAction(action)
        return action
