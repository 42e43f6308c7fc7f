"""What the records of simulated dialogues prove: every figure of `vesper bench conversation`, from events and sound.

Times are the air's: of the user from the first sample in the air, of the assistant to the last one, so the devices'
own delays are in them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import numpy as np

from assistant.core.events import (
    Event,
    PhaseChanged,
    ReplyStarted,
    SpeechDismissed,
    SpeechSampled,
    SpeechSuspected,
    StopRequested,
    UtteranceEnded,
    UtteranceTranscribed,
)
from assistant.core.types import Samples
from assistant.session.numerals import cardinal
from benchmarks.dialogue import AFTERMATH_SECONDS, Act, Record, interruptions, phase_spans
from benchmarks.people import Kind
from benchmarks.virtual_card import BLOCK, RATE

MISSED_END_SECONDS = 2.0
NOTED_SECONDS = 4.0
LETTERS_COMPARED = 12
LETTERS_AT_END = 60  # the history must end within these last letters of what was in the air
LETTERS_ALIKE = 0.6
ROUNDING = 1e-6  # phases that change together do so at one moment of the clock
FADE_SECONDS = 0.06  # a block that was on its way, the fade, and rounding


@dataclass(slots=True)
class Tally:
    """Counts and measured seconds over any number of dialogues."""

    seconds: float = 0.0
    speaking_seconds: float = 0.0
    turns: int = 0
    self_interruptions: int = 0
    self_holds: int = 0
    """The voice paused for what was nobody, and went on."""
    cut_offs: int = 0
    missed_ends: int = 0
    first_sounds: list[float] = field(default_factory=list)
    barge_ins: int = 0
    barge_ins_found: int = 0
    silences: list[float] = field(default_factory=list)
    own_silences: list[float] = field(default_factory=list)
    """Without what the devices' buffers and the air take."""
    duckings: list[float] = field(default_factory=list)
    own_duckings: list[float] = field(default_factory=list)
    backchannels: int = 0
    false_stops: int = 0
    pauses: list[float] = field(default_factory=list)
    """Seconds of held voice for each back-channel that held it."""
    misheard: list[str] = field(default_factory=list)
    """What was not taken for what it was: what was said and what became of it."""
    others: dict[Kind, int] = field(default_factory=Counter)
    """Laughter and coughs, and how many of them stopped the voice."""
    others_stopped: dict[Kind, int] = field(default_factory=Counter)
    self_duckings: int = 0
    self_answers: int = 0
    """Turns that nobody took."""
    stops: int = 0
    stops_obeyed: int = 0
    stop_silences: list[float] = field(default_factory=list)
    words: dict[Kind, int] = field(default_factory=Counter)
    word_errors: dict[Kind, int] = field(default_factory=Counter)
    echo_cpu_seconds: float = 0.0
    detector_cpu_seconds: float = 0.0
    total_cpu_seconds: float = 0.0
    history_words: int = 0
    words_not_heard: int = 0

    def add(self, record: Record) -> None:
        self.seconds += record.seconds
        self.echo_cpu_seconds += record.echo_cpu_seconds
        self.detector_cpu_seconds += record.detector_cpu_seconds
        self.total_cpu_seconds += record.total_cpu_seconds
        self.speaking_seconds += sum(end - start for start, end in phase_spans(record, "speaking"))
        self.self_interruptions += sum(not _is_users(record, at) for at, _ in interruptions(record))
        self.self_duckings += sum(
            not _is_users(record, at) for at, event in record.events if isinstance(event, SpeechSuspected)
        )
        self.self_answers += sum(
            not _is_users(record, at) for at, event in record.events if isinstance(event, UtteranceTranscribed)
        )
        for at, _ in phase_spans(record, "holding"):
            if not _is_users(record, at):
                self.self_holds += 1
                self._note("nobody", record, at)
        for act in record.acts:
            kind = act.clip.kind if act.clip else None
            if kind is Kind.QUESTION:
                self._add_question(record, act)
            elif kind is Kind.INTERRUPTION:
                self._add_barge_in(record, act)
            elif kind is Kind.BACKCHANNEL:
                self._add_backchannel(record, act)
            elif kind is Kind.STOP:
                self._add_stop(record, act)
            elif kind in (Kind.LAUGHTER, Kind.COUGH):
                self.others[kind] += 1
                self.others_stopped[kind] += self._misses(record, act, _cut_at(record, act) is not None)

    def _add_question(self, record: Record, act: Act) -> None:
        self.turns += 1
        thinking = [at for at, _ in phase_spans(record, "thinking") if act.said_at < at]
        self.cut_offs += any(at < act.ended_at for at in thinking)
        ends = _times(record, UtteranceEnded, act.ended_at, act.ended_at + MISSED_END_SECONDS)
        self.missed_ends += not ends
        limit = act.ended_at + 10.0
        sound = record.driver.first_sound(act.ended_at, limit)
        if sound < limit:
            self.first_sounds.append(sound - act.ended_at)
        self._compare(record, act)

    def _add_barge_in(self, record: Record, act: Act) -> None:
        self.barge_ins += 1
        cut_at = _cut_at(record, act)
        out = record.driver.latency_seconds[1]
        suspected = _times(record, SpeechSuspected, act.said_at, act.ended_at)
        if suspected:
            ducking = suspected[0] - act.said_at + BLOCK / RATE + out
            self.duckings.append(ducking)
            self.own_duckings.append(ducking - record.room.delay_seconds)
        self._misses(record, act, cut_at is None)
        if cut_at is not None:
            self.barge_ins_found += 1
            silence = self._silence(record, act)
            self.silences.append(silence)
            self.own_silences.append(silence - record.room.delay_seconds)
            self._compare(record, act)

    def _silence(self, record: Record, act: Act) -> float:
        """From the user's first sample to the voice's last one, in a reply that was cut."""
        cut_at = _cut_at(record, act)
        assert cut_at is not None
        held = [at for at, end in phase_spans(record, "holding") if act.said_at < at <= cut_at <= end + ROUNDING]
        silent_at = (held[-1] if held else cut_at) + record.driver.latency_seconds[1] + FADE_SECONDS
        return record.driver.last_sound(act.said_at, silent_at) - act.said_at

    def _add_backchannel(self, record: Record, act: Act) -> None:
        self.backchannels += 1
        self.false_stops += self._misses(record, act, _cut_at(record, act) is not None)
        end = act.ended_at + AFTERMATH_SECONDS
        held = sum(min(end, to) - at for at, to in phase_spans(record, "holding") if act.said_at < at < end)
        if held:
            self.pauses.append(held)

    def _add_stop(self, record: Record, act: Act) -> None:
        self.stops += 1
        end = act.ended_at + AFTERMATH_SECONDS
        is_cut = _cut_at(record, act) is not None
        is_answered = bool(_times(record, ReplyStarted, act.said_at, end))
        self.stops_obeyed += not self._misses(record, act, not is_cut or is_answered)
        if is_cut:
            self.stop_silences.append(self._silence(record, act) - record.room.delay_seconds)

    def _misses(self, record: Record, act: Act, is_wrong: bool) -> bool:
        if is_wrong and act.clip is not None:
            self._note(f"{act.clip.kind} {act.clip.text!r}", record, act.said_at, act.clip.seconds)
        return is_wrong

    def _note(self, what: str, record: Record, start: float, seconds: float = 0.0) -> None:
        end = start + seconds + NOTED_SECONDS
        told = [_told(event, at - start) for at, event in record.events if start < at < end]
        place = f"{record.room.delay_seconds:.2f} s, {start - record.driver.began_at:.1f}"
        self.misheard.append(f"{what} ({place}): {' '.join(filter(None, told))}")

    def _compare(self, record: Record, act: Act) -> None:
        """The words said and the words understood."""
        assert act.clip is not None
        texts = [event.text for at, event in record.events if isinstance(event, UtteranceTranscribed)
                 and act.said_at < at < act.ended_at + 4.0]  # fmt: skip
        if texts and act.clip.text:
            said = words_of(act.clip.text)
            self.words[act.clip.kind] += len(said)
            self.word_errors[act.clip.kind] += distance(said, words_of(texts[0]))


