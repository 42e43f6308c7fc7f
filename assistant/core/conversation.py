"""Who has the floor. This table is the only place that decides; `session/` carries out what it says.

Pure: no clock, no I/O, no tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto

from assistant.core.events import (
    Event,
    MicrophoneClosed,
    ReplyFailed,
    ReplyFinished,
    ReplySounded,
    SpeechConfirmed,
    SpeechDiscarded,
    SpeechDismissed,
    SpeechSampled,
    SpeechStarted,
    SpeechSuspected,
    SpeechSustained,
    StopRequested,
    SuspicionLifted,
    TextSubmitted,
    UtteranceEnded,
)


class Phase(StrEnum):
    """LISTENING means the floor is free, whether or not a microphone is open."""

    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"
    HOLDING = "holding"
    """In the middle of a word, until it is clear whether the user wants the floor."""


class Action(Enum):
    CANCEL_REPLY = auto()
    """Silence the loudspeaker first, then cancel the reply; keep what was heard."""
    DROP_SPEECH = auto()
    """Forget the speech heard so far."""
    START_REPLY = auto()
    """Answer the event that led here."""
    LOWER_VOICE = auto()
    HOLD_VOICE = auto()
    RESUME_VOICE = auto()
    """Go on where the voice was held, as loud as before."""
    AWAIT_WORDS = auto()
    """There is more to come: what was said so far does not yet let the voice go on."""
    WEIGH_SPEECH = auto()
    """Find out what was said; SpeechConfirmed, SpeechDismissed or StopRequested follows."""


Row = tuple[Phase, tuple[Action, ...]]

TRANSITIONS: Mapping[Phase, Mapping[type[Event], Row]] = {
    Phase.LISTENING: {
        SpeechStarted: (Phase.HEARING, ()),
        TextSubmitted: (Phase.THINKING, (Action.START_REPLY,)),
    },
    Phase.HEARING: {
        UtteranceEnded: (Phase.THINKING, (Action.START_REPLY,)),
        SpeechDiscarded: (Phase.LISTENING, ()),
        MicrophoneClosed: (Phase.LISTENING, (Action.DROP_SPEECH,)),
        StopRequested: (Phase.LISTENING, (Action.DROP_SPEECH,)),
        TextSubmitted: (Phase.THINKING, (Action.DROP_SPEECH, Action.START_REPLY)),
    },
    Phase.THINKING: {
        ReplySounded: (Phase.SPEAKING, ()),
        ReplyFinished: (Phase.LISTENING, ()),
        ReplyFailed: (Phase.LISTENING, ()),
        SpeechStarted: (Phase.HEARING, (Action.CANCEL_REPLY,)),  # the user went on talking
        StopRequested: (Phase.LISTENING, (Action.CANCEL_REPLY,)),
        TextSubmitted: (Phase.THINKING, (Action.CANCEL_REPLY, Action.START_REPLY)),
    },
    Phase.SPEAKING: {
        ReplyFinished: (Phase.LISTENING, ()),
        ReplyFailed: (Phase.LISTENING, ()),
        SpeechSuspected: (Phase.SPEAKING, (Action.LOWER_VOICE,)),
        SuspicionLifted: (Phase.SPEAKING, (Action.RESUME_VOICE,)),
        SpeechSustained: (Phase.HOLDING, (Action.HOLD_VOICE,)),
        SpeechSampled: (Phase.HOLDING, (Action.HOLD_VOICE, Action.WEIGH_SPEECH)),
        SpeechConfirmed: (Phase.HEARING, (Action.CANCEL_REPLY,)),
        SpeechStarted: (Phase.HEARING, (Action.CANCEL_REPLY,)),  # the talk key: no doubt about that
        StopRequested: (Phase.LISTENING, (Action.CANCEL_REPLY,)),
        TextSubmitted: (Phase.THINKING, (Action.CANCEL_REPLY, Action.START_REPLY)),
    },
    Phase.HOLDING: {
        SpeechSuspected: (Phase.HOLDING, (Action.AWAIT_WORDS,)),
        SpeechStarted: (Phase.HOLDING, (Action.AWAIT_WORDS,)),
        SuspicionLifted: (Phase.HOLDING, (Action.WEIGH_SPEECH,)),
        SpeechSampled: (Phase.HOLDING, (Action.WEIGH_SPEECH,)),
        UtteranceEnded: (Phase.HOLDING, (Action.WEIGH_SPEECH,)),
        SpeechConfirmed: (Phase.HEARING, (Action.CANCEL_REPLY,)),  # barge-in
        SpeechDismissed: (Phase.SPEAKING, (Action.RESUME_VOICE,)),
        SpeechDiscarded: (Phase.SPEAKING, (Action.RESUME_VOICE,)),
        MicrophoneClosed: (Phase.SPEAKING, (Action.DROP_SPEECH, Action.RESUME_VOICE)),
        ReplyFinished: (Phase.HEARING, (Action.RESUME_VOICE,)),  # the loudspeaker went away under it
        ReplyFailed: (Phase.HEARING, (Action.RESUME_VOICE,)),
        StopRequested: (Phase.LISTENING, (Action.CANCEL_REPLY, Action.DROP_SPEECH)),
        TextSubmitted: (Phase.THINKING, (Action.CANCEL_REPLY, Action.DROP_SPEECH, Action.START_REPLY)),
    },
}


class Conversation:
    """The current phase, and the table's answer to each event. An event a phase does not list changes nothing."""

    def __init__(self) -> None:
        self.phase = Phase.LISTENING

    def handle(self, event: Event) -> tuple[Action, ...]:
        row = TRANSITIONS[self.phase].get(type(event))
        if row is None:
            return ()
        self.phase, actions = row
        return actions


def diagram() -> str:
    """The table as a Mermaid state diagram, for ARCHITECTURE.md."""
    lines = ["stateDiagram-v2", f"    [*] --> {Phase.LISTENING}"]
    for phase, rows in TRANSITIONS.items():
        for event, (target, actions) in rows.items():
            doing = " / " + ", ".join(action.name.lower() for action in actions) if actions else ""
            lines.append(f"    {phase} --> {target}: {event.__name__}{doing}")
    return "\n".join(lines)
