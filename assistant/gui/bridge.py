"""The crossing between Qt's thread and the session's loop: events come in as a queued signal, commands go out.

Nothing here waits: `publish` may be called from any thread, and every command returns at once.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from assistant.core.events import Event
from assistant.core.page_events import ElementSelected, ShapedByHand
from assistant.core.settings import MindSettings, Settings


class Bridge(QObject):
    """Lives in the GUI thread. Connect `happened` to `MainWindow.on_event`, no lambda."""

    happened = Signal(object)
    show_requested = Signal()

    def publish(self, event: Event) -> None:
        """Deliver an event to the window. From another thread it is queued, in order, and this returns at once."""
        self.happened.emit(event)

    def ask_to_show(self) -> None:
        """A second start of the program wants the window to come forward. From any thread."""
        self.show_requested.emit()


class Commands(Protocol):
    """What the window asks for. Called on the GUI thread; each posts its request and returns; answers are events."""

    def submit_text(self, text: str, ticket: int) -> None:
        """Answered by TurnCommitted with the ticket, once the turn is on disk."""

    def attach_picture(self, data: bytes, name: str) -> None:
        """Decode a picture for the next turn. Answered by PictureAttached or PictureRefused with the same name."""

    def detach_pictures(self) -> None:
        """Forget the pictures attached to the next turn. Answered by PicturesDetached."""

    def open_on_sheet(self, data: bytes, name: str) -> None:
        """Decode a picture to draw on. Answered by facts.SheetPictureOpened or PictureRefused."""

    def begin_camera(self) -> None:
        """Look through the camera. Answered by CameraSeen again and again, or by facts.CameraFailed."""

    def end_camera(self, takes_photo: bool) -> None:
        """Close the camera. A photo is answered by facts.SheetPictureOpened."""

    def build_page(self, data: bytes, name: str) -> None:
        """Make a page from a picture file. Answered by PageJobStarted and what follows it."""

    def stop(self) -> None: ...

    def open_microphone(self) -> None: ...

    def close_microphone(self) -> None: ...

    def begin_push(self) -> None:
        """The talk button went down: listen until `end_push`, whatever the pauses."""

    def end_push(self) -> None:
        """The talk button came up: what was said is complete."""

    def change_settings(self, settings: Settings) -> None: ...

    def plan_mind(self, settings: MindSettings) -> None:
        """What would this language model need? Nothing is loaded. Answered by facts.MindPlanned."""

    def store_key(self, server_url: str, key: str) -> None:
        """Keep the key of a server in the system's keyring; an empty one is forgotten. facts.KeyAnswered follows."""

    def check_sound(self, check: str) -> None:
        """`check` as in facts.SoundChecked, which answers it, several times."""

    def new_conversation(self) -> None:
        """Answered by facts.TurnsRestored with no turns."""

    def act_on_page(self, act: ElementSelected | ShapedByHand) -> None:
        """What the mouse did to a page. Answered by PartSelected, or by PageEdited and what follows it."""

    def cancel_page_job(self, job: int) -> None: ...

    def fetch_models(self, ids: tuple[str, ...]) -> None:
        """Answered by DownloadProgressed, and by facts.ModelsListed when a model is complete."""

    def cancel_fetch(self) -> None: ...

    def remove_model(self, model_id: str) -> None:
        """Answered by facts.ModelsListed."""
