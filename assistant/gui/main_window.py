"""The window: conversation on the left, page and sketch on the right. It shows a ViewState and sends commands.

Everything here runs on the GUI thread and nothing waits; what takes time is a command, and its answer an event.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from assistant.core.events import Event, NoticeShown, TextSubmitted
from assistant.core.settings import Settings
from assistant.gui import facts
from assistant.gui.announcing import announce
from assistant.gui.bridge import Commands
from assistant.gui.composer import Composer
from assistant.gui.dialogs import Dialogs
from assistant.gui.drop_overlay import DropOverlay
from assistant.gui.first_run import FirstRun
from assistant.gui.global_key import GlobalKey
from assistant.gui.intake import holds_picture
from assistant.gui.notices import Notices
from assistant.gui.page_desk import PageDesk
from assistant.gui.picture_desk import PictureDesk
from assistant.gui.place import decode_place, encode_place
from assistant.gui.screen import Microphone, Row, RowAction, ViewState
from assistant.gui.side_pane import SidePane
from assistant.gui.talk_key import TalkKey
from assistant.gui.theme import apply_theme, colors_for
from assistant.gui.top_bar import TopBar
from assistant.gui.transcript_view import TranscriptView
from assistant.gui.view_state import reduce
from assistant.gui.welcome import Welcome

PAINT_MILLISECONDS = 33  # events come up to fifty times a second; more than thirty paintings nobody sees


class MainWindow(QMainWindow):
    def __init__(self, commands: Commands, state: ViewState) -> None:
        super().__init__()
        self._commands = commands
        self._state = state
        self._painted: ViewState | None = None
        self._tickets = itertools.count(1)
        self._skipped_first_run = False
        self._since_paint = QElapsedTimer()
        self._paint_timer = QTimer(self)
        self._paint_timer.setSingleShot(True)
        self._paint_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._paint_timer.timeout.connect(self._paint)
        self.top_bar = TopBar()
        self.notices = Notices()
        self.welcome = Welcome()
        self.transcript = TranscriptView()
        self.first_run = FirstRun()
        self.composer = Composer()
        self.pane = SidePane()
        self.pictures = PictureDesk(self, commands, self._on_picture)
        self.page_desk = PageDesk(self, self.pane, commands, lambda: self._state.shown_job)
        self.talk_key = TalkKey(self)
        self.global_key = GlobalKey(self)
        self.dialogs = Dialogs(self, commands, self._change_settings)
        self._build()
        self._connect()
        self.overlay = DropOverlay(self)
        self._dress(state.settings)
        place = decode_place(state.settings.window.geometry)
        if place is not None:
            self.restoreGeometry(place[0])
            self.splitter.restoreState(place[1])
        self._paint()

    @property
    def state(self) -> ViewState:
        return self._state

    def on_event(self, event: Event) -> None:
        """Take in one event. Painting is put together about thirty times a second."""
        before, self._state = self._state, reduce(self._state, event)
        if self._state is before:
            return
        after = self._state.settings
        if before.settings.window != after.window or before.settings.talk != after.talk:
            self._dress(self._state.settings)
        self._paint_soon()

    def _on_picture(self, event: Event) -> None:
        """Painted at once: Enter may follow before the next painting, and must wait for the picture."""
        self.on_event(event)
        self._paint()

    # Building -------------------------------------------------------------------------------------------------

    def raise_to_front(self) -> None:
        """Come forward, also when minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _build(self) -> None:
        self.setWindowTitle("Vesper - TEST" if os.environ.get("VESPER_TEST") == "1" else "Vesper")
        self.setMinimumSize(640, 440)
        self.resize(1180, 760)
        self.setAcceptDrops(True)
        self._stack = QStackedWidget()
        for widget in (self.welcome, self.transcript, self.first_run):
            self._stack.addWidget(widget)
        bottom = QWidget()
        below = QHBoxLayout(bottom)
        below.setContentsMargins(12, 4, 12, 14)
        below.addStretch(1)
        below.addWidget(self.composer, 1000)  # as wide as it may be, and centred from there on
        below.addStretch(1)
        conversation = QWidget()
        conversation.setObjectName("conversation")
        conversation.setMinimumWidth(340)
        column = QVBoxLayout(conversation)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self._stack, 1)
        column.addWidget(bottom)
        self._bottom = bottom
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(5)
        self.splitter.addWidget(conversation)
        self.splitter.addWidget(self.pane)
        self.splitter.setCollapsible(0, False)
        self.splitter.setStretchFactor(0, 9)
        self.splitter.setStretchFactor(1, 11)
        self.splitter.setSizes([530, 650])
        self.pane.hide()
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.top_bar)
        rows.addWidget(self.splitter, 1)
        self.setCentralWidget(whole)
        self.composer.text.setFocus()

    def _connect(self) -> None:
        commands = self._commands
        self.top_bar.new_wanted.connect(commands.new_conversation)
        self.top_bar.models_wanted.connect(self.show_models)
        self.top_bar.settings_wanted.connect(self.show_settings)
        self.top_bar.pane_wanted.connect(self.toggle_pane)
        self.pane.closed.connect(self.toggle_pane)
        self.pane.wanted.connect(self._show_pane)
        self.pane.pad.photo_wanted.connect(self.pictures.browse_for_sheet)
        self.pane.pad.paste_wanted.connect(self.pictures.paste_on_sheet)
        self.pane.preview.failed.connect(self._warn)
        self.pane.preview.told.connect(self._tell)
        self.notices.dismissed.connect(self._dismiss)
        self.welcome.asked.connect(self.submit)
        self.welcome.sketch_wanted.connect(self.pictures.browse_for_page)
        self.welcome.drawing_wanted.connect(self.pane.show_drawing)
        self.transcript.acted.connect(self._act)
        self.first_run.fetch_wanted.connect(commands.fetch_models)
        self.first_run.cancel_wanted.connect(commands.cancel_fetch)
        self.first_run.skipped.connect(self._skip_first_run)
        composer = self.composer
        composer.submitted.connect(self._submit_composed)
        composer.stop_clicked.connect(commands.stop)
        composer.attach_clicked.connect(self.pictures.browse_to_attach)
        composer.detach_clicked.connect(commands.detach_pictures)
        composer.pasted.connect(self.pictures.paste)
        composer.microphone_toggled.connect(self.toggle_microphone)
        composer.way.chosen.connect(self._choose_way)
        composer.talk.push_began.connect(self.begin_push)
        composer.talk.push_ended.connect(self.end_push)
        composer.talk.tapped.connect(self.toggle_microphone)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)
        for key in (self.talk_key, self.global_key):
            key.pressed.connect(self.begin_push)
            key.released.connect(self.end_push)
        self.global_key.answered.connect(self.on_event)
        for keys, act in (
            ("Escape", commands.stop),
            ("Ctrl+N", commands.new_conversation),
            ("Ctrl+L", self.composer.text.setFocus),
            ("Ctrl+O", self.pictures.browse_to_attach),
            ("Ctrl+B", self.toggle_pane),
            ("Ctrl+S", self.pane.preview.save),
            ("Ctrl+,", self.show_settings),
            ("Ctrl+M", self.toggle_microphone),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    # What the user does ---------------------------------------------------------------------------------------

    def submit(self, text: str) -> int:
        """Send a text, and return the ticket it went out with."""
        ticket = next(self._tickets)
        self.on_event(TextSubmitted(text, ticket=ticket))
        self._commands.submit_text(text, ticket)
        return ticket

    def _submit_composed(self, text: str) -> None:
        ticket = next(self._tickets)
        self.composer.submitting(ticket)
        self.on_event(TextSubmitted(text, ticket=ticket))
        self._commands.submit_text(text, ticket)

    def begin_push(self) -> None:
        if self._state.may_push:
            self.on_event(facts.PushBegan())
            self._commands.begin_push()

    def end_push(self) -> None:
        if self._state.microphone is Microphone.PUSHED:
            self.on_event(facts.PushEnded())
            self._commands.end_push()

    def toggle_microphone(self) -> None:
        if self._state.microphone is Microphone.CLOSED:
            self._commands.open_microphone()
        else:
            self._commands.close_microphone()
        self._painted = None  # the button flipped by itself; show what is true until the answer comes
        self._paint_soon()

    def _choose_way(self, way: str) -> None:
        settings = self._state.settings
        if settings.talk.way != way:
            self._change_settings(replace(settings, talk=replace(settings.talk, way=way)))
        elif way in ("open", "name") and self._state.microphone is Microphone.CLOSED:
            self._commands.open_microphone()

    def toggle_pane(self) -> None:
        self.pane.setVisible(self.pane.isHidden())
        self.top_bar.pane.setChecked(not self.pane.isHidden())

    def _show_pane(self) -> None:
        if self.pane.isHidden():
            self.toggle_pane()

    def show_settings(self) -> None:
        self.dialogs.show_settings(self._state)

    def show_models(self) -> None:
        self.dialogs.show_models(self._state)

    def _act(self, row: Row) -> None:
        if row.action is RowAction.RETRY:
            self.submit(row.payload)
        elif row.action is RowAction.SHOW_PAGE:
            self.on_event(facts.JobChosen(row.job))
            self._show_pane()
        elif row.action is RowAction.CANCEL_JOB:
            self._commands.cancel_page_job(row.job)
        elif row.action is RowAction.CHOOSE_PICTURE:
            self.pictures.browse_for_page()

    def _change_settings(self, settings: Settings) -> None:
        self.on_event(facts.SettingsApplied(settings))
        self._commands.change_settings(settings)

    def _skip_first_run(self) -> None:
        self._skipped_first_run = True
        self._paint_soon()

    def _dismiss(self, key: int) -> None:
        self.on_event(facts.NoticeDismissed(key))

    def _warn(self, what: str, advice: str) -> None:
        self.on_event(NoticeShown("warning", what, advice))

    def _tell(self, what: str) -> None:
        self.on_event(NoticeShown("info", what))

    # Painting -------------------------------------------------------------------------------------------------

    def _paint_soon(self) -> None:
        if not self._paint_timer.isActive():
            passed = self._since_paint.elapsed() if self._since_paint.isValid() else PAINT_MILLISECONDS
            self._paint_timer.start(max(0, PAINT_MILLISECONDS - passed))

    def _paint(self) -> None:
        state, before = self._state, self._painted
        self._painted = state
        self._since_paint.start()
        self.top_bar.show_state(state)
        self.notices.show_notices(state.notices)
        self.composer.show_state(state)
        if before is None or not state.says_the_same(before):
            self.transcript.show_state(state)
            announce(self, before, state)
        if before is None or state.job is not before.job or state.sheet is not before.sheet:
            self._show_job(before, state)
        self.first_run.show_state(state)
        self.page_desk.camera.show_state(state)
        self.welcome.show_state(state)
        self._choose_main(state)
        self.dialogs.show_state(state)
        if self.composer.talk.is_settling:
            self._paint_soon()

    def _choose_main(self, state: ViewState) -> None:
        if state.missing_models and not self._skipped_first_run:
            wanted: QWidget = self.first_run
        elif state.rows or state.live or state.caption:
            wanted = self.transcript
        else:
            wanted = self.welcome
        self._bottom.setVisible(wanted is not self.first_run)
        if self._stack.currentWidget() is not wanted:
            self._stack.setCurrentWidget(wanted)
            (self.first_run.download if wanted is self.first_run else self.composer.text).setFocus()
            self.transcript.scroll_to_end()

    def _show_job(self, before: ViewState | None, state: ViewState) -> None:
        self.pane.show_state(state)
        is_new = state.job is not None and (before is None or before.shown_job != state.shown_job)
        is_gone = state.job is None and before is not None and before.job is not None
        if (is_new and self.pane.isHidden()) or (is_gone and not self.pane.isHidden()):
            self.toggle_pane()

    def _dress(self, settings: Settings) -> None:
        self._colors = colors_for(settings.window.theme)
        self.talk_key.set_key(settings.window.push_to_talk_key)
        self.global_key.follow(settings.window.push_to_talk_key, settings.talk.global_key)
        apply_theme(self, self._colors, settings.window.text_scale)
        self.dialogs.set_colors(self._colors, settings.window.text_scale)

    def _scheme_changed(self, _: Qt.ColorScheme) -> None:
        if self._state.settings.window.theme == "system":
            self._dress(self._state.settings)

    # What Qt asks ---------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if holds_picture(event.mimeData()):
            event.acceptProposedAction()
            self.overlay.begin()
            self.overlay.purpose_at(event.position().toPoint())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.overlay.purpose_at(event.position().toPoint())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        purpose = self.overlay.purpose_at(event.position().toPoint())
        self.overlay.hide()
        if self.pictures.drop(event.mimeData(), purpose):
            event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.overlay.setGeometry(self.rect())

    def closeEvent(self, event: QCloseEvent) -> None:
        window = replace(
            self._state.settings.window, geometry=encode_place(self.saveGeometry(), self.splitter.saveState())
        )
        self._commands.change_settings(replace(self._state.settings, window=window))
        self.end_push()
        self.global_key.close()
        self.pane.preview.close_page()
        super().closeEvent(event)


def create_window(
    commands: Commands,
    settings: Settings,
    choices: facts.Choices | None = None,
    models: tuple[facts.ModelRow, ...] = (),
) -> MainWindow:
    """The window, not yet shown. Connect `bridge.happened` to its `on_event`, then `show()` it."""
    QApplication.setStyle("Fusion")
    state = ViewState(settings=settings, choices=choices or facts.Choices(), models=models)
    return MainWindow(commands, state)
