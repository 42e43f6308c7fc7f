"""`vesper demo`: the main job in a terminal. A question is heard, answered and spoken; a sketch becomes a page."""

from __future__ import annotations

import asyncio
import sys
import textwrap
import time
from difflib import SequenceMatcher
from pathlib import Path

import psutil

from assistant import app
from assistant.audio.wav import read_audio, write_wav
from assistant.audio.wav_device import WavSpeaker
from assistant.core.types import SPEECH_RATE
from assistant.draw import Drawing, draw, report
from assistant.talk import Talk, conversations_in_memory
from assistant.talk_report import COLUMNS, show_table, show_turn

EXAMPLES = Path(__file__).resolve().parents[1] / "resources" / "demo"
LIKE_ENOUGH = 0.8  # of the answer's letters; numbers and names may be written in other ways


async def run_demo(engines: app.Engines, out: Path) -> int:
    """Writes answer.wav, page.html and page.png into `out`. 0 only if both halves did what they should."""
    began = time.monotonic()
    say(f"Models: {models_size(engines):,.0f} MB, all on this machine.\nLoading them …")
    failures = [*await _talk(engines, out, began), *await _draw(engines, out)]
    say(f"\nAll of it took {time.monotonic() - began:.1f} s and made these files:")
    list_files(out)
    for failure in failures:
        sys.stderr.write(f"vesper: {failure}\n")
    return 1 if failures else 0


def list_files(out: Path) -> None:
    for path in (out / "answer.wav", out / "page.html", out / "page.png"):
        if path.exists():
            say(f"  {path}  {path.stat().st_size / 1000:,.0f} kB")


def models_size(engines: app.Engines) -> float:
    """Megabytes that the models this machine needs take, which is what was downloaded for them."""
    needed = engines.catalog.default_ids(psutil.virtual_memory().total)
    return sum(engines.catalog.card(model_id).bytes for model_id in needed) / 1e6


async def _talk(engines: app.Engines, out: Path, began: float) -> list[str]:
    store = await conversations_in_memory()
    speaker = WavSpeaker(in_real_time=False)
    talk = Talk(engines, store, speaker)
    try:
        await talk.load(hears=True)
        say(f"Ready after {time.monotonic() - began:.1f} s.\n\n1. A question, spoken by a person")
        question = EXAMPLES / "question.flac"
        result = await talk.ask_aloud(await asyncio.to_thread(read_audio, question, SPEECH_RATE))
        show_turn(1, question, result, as_json=False)
        show_table([result])
        answer = speaker.recording()
        if not len(answer.samples):
            return ["The question got no spoken answer."]
        write_wav(out / "answer.wav", [answer])
        again = await engines.hearing.get().transcribe(answer)
    finally:
        await store.close()
    likeness = SequenceMatcher(None, letters(result.spoken), letters(again.text), autojunk=False).ratio()
    say(f"\nListening to answer.wav, Vesper hears {likeness:.0%} of its own letters:")
    say(textwrap.indent(textwrap.fill(again.text, COLUMNS - 8), " " * 8))
    if likeness < LIKE_ENOUGH:
        return [f"Only {likeness:.0%} of the spoken answer could be heard again."]
    return []


async def _draw(engines: app.Engines, out: Path) -> list[str]:
    say("\n2. A photographed pencil sketch")
    drawn = await draw(engines, Drawing(EXAMPLES / "sketch.jpg", out / "page.html", out / "page.png"))
    report(drawn)
    failures = [f"A script of the page failed: {error}" for error in drawn.script_errors]
    if not drawn.reading.elements:
        failures.append("No element of the sketch was found.")
    if drawn.spared is not None:
        failures.append(f"The page stays as drawn. {drawn.spared}")
    return failures


def letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