def _told(event: Event, at: float) -> str:
    """One event in a few characters; empty where it does not matter."""
    if isinstance(event, PhaseChanged):
        return f"{at:.2f}:{event.phase}"
    if isinstance(event, SpeechDismissed):
        return f"{at:.2f}:{event.reason} {event.text!r}"
    if isinstance(event, UtteranceTranscribed):
        return f"{at:.2f}:understood {event.text!r}"
    return f"{at:.2f}:{type(event).__name__}" if isinstance(event, StopRequested | SpeechSampled) else ""


def _is_users(record: Record, at: float) -> bool:
    """Somebody has just spoken, or pressed the button."""
    return any(act.said_at <= at <= act.ended_at + AFTERMATH_SECONDS for act in record.acts)


def _cut_at(record: Record, act: Act) -> float | None:
    """When the reply was cut, if it was."""
    end = act.ended_at + AFTERMATH_SECONDS
    return next((at for at, _ in interruptions(record) if act.said_at < at < end), None)


def _times(record: Record, kind: type[Event], start: float, end: float) -> list[float]:
    return [at for at, event in record.events if isinstance(event, kind) and start <= at <= end]


def spoken_replies(record: Record) -> list[tuple[str, Samples]]:
    """Each interrupted reply: what the history says was heard, and what was in the air."""
    _, played = record.driver.air()
    thinking = [at for at, event in record.events if isinstance(event, PhaseChanged) and event.phase == "thinking"]
    replies = []
    for at, event in interruptions(record):
        start = max((begin for begin in thinking if begin < at), default=at)
        first, last = ((moment - record.driver.began_at) * RATE for moment in (start, at + 0.5))
        replies.append((event.heard, played[max(0, round(first)) : round(last)]))
    return replies


