"""What the session needs from the world: one Protocol per capability, plugged in by `app.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from enum import Enum, auto
from typing import Protocol

from assistant.core.events import Event
from assistant.core.history import Turn
from assistant.core.settings import MindSettings
from assistant.core.sketch import (
    Correction,
    Edited,
    Page,
    Places,
    SketchReading,
    VersionList,
    VersionRecord,
    WorkRecord,
)
from assistant.core.types import (
    AudioFrame,
    ChatRequest,
    Message,
    ModelDelta,
    ModelTraits,
    Picture,
    Tool,
    ToolCall,
    Transcript,
)

Emit = Callable[[Event], None]
"""Publishes an event. Call it on the session's loop only; it never blocks and never raises."""


class Transcriber(Protocol):
    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        """Words in the audio (any rate). Silence, noise and music give an empty text. Empty `language` detects.

        A `draft` is for words that will be looked at again: quicker. `times` asks for `Transcript.words`, which cost a
        tenth more. Cancelling ends the work soon.
        """
        ...


class LanguageModel(Protocol):
    async def traits(self) -> ModelTraits:
        """Waits until the model is loaded."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        """Closing the iterator (or cancelling its task) stops the engine within one token."""
        ...

    async def prefill(self, request: ChatRequest) -> None:
        """Read the prompt into the engine's cache without an answer."""
        ...

    async def count_tokens(self, text: str) -> int: ...


class Toolbox(Protocol):
    """What a model may ask for. Whether a call is carried out is decided here, never by what a model says."""

    @property
    def tools(self) -> tuple[Tool, ...]: ...

    async def use(self, call: ToolCall) -> str:
        """The result in words, or why there is none: also for a call that is hostile or makes no sense."""
        ...


class Synthesizer(Protocol):
    def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        """Frames of one spoken clause, first ones as soon as there are any."""
        ...


class Microphone(Protocol):
    @property
    def device(self) -> str:
        """Its name for the user; empty while there is none."""
        ...

    @property
    def latency_seconds(self) -> float:
        """How old a sample is when it arrives."""
        ...

    def frames(self) -> AsyncIterator[AudioFrame]:
        """Frames of 512 samples at SPEECH_RATE, until closed. Raises DeviceError when the device is gone for good."""
        ...


class TurnListener(Protocol):
    """What the session tells the one who listens."""

    def drop_speech(self) -> None:
        """Forget speech in progress, and listen on. Nothing is emitted."""
        ...

    def words_at_pause(self, complete: bool) -> None:
        """The user is silent for a moment, and what they said until here reads as if it were all, or not."""
        ...

    def turn_reopened(self) -> None:
        """The user went on right after a turn was thought to be over."""
        ...


class Delivery(Enum):
    """How the reply is given to the loudspeaker."""

    FULL = auto()
    LOWERED = auto()
    """12 dB quieter: somebody may be speaking."""
    HELD = auto()
    """Silent, in the middle of a word. What is queued stays, and `played_seconds` stands still."""


class Speaker(Protocol):
    """A loudspeaker with a clock. Seconds count reply audio that left the device, never the silence between."""

    @property
    def is_open(self) -> bool:
        """There is a device; without one a reply is only written."""
        ...

    @property
    def played_seconds(self) -> float: ...

    @property
    def queued_seconds(self) -> float: ...

    async def play(self, frame: AudioFrame) -> None:
        """Queue a frame (any rate); waits only while very much is queued."""
        ...

    async def drain(self) -> None:
        """Return when everything queued has left the device."""
        ...

    def flush(self) -> None:
        """Silence at once: drop what is queued."""
        ...

    def deliver(self, how: Delivery) -> None:
        """From the next block on, without a click. A loudspeaker that nobody can interrupt need not obey."""
        ...


class SketchReader(Protocol):
    async def decode(self, data: bytes, name: str) -> Picture:
        """Decode a picture file in a worker process: oriented, shrunk to the limits, as PNG. Raises InputError."""
        ...

    async def read(self, picture: Picture) -> SketchReading:
        """Find the elements of a drawn page."""
        ...

    async def look_again(self, picture: Picture) -> SketchReading | None:
        """Look once more in another way; what all looks say together. None when there is no other way. Seconds.

        Means the picture that was read last, and reads it first if it is another one.
        """
        ...

    async def rectified(self, picture: Picture) -> Picture:
        """The picture upright and flat: the one that the boxes of its reading lie in. Quick right after `read`."""
        ...

    async def describe(self, picture: Picture) -> str:
        """What a text-only model is told of a picture: the texts in it and where they stand."""
        ...


