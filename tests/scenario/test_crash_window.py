"""kill -9 from outside: whatever the window said was on disk is there afterwards, and cut replies say so."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.running_window import Fact, RunningWindow, events, stored_turns

KILLS = 10
TEXTS = [f"question {number}" for number in range(40)]
WHOLE = [(f"Answer {number}. It has a few sentences. " * 4).strip() for number in range(40)]
REPLIES = [[{"pace": 0.002}, {"say": text}] for text in WHOLE]


def talk_and_kill(data: Path, script: Path, after_facts: int) -> list[Fact]:
    """What was logged before the kill, which comes after that many events of the conversation."""
    facts: list[Fact] = []
    with RunningWindow(data, "--test-model", script, "--say", *TEXTS) as window:
        facts += window.wait_for(lambda fact: fact["event"] == "TextSubmitted")
        while len(facts) < after_facts:
            facts += window.wait_for(lambda _: True)
        window.process.kill()
        window.process.wait()
        return facts + window.new_facts()


async def test_a_killed_window_loses_no_acknowledged_turn(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(REPLIES))
    data = tmp_path / "data"
    chance = random.Random(20261122)
    acknowledged: dict[int, str] = {}
    cut = 0
    for _ in range(KILLS):
        facts = talk_and_kill(data, script, chance.randrange(10, 300))
        acknowledged |= {fact["turn_id"]: fact["text"] for fact in events(facts, "TurnCommitted")}
        (data / "test-events.jsonl").unlink()

        turns = {turn.turn_id: turn for turn in await stored_turns(data)}

        for turn_id, text in acknowledged.items():
            assert (turns[turn_id].text, turns[turn_id].interrupted) == (text, False)
        unfinished = [turn for turn_id, turn in turns.items() if turn_id not in acknowledged]
        for turn in unfinished:  # one may be on disk whole, if the kill came before that could be said
            assert turn.interrupted or turn.role == "user" or turn.text in WHOLE, turn
        cut = sum(turn.interrupted for turn in unfinished)
    assert len(acknowledged) > KILLS
    assert cut > 0
