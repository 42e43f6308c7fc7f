"""The Page side of the right pane: the running page, its source, and what to do with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from assistant.core.sketch import Page
from assistant.gui.buttons import icon_button, plain_label, push_button, segment
from assistant.gui.page_export import PageExport, file_name
from assistant.gui.page_frame import PageFrame, Width
from assistant.gui.page_ink import PageInk
from assistant.gui.page_pointer import Pointing
from assistant.gui.page_scripts import OWN_WORLD, focused_id, id_of
from assistant.gui.prose import clean
from assistant.gui.screen import Job
from assistant.gui.shape_bar import ShapeBar
from assistant.gui.variant_row import VariantRow
from assistant.gui.version_strip import VersionStrip, thumbnail

WAITING = "The page appears here as soon as the drawing is read."
PAINT_MILLISECONDS = 250  # from "changed" to a picture of it
NOTHING = "Drop a sketch of a page anywhere in this window, and it becomes a page that runs."


class PagePreview(QWidget):
    """Shows the page of a job. Its buttons lie outside the page's rectangle, where no page can imitate them."""

    failed = Signal(str, str)  # what, advice
    told = Signal(str)
    repair_wanted = Signal(str, str)  # the error, the part that had the focus
    pictured = Signal(int, object)  # index of the version, its QImage

    def __init__(self) -> None:
        super().__init__()
        self._page: Page | None = None
        self._job: Job | None = None
        self._failing = ""
        self.frame = PageFrame()
        self.ink = PageInk(self.frame)
        self.bar = ShapeBar()
        self.variants = VariantRow()
        self.versions = VersionStrip()
        self.versions.hide()
        self._picture = QTimer(self)
        self._picture.setSingleShot(True)
        self._picture.timeout.connect(self._take_picture)
        self.export = PageExport(self)
        from assistant.gui.code_view import CodeView

        self.code = CodeView()
        self._message = plain_label(NOTHING, "muted")
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._again = push_button("Reload the page", self.reload)
        self._strip_text = plain_label()
        self.fix = push_button("Fix it", self._ask_repair, "link")
        self._strip = self._make_strip()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_message())
        self._stack.addWidget(self.frame)
        self._stack.addWidget(self.code)
        self._stack.addWidget(self.variants)
        self.widths = QButtonGroup(self)
        body = QFrame()
        body.setObjectName("paneBody")
        inside = QVBoxLayout(body)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self._stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._make_tools())
        layout.addWidget(self.bar)
        layout.addWidget(self._strip)
        layout.addWidget(body, 1)
        layout.addWidget(self.versions)
        self.frame.told.connect(self._tell)
        self.frame.stopped.connect(self._stopped)
        self.frame.shown.connect(self._show_frame)
        self.frame.erred.connect(self._tell_error)
        self.frame.settled.connect(lambda: self._picture.start(PAINT_MILLISECONDS))
        self.frame.pointer.left.connect(lambda: self.bar.point.setChecked(False))
        self.bar.pointing_changed.connect(self._point)
        self.bar.ink_wanted.connect(self._draw)
        self.bar.versions_wanted.connect(self.versions.setVisible)
        self.ink.ended.connect(lambda: self.bar.ink.setChecked(False))
        self.export.failed.connect(self.failed)
        self.export.written.connect(lambda name: self.told.emit(f"Saved as {name}."))
        self._enable()

    def show_job(self, job: Job | None) -> None:
        before, self._job = self._job, job
        if before is None or job is None or before.job != job.job:
            self.versions.forget()
            self.ink.close_ink()
        self.bar.show_job(job)
        if job is not None:
            self.versions.show_versions(job.versions)
            if job.thumbnails and (before is None or before.thumbnails is not job.thumbnails):
                self.versions.restore(job.versions, job.thumbnails)
            self.frame.pointer.mark(job.selected, clean(job.selected_name))
        self._show_page(job)
        self._show_variants(job.variants if job is not None else ())

    def _show_page(self, job: Job | None) -> None:
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

    def _show_variants(self, pages: tuple[Page, ...]) -> None:
        was_shown = self._stack.currentWidget() is self.variants
        self.variants.show_pages(pages)
        if pages:
            self._stack.setCurrentWidget(self.variants)
        elif was_shown:
            self._stack.setCurrentWidget(self.code if self.code_button.isChecked() else self.frame)

    def close_page(self) -> None:
        """Let go of every page and its processes, before the application ends."""
        self._picture.stop()
        self.ink.close_ink()
        self.variants.close_pages()
        self.frame.close_page()

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
        self._ask_where("Save the page", ".html", "Web page (*.html)")

    def save_parts(self) -> None:
        self._ask_where("Save as files in a ZIP", ".zip", "ZIP with HTML, CSS and script apart (*.zip)")

    def _ask_where(self, title: str, ending: str, kinds: str) -> None:
        if self._page is None:
            return
        dialog = QFileDialog(self, title, file_name(self._page.title, ending), kinds)
        dialog.setDefaultSuffix(ending[1:])
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
            self._make_export(),
            icon_button("browser", "Open in the browser", self.open_in_browser),
        ]
        tools = QHBoxLayout()
        tools.setSpacing(2)
        tools.addWidget(segments)
        tools.addStretch(1)
        for tool in self._tools:
            tools.addWidget(tool)
        return tools

    def _make_export(self) -> QToolButton:
        button = icon_button("save", "Save the page  (Ctrl+S)", self.save)
        menu = QMenu(button)
        menu.addAction("One web page…", self.save)
        menu.addAction("Files in a ZIP…", self.save_parts)
        menu.addAction("Copy the source", self.copy_code)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return button

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
        layout.addWidget(self.fix)
        layout.addWidget(icon_button("close", "Dismiss", strip.hide))
        strip.hide()
        return strip

    def _enable(self) -> None:
        for tool in self._tools:
            tool.setEnabled(self._page is not None)

    def _tell(self, words: str) -> None:
        self._strip_text.setText(clean(words))
        self.fix.hide()
        self._strip.show()

    def _tell_error(self, words: str) -> None:
        """The newest error as one line. The part that has the focus is the one that was pressed."""
        self._tell(words)
        self.fix.show()
        self._failing = ""
        if self.frame.page is not None:
            self.frame.page.runJavaScript(focused_id(), OWN_WORLD, self._take_failing)

    def _take_failing(self, answer: object) -> None:
        self._failing = id_of(answer)

    def _ask_repair(self) -> None:
        self._strip.hide()
        self.repair_wanted.emit(self._strip_text.text(), self._failing)

    def _point(self, on: bool) -> None:
        if on:
            self.bar.ink.setChecked(False)
        self.frame.pointer.set_pointing(Pointing.PARTS if on else Pointing.OFF)

    def _draw(self, on: bool) -> None:
        if on and self.frame.view is not None:
            self.bar.point.setChecked(False)
            self._show_frame()
            self.ink.begin(self.frame.view)
        else:
            self.ink.close_ink()

    def _take_picture(self) -> None:
        view, job = self.frame.view, self._job
        if view is None or job is None or not job.versions.sentences or not self.frame.isVisible():
            return
        picture = thumbnail(view.grab())
        self.versions.keep(job.versions.sentences[: job.versions.current + 1], picture)
        self.pictured.emit(job.versions.current, picture.toImage())

    def _stopped(self, why: str) -> None:
        self._message.setText(why)
        self._again.setVisible(not why.startswith("The preview is off"))
        self._stack.setCurrentIndex(0)

    def _show_frame(self) -> None:
        offers = self._job is not None and self._job.variants
        if not self.code_button.isChecked() and not offers:
            self._stack.setCurrentWidget(self.frame)
