"""`vesper bench asr`: word error rate and real-time factor over recordings with known words.

Give recordings as JSON lines ({"file": ..., "text": ...}; paths are relative to that file); default: tests/data/speech.
Words are compared as Whisper's authors do: without case and punctuation, numbers as digits, contractions opened.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jiwer

from assistant.audio.wav import read_audio
from assistant.core.ports import Transcriber
from assistant.core.types import SPEECH_RATE
from assistant.llm.catalog import Catalog
from benchmarks.machine import print_json, print_table

MANIFEST = Path(__file__).parent.parent / "tests" / "data" / "speech" / "manifest.jsonl"
ENGINES = ("faster-whisper", "openai-whisper")


def read_manifest(path: Path) -> list[tuple[Path, str]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(path.parent / line["file"], line["text"]) for line in lines]


def normalizer() -> Callable[[str], str]:
    """Whisper's own where openai-whisper is installed, else case and punctuation only."""
    try:
        from whisper.normalizers import EnglishTextNormalizer
    except ImportError:
        return lambda text: " ".join(re.findall(r"[\w']+", text.lower()))
    return EnglishTextNormalizer()  # type: ignore[no-any-return]  # the library has no types


def make(engine: str, model: str) -> Transcriber:
    folder = Catalog.load().folder(model)
    if engine == "openai-whisper":
        from assistant.audio.whisper_torch import OpenAIWhisper

        return OpenAIWhisper(folder)
    from assistant.audio.whisper_ct2 import FasterWhisper

    return FasterWhisper(folder)


async def measure(transcriber: Transcriber, recordings: list[tuple[Path, str]], language: str) -> dict[str, Any]:
    normalize = normalizer()
    said: list[str] = []
    heard: list[str] = []
    audio_seconds = decode_seconds = 0.0
    processor_seconds = time.process_time()
    for path, text in recordings:
        transcript = await transcriber.transcribe(read_audio(path, SPEECH_RATE), language)
        audio_seconds += transcript.audio_seconds
        decode_seconds += transcript.decode_seconds
        said.append(normalize(text))
        heard.append(normalize(transcript.text))
    processor_seconds = time.process_time() - processor_seconds
    wrong = [(path.name, a, b) for (path, _), a, b in zip(recordings, said, heard, strict=True) if a != b]
    return {
        "files": len(recordings),
        "audio_seconds": round(audio_seconds, 1),
        "wer_percent": round(100 * jiwer.wer(said, heard), 2),
        "real_time_factor": round(decode_seconds / audio_seconds, 4),
        "processor_factor": round(processor_seconds / audio_seconds, 4),
        "wrong": wrong,
    }


async def measure_engine(
    engine: str, options: argparse.Namespace, recordings: list[tuple[Path, str]]
) -> dict[str, Any]:
    transcriber = make(engine, options.model)
    started = time.perf_counter()
    await transcriber.transcribe(read_audio(recordings[0][0], SPEECH_RATE), options.language)  # loads and warms up
    loaded = time.perf_counter() - started
    result = await measure(transcriber, recordings, options.language)
    return {"load_seconds": round(loaded, 2), **result}


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench asr", description=__doc__)
    parser.add_argument("manifest", type=Path, nargs="?", default=MANIFEST)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="default: faster-whisper")
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--language", default="", help="ISO 639-1 code; detected when left out")
    parser.add_argument("--wrong", action="store_true", help="print what was heard wrongly")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    recordings = read_manifest(options.manifest)
    engines = options.engine or ["faster-whisper"]
    results = {engine: asyncio.run(measure_engine(engine, options, recordings)) for engine in engines}
    if options.json:
        print_json({"asr": results})
        return results
    if options.wrong:
        for engine in engines:
            for name, said, heard in results[engine]["wrong"]:
                print(f"{engine} {name}: {said} | {heard}")
    columns = ("files", "audio_seconds", "wer_percent", "real_time_factor", "processor_factor", "load_seconds")
    titles = ("engine", "files", "audio s", "WER %", "RTF", "CPU s per s", "load s")
    print_table("Speech recognition", titles, [[engine, *(results[engine][c] for c in columns)] for engine in engines])
    return results


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
