"""Where the user types: text, attached pictures, and the buttons for talking, stopping and sending.

The text stays until its turn is on disk; when that fails, it is still there to send again.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from assistant.gui.buttons import icon_button, plain_label, set_property
from assistant.gui.intake import holds_picture
from assistant.gui.prose import clean
from assistant.gui.screen import Attachment, Microphone, ViewState
from assistant.gui.theme import COLUMN, Colors, dress, pixels_of
from assistant.gui.voice_meter import TalkButton
from assistant.gui.way_button import WayButton

PLACEHOLDERS = ("Ask something, or drop a sketch", "Ask something", "Ask…")  # the longest that fits on the line
MOST_LINES = 7  # then the text scrolls
THUMBNAIL_SIDE = 32
LONGEST_TEXT = 100_000  # characters; a longer paste is cut, the model could not read it anyway
LONGEST_NAME = 28
OVERHANG = 12  # the card is this much wider than the transcript's column, so that the words line up


class ComposerText(QPlainTextEdit):
    """Enter sends, Shift+Enter breaks the line; pictures go to `pasted` instead of the text."""

    sent = Signal()
    pasted = Signal(object)
    focused = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("composerText")
        self.setAccessibleName("Message")
        self.setPlaceholderText(PLACEHOLDERS[0])
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # the window takes drops, wherever they fall
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(4)
        self.textChanged.connect(self.fit)

    def fit(self) -> None:
        """As tall as its lines, up to a few."""
        lines = min(max(1, round(self.document().size().height())), MOST_LINES)
        height = lines * self.fontMetrics().lineSpacing() + 12
        if self.height() != height:
            self.setFixedHeight(height)
        more = self.document().size().height() > MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if more else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        room = self.viewport().width() - 2 * round(self.document().documentMargin())
        fitting = [text for text in PLACEHOLDERS if self.fontMetrics().horizontalAdvance(text) <= room]
        self.setPlaceholderText(fitting[0] if fitting else PLACEHOLDERS[-1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return holds_picture(source) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if (holds_picture(source) and not source.hasText()) or source.hasUrls():
            self.pasted.emit(source)
        elif source.hasText():
            self.insertPlainText(source.text()[:LONGEST_TEXT])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)


class Composer(QWidget):
    """Signals say what the user wants; `show_state` paints what has become of it."""

    submitted = Signal(str)
    stop_clicked = Signal()
    attach_clicked = Signal()
    detach_clicked = Signal()
    pasted = Signal(object)
    microphone_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._ticket = 0
        self._wants_to_send = False
        self._attachments: tuple[Attachment, ...] = ()
        self._colors: Colors | None = None
        self.text = ComposerText()
        self.text.sent.connect(self._send)
        self.text.pasted.connect(self.pasted)
        self.text.textChanged.connect(self._enable)
        self.attach = icon_button("attach", "Attach a picture  (Ctrl+O)", self.attach_clicked.emit)
        self.ear = icon_button("open-ear", "Keep the microphone open  (Ctrl+M)", self.microphone_toggled.emit)
        self.ear.setCheckable(True)
        self.ear.setObjectName("ear")
        self.way = WayButton()
        self.stop = icon_button("stop", "Stop  (Esc)", self.stop_clicked.emit)
        self.stop.setProperty("role", "stop")
        self.stop.setProperty("iconTone", "danger")
        self.send = icon_button("send", "Send  (Enter)", self._send)
        self.send.setProperty("role", "send")
        self.send.setProperty("iconTone", "accent_text")
        self.talk = TalkButton()
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        self._waiting = plain_label(role="small")
        self._build()
        self._enable()

    def _build(self) -> None:
        self._card = QFrame()
        self._card.setObjectName("composer")
        self.text.focused.connect(lambda on: set_property(self._card, "focused", "true" if on else "false"))
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.attach)
        buttons.addWidget(self.ear)
        buttons.addWidget(self.way)
        buttons.addWidget(self._waiting)
        buttons.addStretch(1)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.send)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(self._chips)
        words.addWidget(self.text)
        words.addLayout(buttons)
        inside = QHBoxLayout(self._card)
        inside.setContentsMargins(12, 8, 4, 6)
        inside.setSpacing(4)
        inside.addLayout(words, 1)
        inside.addWidget(self.talk, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._card)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.setMaximumWidth(COLUMN * pixels_of(self) + 2 * OVERHANG)
        self.text.fit()

    def submitting(self, ticket: int) -> None:
        """The text went out under this ticket: grey it until it is on disk."""
        self._ticket = ticket

    def show_state(self, state: ViewState) -> None:
        if self._ticket and state.committed_ticket == self._ticket:
            self._ticket = 0
            self.text.clear()
        waiting = bool(self._ticket) and state.pending_ticket == self._ticket
        if self._ticket and not waiting:
            self._ticket = 0  # it failed; the words are still here
        self.text.setReadOnly(waiting)
        set_property(self.text, "waiting", "true" if waiting else "false")
        open_now = state.microphone is Microphone.OPEN
        self.ear.setChecked(open_now)
        self.ear.setToolTip("Mute  (Ctrl+M)" if open_now else "Keep the microphone open  (Ctrl+M)")
        self.way.show_settings(state.settings)
        self.stop.setEnabled(state.is_busy)
        self.talk.show_state(state)
        if state.attachments != self._attachments:
            self._show_attachments(state.attachments)
        self._enable()
        if self._wants_to_send and not self._is_reading():
            self._send()

    def _is_reading(self) -> bool:
        return any(attachment.picture is None for attachment in self._attachments)

    def _enable(self) -> None:
        self.send.setEnabled(bool(self.text.toPlainText().strip()) and not self._ticket)
        self._waiting.setText("Reading the picture…" if self._is_reading() else "")

    def _send(self) -> None:
        """Hand the text over; a picture that is still being read goes first."""
        text = clean(self.text.toPlainText()).strip()[:LONGEST_TEXT]
        self._wants_to_send = bool(text) and self._is_reading()
        if text and not self._ticket and not self._wants_to_send:
            self.submitted.emit(text)

    def _show_attachments(self, attachments: tuple[Attachment, ...]) -> None:
        self._attachments = attachments
        while (item := self._chips.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for attachment in attachments:
            self._chips.addWidget(self._chip(attachment))
        if attachments:
            remove = icon_button("close", "Remove the attached pictures", self.detach_clicked.emit)
            self._chips.addWidget(remove)
            self._chips.addStretch(1)
            if self._colors is not None:
                dress(remove, self._colors)

    def _chip(self, attachment: Attachment) -> QWidget:
        chip = QFrame()
        chip.setObjectName("chip")
        row = QHBoxLayout(chip)
        row.setContentsMargins(6, 4, 10, 4)
        if attachment.picture is not None:
            thumbnail = QPixmap()
            thumbnail.loadFromData(attachment.picture.png)  # our own worker encoded it
            picture = plain_label()
            side = round(THUMBNAIL_SIDE * self.devicePixelRatioF())
            fitted = thumbnail.scaled(
                QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            fitted.setDevicePixelRatio(self.devicePixelRatioF())
            picture.setPixmap(fitted)
            row.addWidget(picture)
        name = clean(attachment.name)
        shown = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 8] + "…" + name[-7:]
        row.addWidget(plain_label(shown if attachment.picture else f"{shown}…"))
        chip.setAccessibleName(f"Attached picture {name}")
        return chip
