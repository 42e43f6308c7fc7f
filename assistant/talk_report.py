"""What `vesper talk` prints: the turns as they come, and one table of what each stage took."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from assistant.talk import TurnResult

COLUMNS = 78
STAGES = {
    "transcribe": "question written down",
    "first_token": "first word of the answer",
    "first_clause": "first clause complete",
    "first_audio": "its sound made",
    "first_sound": "first sound heard",
}
MODEL_ALONE = "the model alone"


def show_turn(number: int, recording: Path, result: TurnResult, as_json: bool) -> None:
    if as_json:
        line = {"turn": number, "file": str(recording), **result.as_json()}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    elif result.nothing_heard:
        sys.stdout.write(f"I heard no words in {recording.name}.\n")
    else:
        for name, text in (("You", result.question), ("Vesper", result.answer)):
            sys.stdout.write(_paragraphs(name, text))
    sys.stdout.flush()


def show_table(results: Sequence[TurnResult]) -> None:
    """Seconds of each stage, a column for each turn in which something was said."""
    turns = [(number, result) for number, result in enumerate(results, start=1) if result.stage_seconds]
    if not turns:
        return
    sys.stdout.write("\nseconds since the end of the question\n")
    _row("", [f"turn {number}" for number, _ in turns])
    for stage, title in STAGES.items():
        if any(stage in result.stage_seconds for _, result in turns):
            _row(title, [_seconds(result.stage_seconds.get(stage)) for _, result in turns])
    firsts = [result.model.get("first_token_seconds") for _, result in turns]
    _row("first word, " + MODEL_ALONE, [_seconds(first) for first in firsts])
    speeds = [result.model.get("tokens_per_second") for _, result in turns]
    if any(speeds):
        _row("tokens per second", [f"{speed:.1f}" if speed else "" for speed in speeds])
    if len(firsts) > 1 and firsts[0] and firsts[1]:
        sys.stdout.write(
            f"In the second turn {MODEL_ALONE} takes {firsts[1] / firsts[0]:.0%} of the first turn's time to its\n"
            "first word, because it remembers the conversation so far.\n"
        )


def _row(title: str, cells: Sequence[str]) -> None:
    sys.stdout.write(f"  {title:<30}" + "".join(f"{cell:>9}" for cell in cells) + "\n")


def _seconds(value: float | int | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _paragraphs(name: str, text: str) -> str:
    """The text after a name, wrapped; its own line breaks stay."""
    lead = f"{name + ':':<8}"
    lines = [
        textwrap.fill(line, COLUMNS, initial_indent=" " * 8, subsequent_indent=" " * 8, break_long_words=False)
        for line in text.strip().splitlines() or [""]
    ]
    return lead + "\n".join(lines)[8:] + "\n"
