"""`vesper bench idle`: what an open microphone costs while nobody speaks, and what a speaking voice adds.

The sound card, the echo canceller and the listener are the window's own, on this machine's devices; the room should
be quiet. The figures are shares of one core, by thread, per second of sound that came in, so that a machine which was
held for a while does not look idle.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import psutil

from assistant import app
from assistant.audio.echo import EchoSafeMicrophone
from assistant.audio.listener import Listener
from assistant.audio.sound_card import SoundCard
from assistant.audio.vad import Silero
from assistant.core.aio import cancel_and_wait
from assistant.core.errors import DeviceError
from assistant.core.events import Event, SpeechStarted
from assistant.core.ports import Microphone
from assistant.core.settings import Settings
from assistant.core.types import AudioFrame
from assistant.llm.catalog import Catalog
from assistant.storage.paths import find_folders
from benchmarks.machine import print_json, print_table
from benchmarks.stories import STORIES

START_SECONDS = 5.0  # until blocks flow: a virtual microphone's first one takes 1.4 s
SETTLE_SECONDS = 6.0  # of silence, after which the echo canceller rests and the microphone is looked at less often
SOUND_CARD = "sound card"  # threads that are not ours: PortAudio's, and those of the sound server's client


@dataclass(slots=True)
class Counted:
    """Implements the Microphone port around another one, and counts the seconds that came in."""

    source: Microphone
    seconds: float = 0.0

    @property
    def device(self) -> str:
        return self.source.device

    @property
    def latency_seconds(self) -> float:
        return self.source.latency_seconds

    async def frames(self) -> AsyncIterator[AudioFrame]:
        async for frame in self.source.frames():
            self.seconds += frame.seconds
            yield frame


async def measure(seconds: float) -> dict[str, Any]:
    """Raises DeviceError where there is no microphone to listen to."""
    engines = app.Engines(Settings(), find_folders(), Catalog.load())
    card = SoundCard(engines.settings.audio, _ignore)
    microphone = Counted(EchoSafeMicrophone(card, engines.settings.audio, _ignore))
    heard: list[Event] = []
    detector, turns = Silero(app.vad_path(engines.catalog)), app.turn_detector(engines.catalog)
    listener = Listener(
        engines.settings.endpoint, detector, heard.append, lambda: card.speaker.queued_seconds > 0, turns
    )
    tasks = [asyncio.create_task(work) for work in (card.run(), listener.run(microphone))]
    listener.open()
    try:
        await asyncio.sleep(START_SECONDS)
        if not microphone.seconds:
            raise DeviceError("No sound comes from the microphone.", "Plug one in and try again.")
        device = card.microphone.device
        await asyncio.sleep(SETTLE_SECONDS)
        heard.clear()
        idle = await _costs(microphone, seconds)
        interruptions = sum(isinstance(event, SpeechStarted) for event in heard)
        await app.warm(engines.voice.get())
        reading = asyncio.create_task(_read_aloud(engines, card))
        await asyncio.sleep(SETTLE_SECONDS)
        speaking = await _costs(microphone, seconds)
        await cancel_and_wait(reading)
    finally:
        for task in reversed(tasks):
            await cancel_and_wait(task)
        await engines.close()
    return {"device": device, "idle": idle, "speaking": speaking, "heard_while_idle": interruptions}


async def _costs(microphone: Counted, seconds: float) -> dict[str, float]:
    """Share of a core that each kind of thread took while so much sound came in, and their sum."""
    before, began = _thread_seconds(), microphone.seconds
    while microphone.seconds < began + seconds:  # noqa: ASYNC110 - a clock to read, nothing to wait on
        await asyncio.sleep(0.5)
    taken, after = microphone.seconds - began, _thread_seconds()
    shares = {name: (after[name] - before[name]) / taken for name in sorted(after)}
    return {"all": sum(shares.values()), **{name: share for name, share in shares.items() if share > 0}}


def _thread_seconds() -> Counter[str]:
    names = {thread.native_id: thread.name.rsplit("_", 1)[0] for thread in threading.enumerate()}
    spent: Counter[str] = Counter()
    for thread in psutil.Process().threads():
        spent[names.get(thread.id, SOUND_CARD)] += thread.user_time + thread.system_time
    return spent


async def _read_aloud(engines: app.Engines, card: SoundCard) -> None:
    voice = engines.voice.get()
    while True:
        for sentence in " ".join(STORIES).split(". "):
            async for frame in voice.synthesize(sentence):
                await card.speaker.play(frame)
            while card.speaker.queued_seconds > 1.0:  # noqa: ASYNC110 - the card wakes nobody
                await asyncio.sleep(0.2)


def _ignore(event: Event) -> None:
    """Levels and notices: there is no window."""


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench idle", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of sound, for each of the two figures")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    result = asyncio.run(measure(options.seconds))
    if options.json:
        print_json(result)
        return result
    names = list(dict.fromkeys([*result["idle"], *result["speaking"]]))
    rows = [[name, *(100 * result[state].get(name, 0.0) for state in ("idle", "speaking"))] for name in names]
    print_table(f"Per cent of one core, microphone “{result['device']}”", ["thread", "idle", "speaking"], rows)
    if result["heard_while_idle"]:
        print(f"the room was not quiet: something was taken for speech {result['heard_while_idle']} times")
    return result


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
