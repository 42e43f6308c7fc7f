"""`vesper demo`: the main job in a terminal. A question is heard, answered and spoken; a sketch becomes a page."""

from __future__ import annotations

import argparse
import sys
import time
from difflib import SequenceMatcher
from pathlib import Path

from assistant import app, commands
from assistant.audio.wav import write_wav
from assistant.audio.wav_device import WavSpeaker
from assistant.talk import Talk, conversations_in_memory, show

EXAMPLES = Path(__file__).resolve().parents[1] / "resources" / "demo"


async def run_demo(engines: app.Engines, out: Path) -> int:
    """Writes answer.wav, page.html and page.png into `out` and checks the answer by listening to it."""
    began = time.monotonic()
    store = await conversations_in_memory()
    speaker = WavSpeaker(in_real_time=False)
    talk = Talk(engines, store, speaker)
    try:
        _say("Loading the models …")
        await talk.load(hears=True)
        _say(f"Ready after {time.monotonic() - began:.1f} s.\n\n1. A question, spoken by a person:")
        result = await talk.ask_aloud(EXAMPLES / "question.flac")
        show(result, as_json=False)
        answer = speaker.recording()
        write_wav(out / "answer.wav", [answer])
        again = await engines.hearing.get().transcribe(answer)
        likeness = SequenceMatcher(None, _letters(str(result["answer"])), _letters(again.text)).ratio()
        _say(f"Whisper hears in answer.wav: {again.text}\n({likeness:.0%} of the letters agree)")
    finally:
        await store.close()
    _say("\n2. A photographed pencil sketch:")
    options = argparse.Namespace(
        image=EXAMPLES / "sketch.jpg",
        out=out / "page.html",
        screenshot=out / "page.png",
        elements=None,
        no_model=False,
        json=False,
    )
    await commands.make_page(engines, options)
    _say(f"\nAll of it took {time.monotonic() - began:.1f} s. The files are in {out}.")
    return 0


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
