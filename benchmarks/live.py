"""Turns as they are in life: questions in the air, the open microphone, the session and its early start.

Everything but the sound card is the product's own, on the clock on the wall. `vesper bench talk --live` prints it.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import cycle, islice

import numpy as np

from assistant import app
from assistant.audio.listener import Listener
from assistant.audio.microphone import FRAME_SAMPLES
from assistant.audio.vad import Silero
from assistant.audio.wav_device import WavSpeaker
from assistant.core.aio import cancel_and_wait
from assistant.core.events import Event, ReplyFailed, ReplyFinished, ReplySounded, UtteranceEnded
from assistant.core.settings import AheadSettings, HearingSettings, MindSettings, Settings
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples
from assistant.llm.catalog import Catalog
from assistant.pages.page_maker import PageMaker
from assistant.session.jobs import PageJobs, PageParts
from assistant.session.session import Session
from assistant.storage.conversations import Conversations
from assistant.storage.paths import find_folders
from assistant.talk import Talk, conversations_in_memory
from benchmarks.people import Clip

ANSWER_SECONDS = 30.0
BREATH_SECONDS = 1.0  # between an answer and the next question: the model reads what was said
TURNS_TOGETHER = 4  # then another conversation is begun
QUESTIONS = (
    "What is the capital of Portugal?",
    "How do birds find their way in winter?",
    "Why is the sea salty?",
    "Can you give me an idea for dinner tonight?",
    "Who wrote the story of Sherlock Holmes?",
    "What should I pack for a weekend in the mountains?",
    "How long does it take to learn the piano?",
    "Tell me something about the moon.",
    "What is a good name for a small brown dog?",
    "How does a bicycle stay upright?",
    "Is it true that cats always land on their feet?",
    "What can I do when I cannot sleep?",
)
STAGES = ("turn_ends", "transcribe", "asked", "first_token", "first_clause", "first_sound")


class Air:
    """Implements the Microphone port: silence in which something is said now and then, at the pace of life."""

    device = "air"
    latency_seconds = 0.0

    def __init__(self) -> None:
        self._coming = np.zeros(0, np.float32)

    def say(self, samples: Samples) -> float:
        """When the last of it will have been heard, on the loop's clock."""
        self._coming = np.concatenate([self._coming, samples])
        return asyncio.get_running_loop().time() + len(self._coming) / SPEECH_RATE

    async def frames(self) -> AsyncIterator[AudioFrame]:
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        hiss = np.random.default_rng(1)
        number = 0
        while True:
            number += 1
            await asyncio.sleep(max(0.0, began_at + number * FRAME_SAMPLES / SPEECH_RATE - loop.time()))
            spoken, self._coming = self._coming[:FRAME_SAMPLES], self._coming[FRAME_SAMPLES:]
            frame = hiss.normal(0.0, 1e-4, FRAME_SAMPLES).astype(np.float32)
            frame[: len(spoken)] += spoken
            yield AudioFrame(frame, SPEECH_RATE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question. Seconds since the last sound of the question."""

    speculated: bool
    stages: dict[str, float]

    @property
    def model_seconds(self) -> float:
        """From the request to the end of the answer's first clause."""
        return self.stages["first_clause"] - self.stages["asked"]

    @property
    def other_seconds(self) -> float:
        """What the model is not to blame for: hearing, waiting, speaking."""
        return self.stages["first_sound"] - self.model_seconds


@dataclass(slots=True)
class LiveTalk:
    """A session at an open microphone; `ask` puts a question into the air and waits for the answer."""

    mind: str
    events: list[tuple[float, Event]] = field(default_factory=list)

    async def run(self, clips: list[Clip], turns: int) -> list[Turn]:
        """So many turns with early answers and as many without, in turn."""
        settings = Settings(mind=MindSettings(model=self.mind), hearing=HearingSettings(language="en"))
        engines = app.Engines(settings, find_folders(), Catalog.load())
        store = await conversations_in_memory()
        talk = Talk(engines, store, WavSpeaker(in_real_time=False))
        try:
            await talk.load(hears=True)
            return await self._converse(engines, talk, store, list(islice(cycle(clips), 2 * turns)))
        finally:
            await engines.close()
            await store.close()

    async def _converse(self, engines: app.Engines, talk: Talk, store: Conversations, clips: list[Clip]) -> list[Turn]:
        reader = app.SlotReader(engines.eyes)
        jobs = PageJobs(PageParts(reader, PageMaker(), talk.model, store), lambda event: session.post(event))
        session = Session(talk.parts, jobs, self._note, lambda: listener)
        detector, turns = Silero(app.vad_path(engines.catalog)), app.turn_detector(engines.catalog)
        listener = Listener(engines.settings.endpoint, detector, session.post, turns=turns)
        air = Air()
        tasks = [asyncio.create_task(work) for work in (session.run(), listener.run(air))]
        listener.open()
        done = []
        try:
            for number, clip in enumerate(clips):
                if number % TURNS_TOGETHER == 0:
                    await session.start_over(await store.open_conversation())
                    session.warm()
                await asyncio.sleep(BREATH_SECONDS)
                speculates = (number + number // len(QUESTIONS)) % 2 == 0
                talk.parts.settings = replace(talk.parts.settings, ahead=AheadSettings(speculation=speculates))
                turn = await self._ask(air, clip, speculates)
                done += [turn] if turn is not None else []
        finally:
            for task in reversed(tasks):
                await cancel_and_wait(task)
        return done

    def _note(self, event: Event) -> None:
        self.events.append((asyncio.get_running_loop().time(), event))

    async def _ask(self, air: Air, clip: Clip, speculates: bool) -> Turn | None:
        """None where there was no answer."""
        self.events.clear()
        ended_at = air.say(clip.samples)
        deadline = ended_at + ANSWER_SECONDS
        while not self._has(ReplyFinished | ReplyFailed) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        ends = [(at, event) for at, event in self.events if isinstance(event, UtteranceEnded)]
        finished = next((event for _, event in self.events if isinstance(event, ReplyFinished)), None)
        if not ends or finished is None or not self._has(ReplySounded):
            return None
        at, utterance = ends[-1]
        shift = utterance.utterance.ended_at - ended_at  # what the detector takes for the end is not quite it
        stages = {name: seconds + shift for name, seconds in finished.stage_seconds}
        return Turn(speculates, {"turn_ends": at - ended_at, **stages})

    def _has(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for _, event in self.events)


def summary(turns: list[Turn]) -> list[list[object]]:
    """Rows for a table: stages, the model's part and the rest, medians and 95th percentiles, off and on."""
    rows: list[list[object]] = []
    for speculated in (False, True):
        chosen = [turn for turn in turns if turn.speculated is speculated]
        figures = [[turn.stages[stage] for turn in chosen] for stage in STAGES]
        figures += [[turn.model_seconds for turn in chosen], [turn.other_seconds for turn in chosen]]
        for name, measure in (("median", statistics.median), ("95 %", _ninety_fifth)):
            label = f"speculation {'on' if speculated else 'off'}, {name}"
            rows.append([label, len(chosen), *(measure(values) if values else float("nan") for values in figures)])
    return rows


def gain(turns: list[Turn]) -> float:
    """By how much of itself the median wait is shorter with speculation."""
    medians = {
        speculated: statistics.median(t.stages["first_sound"] for t in turns if t.speculated is speculated)
        for speculated in (False, True)
    }
    return 1 - medians[True] / medians[False]


def _ninety_fifth(values: list[float]) -> float:
    return float(np.quantile(values, 0.95))
