"""The parts that the pages of the settings are made of: fields that change one setting each, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
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
from assistant.gui.theme import BASE_PIXELS, pixels_of
from assistant.gui.yielding import YieldingCheckBox

SETTLE_MILLISECONDS = 250  # a dragged slider changes settings when it rests, not at every step

FIGURE_SPACE = "\u2007"  # as wide as a digit
NARROW = 420  # pixels at text scale 1
FEWEST_LETTERS = 12  # of a choice; the names of devices are longer than a window is wide

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
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._wrap)  # a layout that is changed while it is laid out stays half done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self.form.invalidate()  # it keeps the heights it worked out for words that have changed since
        return super().eventFilter(watched, event)

    def _wrap(self) -> None:
        """Where there is little room for a name and its field side by side, the field comes below."""
        is_narrow = self.width() < NARROW * pixels_of(self) / BASE_PIXELS
        policies = QFormLayout.RowWrapPolicy
        self.form.setRowWrapPolicy(policies.WrapAllRows if is_narrow else policies.DontWrapRows)
        scroll = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_narrow else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(scroll)

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
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(FEWEST_LETTERS)
        fill(combo, items, chosen)
        act = choose if callable(choose) else lambda value: self.desk.change(choose, value)
        combo.activated.connect(lambda index: act(str(combo.itemData(index))))
        self.add(title, combo)
        return combo

    def check(self, title: str, on: bool, place: Place) -> None:
        box = YieldingCheckBox(title)
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
        shown = plain_label(_percent(slider.value()), "muted")

        def change(percent: int) -> None:
            shown.setText(_percent(percent))
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


def _percent(value: int) -> str:
    """As wide for every value, so that sliders under each other are equally long."""
    return f"{value} %".rjust(6, FIGURE_SPACE)


def fill(combo: QComboBox, items: Sequence[tuple[str, str]], chosen: str) -> None:
    """The items, and what is chosen even when it is not among them: a device may be unplugged today."""
    combo.clear()
    if chosen and chosen not in [value for value, _ in items]:
        items = [*items, (chosen, f"{chosen} (not found)")]
    for value, title in items:
        combo.addItem(title, value)
    combo.setCurrentIndex(max(0, combo.findData(chosen)))
