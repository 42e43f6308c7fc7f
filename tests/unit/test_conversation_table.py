"""The turn table: complete, drawn in the documents, and never stuck."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assistant.core import events
from assistant.core.conversation import TRANSITIONS, Action, Conversation, Phase, diagram

ROOT = Path(__file__).resolve().parents[2]
FREE = (Phase.LISTENING, Phase.HEARING)  # no reply is at work
TRIGGERS = sorted({kind for rows in TRANSITIONS.values() for kind in rows}, key=lambda kind: kind.__name__)


def make(kind: type[events.Event]) -> events.Event:
    """An instance without its contents: the table looks at the type only."""
    return object.__new__(kind)


def test_every_phase_has_a_row() -> None:
    assert set(TRANSITIONS) == set(Phase)


def test_the_drawn_table_is_the_real_one() -> None:
    assert diagram() in (ROOT / "ARCHITECTURE.md").read_text()


@given(st.lists(st.sampled_from(TRIGGERS)))
def test_at_most_one_reply_is_alive(kinds: list[type[events.Event]]) -> None:
    conversation = Conversation()
    alive = 0
    for kind in kinds:
        was_free = conversation.phase in FREE
        for action in conversation.handle(make(kind)):
            alive += {Action.START_REPLY: 1, Action.CANCEL_REPLY: -1}.get(action, 0)
        if kind in (events.ReplyFinished, events.ReplyFailed) and not was_free and conversation.phase in FREE:
            alive = 0
        assert 0 <= alive <= 1
        assert alive == (conversation.phase in (Phase.THINKING, Phase.SPEAKING, Phase.HOLDING))


@given(st.lists(st.sampled_from(TRIGGERS)))
def test_stop_always_frees_the_floor(kinds: list[type[events.Event]]) -> None:
    conversation = Conversation()
    for kind in kinds:
        conversation.handle(make(kind))
    conversation.handle(events.StopRequested())
    assert conversation.phase is Phase.LISTENING


@given(st.sampled_from(list(Phase)), st.sampled_from(TRIGGERS))
def test_an_event_that_is_not_listed_changes_nothing(phase: Phase, kind: type[events.Event]) -> None:
    conversation = Conversation()
    conversation.phase = phase
    actions = conversation.handle(make(kind))
    if kind not in TRANSITIONS[phase]:
        assert actions == ()
        assert conversation.phase is phase
