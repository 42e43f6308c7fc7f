"""The page of the settings for the language model: one from the list, one from a folder of the user's, or a server's.

What a model will need is shown before it is loaded: a folder is only tried on until “Use this model”.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from assistant.gui.buttons import plain_label, push_button
from assistant.gui.facts import Choices
from assistant.gui.key_field import KeyField
from assistant.gui.settings_form import FormPage, SettingsDesk

ENGINES = (("auto", "What its files are made for"), ("llama.cpp", "llama.cpp"), ("transformers", "transformers"))
DEVICES = (("auto", "The first that is there"), ("cuda", "CUDA graphics card"), ("rocm", "ROCm graphics card"),
           ("xpu", "Intel graphics"), ("mps", "Apple graphics"), ("cpu", "Processor"))  # fmt: skip
WIDTHS = (("auto", "The finest that fits"), ("32-bit", "32 bits"), ("16-bit", "16 bits"), ("8-bit", "8 bits"),
          ("4-bit", "4 bits"))  # fmt: skip
CONTEXTS = (("0", "As fits"), ("4096", "4,096 tokens"), ("8192", "8,192 tokens"), ("16384", "16,384 tokens"),
            ("32768", "32,768 tokens"))  # fmt: skip


class ModelPage(FormPage):
    plan_wanted = Signal(object)
    """What would these MindSettings need? Answered by facts.MindPlanned."""
    key_given = Signal(str, str)
    """A server's address and its key."""

    def __init__(self, desk: SettingsDesk, choices: Choices) -> None:
        super().__init__("Model", desk)
        mind = self.settings.mind
        self._tried = mind
        self.combo("Language model", choices.minds, mind.model, self._choose)
        self.plan = self.note("")
        self.plan.setAccessibleName("What the model needs")
        self._own_folder()
        self.url = self.line(
            "Own server", mind.server_url, ("mind", "server_url"), "https://host/v1 - empty: it runs here"
        )
        self.line("Model there", mind.server_model, ("mind", "server_model"), "as the server names it")
        self.key = KeyField("of the language model")
        self.key.keep.connect(lambda key: self.key_given.emit(self.url.text().strip(), key))
        self.add("Key", self.key)
        self.note("With a server of your own, what you say and show is sent to it.")
        self.line("How to answer", mind.instructions, ("mind", "instructions"), "short, in simple words, …")
        self.check("Think ahead in my pauses: answers sooner, uses more power", self.settings.ahead.speculation,
                   ("ahead", "speculation"))  # fmt: skip

    def ask_for_the_plan(self) -> None:
        self.plan_wanted.emit(self._tried)

    def show_plan(self, text: str) -> None:
        self.plan.setText(text)

    def _own_folder(self) -> None:
        mind = self.settings.mind
        row, line = QWidget(), QLineEdit(mind.folder)
        line.setPlaceholderText("a folder with a model of your own - empty: the one above")
        line.setAccessibleName("Own model")
        line.editingFinished.connect(lambda: self._try("folder", line.text().strip()))
        self.folder = line
        browse = push_button("Browse…", self._browse)
        browse.setAccessibleName("Browse for the folder of a model")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(line, 1)
        layout.addWidget(browse)
        self.form.addRow(plain_label("Own model", "muted"), row)
        self._ways = [
            self.combo("Run it with", ENGINES, mind.engine, lambda value: self._try("engine", value)),
            self.combo("Run it on", DEVICES, mind.device, lambda value: self._try("device", value)),
            self.combo("Weights", WIDTHS, mind.weights, lambda value: self._try("weights", value)),
            self.combo("Keeps in mind", CONTEXTS, str(mind.context_tokens),
                       lambda value: self._try("context_tokens", int(value))),
        ]  # fmt: skip
        self.use = push_button("Use this model", self._use)
        self.form.addRow("", self.use)
        self._show_ways()

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder with a model", self.folder.text())
        if folder:
            self.folder.setText(folder)
            self._try("folder", folder)

    def _choose(self, model: str) -> None:
        self._tried = replace(self._tried, model=model)
        self.desk.change(("mind", "model"), model)
        self.ask_for_the_plan()

    def _try(self, name: str, value: object) -> None:
        if getattr(self._tried, name) == value:
            return
        self._tried = replace(self._tried, **{name: value})  # type: ignore[arg-type]  # a setting by its name
        self._show_ways()
        self.ask_for_the_plan()

    def _use(self) -> None:
        tried = self._tried
        mind = replace(
            self.settings.mind,
            folder=tried.folder,
            engine=tried.engine,
            device=tried.device,
            weights=tried.weights,
            context_tokens=tried.context_tokens,
        )
        self.desk.put("mind", mind)
        self._show_ways()

    def _show_ways(self) -> None:
        mind, tried = self.settings.mind, self._tried
        self.show_rows(self._ways, bool(tried.folder))
        names = ("folder", "engine", "device", "weights", "context_tokens")
        is_changed = any(getattr(mind, name) != getattr(tried, name) for name in names)
        self.form.setRowVisible(self.use, is_changed)
        self.use.setText("Use this model" if tried.folder else "Use the model from the list")
