"""How each event changes what the window shows, and the status in words.

Pure: no Qt, no clock, no I/O. Widgets paint the difference between two states and hold no rules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from assistant.core import events
from assistant.core.address import host_in
from assistant.core.attention import Attention
from assistant.core.conversation import Phase
from assistant.core.events import Event
from assistant.core.history import Turn
from assistant.gui import facts, view_pages
from assistant.gui.screen import (
    LONGEST_TRANSCRIPT,
    Download,
    EngineView,
    Microphone,
    Row,
    RowAction,
    RowKind,
    ViewState,
)
from assistant.gui.view_pages import with_notice, with_row


def reduce(state: ViewState, event: Event) -> ViewState:
    """The state after the event. An event the window does not show leaves the very same object."""
    change = _CHANGES.get(type(event))
    return state if change is None else change(state, event)


def restored(turns: tuple[Turn, ...]) -> tuple[Row, ...]:
    """Stored turns as transcript rows, keyed from 1."""
    rows = []
    for key, turn in enumerate(turns[-LONGEST_TRANSCRIPT:], start=1):
        kind = RowKind.USER if turn.role == "user" else RowKind.ASSISTANT
        detail = "Interrupted" if turn.interrupted else _pictures(len(turn.pictures))
        rows.append(Row(key, kind, turn.text, detail))
    return tuple(rows)


def _pictures(count: int) -> str:
    return "" if count == 0 else "1 picture" if count == 1 else f"{count} pictures"


HANDS_FREE = (Attention.ASLEEP, Attention.AWAKE, Attention.OPEN)


# Microphone and phase ---------------------------------------------------------------------------------------------


def _opened(state: ViewState, _: events.MicrophoneOpened) -> ViewState:
    pushed = state.microphone is Microphone.PUSHED
    return replace(state, microphone=Microphone.PUSHED if pushed else Microphone.OPEN, hint="")


def _closed(state: ViewState, _: Event) -> ViewState:
    return replace(state, microphone=Microphone.CLOSED, microphone_level=0.0)


def _attention(state: ViewState, event: events.AttentionChanged) -> ViewState:
    """Mute shows at once, before the microphone has said that it is closed."""
    attention = Attention(event.attention)
    was_open = state.attention in HANDS_FREE
    state = replace(state, attention=attention)
    if attention in HANDS_FREE or not was_open:
        return replace(state, hint="")
    return replace(_closed(state, event), hint="Muted")


def _push_began(state: ViewState, _: facts.PushBegan) -> ViewState:
    return replace(state, microphone=Microphone.PUSHED, hint="") if state.may_push else state


def _push_ended(state: ViewState, event: facts.PushEnded) -> ViewState:
    if state.microphone is not Microphone.PUSHED:
        return state
    return replace(state, microphone=Microphone.OPEN) if state.attention in HANDS_FREE else _closed(state, event)


def _levels(state: ViewState, event: events.LevelMeasured) -> ViewState:
    return replace(state, microphone_level=event.microphone, speaker_level=event.speaker)


def _phase(state: ViewState, event: events.PhaseChanged) -> ViewState:
    phase = Phase(event.phase)
    ticket = 0 if phase in (Phase.LISTENING, Phase.HEARING) else state.pending_ticket
    hint = state.hint if phase is Phase.LISTENING else ""
    transcribing = state.transcribing and phase is Phase.THINKING
    if phase is Phase.LISTENING:
        state = replace(state, caption=None)
    return replace(state, phase=phase, hint=hint, pending_ticket=ticket, transcribing=transcribing)


def _utterance_ended(state: ViewState, _: events.UtteranceEnded) -> ViewState:
    return replace(state, transcribing=True)


def _transcribed(state: ViewState, event: events.UtteranceTranscribed) -> ViewState:
    caption = replace(state.caption, text=event.text, firm=None) if state.caption else None
    return replace(state, transcribing=False, caption=caption)


def _captioned(state: ViewState, event: events.CaptionChanged) -> ViewState:
    text = f"{event.firm} {event.faint}".strip()
    if not text:
        return replace(state, caption=None)
    if state.caption is None:
        state = replace(state, caption=Row(state.next_key, RowKind.USER, ""), next_key=state.next_key + 1)
    assert state.caption is not None
    return replace(state, caption=replace(state.caption, text=text, firm=len(event.firm)))


def _nothing_heard(state: ViewState, _: events.NothingHeard) -> ViewState:
    return replace(state, hint="I heard no words", transcribing=False, caption=None)


# Turns ------------------------------------------------------------------------------------------------------------


def _submitted(state: ViewState, event: events.TextSubmitted) -> ViewState:
    return replace(state, pending_ticket=event.ticket, hint="")


def _committed(state: ViewState, event: events.TurnCommitted) -> ViewState:
    return _said(state, event, _pictures(event.picture_count)) if event.role == "user" else state


def _held(state: ViewState, event: events.TurnHeld) -> ViewState:
    """The conversation goes on without the disk; the row says so, beside the banner that says why."""
    return _said(state, event, "Not on disk when it was said") if event.role == "user" else state


def _said(state: ViewState, event: events.TurnCommitted | events.TurnHeld, detail: str) -> ViewState:
    spoken = state.caption if not event.ticket else None
    state = replace(with_row(state, Row(0, RowKind.USER, event.text, detail), spoken), caption=None)
    ticket = event.ticket or state.committed_ticket
    pending = 0 if event.ticket == state.pending_ticket else state.pending_ticket
    return replace(state, pending_ticket=pending, committed_ticket=ticket, attachments=())


def _reply_started(state: ViewState, _: events.ReplyStarted) -> ViewState:
    return replace(state, live=Row(state.next_key, RowKind.ASSISTANT, ""), next_key=state.next_key + 1)


def _reply_delta(state: ViewState, event: events.ReplyDelta) -> ViewState:
    if state.live is None:
        state = _reply_started(state, events.ReplyStarted())
    live = state.live or Row(0, RowKind.ASSISTANT, "")
    return replace(state, live=replace(live, text=live.text + event.text))


def _reply_heard(state: ViewState, event: events.ReplyHeard) -> ViewState:
    return state if state.live is None else replace(state, live=replace(state.live, firm=event.characters))


def _settle(state: ViewState, text: str, detail: str) -> ViewState:
    """Move the live reply into the transcript, under the key it was painted with. What was not heard stays faint."""
    live = state.live
    state = replace(state, live=None)
    if not text:
        return state
    if live is None:
        return with_row(state, Row(0, RowKind.ASSISTANT, text, detail))
    rows = (*state.rows, replace(live, text=text, detail=detail))
    return replace(state, rows=rows[-LONGEST_TRANSCRIPT:])


def _reply_finished(state: ViewState, event: events.ReplyFinished) -> ViewState:
    if state.live is not None:
        state = replace(state, live=replace(state.live, firm=None))
    return _settle(state, event.text, "")


def _reply_interrupted(state: ViewState, event: events.ReplyInterrupted) -> ViewState:
    heard = event.heard.strip()
    all_heard = not heard or heard == event.text.strip()
    return _settle(state, event.text, "Stopped" if all_heard else f"Interrupted after “{_tail(heard)}”")


def _tail(text: str, longest: int = 48) -> str:
    return text if len(text) <= longest else "…" + text[-longest:].lstrip()


def _reply_failed(state: ViewState, event: events.ReplyFailed) -> ViewState:
    state = _settle(state, state.live.text if state.live else "", "Cut short")
    asked = next((row.text for row in reversed(state.rows) if row.kind is RowKind.USER), "")
    action = RowAction.RETRY if asked else RowAction.NONE
    return with_row(state, Row(0, RowKind.ERROR, event.what, event.advice, action, payload=asked))


def _restored(state: ViewState, event: facts.TurnsRestored) -> ViewState:
    rows = restored(event.turns)
    moved = tuple(replace(row, key=state.next_key + index) for index, row in enumerate(rows))
    key = state.next_key + len(moved)
    return replace(state, rows=moved, live=None, hint="", next_key=key, jobs=(), shown_job=0, attachments=())


# The house --------------------------------------------------------------------------------------------------------


def _engine(state: ViewState, event: events.EngineStateChanged) -> ViewState:
    others = tuple(engine for engine in state.engines if engine.engine != event.engine)
    return replace(state, engines=(*others, EngineView(event.engine, event.state, event.detail)))


def _noticed(state: ViewState, event: events.NoticeShown) -> ViewState:
    return with_notice(state, event.level, event.what, event.advice)


def _dismissed(state: ViewState, event: facts.NoticeDismissed) -> ViewState:
    return replace(state, notices=tuple(notice for notice in state.notices if notice.key != event.key))


def _downloaded(state: ViewState, event: events.DownloadProgressed) -> ViewState:
    progress = Download(event.done_bytes, event.total_bytes, event.bytes_per_second)
    return replace(state, downloads={**state.downloads, event.model_id: progress})


def _models(state: ViewState, event: facts.ModelsListed) -> ViewState:
    """A listing follows the end of a download, however it ended; one that still runs reports again at once."""
    return replace(state, models=event.models, downloads={})


def _choices(state: ViewState, event: facts.ChoicesListed) -> ViewState:
    return replace(state, choices=event.choices)


def _sound_checked(state: ViewState, event: facts.SoundChecked) -> ViewState:
    return replace(state, sound_check=event)


def _mind_planned(state: ViewState, event: facts.MindPlanned) -> ViewState:
    return replace(state, mind_plan=event.text)


def _key_answered(state: ViewState, event: facts.KeyAnswered) -> ViewState:
    return replace(state, key_answers={**state.key_answers, event.server_url: event.text})


def _talk_key(state: ViewState, event: facts.TalkKeyAnswered) -> ViewState:
    if event.is_refused:
        state = with_notice(state, "warning", event.what, event.advice)
    return replace(state, talk_key=f"{event.what} {event.advice}".strip())


def _settings(state: ViewState, event: facts.SettingsApplied) -> ViewState:
    return replace(state, settings=event.settings)


_CHANGES: Mapping[type[Event], Callable[[ViewState, Any], ViewState]] = {
    events.AttentionChanged: _attention,
    events.MicrophoneOpened: _opened,
    events.MicrophoneClosed: _closed,
    events.LevelMeasured: _levels,
    events.PhaseChanged: _phase,
    events.UtteranceEnded: _utterance_ended,
    events.UtteranceTranscribed: _transcribed,
    events.CaptionChanged: _captioned,
    events.NothingHeard: _nothing_heard,
    events.TextSubmitted: _submitted,
    events.TurnCommitted: _committed,
    events.TurnHeld: _held,
    events.ReplyStarted: _reply_started,
    events.ReplyDelta: _reply_delta,
    events.ReplyHeard: _reply_heard,
    events.ReplyFinished: _reply_finished,
    events.ReplyInterrupted: _reply_interrupted,
    events.ReplyFailed: _reply_failed,
    events.EngineStateChanged: _engine,
    events.NoticeShown: _noticed,
    events.DownloadProgressed: _downloaded,
    facts.PushBegan: _push_began,
    facts.PushEnded: _push_ended,
    facts.NoticeDismissed: _dismissed,
    facts.ModelsListed: _models,
    facts.ChoicesListed: _choices,
    facts.SettingsApplied: _settings,
    facts.SoundChecked: _sound_checked,
    facts.MindPlanned: _mind_planned,
    facts.KeyAnswered: _key_answered,
    facts.TalkKeyAnswered: _talk_key,
    facts.TurnsRestored: _restored,
    **view_pages.CHANGES,
}


# Status in words --------------------------------------------------------------------------------------------------


class Tone(StrEnum):
    """How the status is coloured."""

    CALM = "calm"
    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Status:
    """`counts` asks the widget to add the seconds since this status began: the state itself has no clock."""

    text: str
    tone: Tone
    counts: bool = False


ENGINE_NAMES = {"hearing": "hearing", "mind": "language model", "voice": "voice", "eyes": "picture reader"}


def status(state: ViewState) -> Status:
    """What is going on, in words."""
    if state.phase is Phase.HEARING:
        return Status("I hear you", Tone.HEARING)
    if state.phase is Phase.HOLDING:
        return Status("Is that for me?", Tone.HEARING)
    if state.phase is Phase.SPEAKING:
        return Status(_speaking(state), Tone.SPEAKING)
    if state.phase is Phase.THINKING:
        return _thinking(state)
    if state.microphone is Microphone.PUSHED:
        return Status(f"Listening - let go when you are done{_sent_to(state)}", Tone.LISTENING)
    if state.hint:
        return Status(state.hint, Tone.CALM)
    return _idle(state)


def _speaking(state: ViewState) -> str:
    if state.microphone is Microphone.CLOSED:
        return "Speaking"
    if state.attention is Attention.ASLEEP:
        return f"Speaking - say “{state.settings.talk.call}” to interrupt"
    return "Speaking - you can interrupt"


def _thinking(state: ViewState) -> Status:
    if state.transcribing:
        return Status("Understanding what you said…", Tone.THINKING, counts=True)
    if _engine_in(state, "mind", "loading") or _engine_in(state, "mind", "resting"):
        return Status("Waking the language model…", Tone.THINKING, counts=True)
    writing = state.live is not None and bool(state.live.text)
    return Status("Writing…" if writing else "Thinking…", Tone.THINKING, counts=True)


def _idle(state: ViewState) -> Status:
    failed = [engine for engine in state.engines if engine.state == "failed"]
    if failed:
        return Status(f"The {ENGINE_NAMES.get(failed[0].engine, failed[0].engine)} is not working", Tone.WARNING)
    loading = [engine for engine in state.engines if engine.state == "loading"]
    if loading:
        names = " and ".join(ENGINE_NAMES.get(engine.engine, engine.engine) for engine in loading)
        return Status(f"Getting ready: {names}…", Tone.THINKING, counts=True)
    if state.microphone is Microphone.OPEN and state.attention is Attention.ASLEEP:
        return Status(f"Say “{state.settings.talk.call}” to talk", Tone.CALM)
    if state.microphone is Microphone.OPEN:
        return Status(f"Listening{_sent_to(state)}", Tone.LISTENING)
    if state.attention is Attention.TYPING:
        return Status("Ready", Tone.CALM)
    return Status(f"Ready - hold {state.settings.window.push_to_talk_key} to talk", Tone.CALM)


def _sent_to(state: ViewState) -> str:
    """Said whenever a recording leaves this computer."""
    hearing = state.settings.hearing
    return f" - what you say goes to {host_in(hearing.server_url)}" if hearing.is_elsewhere else ""


def _engine_in(state: ViewState, name: str, condition: str) -> bool:
    return any(engine.engine == name and engine.state == condition for engine in state.engines)
