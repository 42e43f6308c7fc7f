"""Values that travel between the parts. Frozen; units are in the names."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

SPEECH_RATE = 16_000  # Hz, what Whisper and Silero were trained on
QUIET = 0.001  # -60 dB: below the softest breath of the voices, above the noise of their silence


class Cleaning(Enum):
    """How our own voice was taken out of a microphone's frame."""

    NONE = auto()
    CRUSHED = auto()
    """At the cost of the user, and now and then not wholly."""
    CLEARED = auto()
    """Nothing of it is left that could be taken for speech."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioFrame:
    """Mono audio: float32 samples in [-1, 1] at `sample_rate` Hz, any length."""

    samples: Samples
    sample_rate: int
    words: Samples | None = None
    """The same stretch for a recogniser, where `samples` are for a detector: it minds echoes less than gaps."""
    cleaning: Cleaning = Cleaning.NONE
    """What taking an echo out of `samples` did to whoever spoke over it: they may be believed more easily."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate

    @property
    def recognisable(self) -> Samples:
        """What a recogniser is to have of it."""
        return self.samples if self.words is None else self.words


def silent_seconds(frame: AudioFrame) -> float:
    """From the frame's beginning to its first sound; all of it where it is silent."""
    loud = np.flatnonzero(np.abs(frame.samples) > QUIET)
    return int(loud[0]) / frame.sample_rate if len(loud) else frame.seconds


def sounding_seconds(frame: AudioFrame) -> float:
    """From the frame's beginning to its last sound; 0 where it is silent."""
    loud = np.flatnonzero(np.abs(frame.samples) > QUIET)
    return (int(loud[-1]) + 1) / frame.sample_rate if len(loud) else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """One stretch of the user's speech, pre-roll included, at SPEECH_RATE.

    `ended_at` is the loop's clock in seconds at the last speech sample: latency is measured from there.
    """

    audio: AudioFrame
    ended_at: float
    speech_samples: int = 0
    """Samples of `audio` up to the end of the last speech in it: where they are the same, nothing was said since."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start_seconds: float
    end_seconds: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said. `text` is empty where there was no speech; `language` is an ISO 639-1 code."""

    text: str
    language: str = "en"
    words: tuple[Word, ...] = ()
    audio_seconds: float = 0.0
    decode_seconds: float = 0.0
    confidence: float = 1.0
    """Probability of a token, as the engine sees it; 1 where it does not tell. Under 0.5 it is mostly made up."""


class Origin(StrEnum):
    """Where a piece of context came from: the label that decides what it may cause (docs/adr on provenance)."""

    USER = "user"
    SYSTEM = "system"
    FILE = "file"
    IMAGE = "image"
    AUDIO_FILE = "audio-file"
    WEB = "web"
    TOOL = "tool"
    MEMORY = "memory"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that a worker process has already decoded, oriented, shrunk and encoded again as PNG."""

    png: bytes = field(repr=False)
    width: int
    height: int
    description: str = ""
    """What a text-only model is told in its place: the texts that were read and where (untrusted)."""
    note: str = ""
    """One sentence for the user where the file holds more than is shown."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may ask for while it answers. `parameters` is a JSON schema of type object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a model asks for, unchecked: the name may be none, and `arguments` may be no JSON."""

    name: str
    arguments: str
    call_id: str = ""
    written: str = ""
    """The call as the model wrote it, where it is part of its text."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. `origin` other than USER, SYSTEM or MODEL marks untrusted content."""

    role: str  # "system" | "user" | "assistant" | "tool"
    text: str
    pictures: tuple[Picture, ...] = ()
    origin: Origin = Origin.USER
    calls: tuple[ToolCall, ...] = ()
    """What an assistant's message asks for, behind its text."""
    answers: str = ""
    """The id of the call that a tool's message answers."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a language model is asked. Equal leading messages are equal bytes, so the engine's cache can keep them."""

    messages: tuple[Message, ...]
    max_tokens: int = 512
    temperature: float = 0.7
    seed: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: dict[str, Any] | None = None
    tools: tuple[Tool, ...] = ()
    """What the model may ask for. An engine whose model cannot leaves them out."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts and seconds of one completion, as the engine reported them; 0 where it did not."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    prompt_seconds: float = 0.0
    completion_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelDelta:
    """A piece of a streamed completion. The last one carries `finish_reason`, usually `usage`, and any `calls`."""

    text: str
    finish_reason: str | None = None  # "stop" | "length" | "cancelled"
    usage: Usage | None = None
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """What a loaded language model can do; asked once, then trusted."""

    name: str
    context_tokens: int
    sees_pictures: bool = False
    runs_on: str = "cpu"
