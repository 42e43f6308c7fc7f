"""Facts only the window cares about: what its user did to it, and the lists that the composition root hands it.

They travel like every other event, through `bridge.Bridge.publish`, and `view_state.reduce` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core.events import Event
from assistant.core.history import Turn
from assistant.core.settings import Settings
from assistant.core.types import Picture


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model as the window lists it. `needed` models are offered together at the first start."""

    id: str
    title: str
    size_bytes: int
    licence: str
    present: bool
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Voices:
    """The voices of one speech engine."""

    engine: str
    title: str
    voices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the settings dialog offers. Empty device lists leave only the system's default."""

    microphones: tuple[str, ...] = ()
    loudspeakers: tuple[str, ...] = ()
    voices: tuple[Voices, ...] = (Voices("hibari", "Hibari", ("heart",)),)
    minds: tuple[tuple[str, str], ...] = (
        ("auto", "Choose for me"),
        ("qwen2.5-coder-1.5b", "Qwen2.5 Coder 1.5B"),
        ("qwen2.5-coder-0.5b", "Qwen2.5 Coder 0.5B (small)"),
    )
    """Model ids with their titles."""


@dataclass(frozen=True, slots=True)
class ModelsListed(Event):
    models: tuple[ModelRow, ...]


@dataclass(frozen=True, slots=True)
class ChoicesListed(Event):
    choices: Choices


@dataclass(frozen=True, slots=True)
class SettingsApplied(Event):
    """These settings are in force now, whoever changed them."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class SoundChecked(Event):
    """How a check of the sound goes, or went, in words. `check` is "phrase", "echo" or "voice"."""

    check: str
    text: str
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class MindPlanned(Event):
    """What the language model of some settings would need, or why it cannot run, in words."""

    text: str


@dataclass(frozen=True, slots=True)
class KeyAnswered(Event):
    """What became of a server's key, in words. The key itself never comes back."""

    server_url: str
    text: str


@dataclass(frozen=True, slots=True)
class TalkKeyAnswered(Event):
    """What the system says to the talk key for all windows; empty when none is wanted."""

    what: str
    advice: str = ""
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class TurnsRestored(Event):
    """The stored conversation the window starts with; an empty one clears transcript and pages."""

    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class PushBegan(Event):
    """The talk button or key went down."""


@dataclass(frozen=True, slots=True)
class PushEnded(Event):
    """The talk button or key came up."""


@dataclass(frozen=True, slots=True)
class AttachBegan(Event):
    """A picture is on its way to the decoder."""

    name: str


@dataclass(frozen=True, slots=True)
class SheetPictureOpened(Event):
    """A picture to draw on, decoded by the worker."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class CameraFailed(Event):
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class JobChosen(Event):
    """The user wants to see the page of this job."""

    job: int


@dataclass(frozen=True, slots=True)
class NoticeDismissed(Event):
    key: int
