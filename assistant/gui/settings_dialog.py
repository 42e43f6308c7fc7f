"""What the user may change, applied as they change it: there is no OK button to forget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from assistant.core.settings import WAKE_PHRASES, Settings
from assistant.gui.buttons import plain_label, push_button
from assistant.gui.facts import Choices
from assistant.gui.screen import ViewState
from assistant.gui.sound_page import SoundPage
from assistant.gui.way_button import EXPLANATIONS, way_titles

DEFAULT_DEVICE = "System default"
LONGEST_NAME = 40  # characters
FOLLOW_UP_SECONDS = (5.0, 8.0, 12.0, 20.0, 30.0, 60.0)
SETTLE_MILLISECONDS = 250  # a dragged slider changes settings when it rests, not at every step
LANGUAGES = (("", "Recognise it"), ("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish"),
             ("it", "Italian"), ("pt", "Portuguese"), ("nl", "Dutch"), ("pl", "Polish"), ("ja", "Japanese"),
             ("zh", "Chinese"))  # fmt: skip
SHORTCUTS = (
    ("Stop speaking or thinking", "Esc"),
    ("Open or mute the microphone", "Ctrl+M"),
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

    def __init__(self, parent: QWidget, settings: Settings, choices: Choices) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.resize(720, 500)
        self._settings = settings
        self._choices = choices
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._emit)
        self.list = QListWidget()
        self.list.setAccessibleName("Groups of settings")
        self.list.setFixedWidth(170)
        self.stack = QStackedWidget()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(self.list)
        layout.addWidget(self.stack, 1)
        for title, build in (
            ("Voice", self._voice),
            ("Talking", self._talking),
            ("Sound", self._sound),
            ("Model", self._model),
            ("Privacy", self._privacy),
            ("Appearance", self._appearance),
            ("Keys", self._keys),
        ):
            self.list.addItem(title)
            self.stack.addWidget(_page(title, build))
        self.list.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.list.setCurrentRow(0)

    @property
    def settings(self) -> Settings:
        return self._settings

    def show_state(self, state: ViewState) -> None:
        """Meters, and how the checks go."""
        self.sound_page.show_state(state)
        answer = state.sound_check
        if answer is not None:
            self.listen.setEnabled(not answer.is_running)
            if answer.check == "voice":
                self._voice_answer.setText(answer.text)

    def done(self, result: int) -> None:
        if self._settle.isActive():
            self._settle.stop()
            self._emit()
        super().done(result)

    def _emit(self) -> None:
        self.changed.emit(self._settings)

    def _change(self, group: str, field: str, value: object, settle: bool = False) -> None:
        changed = replace(getattr(self._settings, group), **{field: value})
        self._settings = replace(self._settings, **{group: changed})
        if settle:
            self._settle.start(SETTLE_MILLISECONDS)
        else:
            self._settle.stop()
            self._emit()

    # Pages ----------------------------------------------------------------------------------------------------

    def _voice(self, form: QFormLayout) -> None:
        voice = self._settings.voice
        self._check(form, "Speak the replies", voice.spoken_replies, ("voice", "spoken_replies"))
        engines = self._choices.voices
        self._combo(form, "Engine", [(e.engine, e.title) for e in engines], voice.engine, self._choose_engine)
        self._voices = self._combo(form, "Voice", [], voice.voice, lambda name: self._change("voice", "voice", name))
        self._fill_voices(voice.engine, voice.voice)
        self._slider(form, "Speed", (50, 200, voice.rate), ("voice", "rate"))
        self._slider(form, "Warmth", (-100, 100, voice.warmth), ("voice", "warmth"))
        self._slider(form, "Volume", (0, 150, self._settings.audio.volume), ("audio", "volume"))
        self.listen = push_button("Listen to this voice", lambda: self.checked.emit("voice"))
        self._voice_answer = plain_label("", "small")
        self._voice_answer.setWordWrap(True)
        form.addRow(self.listen, self._voice_answer)

    def _choose_engine(self, engine: str) -> None:
        first = next((e.voices[0] for e in self._choices.voices if e.engine == engine and e.voices), "")
        self._settings = replace(self._settings, voice=replace(self._settings.voice, engine=engine))
        self._fill_voices(engine, first)
        self._change("voice", "voice", first)

    def _fill_voices(self, engine: str, chosen: str) -> None:
        names = next((e.voices for e in self._choices.voices if e.engine == engine), ())
        _fill(self._voices, [(name, name.replace("_", " ").capitalize()) for name in names], chosen)

    def _talking(self, form: QFormLayout) -> None:
        talk, hearing, window = self._settings.talk, self._settings.hearing, self._settings.window
        ways = list(way_titles(self._settings).items())
        self._combo(form, "Way to talk", ways, talk.way, lambda way: self._change("talk", "way", way))
        _note(form, " ".join(f"{title}: {EXPLANATIONS[way]}" for way, title in ways))
        self.name = QLineEdit(talk.name)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.editingFinished.connect(self._choose_name)
        _add(form, "Its name", self.name)
        phrases = [("", "Its name, wherever I use it"), *((key, f"“{said}”") for key, said in WAKE_PHRASES.items())]
        self._combo(form, "Wakes at", phrases, talk.wake, lambda phrase: self._change("talk", "wake", phrase))
        _note(form, "For its name, everything said is recognised on this computer and forgotten again. A fixed phrase "
                    "is heard by its sound: nothing is recognised before it, and less power is used.")  # fmt: skip
        windows = [(f"{seconds:g}", f"{seconds:g} seconds after an answer") for seconds in FOLLOW_UP_SECONDS]
        self._combo(form, "No name needed", windows, f"{talk.follow_up_seconds:g}",
                    lambda seconds: self._change("talk", "follow_up_seconds", float(seconds)))  # fmt: skip
        self._check(form, "Keep the microphone open from the start", window.open_microphone,
                    ("window", "open_microphone"))  # fmt: skip
        self._check(form, "Play short signal sounds", self._settings.audio.earcons, ("audio", "earcons"))
        self._check(form, "Say “mm-hm” while I talk at length", talk.nods, ("talk", "nods"))
        self._combo(form, "I speak", list(LANGUAGES), hearing.language,
                    lambda code: self._change("hearing", "language", code))  # fmt: skip
        engines = [
            ("auto", "Choose for me"),
            ("faster-whisper", "faster-whisper"),
            ("openai-whisper", "openai-whisper"),
        ]
        self._check(form, "Show my words while I speak", self._settings.ahead.captions, ("ahead", "captions"))
        self._combo(form, "Recogniser", engines, hearing.engine,
                    lambda name: self._change("hearing", "engine", name))  # fmt: skip

    def _choose_name(self) -> None:
        """A name of one letter, or of none, cannot be listened for."""
        name = " ".join(self.name.text().split())
        if sum(letter.isalpha() for letter in name) < 2:
            self.name.setText(self._settings.talk.name)
        elif name != self._settings.talk.name:
            self._change("talk", "name", name)

    def _sound(self, form: QFormLayout) -> None:
        audio = self._settings.audio
        for title, names, chosen, field in (
            ("Microphone", self._choices.microphones, audio.input_device, "input_device"),
            ("Loudspeaker", self._choices.loudspeakers, audio.output_device, "output_device"),
        ):
            devices = [("", DEFAULT_DEVICE), *((name, name) for name in names)]
            self._combo(form, title, devices, chosen, lambda name, field=field: self._change("audio", field, name))  # type: ignore[misc]  # the default binds the loop's value
        self._check(form, "I use a headset: nothing I hear reaches the microphone", audio.headset, ("audio", "headset"))
        self.sound_page = SoundPage()
        self.sound_page.checked.connect(self.checked)
        form.addRow(self.sound_page)

    def _model(self, form: QFormLayout) -> None:
        mind = self._settings.mind
        self._combo(form, "Language model", list(self._choices.minds), mind.model,
                    lambda name: self._change("mind", "model", name))  # fmt: skip
        self._line(form, "Own server", mind.server_url, ("mind", "server_url"), "https://host/v1 - empty runs it here")
        self._line(form, "Model there", mind.server_model, ("mind", "server_model"), "as the server names it")
        self._line(form, "How to answer", mind.instructions, ("mind", "instructions"), "short, in simple words, …")
        self._check(form, "Think ahead in my pauses: answers sooner, uses more power", self._settings.ahead.speculation,
                    ("ahead", "speculation"))  # fmt: skip
        _note(form, "With a server of your own, what you say and show is sent to it.")

    def _privacy(self, form: QFormLayout) -> None:
        privacy = self._settings.privacy
        self._check(form, "Stay offline: no downloads", privacy.offline, ("privacy", "offline"))
        self._line(form, "Model folder", privacy.models_folder, ("privacy", "models_folder"), "empty uses Vesper’s own")
        self._check(form, "Keep the sketches I correct, so that Vesper can learn from them (vesper improve)",
                    self._settings.pages.keep_corrections, ("pages", "keep_corrections"))  # fmt: skip
        _note(form, "Speech, pictures and pages are worked on here. Vesper only reaches out to download models "
                    "you ask for, and to a server you name. Conversations are kept in your user account and are not "
                    "encrypted beyond that.")  # fmt: skip

    def _appearance(self, form: QFormLayout) -> None:
        window = self._settings.window
        themes = [("system", "Like the system"), ("light", "Light"), ("dark", "Dark")]
        self._combo(form, "Theme", themes, window.theme, lambda name: self._change("window", "theme", name))
        self._slider(form, "Text size", (80, 200, window.text_scale), ("window", "text_scale"))

    def _keys(self, form: QFormLayout) -> None:
        self.key = QKeySequenceEdit(QKeySequence(self._settings.window.push_to_talk_key))
        self.key.setMaximumSequenceLength(1)
        self.key.editingFinished.connect(self._choose_key)
        _add(form, "Hold to talk", self.key)
        self._check(form, "Also while another window has the focus", self._settings.talk.global_key,
                    ("talk", "global_key"))  # fmt: skip
        for words, keys in SHORTCUTS:
            form.addRow(plain_label(words, "muted"), plain_label(keys))

    def _choose_key(self) -> None:
        name = self.key.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if name:
            self._change("window", "push_to_talk_key", name)

    # Fields ---------------------------------------------------------------------------------------------------

    def _combo(
        self, form: QFormLayout, title: str, items: list[tuple[str, str]], chosen: str, choose: Callable[[str], None]
    ) -> QComboBox:
        combo = QComboBox()
        _fill(combo, items, chosen)
        combo.activated.connect(lambda index: choose(str(combo.itemData(index))))
        _add(form, title, combo)
        return combo

    def _check(self, form: QFormLayout, title: str, on: bool, place: tuple[str, str]) -> None:
        box = QCheckBox(title)
        box.setChecked(on)
        box.toggled.connect(lambda value: self._change(*place, value))
        form.addRow(box)

    def _slider(self, form: QFormLayout, title: str, span: tuple[int, int, float], place: tuple[str, str]) -> None:
        """A share in percent; `span` holds the least and the most of it, and the value as a factor."""
        least, most, value = span
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(least, most)
        slider.setPageStep(10)
        slider.setValue(round(value * 100))
        shown = plain_label(f"{slider.value()} %", "muted")
        shown.setMinimumWidth(shown.fontMetrics().horizontalAdvance("0000 %"))

        def change(percent: int) -> None:
            shown.setText(f"{percent} %")
            self._change(*place, percent / 100, settle=True)

        slider.valueChanged.connect(change)
        slider.setAccessibleName(title)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(slider, 1)
        row.addWidget(shown)
        form.addRow(plain_label(title, "muted"), row)

    def _line(self, form: QFormLayout, title: str, text: str, place: tuple[str, str], hint: str) -> None:
        line = QLineEdit(text)
        line.setPlaceholderText(hint)
        line.editingFinished.connect(lambda: self._change(*place, line.text().strip()))
        _add(form, title, line)


def _page(title: str, build: Callable[[QFormLayout], None]) -> QScrollArea:
    inner = QWidget()
    inner.setObjectName("form")
    column = QVBoxLayout(inner)
    column.setContentsMargins(4, 4, 12, 4)
    column.setSpacing(16)
    column.addWidget(plain_label(title, "heading"))
    form = QFormLayout()
    form.setHorizontalSpacing(24)
    form.setVerticalSpacing(14)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    build(form)
    column.addLayout(form)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area


def _add(form: QFormLayout, title: str, field: QWidget) -> None:
    name = plain_label(title, "muted")
    name.setBuddy(field)
    field.setAccessibleName(title)
    form.addRow(name, field)


def _note(form: QFormLayout, text: str) -> None:
    note = plain_label(text, "small")
    note.setWordWrap(True)
    form.addRow(note)


def _fill(combo: QComboBox, items: list[tuple[str, str]], chosen: str) -> None:
    """The items, and what is chosen even when it is not among them: a device may be unplugged today."""
    combo.clear()
    if chosen and chosen not in [value for value, _ in items]:
        items = [*items, (chosen, f"{chosen} (not found)")]
    for value, title in items:
        combo.addItem(title, value)
    combo.setCurrentIndex(max(0, combo.findData(chosen)))
