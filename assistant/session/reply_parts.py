"""What a reply needs and is about: its collaborators, which outlive it, and what is to be answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

from assistant.core.events import (
    TextSubmitted,
    UtteranceEnded,
)
from assistant.core.history import History
from assistant.core.ports import ConversationStore, LanguageModel, PromptMaker, SketchReader, Toolbox, Transcriber
from assistant.core.settings import Settings
from assistant.core.types import ChatRequest, Message, Picture
from assistant.session.resuming import CutOff
from assistant.session.speculation import Ahead
from assistant.session.tool_use import NoTools
from assistant.session.voice import Voice

CHARACTERS_PER_TOKEN = 3.0  # English prose is nearer 4; the low figure leaves room for code and other languages


Remark = Callable[[str, tuple[Picture, ...]], Awaitable[AsyncIterator[str] | None]]


@dataclass(frozen=True, slots=True)
class Said:
    """Words that were spoken until that moment of the loop's clock."""

    text: str = ""
    until: float = float("-inf")


@dataclass(slots=True)
class ReplyParts:
    """The collaborators of a reply. They outlive it."""

    transcriber: Transcriber
    model: LanguageModel
    prompts: PromptMaker
    store: ConversationStore
    reader: SketchReader
    voice: Voice | None
    settings: Settings
    history: History
    conversation_id: int
    first_turn: int = 0
    """First turn of the history that is still sent to the model."""
    disk_refuses: bool = False
    """The user has been told so; one notice is enough until it works again."""
    saves_power: Callable[[], bool] = lambda: False
    """Is the machine on battery? Then nothing is done that may be thrown away."""
    said_before: Said = Said()
    """The last words of the last reply."""
    cut_off: CutOff | None = None
    """The last reply that was interrupted, for "go on"."""
    toolbox: Toolbox = field(default_factory=NoTools)

    def request(self, messages: tuple[Message, ...]) -> ChatRequest:
        """What the model is asked for these messages, and what it may ask for itself."""
        return replace(self.prompts.request(messages, self.settings.mind), tools=self.toolbox.tools)


@dataclass(slots=True)
class Ask:
    """What is to be answered: an utterance or a typed text, with the pictures that go with it."""

    event: UtteranceEnded | TextSubmitted
    pictures: tuple[Picture, ...] = ()
    remark: Remark | None = None
    """Asked first: words to say instead of the model's, when the answer is a fact about something just done."""
    ahead: Ahead | None = None


async def prompt_budget(parts: ReplyParts) -> int:
    """How many characters of the conversation the model can be given. Waits until it is loaded."""
    room = (await parts.model.traits()).context_tokens - parts.settings.mind.longest_reply_tokens
    return int(room * CHARACTERS_PER_TOKEN)
