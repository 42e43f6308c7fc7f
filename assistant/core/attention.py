"""The ways to talk, as one table: typing, the talk key, a spoken name, the open microphone.

The conversation's own table says who has the floor; this one says whether a voice may ask for it at all. Pure: no
clock, no I/O, no tasks. `session/doorway.py` carries out what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto


class Attention(StrEnum):
    TYPING = "typing"
    """No microphone, no talk key."""
    MUTED = "muted"
    """The microphone is closed; the talk key opens it for as long as it is held."""
    ASLEEP = "asleep"
    """The microphone is open, but nothing counts before the name has been said."""
    AWAKE = "awake"
    """The name was said: for a while no name is needed."""
    OPEN = "open"
    """Everything said in the room is meant for the assistant."""


class Earcon(StrEnum):
    """What a short sound says."""

    LISTENING = "listening"
    TAKEN = "taken"
    """What was said is being thought about."""
    MUTED = "muted"
    ERROR = "error"


class Cue(Enum):
    TYPE = auto()
    MUTE = auto()
    WAIT_FOR_NAME = auto()
    OPEN = auto()
    KEY_PRESSED = auto()
    KEY_RELEASED = auto()
    NAME_CALLED = auto()
    """The name and nothing else."""
    NAME_AND_WORDS = auto()
    SPEECH_BEGAN = auto()
    FLOOR_FREE = auto()
    """The answer is over, or what was heard needed none."""
    LAPSED = auto()
    """Nobody said anything for a while."""


class Duty(Enum):
    OPEN_MICROPHONE = auto()
    CLOSE_MICROPHONE = auto()
    BEGIN_PUSH = auto()
    END_PUSH = auto()
    START_WINDOW = auto()
    """From now on count the time until LAPSED."""
    STOP_WINDOW = auto()
    CHIME_LISTENING = auto()
    CHIME_TAKEN = auto()
    CHIME_MUTED = auto()


Row = tuple[Attention, tuple[Duty, ...]]

_HUSH: Mapping[Cue, Row] = {
    Cue.TYPE: (Attention.TYPING, (Duty.STOP_WINDOW, Duty.CLOSE_MICROPHONE)),
    Cue.MUTE: (Attention.MUTED, (Duty.STOP_WINDOW, Duty.CLOSE_MICROPHONE, Duty.CHIME_MUTED)),
}
_UNMUTE: Mapping[Cue, Row] = {
    Cue.WAIT_FOR_NAME: (Attention.ASLEEP, (Duty.OPEN_MICROPHONE, Duty.CHIME_LISTENING)),
    Cue.OPEN: (Attention.OPEN, (Duty.OPEN_MICROPHONE, Duty.CHIME_LISTENING)),
}

TABLE: Mapping[Attention, Mapping[Cue, Row]] = {
    Attention.TYPING: {**_UNMUTE, Cue.MUTE: (Attention.MUTED, ())},
    Attention.MUTED: {
        **_UNMUTE,
        Cue.TYPE: (Attention.TYPING, (Duty.CLOSE_MICROPHONE,)),  # the key may be down
        Cue.KEY_PRESSED: (Attention.MUTED, (Duty.BEGIN_PUSH,)),
        Cue.KEY_RELEASED: (Attention.MUTED, (Duty.END_PUSH, Duty.CHIME_TAKEN)),
    },
    Attention.ASLEEP: {
        **_HUSH,
        Cue.OPEN: (Attention.OPEN, (Duty.CHIME_LISTENING,)),
        Cue.KEY_PRESSED: (Attention.AWAKE, (Duty.BEGIN_PUSH,)),
        Cue.NAME_CALLED: (Attention.AWAKE, (Duty.CHIME_LISTENING, Duty.START_WINDOW)),
        Cue.NAME_AND_WORDS: (Attention.AWAKE, (Duty.CHIME_TAKEN,)),
    },
    Attention.AWAKE: {
        **_HUSH,
        Cue.OPEN: (Attention.OPEN, (Duty.STOP_WINDOW,)),
        Cue.KEY_PRESSED: (Attention.AWAKE, (Duty.STOP_WINDOW, Duty.BEGIN_PUSH)),
        Cue.KEY_RELEASED: (Attention.AWAKE, (Duty.END_PUSH, Duty.CHIME_TAKEN)),
        Cue.SPEECH_BEGAN: (Attention.AWAKE, (Duty.STOP_WINDOW,)),
        Cue.FLOOR_FREE: (Attention.AWAKE, (Duty.START_WINDOW,)),
        Cue.LAPSED: (Attention.ASLEEP, ()),
    },
    Attention.OPEN: {
        **_HUSH,
        Cue.WAIT_FOR_NAME: (Attention.ASLEEP, ()),
        Cue.KEY_PRESSED: (Attention.OPEN, (Duty.BEGIN_PUSH,)),
        Cue.KEY_RELEASED: (Attention.OPEN, (Duty.END_PUSH, Duty.CHIME_TAKEN)),
    },
}


class WayToTalk:
    """The attention of the moment, and the table's answer to each cue. A cue that is not listed changes nothing."""

    def __init__(self) -> None:
        self.attention = Attention.MUTED

    def handle(self, cue: Cue) -> tuple[Duty, ...]:
        row = TABLE[self.attention].get(cue)
        if row is None:
            return ()
        self.attention, duties = row
        return duties
