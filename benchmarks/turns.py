"""`vesper bench turns`: how long Vesper waits after the last word, and how often it would cut in while people think.

Recordings with known words are heard twice: whole, and broken off at the word boundary nearest to their middle, where
people are made to pause. A pause that is longer than the wait is a cut-off. "Fixed" is one wait for all, as long as the
usual one. Habits and caution, which grow in a conversation, are left out. The words are Whisper's, as in the window.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import app
from assistant.audio.patience import COMPLETE, Patience
from assistant.audio.smart_turn import SmartTurn
from assistant.audio.vad import FRAME_SAMPLES, Silero
from assistant.audio.wav import read_audio, resample
from assistant.core.ports import Transcriber
from assistant.core.settings import EndpointSettings
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples
from assistant.llm.catalog import Catalog
from assistant.session.turn_text import reads_complete
from benchmarks.asr import MANIFEST, make, read_manifest
from benchmarks.machine import print_json, print_table

PAUSES = (0.45, 0.55, 0.7, 0.9, 1.1, 1.5)
LEAST_WORDS = 4
TURN_SECONDS = 0.2
FLOOR = 1e-4  # of the noise in a pause: digital silence is not what rooms sound like


@dataclass(frozen=True, slots=True)
class Wait:
    """After one stretch of speech."""

    seconds: float
    is_whole: bool


class Judge:
    def __init__(self, transcriber: Transcriber, turns: SmartTurn | None) -> None:
        self._transcriber = transcriber
        self._turns = turns
        self._detector = Silero()
        self._noise = np.random.default_rng(1)

    async def waits(self, recording: Samples) -> list[Wait]:
        """After the whole recording, and after its first half where it has one."""
        speech = self._without_silence(recording)
        heard = await self._transcriber.transcribe(AudioFrame(speech, SPEECH_RATE), "en")
        found = [Wait(await self._wait(speech), True)]
        if len(heard.words) >= LEAST_WORDS:
            middle = min(heard.words[1:-1], key=lambda word: abs(word.end_seconds - heard.words[-1].end_seconds / 2))
            found.append(Wait(await self._wait(speech[: round(middle.end_seconds * SPEECH_RATE)]), False))
        return found

    async def _wait(self, speech: Samples) -> float:
        silence = self._noise.normal(0, FLOOR, round(TURN_SECONDS * SPEECH_RATE)).astype(np.float32)
        audio = np.concatenate([speech, silence])
        sounds = None if self._turns is None else self._turns.probability(audio) >= COMPLETE
        heard = await self._transcriber.transcribe(AudioFrame(audio, SPEECH_RATE), "en")
        return Patience(EndpointSettings().silence_seconds).wait(sounds, reads_complete(heard.text))

    def _without_silence(self, recording: Samples) -> Samples:
        voiced = np.flatnonzero(self._detector.probabilities(recording) >= 0.35)
        if not len(voiced):
            return recording
        return recording[voiced[0] * FRAME_SAMPLES : (voiced[-1] + 1) * FRAME_SAMPLES]


async def measure(recordings: list[Path]) -> list[Wait]:
    catalog = Catalog.load()
    transcriber = make("faster-whisper", "whisper-base")
    judge = Judge(transcriber, app.turn_detector(catalog))
    waits = []
    for path in recordings:
        waits += await judge.waits(resample(read_audio(path), SPEECH_RATE).samples)
    return waits


def table(waits: list[Wait]) -> list[dict[str, object]]:
    usual = EndpointSettings().silence_seconds
    rows: list[dict[str, object]] = []
    for name, fixed in (("fixed", usual), ("by signs", None)):
        whole = sorted(fixed or wait.seconds for wait in waits if wait.is_whole)
        broken = [fixed or wait.seconds for wait in waits if not wait.is_whole]
        row: dict[str, object] = {
            "wait": name,
            "whole": len(whole),
            "median s": statistics.median(whole),
            "95 % s": whole[int(0.95 * (len(whole) - 1))],
            "broken off": len(broken),
        }
        for pause in PAUSES:
            row[f"cut at {pause} s, %"] = 100 * sum(wait < pause for wait in broken) / max(1, len(broken))
        rows.append(row)
    return rows


def run(arguments: list[str]) -> list[dict[str, object]]:
    parser = argparse.ArgumentParser(prog="vesper bench turns", description=__doc__)
    parser.add_argument("manifest", type=Path, nargs="?", default=MANIFEST)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = table(asyncio.run(measure([path for path, _ in read_manifest(options.manifest)])))
    if options.json:
        print_json({"turns": rows})
    else:
        print_table("Waits after the last word", list(rows[0]), [list(row.values()) for row in rows])
    return rows


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
