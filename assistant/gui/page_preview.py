"""The Page side of the right pane: the running page, its source, and what to do with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from assistant.core.sketch import Page
from assistant.gui.buttons import icon_button, plain_label, push_button, segment
from assistant.gui.page_export import PageExport, file_name
from assistant.gui.page_frame import PageFrame, Width
from assistant.gui.prose import clean
from assistant.gui.screen import Job

WAITING = "The page appears here as soon as the drawing is read."
NOTHING = "Drop a sketch of a page anywhere in this window, and it becomes a page that runs."


class PagePreview(QWidget):
    """Shows the page of a job. Its buttons lie outside the page's rectangle, where no page can imitate them."""

    failed = Signal(str, str)  # what, advice
    told = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._page: Page | None = None
        self.frame = PageFrame()
        self.export = PageExport(self)
        from assistant.gui.code_view import CodeView

        self.code = CodeView()
        self._message = plain_label(NOTHING, "muted")
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._again = push_button("Reload the page", self.reload)
        self._strip_text = plain_label()
        self._strip = self._make_strip()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_message())
        self._stack.addWidget(self.frame)
        self._stack.addWidget(self.code)
        self.widths = QButtonGroup(self)
        body = QFrame()
        body.setObjectName("paneBody")
        inside = QVBoxLayout(body)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self._stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._make_tools())
        layout.addWidget(self._strip)
        layout.addWidget(body, 1)
        self.frame.told.connect(self._tell)
        self.frame.stopped.connect(self._stopped)
        self.frame.shown.connect(self._show_frame)
        self.export.failed.connect(self.failed)
        self.export.written.connect(lambda name: self.told.emit(f"Saved as {name}."))
        self._enable()

    def show_job(self, job: Job | None) -> None:
        page = job.page if job is not None else None
        if page is self._page and page is not None:
            return
        self._page = page
        self._enable()
        if job is None or page is None:
            self._message.setText(WAITING if job is not None and not job.failed else NOTHING)
            self._again.hide()
            self._stack.setCurrentIndex(0)
            self.frame.close_page()
            return
        self.code.show_source(page.html)
        self._strip.hide()
        self.frame.show_page(job.job, page)

    def set_width(self, width: Width) -> None:
        button = self.widths.button(width.value)
        if button is not None:
            button.setChecked(True)
        self.frame.set_width(width)

    def reload(self) -> None:
        self._strip.hide()
        self._show_frame()
        self.frame.reload()

    def copy_code(self) -> None:
        if self._page is not None:
            QGuiApplication.clipboard().setText(self._page.html)
            self.told.emit("The page's source is on the clipboard.")

    def open_in_browser(self) -> None:
        if self._page is not None:
            self.export.open_in_browser(self._page.title, self._page.html)

    def save(self) -> None:
        if self._page is None:
            return
        dialog = QFileDialog(self, "Save the page", file_name(self._page.title), "Web page (*.html)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._save_as)
        dialog.open()

    def _save_as(self, path: str) -> None:
        if self._page is not None:
            self.export.save(Path(path), self._page.html)

    def show_code(self, on: bool) -> None:
        self.code_button.setChecked(on)
        if self._page is not None:
            self._stack.setCurrentWidget(self.code if on else self.frame)

    def _make_tools(self) -> QHBoxLayout:
        segments = QFrame()
        segments.setObjectName("segments")
        choices = QHBoxLayout(segments)
        choices.setContentsMargins(2, 2, 2, 2)
        choices.setSpacing(2)
        for width, icon, name in (
            (Width.DESKTOP, "desktop", "As on a desktop"),
            (Width.TABLET, "tablet", "As on a tablet"),
            (Width.PHONE, "phone", "As on a phone"),
        ):
            button = segment(icon, name)
            button.setChecked(width is Width.DESKTOP)
            self.widths.addButton(button, width.value)
            choices.addWidget(button)
        self.widths.idClicked.connect(lambda value: self.frame.set_width(Width(value)))
        self.code_button = icon_button("code", "Show the source")
        self.code_button.setCheckable(True)
        self.code_button.toggled.connect(self.show_code)
        self._tools = [
            icon_button("reload", "Reload the page", self.reload),
            self.code_button,
            icon_button("copy", "Copy the source", self.copy_code),
            icon_button("save", "Save the page  (Ctrl+S)", self.save),
            icon_button("browser", "Open in the browser", self.open_in_browser),
        ]
        tools = QHBoxLayout()
        tools.setSpacing(2)
        tools.addWidget(segments)
        tools.addStretch(1)
        for tool in self._tools:
            tools.addWidget(tool)
        return tools

    def _make_message(self) -> QWidget:
        panel = QWidget()
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(40, 20, 40, 20)
        layout.addStretch(1)
        layout.addWidget(self._message)
        layout.addSpacing(8)
        layout.addWidget(self._again, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(1)
        self._again.hide()
        return panel

    def _make_strip(self) -> QFrame:
        strip = QFrame()
        strip.setObjectName("pageStrip")
        layout = QHBoxLayout(strip)
        layout.setContentsMargins(10, 4, 4, 4)
        self._strip_text.setWordWrap(True)
        layout.addWidget(self._strip_text, 1)
        layout.addWidget(icon_button("close", "Dismiss", strip.hide))
        strip.hide()
        return strip

    def _enable(self) -> None:
        for tool in self._tools:
            tool.setEnabled(self._page is not None)

    def _tell(self, words: str) -> None:
        self._strip_text.setText(clean(words))
        self._strip.show()

    def _stopped(self, why: str) -> None:
        self._message.setText(why)
        self._again.setVisible(not why.startswith("The preview is off"))
        self._stack.setCurrentIndex(0)

    def _show_frame(self) -> None:
        if not self.code_button.isChecked():
            self._stack.setCurrentWidget(self.frame)