def words_beyond(heard: Sequence[str], sounded: Sequence[str]) -> int:
    """Words at the end of the history that were not in the air, as far as a recogniser can tell.

    Compared by letters, because it writes "gray" for "grey" and "300" for what was spelt out.
    """
    air = "".join(sounded)[-LETTERS_AT_END:]
    for missing in range(len(heard)):
        tail = "".join(heard[: len(heard) - missing])[-LETTERS_COMPARED:]
        windows = (air[at : at + len(tail)] for at in range(max(1, len(air) - len(tail) + 1)))
        if any(SequenceMatcher(None, tail, window).ratio() >= LETTERS_ALIKE for window in windows):
            return missing
    return len(heard)


def words_of(text: str) -> list[str]:
    """Without what recognisers do not agree on: apostrophes, hyphens, figures."""
    words = re.findall(r"\w+", text.lower().replace("'", "").replace("-", ""))
    return [part for word in words for part in (cardinal(int(word)).split() if word.isdecimal() else [word])]


def distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Words to insert, drop or change."""
    row = np.arange(len(second) + 1)
    for number, word in enumerate(first, start=1):
        before = row
        row = np.empty_like(before)
        row[0] = number
        for at, other in enumerate(second, start=1):
            row[at] = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (word != other))
    return int(row[-1])


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def spread(seconds: Sequence[float]) -> tuple[float, float] | None:
    """Median and 95th percentile."""
    if not seconds:
        return None
    return float(np.median(seconds)), float(np.percentile(seconds, 95))


def figures(tally: Tally) -> dict[str, object]:
    """The report's lines."""
    hours = tally.seconds / 3600
    return {
        "simulated_hours": round(hours, 3),
        "speaking_hours": round(tally.speaking_seconds / 3600, 3),
        "turns": tally.turns,
        "self_interruptions": tally.self_interruptions,
        "self_interruptions_per_hour": tally.self_interruptions / hours if hours else None,
        "self_holds": tally.self_holds,
        "self_duckings": tally.self_duckings,
        "self_answers": tally.self_answers,
        "barge_ins": tally.barge_ins,
        "barge_ins_found": share(tally.barge_ins_found, tally.barge_ins),
        "barge_in_to_silence_seconds": spread(tally.silences),
        "without_the_devices_seconds": spread(tally.own_silences),
        "ducking_seconds": spread(tally.duckings),
        "ducking_without_the_devices_seconds": spread(tally.own_duckings),
        "backchannels": tally.backchannels,
        "backchannel_false_stops": share(tally.false_stops, tally.backchannels),
        "backchannels_that_held": share(len(tally.pauses), tally.backchannels),
        "backchannel_pause_seconds": spread(tally.pauses),
        "stops": tally.stops,
        "stops_obeyed": share(tally.stops_obeyed, tally.stops),
        "stop_to_silence_without_the_devices_seconds": spread(tally.stop_silences),
        "laughter": tally.others[Kind.LAUGHTER],
        "laughter_false_stops": share(tally.others_stopped[Kind.LAUGHTER], tally.others[Kind.LAUGHTER]),
        "coughs": tally.others[Kind.COUGH],
        "coughs_false_stops": share(tally.others_stopped[Kind.COUGH], tally.others[Kind.COUGH]),
        "cut_offs": share(tally.cut_offs, tally.turns),
        "missed_ends": share(tally.missed_ends, tally.turns),
        "end_of_speech_to_first_sound_seconds": spread(tally.first_sounds),
        "word_error_rate": share(tally.word_errors[Kind.QUESTION], tally.words[Kind.QUESTION]),
        "word_error_rate_over_the_voice": share(tally.word_errors[Kind.INTERRUPTION], tally.words[Kind.INTERRUPTION]),
        "history_words": tally.history_words,
        "history_words_not_heard": tally.words_not_heard,
        "misheard": tally.misheard,
        "cpu_echo": tally.echo_cpu_seconds / tally.seconds if tally.seconds else None,
        "cpu_detector": tally.detector_cpu_seconds / tally.seconds if tally.seconds else None,
        "cpu_all": tally.total_cpu_seconds / tally.seconds if tally.seconds else None,
    }
