"""The table of the ways to talk: complete, never stuck, and muted means muted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.attention import TABLE, Attention, Cue, Duty, WayToTalk

CUES = st.lists(st.sampled_from(list(Cue)))


def after(cues: list[Cue]) -> tuple[WayToTalk, list[Duty]]:
    way = WayToTalk()
    done = [duty for cue in cues for duty in way.handle(cue)]
    return way, done


def test_every_attention_has_a_row() -> None:
    assert set(TABLE) == set(Attention)


@given(CUES)
def test_mute_closes_the_microphone_from_anywhere(cues: list[Cue]) -> None:
    way, done = after([*cues, Cue.MUTE])

    assert way.attention is Attention.MUTED
    opened = [duty for duty in done if duty in (Duty.OPEN_MICROPHONE, Duty.CLOSE_MICROPHONE)]
    assert not opened or opened[-1] is Duty.CLOSE_MICROPHONE


@given(CUES, st.sampled_from([Cue.OPEN, Cue.WAIT_FOR_NAME, Cue.TYPE]))
def test_every_way_can_be_taken_from_anywhere(cues: list[Cue], cue: Cue) -> None:
    way, _ = after([*cues, cue])

    wanted = {Cue.OPEN: (Attention.OPEN,), Cue.TYPE: (Attention.TYPING,)}
    assert way.attention in wanted.get(cue, (Attention.ASLEEP, Attention.AWAKE))


@given(CUES)
def test_the_microphone_is_open_exactly_while_a_voice_may_wake_it(cues: list[Cue]) -> None:
    way, done = after(cues)

    opened = [duty for duty in done if duty in (Duty.OPEN_MICROPHONE, Duty.CLOSE_MICROPHONE)]
    is_open = bool(opened) and opened[-1] is Duty.OPEN_MICROPHONE
    assert is_open == (way.attention in (Attention.ASLEEP, Attention.AWAKE, Attention.OPEN))


@given(CUES)
def test_typing_only_takes_no_key(cues: list[Cue]) -> None:
    way, _ = after([*cues, Cue.TYPE])

    assert way.handle(Cue.KEY_PRESSED) == ()


@given(CUES)
def test_asleep_never_waits_for_its_own_window(cues: list[Cue]) -> None:
    way, done = after([*cues, Cue.LAPSED])

    windows = [duty for duty in done if duty in (Duty.START_WINDOW, Duty.STOP_WINDOW)]
    if way.attention is Attention.ASLEEP and windows and windows[-1] is Duty.START_WINDOW:
        assert cues[-1:] != [Cue.FLOOR_FREE] or Cue.LAPSED not in TABLE[Attention.ASLEEP]
