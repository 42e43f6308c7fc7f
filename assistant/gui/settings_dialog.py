"""What the user may change, applied as they change it: there is no OK button to forget."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QKeySequenceEdit, QLineEdit, QListWidget, QStackedWidget, QWidget

from assistant.core.settings import Settings
from assistant.gui.buttons import plain_label
from assistant.gui.facts import Choices
from assistant.gui.model_page import ModelPage
from assistant.gui.screen import ViewState
from assistant.gui.settings_form import FormPage, SettingsDesk
from assistant.gui.sound_page import SoundPage
from assistant.gui.speech_pages import TalkingPage, VoicePage

DEFAULT_DEVICE = "System default"
THINKING_SECONDS = ("5", "10", "20", "40", "90")
SHORTCUTS = (
    ("Stop speaking or thinking", "Esc"),
    ("Microphone on or off", "Ctrl+M"),
    ("Send", "Enter"),
    ("New line", "Shift+Enter"),
    ("Write a message", "Ctrl+L"),
    ("Attach a picture", "Ctrl+O"),
    ("New conversation", "Ctrl+N"),
    ("Show or hide the page", "Ctrl+B"),
    ("Save the page", "Ctrl+S"),
    ("Point at a part of the page", "Ctrl+E"),
    ("Undo a change of the page", "Ctrl+Shift+Z"),
    ("Do it again", "Ctrl+Shift+Y"),
    ("Draw a page", "Ctrl+D"),
    ("Settings", "Ctrl+,"),
)


class SettingsDialog(QDialog):
    """Emits the whole settings after each change. Opened with those in force."""

    changed = Signal(object)
    checked = Signal(str)
    """A check of the sound is wanted, named as in facts.SoundChecked."""
    plan_wanted = Signal(object)
    """What would these MindSettings need?"""
    key_given = Signal(str, str)
    """A server's address and its key; an empty key is to be forgotten."""

    def __init__(self, parent: QWidget, settings: Settings, choices: Choices) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.resize(780, 560)
        self._desk = SettingsDesk(self, settings)
        self._desk.changed.connect(self.changed)
        self.list = QListWidget()
        self.list.setAccessibleName("Groups of settings")
        self.stack = QStackedWidget()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(self.list)
        layout.addWidget(self.stack, 1)
        self.voice_page = VoicePage(self._desk, choices)
        self.voice_page.checked.connect(self.checked)
        self.talking_page = TalkingPage(self._desk)
        self.model_page = ModelPage(self._desk, choices)
        self.model_page.plan_wanted.connect(self.plan_wanted)
        for page in (self.voice_page, self.talking_page, self.model_page):
            page.key_given.connect(self.key_given)
        for one in (
            self.voice_page,
            self.talking_page,
            self._sound(choices),
            self.model_page,
            self._pages(),
            self._privacy(),
            self._appearance(),
            self._keys(),
        ):
            self.list.addItem(one.title)
            self.stack.addWidget(one)
        self.listen, self.name = self.voice_page.listen, self.talking_page.name
        self.list.currentRowChanged.connect(self._turn_to)
        self.list.setCurrentRow(0)

    @property
    def settings(self) -> Settings:
        return self._desk.settings

    def fit_text(self) -> None:
        """After the size of the text changed."""
        self.list.setFixedWidth(max(170, self.list.sizeHintForColumn(0) + 24))

    def show_state(self, state: ViewState) -> None:
        """Meters, how the checks go, and what was answered."""
        self.sound_page.show_state(state)
        self.model_page.show_plan(state.mind_plan)
        for page in (self.voice_page, self.talking_page, self.model_page):
            page.key.show_answer(state.key_answers.get(page.url.text().strip(), ""))
        self.key_note.setText(state.talk_key)
        answer = state.sound_check
        if answer is not None:
            self.listen.setEnabled(not answer.is_running)
            if answer.check == "voice":
                self.voice_page.answer.setText(answer.text)

    def done(self, result: int) -> None:
        self._desk.flush()
        super().done(result)

    def _turn_to(self, row: int) -> None:
        self.stack.setCurrentIndex(row)
        if self.stack.currentWidget() is self.model_page:
            self.model_page.ask_for_the_plan()

    # Pages ----------------------------------------------------------------------------------------------------

    def _sound(self, choices: Choices) -> FormPage:
        page = FormPage("Sound", self._desk)
        audio = self.settings.audio
        for title, names, chosen, field in (
            ("Microphone", choices.microphones, audio.input_device, "input_device"),
            ("Loudspeaker", choices.loudspeakers, audio.output_device, "output_device"),
        ):
            devices = [("", DEFAULT_DEVICE), *((name, name) for name in names)]
            page.combo(title, devices, chosen, ("audio", field))
        page.check("I use a headset: nothing I hear reaches the microphone", audio.headset, ("audio", "headset"))
        self.sound_page = SoundPage(page.form)
        self.sound_page.checked.connect(self.checked)
        return page

    def _pages(self) -> FormPage:
        page = FormPage("Pages", self._desk)
        seconds = f"{self.settings.pages.think_seconds:g}"
        waits = [("0", "Show them at once"), *((wait, f"{wait} more seconds") for wait in THINKING_SECONDS)]
        if seconds not in dict(waits):
            waits = sorted([*waits, (seconds, f"{seconds} more seconds")], key=lambda item: float(item[0]))
        page.combo("Think about pages", waits, seconds, self._think_for)
        page.note("A page is shown at once. With more time the drawing is looked at again in other ways, and the page "
                  "is compared with it and moved into place; what you change meanwhile stays. Or say “think longer” "
                  "about one page.")  # fmt: skip
        return page

    def _think_for(self, seconds: str) -> None:
        self._desk.change(("pages", "think_seconds"), float(seconds))

    def _privacy(self) -> FormPage:
        page = FormPage("Privacy", self._desk)
        privacy = self.settings.privacy
        page.check("Stay offline: no downloads", privacy.offline, ("privacy", "offline"))
        page.line("Model folder", privacy.models_folder, ("privacy", "models_folder"), "empty uses Vesper’s own")
        page.check("Keep the sketches I correct, so that Vesper can learn from them (vesper improve)",
                   self.settings.pages.keep_corrections, ("pages", "keep_corrections"))  # fmt: skip
        page.note("Speech, pictures and pages are worked on here. Vesper only reaches out to download models "
                  "you ask for, and to a server you name. Conversations are kept in your user account and are not "
                  "encrypted beyond that.")  # fmt: skip
        return page

    def _appearance(self) -> FormPage:
        page = FormPage("Appearance", self._desk)
        window = self.settings.window
        themes = [("system", "Like the system"), ("light", "Light"), ("dark", "Dark")]
        page.combo("Theme", themes, window.theme, ("window", "theme"))
        page.slider("Text size", (80, 200, window.text_scale), ("window", "text_scale"))
        return page

    def _keys(self) -> FormPage:
        page = FormPage("Keys", self._desk)
        self.key = QKeySequenceEdit(QKeySequence(self.settings.window.push_to_talk_key))
        self.key.setMaximumSequenceLength(1)
        self.key.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # else it has no border and looks like words
        self.key.editingFinished.connect(self._choose_key)
        page.add("Hold to talk", self.key)
        for line in self.key.findChildren(QLineEdit):  # which has the focus, and no name of its own
            line.setAccessibleName("Hold to talk")
        page.check("Also while another window has the focus", self.settings.talk.global_key, ("talk", "global_key"))
        self.key_note = page.note("")
        for words, keys in SHORTCUTS:
            page.form.addRow(plain_label(words, "muted"), plain_label(keys))
        return page

    def _choose_key(self) -> None:
        name = self.key.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if name:
            self._desk.change(("window", "push_to_talk_key"), name)
