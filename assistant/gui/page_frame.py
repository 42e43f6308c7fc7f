"""The web view itself, at a desktop's, a tablet's or a phone's width, made when the first page arrives.

A new revision of a page takes the place of the old one without a flicker and keeps its scroll position.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QPointF, QRunnable, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QWidget

from assistant.core.sketch import Page
from assistant.gui.buttons import plain_label
from assistant.gui.page_pointer import PagePointer
from assistant.gui.page_scripts import OWN_WORLD, change_in_place, is_done
from assistant.gui.page_watch import STUCK, PageWatch
from assistant.gui.web_engine import preview_refusal

if TYPE_CHECKING:
    from PySide6.QtWebEngineCore import QWebEnginePage
    from PySide6.QtWebEngineWidgets import QWebEngineView

    from assistant.gui.web_page import PreviewPage

COVER_MILLISECONDS = 120  # the new page needs a few frames before the picture of the old one may go
PATIENCE_MILLISECONDS = 10_000  # a page that has not loaded by then is stuck in a script
SMALLEST_ZOOM = 0.25  # Chromium's limit


class Width(Enum):
    """Widths in CSS pixels. A wider page than the pane is shown smaller, not reflowed."""

    DESKTOP = 1200
    TABLET = 768
    PHONE = 390


class _Probe(QRunnable):
    """Asks, off the GUI thread, whether pages can be shown safely here."""

    def __init__(self, frame: PageFrame) -> None:
        super().__init__()
        self._frame = frame

    def run(self) -> None:
        refusal = preview_refusal()
        if shiboken6.isValid(self._frame):  # the window may have been closed meanwhile
            self._frame.probed.emit(refusal)


class PageFrame(QWidget):
    """Holds at most one page. `told` is a line for the user, `stopped` says that the page is gone and why."""

    probed = Signal(str)
    told = Signal(str)
    erred = Signal(str)
    """An error of the page's script, as one line."""
    stopped = Signal(str)
    shown = Signal()
    settled = Signal()
    """The page has painted: its picture can be taken."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__()
        self.setObjectName("pageFrame")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # the ground around a phone's width
        self._view: QWebEngineView | None = None
        self._page: PreviewPage | None = None
        self._job = 0
        self._is_settled = False
        """The page is loaded, and may be changed where it stands."""
        self._wanted: tuple[int, Page] | None = None
        self._shown: Page | None = None
        self._refusal: str | None = None
        self._width = Width.DESKTOP
        self._scroll = QPointF()
        self._cover: QLabel = plain_label()
        self._cover.setParent(self)
        self._cover.hide()
        self.pointer = PagePointer(self)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self._give_up(STUCK))
        self._watch = PageWatch(self)
        self._watch.stuck.connect(self._give_up)
        self.probed.connect(self._decided)

    @property
    def width_shown(self) -> Width:
        return self._width

    @property
    def view(self) -> QWebEngineView | None:
        return self._view

    @property
    def page(self) -> PreviewPage | None:
        return self._page

    def show_page(self, job: int, page: Page) -> None:
        """Show a page. The first call of the program looks at the machine first, off this thread."""
        if self._shown is page and self._job == job:
            return
        self._wanted = (job, page)
        if self._refusal is None:
            QThreadPool.globalInstance().start(_Probe(self))
        else:
            self._load()

    def reload(self) -> None:
        """Start the page over in a fresh process."""
        self._is_settled = False
        if self._shown is not None:
            self._wanted = (self._job, self._shown)
            self._discard()
            self._load()

    def set_width(self, width: Width) -> None:
        self._width = width
        self._fit()

    def close_page(self) -> None:
        """Let go of the page and its processes. Before the application ends, or Chromium complains."""
        self._wanted = self._shown = None
        self._discard()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._set_frozen(True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._set_frozen(False)

    def _set_frozen(self, frozen: bool) -> None:
        """A page nobody sees costs no time."""
        if self._page is not None:
            states = type(self._page).LifecycleState
            self._watch.set_frozen(frozen)
            self._page.setVisible(not frozen)
            self._page.setLifecycleState(states.Frozen if frozen else states.Active)

    def _decided(self, refusal: str) -> None:
        self._refusal = refusal
        self._load()

    def _load(self) -> None:
        if self._wanted is None:
            return
        if self._refusal:
            self.stopped.emit(self._refusal)
            return
        job, page = self._wanted
        self._wanted = None
        if self._is_settled and job == self._job and self._page is not None and self._shown is not None:
            self._change(self._shown, page)
            return
        self._load_anew(job, page)

    def _change(self, old: Page, new: Page) -> None:
        """Repaint what differs and leave the rest running; where that cannot be done the page is loaded anew."""
        self._shown = new
        if self._page is None:
            return
        self._page.keep_html(new.html)
        self._set_frozen(False)
        self._page.runJavaScript(change_in_place(old.html, new.html), OWN_WORLD, self._changed)
        self._patience.start(PATIENCE_MILLISECONDS)

    def _changed(self, done: object) -> None:
        self._patience.stop()
        if is_done(done):
            self.pointer.locate()
            self.shown.emit()
            self.settled.emit()
            self._set_frozen(not self.isVisible())
        elif self._is_settled and self._shown is not None and self._wanted is None:
            self._load_anew(self._job, self._shown)

    def _load_anew(self, job: int, page: Page) -> None:
        self._is_settled = False
        if job != self._job or self._page is None:
            self._discard()
            self._begin()
        else:
            self._hold_picture()
        self._job, self._shown = job, page
        if self._page is not None:
            self._patience.start(PATIENCE_MILLISECONDS)
            self._set_frozen(False)  # a frozen page does not load, even while nobody sees it
            self._page.show_html(page.html)
            self.shown.emit()

    def _begin(self) -> None:
        """A new page in a new profile: nothing passes from one drawing to the next."""
        from PySide6.QtWebEngineWidgets import QWebEngineView

        from assistant.gui.web_page import PreviewPage

        self._page = PreviewPage()  # first: a view without a page would make a profile of its own, before the scheme
        self._page.reported.connect(self.told)
        self._page.erred.connect(self.erred)
        self._page.loadFinished.connect(self._loaded)
        self._page.renderProcessTerminated.connect(self._crashed)
        self._view = QWebEngineView(self._page, self)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._view.setAcceptDrops(False)
        self._view.setAccessibleName("Preview of the page")
        self._view.show()
        self.pointer.cover(self._view)
        self._watch.begin(self._page)
        self._scroll = QPointF()
        self._fit()

    def _discard(self) -> None:
        """Delete view, page and profile, now and in this order: each crashes when it outlives the one before."""
        self._patience.stop()
        self._watch.end()
        self._is_settled = False
        self._cover.hide()
        self.pointer.cover(None)
        view, self._view = self._view, None
        page, self._page = self._page, None
        if view is not None:
            shiboken6.delete(view)
        if page is not None:
            page.blockSignals(True)
            page.dispose()

    def _hold_picture(self) -> None:
        """Keep the old page's picture in front until the new one has painted."""
        if self._view is None or self._page is None:
            return
        self._scroll = self._page.scrollPosition()
        self._cover.setPixmap(self._view.grab())
        self._cover.setGeometry(self._view.geometry())
        self._cover.show()
        self._cover.raise_()

    def _loaded(self, _: bool) -> None:
        self._patience.stop()
        if self._page is None:
            return
        zoom = self._page.zoomFactor() or 1.0
        if not self._scroll.isNull():
            place = f"window.scrollTo({self._scroll.x() / zoom:.0f},{self._scroll.y() / zoom:.0f})"
            self._page.runJavaScript(place, OWN_WORLD)
        QTimer.singleShot(COVER_MILLISECONDS, self._settle)

    def _settle(self) -> None:
        self._cover.hide()
        if self._page is None:
            return
        self._is_settled = not self._patience.isActive()
        self.pointer.locate()
        self.settled.emit()
        self._set_frozen(not self.isVisible())

    def _crashed(self, status: QWebEnginePage.RenderProcessTerminationStatus, _: int) -> None:
        if status.name != "NormalTerminationStatus":
            self._is_settled = False
            self._patience.stop()
            self.stopped.emit("The page stopped working. Your conversation is not affected.")

    def _give_up(self, why: str) -> None:
        self._discard()
        self.stopped.emit(why)

    def _fit(self) -> None:
        if self._view is None:
            return
        room = max(self.width(), 1)
        wanted = self._width.value
        width = room if self._width is Width.DESKTOP else min(room, wanted)
        self._view.setGeometry((room - width) // 2, 0, width, self.height())
        if self._page is not None:
            self._page.setZoomFactor(max(SMALLEST_ZOOM, min(1.0, width / wanted)))
        self.pointer.fit()
