"""`vesper bench talk`: seconds from the end of a spoken question to each stage of the spoken answer.

The question is given as an already ended utterance, so the wait that decides that the user has finished
(settings.endpoint.silence_seconds) comes on top. Every conversation starts with an empty prompt cache.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from pathlib import Path
from typing import Any

from assistant import app
from assistant.audio.wav_device import WavSpeaker
from assistant.core.settings import Settings
from assistant.llm.catalog import Catalog
from assistant.storage.paths import find_folders
from assistant.talk import Talk, conversations_in_memory
from benchmarks.machine import print_json, print_table

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("transcribe", "first_token", "first_clause", "first_audio", "first_sound")


async def measure(recording: Path, conversations: int, turns: int) -> list[list[dict[str, float]]]:
    """Stage seconds of every turn of every conversation."""
    results = []
    for _ in range(conversations):
        engines = app.Engines(Settings(), find_folders(), Catalog.load())
        store = await conversations_in_memory()
        talk = Talk(engines, store, WavSpeaker())
        try:
            await talk.load(hears=True)
            stages = []
            for _ in range(turns):
                result = await talk.ask_aloud(recording)
                assert isinstance(result["stage_seconds"], dict)
                stages.append(result["stage_seconds"])
            results.append(stages)
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
    options = parser.parse_args(arguments)
    results = asyncio.run(measure(options.recording, options.conversations, options.turns))
    rows = []
    for turn in range(options.turns):
        medians = [statistics.median(stages[turn].get(stage, float("nan")) for stages in results) for stage in STAGES]
        mind = statistics.median(stages[turn]["first_token"] - stages[turn]["transcribe"] for stages in results)
        rows.append([turn + 1, *medians, mind])
    result = {
        "columns": ["turn", *STAGES, "mind_first_token"],
        "rows": rows,
        "conversations": options.conversations,
        "second_to_first": rows[1][-1] / rows[0][-1] if len(rows) > 1 else None,
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


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
