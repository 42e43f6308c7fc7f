"""The window's own dialogs: made when they are first wanted, dressed like the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from assistant.core.settings import Settings
from assistant.gui.bridge import Commands
from assistant.gui.models_dialog import ModelsDialog
from assistant.gui.screen import ViewState
from assistant.gui.settings_dialog import SettingsDialog
from assistant.gui.theme import Colors, apply_theme

SCREEN_SHARE = 0.9


class Dialogs:
    def __init__(self, window: QWidget, commands: Commands, change: Callable[[Settings], None]) -> None:
        self._window = window
        self._commands = commands
        self._change = change
        self._colors: Colors | None = None
        self._text_scale = 1.0
        self.models: ModelsDialog | None = None
        self.settings: SettingsDialog | None = None

    def show_settings(self, state: ViewState) -> None:
        if self.settings is None or not self.settings.isVisible():
            self.settings = SettingsDialog(self._window, state.settings, state.choices)
            self.settings.changed.connect(self._change)
            self.settings.checked.connect(self._commands.check_sound)
            self.settings.plan_wanted.connect(self._commands.plan_mind)
            self.settings.key_given.connect(self._commands.store_key)
            self.settings.show_state(state)
            self.settings.finished.connect(self._forget_settings)
            self._dress(self.settings)
        self.settings.show()
        self.settings.raise_()

    def show_models(self, state: ViewState) -> None:
        if self.models is None:
            self.models = ModelsDialog(self._window)
            self.models.fetch_wanted.connect(self._commands.fetch_models)
            self.models.cancel_wanted.connect(self._commands.cancel_fetch)
            self.models.remove_wanted.connect(self._commands.remove_model)
            self._dress(self.models)
        self.models.show_state(state)
        self.models.show()
        self.models.raise_()

    def show_state(self, state: ViewState) -> None:
        if self.models is not None:
            self.models.show_state(state)
        if self.settings is not None and self.settings.isVisible():
            self.settings.show_state(state)

    def set_colors(self, colors: Colors, text_scale: float) -> None:
        self._colors, self._text_scale = colors, text_scale
        for dialog in (self.models, self.settings):
            if dialog is not None:
                self._dress(dialog)

    def _forget_settings(self) -> None:
        if self.settings is not None:
            self.settings.deleteLater()
            self.settings = None

    def _dress(self, dialog: QWidget) -> None:
        if self._colors is not None:
            apply_theme(dialog, self._colors, self._text_scale)
            self._fit(dialog)

    def _fit(self, dialog: QWidget) -> None:
        """Larger text takes a larger dialog, as far as the screen allows; a size of the user's own stays."""
        if isinstance(dialog, SettingsDialog):
            dialog.fit_text()
        growth = self._text_scale / float(dialog.property("textScale") or 1.0)
        if growth == 1.0:
            return
        dialog.setProperty("textScale", self._text_scale)
        most = dialog.screen().availableSize() * SCREEN_SHARE
        dialog.resize((dialog.size() * growth).boundedTo(most))
