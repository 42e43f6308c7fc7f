"""The models on this machine: what there is, what it weighs and may be used for, and fetching it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QMessageBox,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from assistant.gui.buttons import plain_label, push_button
from assistant.gui.facts import ModelRow
from assistant.gui.screen import Download, ViewState
from assistant.gui.theme import LIGHT, Colors

COLUMNS = ("Model", "Size", "Licence", "State")
SECONDS_PER_MINUTE = 60


def size_in_words(size_bytes: float) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:.1f} {unit}" if size_bytes < 10 * scale else f"{size_bytes / scale:.0f} {unit}"
    return f"{max(size_bytes, 0) / 1e3:.0f} kB"


def progress_in_words(download: Download) -> str:
    """How far, how fast, and how long still."""
    done = f"{size_in_words(download.done_bytes)} of {size_in_words(download.total_bytes)}"
    if download.bytes_per_second <= 0:
        return done
    left = (download.total_bytes - download.done_bytes) / download.bytes_per_second
    wait = f"{left:.0f} s left" if left < SECONDS_PER_MINUTE else f"{left / SECONDS_PER_MINUTE:.0f} min left"
    return f"{done} · {size_in_words(download.bytes_per_second)}/s · {wait}"


def total_of(downloads: Mapping[str, Download], models: tuple[ModelRow, ...]) -> Download:
    """One progress over all these models; those not begun count as nothing done."""
    done = sum(downloads[model.id].done_bytes for model in models if model.id in downloads)
    speed = sum(download.bytes_per_second for download in downloads.values())
    return Download(done, sum(model.size_bytes for model in models), speed)


class ModelsDialog(QDialog):
    fetch_wanted = Signal(tuple)
    cancel_wanted = Signal()
    remove_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.resize(720, 460)
        self._models: tuple[ModelRow, ...] = ()
        self._colors = LIGHT
        self._fetching = False
        self.table = QTableWidget(0, len(COLUMNS))
        self._dress_table()
        self.fetch = push_button("Download", self._fetch, "primary")
        self.cancel = push_button("Cancel download", self.cancel_wanted.emit)
        self.remove = push_button("Remove…", self._ask_to_remove)
        self._bar = QProgressBar()
        self._bar.setAccessibleName("Download progress")
        self._words = plain_label(role="small")
        buttons = QHBoxLayout()
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.fetch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label("Models on this computer", "heading"))
        layout.addWidget(self.table, 1)
        layout.addWidget(self._bar)
        layout.addWidget(self._words)
        layout.addLayout(buttons)
        self._enable()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._fill()

    def show_state(self, state: ViewState) -> None:
        if state.models != self._models:
            self._models = state.models
            self._fill()
        active = {key: value for key, value in state.downloads.items() if value.done_bytes < value.total_bytes}
        self._fetching = bool(active)
        self._bar.setVisible(self._fetching)
        self._words.setVisible(self._fetching)
        if active:
            fetched = tuple(model for model in self._models if model.id in active)
            total = total_of(active, fetched)
            self._bar.setMaximum(1000)
            self._bar.setValue(round(1000 * total.done_bytes / max(total.total_bytes, 1)))
            names = ", ".join(model.title for model in fetched)
            self._words.setText(f"{names}: {progress_in_words(total)}")
        self._enable()

    @property
    def selected(self) -> tuple[ModelRow, ...]:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return tuple(self._models[row] for row in rows if row < len(self._models))

    def _dress_table(self) -> None:
        table = self.table
        table.setAccessibleName("Models")
        table.setHorizontalHeaderLabels(list(COLUMNS))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        table.horizontalHeader().setHighlightSections(False)
        for column in range(len(COLUMNS)):
            stretch = QHeaderView.ResizeMode.Stretch if column == 0 else QHeaderView.ResizeMode.ResizeToContents
            table.horizontalHeader().setSectionResizeMode(column, stretch)
        table.itemSelectionChanged.connect(self._enable)

    def _fill(self) -> None:
        self.table.setRowCount(len(self._models))
        for row, model in enumerate(self._models):
            state = "On this computer" if model.present else "Needed" if model.needed else "Not downloaded"
            for column, text in enumerate((model.title, size_in_words(model.size_bytes), model.licence, state)):
                item = QTableWidgetItem(text)
                if column == len(COLUMNS) - 1:
                    tone = self._colors.good if model.present else self._colors.muted
                    item.setForeground(QColor(tone))
                self.table.setItem(row, column, item)
            self.table.setRowHeight(row, 40)
        self._enable()

    def _enable(self) -> None:
        chosen = self.selected
        missing = [model for model in chosen or self._models if not model.present and (chosen or model.needed)]
        self.fetch.setEnabled(bool(missing) and not self._fetching)
        size = sum(model.size_bytes for model in missing)
        self.fetch.setText(f"Download {size_in_words(size)}" if missing else "Download")
        self.cancel.setVisible(self._fetching)
        self.remove.setEnabled(len(chosen) == 1 and chosen[0].present and not self._fetching)

    def _fetch(self) -> None:
        chosen = self.selected
        ids = tuple(model.id for model in chosen or self._models if not model.present and (chosen or model.needed))
        self.fetch_wanted.emit(ids)

    def _ask_to_remove(self) -> None:
        model = self.selected[0]
        box = QMessageBox(self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Remove a model")
        box.setText(f"Remove {model.title} from this computer?")
        box.setInformativeText("It can be downloaded again.")
        remove = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton("Keep", QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        remove.clicked.connect(lambda: self.remove_wanted.emit(model.id))
        box.open()
