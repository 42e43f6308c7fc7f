"""Facts that happened, past tense and frozen. The table decides on some of them; windows, logs and stores read all."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.core.types import Picture, Utterance


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""


# What the user did ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MicrophoneOpened(Event):
    device: str = ""


@dataclass(frozen=True, slots=True)
class MicrophoneClosed(Event):
    """Muted, released or lost: no more speech will come."""


@dataclass(frozen=True, slots=True)
class AttentionChanged(Event):
    """Who may speak to the assistant now."""

    attention: str
    """Value of attention.Attention."""


@dataclass(frozen=True, slots=True)
class SpeechStarted(Event):
    """The user has spoken for long enough to count as speech, not a cough."""


@dataclass(frozen=True, slots=True, eq=False)
class UtteranceEnded(Event):
    utterance: Utterance


@dataclass(frozen=True, slots=True, eq=False)
class SpeechProgressed(Event):
    """The user is still speaking: everything of the utterance so far. For the session's ears only, not published."""

    utterance: Utterance
    is_pause: bool
    """Nothing was said for a moment; it may have been the last word."""


@dataclass(frozen=True, slots=True)
class CaptionChanged(Event):
    """What the user seems to have said so far, while they speak: words that stay, and words that may still change."""

    firm: str
    faint: str = ""


@dataclass(frozen=True, slots=True)
class SpeechDiscarded(Event):
    """What had started turned out too short to be speech."""


@dataclass(frozen=True, slots=True)
class SpeechSuspected(Event):
    """The first sound that may be speech. SuspicionLifted, SpeechSampled or SpeechConfirmed follows."""


@dataclass(frozen=True, slots=True)
class SuspicionLifted(Event):
    """What may have been speech was too short for a word."""


@dataclass(frozen=True, slots=True)
class SpeechSustained(Event):
    """A stretch of speech, long enough not to be a click. Comes before the SpeechStarted it belongs to."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechSampled(Event):
    """Everything of the utterance so far, to be looked at early: the speaker drew breath, or has gone on for long."""

    utterance: Utterance
    is_pause: bool = True


@dataclass(frozen=True, slots=True)
class SpeechConfirmed(Event):
    """The user wants the floor: longer than any "mm-hm", or words that are none."""


@dataclass(frozen=True, slots=True)
class SpeechDismissed(Event):
    """The words that were heard ask for no floor. `reason` is "noise", "backchannel" or "own voice"."""

    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class TextSubmitted(Event):
    """Typed text, with any pictures attached to it. `ticket` comes back in TurnCommitted."""

    text: str
    pictures: tuple[Picture, ...] = ()
    ticket: int = 0


@dataclass(frozen=True, slots=True)
class StopRequested(Event):
    """The user wants silence now."""


@dataclass(frozen=True, slots=True)
class PictureDropped(Event):
    """A picture file to make a page from. `data` is as it came: nothing has looked inside it yet."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PictureAttached(Event):
    """A decoded picture that goes with the next turn."""

    name: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class PictureRefused(Event):
    """A picture that was to be attached cannot be used."""

    name: str
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class CameraSeen(Event):
    """What the camera sees now, small; about ten times a second while the window looks."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class PicturesDetached(Event):
    """The user took back the pictures attached to the next turn."""


# What the assistant did -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhaseChanged(Event):
    phase: str
    """Value of conversation.Phase."""


@dataclass(frozen=True, slots=True)
class TurnCommitted(Event):
    """A turn is on disk. From here on it survives a crash, and the input box may clear."""

    turn_id: int
    role: str  # "user" | "assistant"
    text: str
    ticket: int = 0
    picture_count: int = 0


@dataclass(frozen=True, slots=True)
class TurnHeld(Event):
    """The disk refuses for now: the turn is part of the conversation, but only in memory."""

    role: str
    text: str
    ticket: int = 0
    picture_count: int = 0


@dataclass(frozen=True, slots=True)
class UtteranceTranscribed(Event):
    text: str
    language: str
    decode_seconds: float


@dataclass(frozen=True, slots=True)
class NothingHeard(Event):
    """An utterance held no words: noise, music, breath."""


@dataclass(frozen=True, slots=True)
class ReplyStarted(Event):
    """The model is at work on a reply."""


@dataclass(frozen=True, slots=True)
class ReplyDelta(Event):
    """More of the reply's screen text."""

    text: str


@dataclass(frozen=True, slots=True)
class ClauseSynthesized(Event):
    """A clause is on its way to the loudspeaker: the spoken text, which is not the screen text."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ReplySounded(Event):
    """First sound of a reply reached the loudspeaker."""


@dataclass(frozen=True, slots=True)
class ReplyHeard(Event):
    """The voice has come so far: what the user has heard of the reply stands in this many characters of its text.

    None: it is only written, there is no voice to follow.
    """

    characters: int | None


@dataclass(frozen=True, slots=True)
class ReplyInterrupted(Event):
    """A reply was cut short. `heard` is the spoken text that had left the loudspeaker."""

    text: str
    heard: str = ""


@dataclass(frozen=True, slots=True)
class ToolUsed(Event):
    """The model asked for a tool and was answered. `name` is empty where there is no such tool."""

    name: str


@dataclass(frozen=True, slots=True)
class ReplyFinished(Event):
    """A reply ended by itself, and all of it was heard."""

    text: str
    stage_seconds: tuple[tuple[str, float], ...] = ()
    """Stages since the end of the user's speech: transcribe, first_token, first_clause, first_sound."""


@dataclass(frozen=True, slots=True)
class ReplyFailed(Event):
    what: str
    advice: str


# The house --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EngineStateChanged(Event):
    """An engine's state in words: "hearing" | "mind" | "voice" | "eyes" is "loading", "ready", "resting", "failed"."""

    engine: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LevelMeasured(Event):
    """Loudness for the meters, 0 to 1, at most 20 times a second."""

    microphone: float
    speaker: float


@dataclass(frozen=True, slots=True)
class DownloadProgressed(Event):
    model_id: str
    done_bytes: int
    total_bytes: int
    bytes_per_second: float

    @property
    def seconds_left(self) -> float | None:
        """None while nothing moves."""
        if self.bytes_per_second <= 0:
            return None
        return (self.total_bytes - self.done_bytes) / self.bytes_per_second


@dataclass(frozen=True, slots=True)
class NoticeShown(Event):
    """One sentence for the user outside any turn. `level` is "info", "warning" or "error"."""

    level: str
    what: str
    advice: str = ""
