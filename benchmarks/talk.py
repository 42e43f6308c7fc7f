"""`vesper bench talk`: seconds from the end of a spoken question to each stage of the spoken answer.

The question is given as an already ended utterance, so the wait that decides that the user has finished
(settings.endpoint.silence_seconds) comes on top; and with --cold the prompt's beginning has not been read.

With --live, questions are spoken into an open microphone and everything counts, from their last sound on: half of
them with an answer begun in the pause, half without.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from pathlib import Path
from typing import Any

from assistant import app
from assistant.audio.wav import read_audio
from assistant.audio.wav_device import WavSpeaker
from assistant.core.settings import Settings
from assistant.core.types import SPEECH_RATE
from assistant.llm.catalog import Catalog
from assistant.storage.paths import find_folders
from assistant.talk import Talk, TurnResult, conversations_in_memory
from benchmarks.live import QUESTIONS, LiveTalk, Turn, gain, summary
from benchmarks.live import STAGES as STAGES_OF_LIFE
from benchmarks.machine import print_json, print_table
from benchmarks.people import Kind, make_people, read_people

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("transcribe", "first_token", "first_clause", "first_audio", "first_sound")
MODEL = ("first_token_seconds", "tokens_per_second")
MODEL_ALONE = 1 + len(STAGES)  # column of the model's own time to its first token
NAN = float("nan")


async def measure(recording: Path, conversations: int, turns: int, warm: bool) -> list[list[TurnResult]]:
    """Every turn of every conversation."""
    audio = read_audio(recording, SPEECH_RATE)
    results = []
    for _ in range(conversations):
        engines = app.Engines(Settings(), find_folders(), Catalog.load())
        store = await conversations_in_memory()
        talk = Talk(engines, store, WavSpeaker())
        try:
            await talk.load(hears=True, warm=warm)
            results.append([await talk.ask_aloud(audio) for _ in range(turns)])
        finally:
            await engines.close()
            await store.close()
    return results


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench talk", description=__doc__)
    parser.add_argument("--recording", type=Path, default=ROOT / "resources" / "demo" / "question.flac")
    parser.add_argument("--conversations", type=int, default=3)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cold", action="store_true", help="the first turn reads the whole prompt")
    parser.add_argument("--live", type=int, metavar="N", help="N turns with speculation and N without")
    parser.add_argument("--mind", default="auto", help="id of the language model, with --live")
    parser.add_argument("--recordings", type=Path, help="questions (question-*.wav) in place of the synthetic ones")
    options = parser.parse_args(arguments)
    if options.live:
        return _live(options)
    results = asyncio.run(measure(options.recording, options.conversations, options.turns, not options.cold))
    rows = []
    for turn in range(options.turns):
        same = [conversation[turn] for conversation in results]
        medians = [statistics.median(result.stage_seconds.get(stage, NAN) for result in same) for stage in STAGES]
        figures = [statistics.median(result.model.get(name, NAN) for result in same) for name in MODEL]
        rows.append([turn + 1, *medians, *figures])
    result = {
        "columns": ["turn", *STAGES, "model alone", "tokens/s"],
        "rows": rows,
        "conversations": options.conversations,
        "second_to_first": rows[1][MODEL_ALONE] / rows[0][MODEL_ALONE] if len(rows) > 1 else None,
    }
    if options.json:
        print_json(result)
    else:
        print_table("Seconds since the end of the question (medians)", result["columns"], rows)
        if result["second_to_first"] is not None:
            print(
                f"the second turn's time to the model's first token is {result['second_to_first']:.0%} of the first's"
            )
    return result


def _live(options: argparse.Namespace) -> dict[str, Any]:
    turns = asyncio.run(_talk_live(options))
    result = {
        "mind": options.mind,
        "columns": ["", "turns", *STAGES_OF_LIFE, "model", "not model"],
        "rows": summary(turns),
        "gain": gain(turns),
    }
    if options.json:
        print_json(result)
    else:
        print_table(f"Seconds since the last sound of the question, {options.mind}", result["columns"], result["rows"])
        print(f"with speculation the wait is {result['gain']:.0%} shorter")
    return result


async def _talk_live(options: argparse.Namespace) -> list[Turn]:
    if options.recordings:
        clips = read_people(options.recordings)
    else:
        clips = await make_people(said={Kind.QUESTION: QUESTIONS})
    return await LiveTalk(options.mind).run(clips[Kind.QUESTION], options.live)


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
