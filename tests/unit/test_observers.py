"""The event log tells what happened and never what was said; no disk stops the session."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.core.events import (
    LevelMeasured,
    PhaseChanged,
    ReplyFinished,
    TextSubmitted,
    TurnCommitted,
    UtteranceEnded,
)
from assistant.core.page_events import PagePainted
from assistant.core.sketch import Page
from assistant.core.types import AudioFrame, Picture, Utterance
from assistant.session import observers
from assistant.session.observers import EventLog

SECRET = "my diary says"


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_words_pictures_and_sound_are_only_counted(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "log" / "events.jsonl", lambda: 1.5)
    log(TextSubmitted(SECRET, (Picture(b"\x89PNG", 3, 4, SECRET),), ticket=7))
    log(TurnCommitted(5, "user", SECRET))
    log(PagePainted(1, Page(SECRET, f"<p>{SECRET}"), final=True))
    log(UtteranceEnded(Utterance(AudioFrame(np.zeros(160, np.float32), 16_000), 2.0)))
    log(ReplyFinished(text=SECRET, stage_seconds=(("transcribe", 0.2),)))
    log.close()

    written = lines(tmp_path / "log" / "events.jsonl")

    assert SECRET not in (tmp_path / "log" / "events.jsonl").read_text()
    assert [line["event"] for line in written] == [
        "TextSubmitted",
        "TurnCommitted",
        "PagePainted",
        "UtteranceEnded",
        "ReplyFinished",
    ]
    assert written[0]["t"] == 1.5
    assert written[0]["ticket"] == 7
    assert written[0]["text"] == {"characters": len(SECRET)}
    assert written[0]["pictures"][0]["png"] == {"bytes": 4}  # type: ignore[index]
    assert written[1]["role"] == "user"
    assert written[3]["utterance"]["audio"]["samples"] == {"samples": 160}  # type: ignore[index]
    assert written[4]["stage_seconds"] == [["transcribe", 0.2]]


def test_the_test_mode_writes_texts(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", lambda: 0.0, in_full=True)
    log(TurnCommitted(5, "user", "hello"))
    assert lines(tmp_path / "events.jsonl")[0]["text"] == "hello"


def test_records_and_events_share_the_file_and_meters_stay_out(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", lambda: 0.0)
    log.record("gate", {"tool": "web", "allowed": False, "labels": None, "odd": float("nan")})
    log(LevelMeasured(0.1, 0.2))
    log(PhaseChanged("thinking"))
    assert lines(tmp_path / "events.jsonl") == [
        {"t": 0.0, "event": "gate", "tool": "web", "allowed": False, "labels": None, "odd": "nan"},
        {"t": 0.0, "event": "PhaseChanged", "phase": "thinking"},
    ]


def test_it_takes_no_more_than_twice_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observers, "LIMIT_BYTES", 2_000)
    log = EventLog(tmp_path / "events.jsonl", lambda: 0.0)
    for number in range(500):
        log.record("tick", {"number": number})
    log.close()

    kept = sorted(path.name for path in tmp_path.iterdir())

    assert kept == ["events.jsonl", "events.jsonl.1"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4_000
    numbers = [line["number"] for name in reversed(kept) for line in lines(tmp_path / name)]
    assert numbers == list(range(500 - len(numbers), 500))


def test_a_line_cut_by_a_crash_spoils_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"t": 0, "event": "Cut')
    EventLog(path, lambda: 0.0).record("after")
    assert json.loads(path.read_text().splitlines()[1])["event"] == "after"


def test_a_disk_that_refuses_stops_nothing_and_is_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "log"
    blocked.write_text("a file where the folder should be")
    log = EventLog(blocked / "events.jsonl", lambda: 0.0)
    log.record("lost")
    blocked.unlink()
    log.record("kept")
    assert [line["event"] for line in lines(blocked / "events.jsonl")] == ["kept"]
