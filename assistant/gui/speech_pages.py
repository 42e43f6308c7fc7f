"""The pages of the settings for the voice, and for how one talks to the assistant."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from assistant.core.settings import WAKE_PHRASES, HearingSettings, VoiceSettings
from assistant.gui.buttons import plain_label, push_button
from assistant.gui.facts import Choices
from assistant.gui.key_field import KeyField
from assistant.gui.settings_form import FormPage, SettingsDesk, fill
from assistant.gui.way_button import EXPLANATIONS, way_titles

LONGEST_NAME = 40  # characters
FOLLOW_UP_SECONDS = (5.0, 8.0, 12.0, 20.0, 30.0, 60.0)
LANGUAGES = (("", "Recognise it"), ("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish"),
             ("it", "Italian"), ("pt", "Portuguese"), ("nl", "Dutch"), ("pl", "Polish"), ("ja", "Japanese"),
             ("zh", "Chinese"))  # fmt: skip
RECOGNISERS = (("auto", "Choose for me"), ("faster-whisper", "faster-whisper"), ("openai-whisper", "openai-whisper"),
               ("server", "A server of your own"))  # fmt: skip


class SpeechPage(FormPage):
    """A page with a choice of engines, one of which is a server: its fields are shown only for it."""

    key_given = Signal(str, str)

    def _server(self, group: str, usual_model: str) -> None:
        """A server is used from the moment at which it has an address, never before."""
        self._group = group
        own: HearingSettings | VoiceSettings = getattr(self.settings, group)
        self.url = self.line("Server", own.server_url, self._take_url, "https://host/v1")
        self.model = self.line("Model there", own.server_model, (group, "server_model"), f"empty: {usual_model}")
        self.key = KeyField("that hears" if group == "hearing" else "that speaks")
        self.key.keep.connect(lambda key: self.key_given.emit(self.url.text().strip(), key))
        self.add("Key of the server", self.key)
        what = "what you say" if group == "hearing" else "what Vesper says"
        self._warning = self.note(
            f"Then {what} is sent to that server, and only to it. Vesper never chooses it itself."
        )
        self.show_server(own.engine == "server")

    def show_server(self, visible: bool) -> None:
        self.show_rows([self.url, self.model, self.key, self._warning, *self._more_for_a_server()], visible)

    def _more_for_a_server(self) -> list[QWidget]:
        return []

    def _take_url(self, url: str) -> None:
        own: HearingSettings | VoiceSettings = getattr(self.settings, self._group)
        engine = "server" if url else "auto" if self._group == "hearing" else "hibari"
        self.desk.put(self._group, replace(own, engine=engine, server_url=url))

    def _take_engine(self, engine: str) -> bool:
        """Did it apply? A server without an address does not yet."""
        self.show_server(engine == "server")
        if engine == "server" and not self.url.text().strip():
            self.url.setFocus()
            return False
        return True


class VoicePage(SpeechPage):
    checked = Signal(str)

    def __init__(self, desk: SettingsDesk, choices: Choices) -> None:
        super().__init__("Voice", desk)
        self._choices = choices
        voice = self.settings.voice
        self.check("Speak the replies", voice.spoken_replies, ("voice", "spoken_replies"))
        engines = [*((e.engine, e.title) for e in choices.voices), ("server", "A server of your own")]
        self.combo("Engine", engines, voice.engine, self._choose_engine)
        self._voices: QComboBox = self.combo("Voice", [], voice.voice, ("voice", "voice"))
        self._fill_voices(voice.engine, voice.voice)
        self.distant = self.line("Voice there", voice.voice if voice.is_elsewhere else "", ("voice", "voice"),
                                 "empty: alloy")  # fmt: skip
        self._server("voice", "tts-1")
        self.slider("Speed", (50, 200, voice.rate), ("voice", "rate"))
        self.slider("Warmth", (-100, 100, voice.warmth), ("voice", "warmth"))
        self.slider("Volume", (0, 150, self.settings.audio.volume), ("audio", "volume"))
        self.listen = push_button("Listen to this voice", lambda: self.checked.emit("voice"))
        self.answer = plain_label("", "small")
        self.answer.setWordWrap(True)
        self.form.addRow(self.listen, self.answer)

    def show_server(self, visible: bool) -> None:
        super().show_server(visible)
        self.form.setRowVisible(self._voices, not visible)

    def _more_for_a_server(self) -> list[QWidget]:
        return [self.distant]

    def _take_url(self, url: str) -> None:
        if url and self.settings.voice.engine != "server":  # the name of a local voice means nothing there
            self.desk.settings = replace(
                self.settings, voice=replace(self.settings.voice, voice=self.distant.text().strip())
            )
        super()._take_url(url)

    def _choose_engine(self, engine: str) -> None:
        if not self._take_engine(engine):
            return
        first = next((e.voices[0] for e in self._choices.voices if e.engine == engine and e.voices), "")
        first = self.distant.text().strip() if engine == "server" else first
        self._fill_voices(engine, first)
        self.desk.put("voice", replace(self.settings.voice, engine=engine, voice=first))

    def _fill_voices(self, engine: str, chosen: str) -> None:
        names = next((e.voices for e in self._choices.voices if e.engine == engine), ())
        fill(self._voices, [(name, name.replace("_", " ").capitalize()) for name in names], chosen)


class TalkingPage(SpeechPage):
    def __init__(self, desk: SettingsDesk) -> None:
        super().__init__("Talking", desk)
        talk, hearing, window = self.settings.talk, self.settings.hearing, self.settings.window
        ways = list(way_titles(self.settings).items())
        self.combo("Way to talk", ways, talk.way, ("talk", "way"))
        self.note(" ".join(f"{title}: {EXPLANATIONS[way]}" for way, title in ways))
        self.name = QLineEdit(talk.name)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.editingFinished.connect(self._choose_name)
        self.add("Its name", self.name)
        phrases = [("", "Its name, wherever I use it"), *((key, f"“{said}”") for key, said in WAKE_PHRASES.items())]
        self.combo("Wakes at", phrases, talk.wake, ("talk", "wake"))
        self.note("For its name, everything said is recognised on this computer and forgotten again. A fixed phrase is "
                  "heard by its sound: nothing is recognised before it, and less power is used.")  # fmt: skip
        windows = [(f"{seconds:g}", f"{seconds:g} seconds after an answer") for seconds in FOLLOW_UP_SECONDS]
        self.combo("No name needed", windows, f"{talk.follow_up_seconds:g}",
                   lambda seconds: self.desk.change(("talk", "follow_up_seconds"), float(seconds)))  # fmt: skip
        self.check("Keep the microphone open from the start", window.open_microphone, ("window", "open_microphone"))
        self.check("Play short signal sounds", self.settings.audio.earcons, ("audio", "earcons"))
        self.combo("I speak", LANGUAGES, hearing.language, ("hearing", "language"))
        self.check("Show my words while I speak", self.settings.ahead.captions, ("ahead", "captions"))
        self.combo("Recogniser", RECOGNISERS, hearing.engine, self._choose_engine)
        self._server("hearing", "whisper-1")

    def _choose_engine(self, engine: str) -> None:
        if self._take_engine(engine):
            self.desk.change(("hearing", "engine"), engine)

    def _choose_name(self) -> None:
        """A name of one letter, or of none, cannot be listened for."""
        name = " ".join(self.name.text().split())
        if sum(letter.isalpha() for letter in name) < 2:
            self.name.setText(self.settings.talk.name)
        elif name != self.settings.talk.name:
            self.desk.change(("talk", "name"), name)
