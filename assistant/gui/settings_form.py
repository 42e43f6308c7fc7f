"""The parts that the pages of the settings are made of: fields that change one setting each, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from assistant.core.settings import Settings
from assistant.gui.buttons import plain_label

SETTLE_MILLISECONDS = 250  # a dragged slider changes settings when it rests, not at every step

Place = tuple[str, str]
"""A setting: its group and its name."""


class SettingsDesk(QObject):
    """The settings while they are being changed; `changed` carries the whole of them after each change."""

    changed = Signal(object)

    def __init__(self, parent: QObject, settings: Settings) -> None:
        super().__init__(parent)
        self.settings = settings
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._emit)

    def change(self, place: Place, value: object, settle: bool = False) -> None:
        group, name = place
        self.put(group, replace(getattr(self.settings, group), **{name: value}), settle)

    def put(self, group: str, values: object, settle: bool = False) -> None:
        """Several settings of a group at once."""
        self.settings = replace(self.settings, **{group: values})  # type: ignore[arg-type]  # a group by its name
        if settle:
            self._settle.start(SETTLE_MILLISECONDS)
        else:
            self._settle.stop()
            self._emit()

    def flush(self) -> None:
        if self._settle.isActive():
            self._settle.stop()
            self._emit()

    def _emit(self) -> None:
        self.changed.emit(self.settings)


class FormPage(QScrollArea):
    """One page: a heading, and rows under it. Subclasses fill it in their constructor."""

    def __init__(self, title: str, desk: SettingsDesk) -> None:
        super().__init__()
        self.title = title
        self.desk = desk
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(24)
        self.form.setVerticalSpacing(14)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        inner = QWidget()
        inner.setObjectName("form")
        column = QVBoxLayout(inner)
        column.setContentsMargins(4, 4, 12, 4)
        column.setSpacing(16)
        column.addWidget(plain_label(title, "heading"))
        column.addLayout(self.form)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    def add(self, title: str, field: QWidget) -> None:
        name = plain_label(title, "muted")
        name.setBuddy(field)
        field.setAccessibleName(title)
        self.form.addRow(name, field)

    def note(self, text: str) -> QLabel:
        note = plain_label(text, "small")
        note.setWordWrap(True)
        self.form.addRow(note)
        return note

    def combo(
        self, title: str, items: Sequence[tuple[str, str]], chosen: str, choose: Callable[[str], None] | Place
    ) -> QComboBox:
        """`choose` is what to do with the chosen value, or the setting that it is."""
        combo = QComboBox()
        fill(combo, items, chosen)
        act = choose if callable(choose) else lambda value: self.desk.change(choose, value)
        combo.activated.connect(lambda index: act(str(combo.itemData(index))))
        self.add(title, combo)
        return combo

    def check(self, title: str, on: bool, place: Place) -> None:
        box = QCheckBox(title)
        box.setChecked(on)
        box.toggled.connect(lambda value: self.desk.change(place, value))
        self.form.addRow(box)

    def slider(self, title: str, span: tuple[int, int, float], place: Place) -> None:
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
            self.desk.change(place, percent / 100, settle=True)

        slider.valueChanged.connect(change)
        slider.setAccessibleName(title)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(slider, 1)
        row.addWidget(shown)
        self.form.addRow(plain_label(title, "muted"), row)

    def line(self, title: str, text: str, take: Callable[[str], None] | Place, hint: str) -> QLineEdit:
        """Taken when the field is left, if it was changed."""
        line = QLineEdit(text)
        line.setPlaceholderText(hint)
        act = take if callable(take) else lambda value: self.desk.change(take, value)
        before = [text]

        def finish() -> None:
            value = line.text().strip()
            if value != before[0]:
                before[0] = value
                act(value)

        line.editingFinished.connect(finish)
        self.add(title, line)
        return line

    def show_rows(self, fields: Sequence[QWidget], visible: bool) -> None:
        for field in fields:
            self.form.setRowVisible(field, visible)


def fill(combo: QComboBox, items: Sequence[tuple[str, str]], chosen: str) -> None:
    """The items, and what is chosen even when it is not among them: a device may be unplugged today."""
    combo.clear()
    if chosen and chosen not in [value for value, _ in items]:
        items = [*items, (chosen, f"{chosen} (not found)")]
    for value, title in items:
        combo.addItem(title, value)
    combo.setCurrentIndex(max(0, combo.findData(chosen)))
