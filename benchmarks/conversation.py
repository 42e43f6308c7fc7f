"""`vesper bench conversation`: dialogues in simulated rooms, with our own voice coming back into the microphone.

The method, and what the figures leave out, is in benchmarks/CONVERSATION.md.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from assistant import app
from assistant.audio.hibari import Hibari
from assistant.audio.vad import Silero
from assistant.core.ports import LanguageModel
from assistant.core.settings import Settings
from assistant.core.types import SPEECH_RATE, AudioFrame
from assistant.llm.catalog import Catalog
from assistant.llm.scripted import ScriptedModel
from assistant.storage.paths import find_folders
from assistant.talk import conversations_in_memory
from benchmarks.demonstration import DIALOGUE, Storyteller
from benchmarks.dialogue import Charged, Dialogue, Parts, Record, Repeating
from benchmarks.fast_clock import run_fast
from benchmarks.machine import print_json, print_table
from benchmarks.people import Clip, Kind, make_people, read_people
from benchmarks.rooms import Room
from benchmarks.stories import STORIES
from benchmarks.timeline import write_sound, write_timeline
from benchmarks.verdicts import Tally, figures, spoken_replies, words_beyond, words_of

RATIOS = (10, 0, -5)  # user over echo at the microphone, dB
VOICE_DECIBEL = -26.7  # hibari's root mean square: where the user's level is the same, the echo's gain is the ratio
USER_DECIBEL = -26.0
CYCLE = (Kind.INTERRUPTION, Kind.BACKCHANNEL, Kind.STOP, Kind.BACKCHANNEL, Kind.INTERRUPTION, None)
DECODE_SECONDS = 0.2  # charged for every recognition of a simulated dialogue: base on two idle cores
SITUATIONS = (
    Kind.INTERRUPTION,
    Kind.STOP,
    Kind.BACKCHANNEL,
    Kind.LAUGHTER,
    Kind.INTERRUPTION,
    Kind.STOP,
    Kind.BACKCHANNEL,
    Kind.COUGH,
)
QUICK = (Kind.INTERRUPTION, Kind.BACKCHANNEL, Kind.STOP)  # every kind at every ratio


@dataclass(frozen=True, slots=True)
class Trial:
    """One dialogue to be held."""

    ratio: int
    room: Room
    plan: tuple[Kind | None, ...]
    seed: int


def trials(options: argparse.Namespace) -> list[Trial]:
    """Rooms drawn for the seed: every ratio meets short and long delays, dry and live rooms, drift and noise."""
    draw = random.Random(options.seed)
    made = []
    for ratio in options.ratios:
        for number in range(options.dialogues):
            room = Room(
                rt60_seconds=draw.uniform(0.2, 0.5),
                delay_seconds=0.02
                + 0.28 * (number / (options.dialogues - 1) if options.dialogues > 1 else draw.random()),
                echo_decibel=USER_DECIBEL - ratio - VOICE_DECIBEL,
                drift_ppm=draw.choice((0.0, 0.0, 50.0, 100.0)),
                saturation=draw.choice((0.0, 0.5, 1.0)),
                noise_decibel=draw.uniform(-70, -50),
                seed=draw.randrange(1 << 30),
            )
            first = draw.randrange(len(CYCLE))
            plan = QUICK if options.quick else tuple(islice(cycle(CYCLE), first, first + options.turns))
            plan = SITUATIONS if options.situations else plan
            plan = (None,) * options.turns if options.alone else plan
            made.append(Trial(ratio, room, plan, draw.randrange(1 << 30)))
    return made


class Bench:
    """Engines are loaded once; every dialogue gets a session, a store's conversation and a room of its own."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        settings = Settings()
        self._engines = app.Engines(settings, find_folders(), Catalog.load())
        self._engines.voice.engine = Hibari(settings.voice.voice, settings.voice.rate, options.seed)
        voice = app.SlotVoice(self._engines.voice)
        self._voice = Repeating(voice) if options.situations or options.alone else voice
        self._turns = app.turn_detector(self._engines.catalog)

    async def run(self) -> dict[str, Any]:
        options, engines = self._options, self._engines
        started = time.monotonic()
        recorded = read_people(options.recordings) if options.recordings else {}
        people = await make_people(seed=options.seed) | recorded
        self._store = await conversations_in_memory()
        try:
            await app.warm(engines.hearing.get())
            await app.warm(engines.voice.get())
            tallies = {ratio: Tally() for ratio in options.ratios}
            for trial in trials(options):
                record = await self._hold(trial, people)
                tallies[trial.ratio].add(record)
                if not options.situations:
                    await self._check_history(record, tallies[trial.ratio])
            if options.out:
                await self._demonstrate(options.out)
        finally:
            await engines.close()
            await self._store.close()
        by_ratio = {f"{ratio:+d} dB": figures(tally) for ratio, tally in tallies.items()}
        about = {"seed": options.seed, "real_time": options.real_time, "headset": options.headset}
        return {
            **about,
            "recorded": sorted(recorded),
            "wall_seconds": round(time.monotonic() - started),
            "ratios": by_ratio,
        }

    async def _hold(self, trial: Trial, people: dict[Kind, list[Clip]]) -> Record:
        draw = random.Random(trial.seed)
        stories = [" ".join(story.split()) for story in draw.sample(STORIES, len(STORIES))]
        parts = self._parts(ScriptedModel(stories * (2 * len(trial.plan))))
        return await Dialogue(parts, trial.room, people, trial.seed).run(trial.plan)

    def _parts(self, model: LanguageModel) -> Parts:
        hearing = app.SlotTranscriber(self._engines.hearing)
        return Parts(
            hearing if self._options.real_time else Charged(hearing, DECODE_SECONDS),
            self._voice,
            model,
            self._store,
            app.SlotReader(self._engines.eyes),
            lambda: Silero(app.vad_path(self._engines.catalog)),
            self._turns,
            self._options.headset,
            typed=bool(self._options.situations or self._options.alone),
        )

    async def _check_history(self, record: Record, tally: Tally) -> None:
        """Listens to what left the loudspeaker, and looks for words of the history that are not in it."""
        for heard, sound in spoken_replies(record):
            words = words_of(heard)
            if words:
                transcript = await self._engines.hearing.get().transcribe(AudioFrame(sound, SPEECH_RATE), "en")
                tally.history_words += len(words)
                tally.words_not_heard += words_beyond(words, words_of(transcript.text))

    async def _demonstrate(self, folder: Path) -> None:
        """One dialogue as a recording (left the user, right the assistant) and as a picture."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        seed = self._options.seed
        room = Room(echo_decibel=USER_DECIBEL - VOICE_DECIBEL, seed=seed)
        people = await make_people(seed=seed)
        record = await Dialogue(self._parts(Storyteller()), room, people, seed).play(DIALOGUE)
        write_sound(record, folder / "conversation.wav")
        write_timeline(record, folder / "conversation.png")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vesper bench conversation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dialogues", type=int, default=6, help="per ratio; their delays go from 20 to 300 ms")
    parser.add_argument("--turns", type=int, default=6, help="per dialogue")
    parser.add_argument("--ratios", type=int, nargs="+", default=list(RATIOS), help="user over echo, dB")
    parser.add_argument("--recordings", type=Path, help="a folder of real voices instead of synthetic ones")
    parser.add_argument("--real-time", action="store_true", help="at the pace of life: engines take what they take")
    parser.add_argument("--headset", action="store_true", help="without the canceller, to see what it does")
    parser.add_argument("--alone", action="store_true", help="nobody says anything: hours of its own voice only")
    parser.add_argument(
        "--quick", action="store_true", help="one short dialogue of everything per ratio, for every commit"
    )
    parser.add_argument("--out", type=Path, help="folder for a recording and a timeline of one dialogue")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--situations", type=int, default=0, help="so many per ratio of what may come into an answer, and nothing else"
    )
    options = parser.parse_args(arguments)
    if options.situations:
        options.dialogues = math.ceil(options.situations / len(SITUATIONS))
    if options.quick:
        options.dialogues, options.turns = 1, len(QUICK)
    return options


def measure(options: argparse.Namespace) -> dict[str, Any]:
    work: Coroutine[Any, Any, dict[str, Any]] = Bench(options).run()
    return asyncio.run(work) if options.real_time else run_fast(work)


def run(arguments: list[str]) -> dict[str, Any]:
    options = parse(arguments)
    result = measure(options)
    if options.json:
        print_json(result)
        return result
    ratios = result["ratios"]
    names = [name for name in next(iter(ratios.values())) if name != "misheard"]
    rows = [[name.replace("_", " "), *(_cell(ratio[name]) for ratio in ratios.values())] for name in names]
    for name, ratio in ratios.items():
        print(*(f"{name}  {line}" for line in ratio["misheard"]), sep="\n")
    print_table("Simulated conversations (user over echo; seconds are median / 95th percentile)", ["", *ratios], rows)
    return result


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return " / ".join(f"{part:.3f}" for part in value)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
