"""`vesper bench together`: all engines on one machine, from an ended utterance to the first sound of the answer.

A recorded question about a picture goes through Whisper, a vision-language model in its worker process and the voice,
as in a conversation. The model is yours with `--folder`; else its weights are random, tiny by default or of a real
model's size with `--true-size`. What random weights write is no language, so the model's tokens are counted and timed
as they come, and a fixed answer's words take their places.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import app
from assistant.audio.compute import DEVICES, place_for
from assistant.audio.wav import read_audio
from assistant.audio.wav_device import WavSpeaker
from assistant.core.history import Turn
from assistant.core.ports import LanguageModel
from assistant.core.settings import HearingSettings, MindSettings, Settings, VoiceSettings
from assistant.core.types import SPEECH_RATE, ChatRequest, Message, ModelDelta, ModelTraits, Origin, Picture
from assistant.llm.catalog import Catalog
from assistant.llm.decoding import DECODINGS
from assistant.llm.transformers_model import TransformersModel
from assistant.storage.paths import find_folders
from assistant.talk import Talk, TurnResult, conversations_in_memory
from benchmarks.machine import print_json, print_table
from benchmarks.results import keep
from benchmarks.vlm import PICTURE, TINY_PICTURE, device_name, stop_writing
from tests.pictures import noise
from tests.tiny_minds import make_mind, make_true_size

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("transcribe", "asked", "first_token", "first_clause", "first_audio")
ANSWER = "The page has a header, a picture in the middle, and two buttons under it."
TURNS = 3  # of one conversation: the first reads the picture, the others find it read


@dataclass(frozen=True, slots=True)
class WordsOver:
    """A LanguageModel: a real one at work, a word of a fixed answer for each piece that it writes."""

    model: LanguageModel

    async def traits(self) -> ModelTraits:
        return await self.model.traits()

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        words = iter(ANSWER.split())
        deltas = self.model.stream(replace(request, max_tokens=2 * len(ANSWER.split()), stop=()))
        assert isinstance(deltas, AsyncGenerator)
        async with aclosing(deltas):
            async for delta in deltas:
                word = next(words, "")
                yield replace(delta, text=f"{word} " if word else "")
        yield ModelDelta(" ".join(words))

    async def prefill(self, request: ChatRequest) -> None:
        await self.model.prefill(request)

    async def count_tokens(self, text: str) -> int:
        return await self.model.count_tokens(text)


async def measure(settings: Settings, recording: Path, rounds: int, size: tuple[int, int]) -> dict[str, Any]:
    """Medians over the rounds, for the first turn and for those after it."""
    audio = read_audio(recording, SPEECH_RATE)
    engines = app.Engines(settings, find_folders(), Catalog.load())
    store = await conversations_in_memory()
    talk = Talk(engines, store, WavSpeaker())
    talk.parts.model = WordsOver(talk.model)
    turns: list[list[TurnResult]] = []
    try:
        await talk.load(hears=True)
        for number in range(rounds + 1):
            talk.parts.history.clear()
            shown = Picture(noise(number, *size), *size)
            talk.parts.history.add(Turn("user", f"Look at drawing {number}.", (shown,), Origin.USER))
            talk.parts.history.add(Turn("assistant", "I see it.", (), Origin.MODEL))
            turns.append([await talk.ask_aloud(audio) for _ in range(TURNS)])
        runs_on = (await talk.model.traits()).runs_on
        mind = engines.mind.get()
        assert isinstance(mind, TransformersModel)
        story = ChatRequest((Message("user", "A story."),), max_tokens=4000)
        stops = [seconds for _ in turns if (seconds := await stop_writing(mind, story)) is not None]
        places = {
            name: getattr(slot.get(), "runs_on", "")
            for name, slot in (("hearing_on", engines.hearing), ("voice_on", engines.voice))
        }
    finally:
        await engines.close()
        await store.close()
    measured = turns[1:]  # the first round pays for what libraries put off
    return {
        "device": device_name(runs_on),
        "runs_on": runs_on,
        "decoding": mind.loaded["decoding"],
        "hearing": app.hearing_engine(settings.hearing),
        "hearing_on": places["hearing_on"],
        "voice": settings.voice.engine,
        "voice_on": places["voice_on"] or "the processor",
        "stop_seconds": statistics.median(stops) if stops else float("nan"),
        "first_turn": _medians([conversation[0] for conversation in measured]),
        "later_turns": _medians([turn for conversation in measured for turn in conversation[1:]]),
    }


def _voice(engine: str, device: str) -> VoiceSettings:
    """Kokoro by itself only where onnxruntime has a card for it and its files are here."""
    if engine == "auto":
        on_card = place_for("kokoro", device).kind == "cuda" and Catalog.load().is_present("kokoro-82m")
        engine = "kokoro" if on_card else "hibari"
    return VoiceSettings(engine=engine, device=device, voice="af_heart" if engine == "kokoro" else "heart")


def _medians(turns: list[TurnResult]) -> dict[str, float]:
    return {stage: statistics.median(turn.stage_seconds[stage] for turn in turns) for stage in STAGES}


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench together", description=__doc__)
    parser.add_argument("--folder", default="", help="a model of yours, safetensors")
    parser.add_argument("--kind", default="qwen2.5-vl", help="the architecture of the tiny one")
    parser.add_argument("--true-size", action="store_true", help="random weights of Qwen2.5-VL-3B's size")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--hearing", default="auto", help="faster-whisper, openai-whisper or auto")
    parser.add_argument("--hearing-device", default="auto", choices=DEVICES)
    parser.add_argument("--voice", default="auto", help="hibari, kokoro, or auto: kokoro where it runs on a card")
    parser.add_argument("--voice-device", default="auto", choices=DEVICES)
    parser.add_argument("--decoding", default="auto", choices=DECODINGS, help="as [mind] decoding in the settings")
    parser.add_argument("--recording", type=Path, default=ROOT / "resources" / "demo" / "question.flac")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    is_tiny = not options.folder and not options.true_size
    with ExitStack() as stack:
        folder = options.folder
        if not folder:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vesper-bench-")))
            folder = str(
                make_true_size(place / "random-3b") if not is_tiny else make_mind(options.kind, place / "tiny")
            )
        mind = MindSettings(folder=folder, engine="transformers", device=options.device, decoding=options.decoding)
        hearing = HearingSettings(engine=options.hearing, language="en", device=options.hearing_device)
        settings = Settings(mind=mind, hearing=hearing, voice=_voice(options.voice, options.voice_device))
        size = TINY_PICTURE if is_tiny else PICTURE
        result = {"model": Path(folder).name, "is_tiny": is_tiny} | asyncio.run(
            measure(settings, options.recording, options.rounds, size)
        )
    keep("together", result, result["device"])
    if options.json:
        print_json({"together": result})
        return result
    rows = [
        [name.replace("_", " "), *(result[name][stage] for stage in STAGES)] for name in ("first_turn", "later_turns")
    ]
    print_table(
        f"Seconds since the end of the question, {result['model']} on {result['device'] or 'the processor'}",
        ["", *STAGES],
        rows,
    )
    print(f"Hearing: {result['hearing']} on {result['hearing_on']}. Voice: {result['voice']} on {result['voice_on']}.")
    print(f"From a stop to the model's silence: {1000 * result['stop_seconds']:.0f} ms.")
    if result["runs_on"] == "cpu":
        print("The language model ran on the processor: no graphics card was used.")
    if is_tiny:
        print(
            "The language model is tiny: its share says nothing of a real one's; hearing and voice are the real ones."
        )
    return result


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