class EditablePage(Protocol):
    """A page that is being shaped, with every version it had. Used from one task at a time, but for `fill`."""

    def page(self, revision: int) -> Page:
        """As it is now."""
        ...

    def understands(self, words: str, selected: str = "") -> bool:
        """Are these words plainly about this page? Rules only, in a millisecond. `selected` is the id of "this"."""
        ...

    async def change(self, words: str, selected: str, model: LanguageModel | None) -> Edited:
        """Do what the words ask. The model is asked only where rules do not know; then it may take 20 seconds."""
        ...

    async def repair(self) -> bool:
        """Lay the page out, compare it with the drawing, and keep what is truer. Is it another page now? Seconds.

        Leaves a page alone that the user has shaped. Raises EngineError where nothing can lay out pages.
        """
        ...

    def reconsider(self, reading: SketchReading) -> bool:
        """Take a better reading of the same drawing, unless the user has shaped the page. Is it another page now?"""
        ...

    @property
    def reading(self) -> SketchReading:
        """What is drawn, with the user's corrections."""
        ...

    @property
    def versions(self) -> VersionList: ...

    @property
    def is_offering(self) -> bool:
        """Are there variants to choose from?"""
        ...

    def part(self, element_id: str) -> tuple[str, str]:
        """Id and spoken name of a part; empty where there is none. The id may come from a hostile page."""
        ...

    def correct(self, correction: Correction) -> Edited:
        """A found element is another one than was read; the page follows."""
        ...

    def step(self, steps: int) -> Edited:
        """Undo (negative) or redo."""
        ...

    def go_to(self, index: int) -> Edited:
        """To a version of `versions`."""
        ...

    def take(self, index: int | None) -> Edited:
        """One of the variants on offer, or none."""
        ...

    def draw(self, drawn: SketchReading, places: Places) -> Edited:
        """Put what was drawn over the page into it, where it was drawn; ids may come from a hostile page."""
        ...

    def mend(self, problem: str, element_id: str) -> Edited:
        """Take out what makes the page fail."""
        ...

    def records(self) -> tuple[VersionRecord, ...]:
        """Every version of `versions`, to be kept."""
        ...

    async def fill(self, model: LanguageModel) -> None:
        """Let the model write what was only hinted at; what the user has decided meanwhile stays."""
        ...

    def write(self, model: LanguageModel, picture: Picture) -> AsyncIterator[str]:
        """Let a model that sees write the whole page: what there is of it, again and again, safe to show.

        Yields nothing where the model is not made for it, or the user has shaped the page.
        """
        ...

    async def adopt(self) -> Edited:
        """Take what was written last as the page, if it stands every check; else say why not. Seconds."""
        ...


class PageMaker(Protocol):
    def open(self, reading: SketchReading, title: str) -> EditablePage:
        """The page as drawn, to be filled and changed. Milliseconds; raises nothing on a valid reading."""
        ...

    def reopen(self, work: WorkRecord) -> EditablePage | None:
        """A page that was kept, with its versions. None where it cannot be read any more."""
        ...

    def compile(self, reading: SketchReading, title: str) -> Page:
        """The page as drawn, with behaviour, without any model. Milliseconds; raises nothing on a valid reading."""
        ...

    async def fill(self, reading: SketchReading, title: str, model: LanguageModel) -> Page:
        """The same page with the slots that ask for content filled by the model."""
        ...


class PromptMaker(Protocol):
    def request(self, messages: tuple[Message, ...], settings: MindSettings) -> ChatRequest:
        """The prompt for these messages. Earlier messages give the same leading bytes every time."""
        ...


class ConversationStore(Protocol):
    """Durable turns. Every method returns after the data is on disk (fsync), or raises StorageError.

    A reply is added when it starts, with no text and `interrupted=True`, and finished when it ends. Where the disk
    refuses for now, NotSavedYet carries an id that works like a real one: the turn waits in memory.
    """

    async def open_conversation(self) -> int:
        """Start a conversation and return its id."""
        ...

    async def add_turn(self, conversation_id: int, turn: Turn) -> int: ...

    async def finish_turn(self, turn_id: int, text: str, interrupted: bool) -> None:
        """Replace the text of a turn that was begun earlier (a reply that is now complete)."""
        ...

    async def checkpoint_turn(self, turn_id: int, text: str) -> None:
        """Keep what there is of a reply, so that a crash loses a clause at most; the turn stays marked interrupted."""
        ...

    async def turns(self, conversation_id: int) -> tuple[Turn, ...]: ...

    async def latest_conversation(self) -> int | None: ...

    async def save_page(self, conversation_id: int, page: Page, reading: SketchReading | None) -> int: ...

    async def save_work(self, conversation_id: int, work: WorkRecord) -> None:
        """Keep a page's versions; only what is not on disk yet is written."""
        ...

    async def save_thumbnail(self, conversation_id: int, number: int, index: int, png: bytes) -> None: ...

    async def works(self, conversation_id: int) -> tuple[WorkRecord, ...]:
        """The pages of a conversation, oldest first; those that cannot be read are left out."""
        ...
