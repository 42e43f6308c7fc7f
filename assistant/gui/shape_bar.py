"""The second row of the page's tools: point, draw, undo, redo, versions - and what "this" means at the moment."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from assistant.gui.buttons import icon_button, plain_label
from assistant.gui.prose import clean
from assistant.gui.screen import Job


class ShapeBar(QWidget):
    undo_wanted = Signal()
    redo_wanted = Signal()
    pointing_changed = Signal(bool)
    ink_wanted = Signal(bool)
    versions_wanted = Signal(bool)
    unselect_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.point = icon_button("point", "Point at a part: click it and say “this”  (Ctrl+E, or Alt and click)")
        self.ink = icon_button("pen", "Draw on the page")
        self.undo = icon_button("undo", "Undo the last change of the page  (Ctrl+Shift+Z)", self.undo_wanted.emit)
        self.redo = icon_button("redo", "Do it again  (Ctrl+Shift+Y)", self.redo_wanted.emit)
        self.versions = icon_button("versions", "Versions of the page")
        for button, told in (
            (self.point, self.pointing_changed),
            (self.ink, self.ink_wanted),
            (self.versions, self.versions_wanted),
        ):
            button.setCheckable(True)
            button.toggled.connect(told)
        self.this = plain_label(role="small")
        self.this.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.this.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.unselect = icon_button("close", "Select nothing", self.unselect_wanted.emit)
        self.unselect.setMaximumSize(QSize(26, 26))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for widget in (self.point, self.ink, self.undo, self.redo, self.versions):
            layout.addWidget(widget)
        layout.addWidget(self.this, 1)
        layout.addWidget(self.unselect)

    def show_job(self, job: Job | None) -> None:
        has_page = job is not None and job.page is not None and not job.variants
        count = len(job.versions.sentences) if job is not None else 0
        at = job.versions.current if job is not None else 0
        for button in (self.point, self.ink):
            button.setEnabled(has_page)
            if not has_page:
                button.setChecked(False)
        self.undo.setEnabled(has_page and at > 0)
        self.redo.setEnabled(has_page and at < count - 1)
        self.versions.setEnabled(count > 0)
        name = job.selected_name if job is not None else ""
        self.this.setText(f"“This” is {clean(name)}" if name else "")
        self.unselect.setVisible(bool(name))
