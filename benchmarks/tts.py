"""`vesper bench tts`: how soon a voice starts and how fast it speaks; with --check, whether Whisper understands it."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.core.ports import Synthesizer
from assistant.core.types import AudioFrame
from assistant.llm.catalog import Catalog
from assistant.session.speakable import SpokenClauses
from benchmarks.machine import print_json, print_table

ENGINES = ("hibari", "kokoro")
SENTENCES = (
    "I can see your screen.",
    "Sure, I can help you with that, but first tell me what you would like to change.",
    "The meeting starts at half past ten in the large room on the second floor.",
    "That page has a heading, two buttons and a picture of a lighthouse.",
    "I am not certain, so let us look at it together.",
    "It costs 25 dollars, which is 10% less than last year.",
)


def make(engine: str) -> Synthesizer:
    if engine == "kokoro":
        from assistant.audio.kokoro import Kokoro

        return Kokoro(Catalog.load().folder("kokoro-82m"))
    from assistant.audio.hibari import Hibari

    return Hibari()


def clauses_of(text: str) -> list[str]:
    spoken = SpokenClauses()
    return [*spoken.feed(text), *spoken.finish()]


async def speak(voice: Synthesizer, sentence: str) -> tuple[list[AudioFrame], float, float]:
    """The sound, the seconds to its first frame, the seconds in all."""
    started = time.perf_counter()
    first = 0.0
    frames: list[AudioFrame] = []
    for clause in clauses_of(sentence):
        async for frame in voice.synthesize(clause):
            first = first or time.perf_counter() - started
            frames.append(frame)
    return frames, first, time.perf_counter() - started


async def measure(engine: str, sentences: Sequence[str], check: bool) -> dict[str, Any]:
    voice = make(engine)
    started = time.perf_counter()
    await speak(voice, "Hello.")
    loaded = time.perf_counter() - started
    sounds, firsts, totals = [], [], []
    for sentence in sentences:
        frames, first, total = await speak(voice, sentence)
        sounds.append(AudioFrame(np.concatenate([frame.samples for frame in frames]), frames[0].sample_rate))
        firsts.append(first)
        totals.append(total)
    result: dict[str, Any] = {
        "load_seconds": round(loaded, 3),
        "first_sound_seconds": round(statistics.median(firsts), 3),
        "real_time_factor": round(sum(totals) / sum(sound.seconds for sound in sounds), 4),
    }
    if check:
        result["wer_percent"] = await understood(sounds, sentences)
    return result


async def understood(sounds: Sequence[AudioFrame], sentences: Sequence[str]) -> float:
    import jiwer

    from benchmarks.asr import make as make_transcriber
    from benchmarks.asr import normalizer

    whisper, normalize = make_transcriber("faster-whisper", "whisper-base"), normalizer()
    heard = [normalize((await whisper.transcribe(sound, "en")).text) for sound in sounds]
    return round(100 * jiwer.wer([normalize(sentence) for sentence in sentences], heard), 2)


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench tts", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="default: hibari")
    parser.add_argument("--check", action="store_true", help="let Whisper write down what it hears")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    engines = options.engine or ["hibari"]
    results = {engine: asyncio.run(measure(engine, SENTENCES, options.check)) for engine in engines}
    if options.json:
        print_json({"tts": results})
        return results
    columns = ["load_seconds", "first_sound_seconds", "real_time_factor", *(["wer_percent"] if options.check else [])]
    titles = ["voice", "load s", "first sound s", "RTF", *(["WER %"] if options.check else [])]
    print_table("Speech synthesis", titles, [[engine, *(results[engine][c] for c in columns)] for engine in engines])
    return results


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
