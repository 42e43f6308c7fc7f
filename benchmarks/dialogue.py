"""One simulated dialogue: the real card, canceller, listener and session; a virtual room; people who keep to a plan."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field

from assistant.audio.echo import Canceller, EchoCanceller, EchoSafeMicrophone
from assistant.audio.listener import Detector, Listener, TurnDetector
from assistant.audio.sound_card import SoundCard
from assistant.core.aio import cancel_and_wait
from assistant.core.events import Event, LevelMeasured, PhaseChanged, ReplyInterrupted, StopRequested, TextSubmitted
from assistant.core.history import History
from assistant.core.ports import LanguageModel, Synthesizer, Transcriber
from assistant.core.settings import AudioSettings, EndpointSettings, Settings
from assistant.core.types import AudioFrame, Samples, Transcript
from assistant.llm.prompts import PromptBuilder
from assistant.pages.page_maker import PageMaker
from assistant.session.jobs import PageJobs, PageParts
from assistant.session.reply_parts import ReplyParts
from assistant.session.session import Session
from assistant.session.voice import Voice
from assistant.storage.conversations import Conversations
from benchmarks.people import Clip, Kind
from benchmarks.rooms import Room
from benchmarks.virtual_card import RoomDriver

ANSWER_SECONDS = 15.0  # without a sound of the reply by then, the turn is given up
AFTERMATH_SECONDS = 2.5  # how long after the user's words something may still be their doing
STORY_SECONDS = 90.0


@dataclass(slots=True)
class Parts:
    """What a dialogue borrows. `make_detector` and the rest are the product's own."""

    transcriber: Transcriber
    voice: Synthesizer
    model: LanguageModel
    store: Conversations
    reader: object
    make_detector: Callable[[], Detector]
    turns: TurnDetector | None
    headset: bool = False
    """True leaves out the canceller, to see what it is for."""
    typed: bool = False
    """Questions are typed and only what comes into their answers is spoken: more of that in less time."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did: a clip in the air from `said_at` to `ended_at`, or (without one) the Stop button."""

    said_at: float
    ended_at: float
    clip: Clip | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a person says in a written dialogue: `after_seconds` of a phase that they wait for."""

    kind: Kind
    text: str
    phase: str = "listening"
    after_seconds: float = 1.0


@dataclass(slots=True)
class Record:
    """What happened, on one clock, and what the air and the microphone held meanwhile."""

    room: Room
    driver: RoomDriver
    events: list[tuple[float, Event]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    seconds: float = 0.0
    echo_cpu_seconds: float = 0.0
    detector_cpu_seconds: float = 0.0
    total_cpu_seconds: float = 0.0
    """Of the whole process without the simulated room; recognition and voice included."""


class Metered:
    """Passes on what a canceller and a detector do, and counts its processor time."""

    def __init__(self, record: Record, detector: Detector) -> None:
        self._record = record
        self._detector = detector
        self._canceller: Canceller | None = None

    def make_canceller(self) -> Canceller:
        self._canceller = EchoCanceller()
        return self

    def clean(self, heard: Samples, played: Samples) -> Samples:
        assert self._canceller is not None
        started = time.thread_time()
        cleaned = self._canceller.clean(heard, played)
        self._record.echo_cpu_seconds += time.thread_time() - started
        return cleaned

    def probability(self, frame512: Samples) -> float:
        started = time.thread_time()
        probability = self._detector.probability(frame512)
        self._record.detector_cpu_seconds += time.thread_time() - started
        return probability

    def reset(self) -> None:
        self._detector.reset()


class Charged:
    """A Transcriber that takes `seconds` of the dialogue's time, whatever it takes of ours."""

    def __init__(self, transcriber: Transcriber, seconds: float) -> None:
        self._transcriber = transcriber
        self._seconds = seconds

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        transcript = await self._transcriber.transcribe(audio, language, draft, times)
        await asyncio.sleep(self._seconds)
        return transcript


class Repeating:
    """A Synthesizer that works out every clause once: simulated hours are full of the same stories."""

    def __init__(self, voice: Synthesizer) -> None:
        self._voice = voice
        self._said: dict[str, tuple[AudioFrame, ...]] = {}

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        if clause not in self._said:
            self._said[clause] = tuple([frame async for frame in self._voice.synthesize(clause)])
        for frame in self._said[clause]:
            yield frame


class Dialogue:
    """`plan` is one entry per question: what the user does while it is answered; None lets the answer be."""

    def __init__(self, parts: Parts, room: Room, people: dict[Kind, list[Clip]], seed: int) -> None:
        self._parts = parts
        self._people = people
        self._random = random.Random(seed)
        self.record = Record(room, RoomDriver(room))
        self._session: Session
        self._listener: Listener

    async def run(self, plan: Sequence[Kind | None]) -> Record:
        return await self._hold(self._follow(plan))

    async def play(self, lines: Sequence[Line]) -> Record:
        """A dialogue that is written down, for those who want to look at one."""
        return await self._hold(self._read(lines))

    async def _hold(self, work: Coroutine[None, None, None]) -> Record:
        loop = asyncio.get_running_loop()
        cpu = time.process_time()
        tasks = [asyncio.create_task(work) for work in await self._assemble()]
        self._listener.open()
        await asyncio.sleep(1.0)
        await work
        for task in reversed(tasks):
            await cancel_and_wait(task)
        record = self.record
        record.seconds = loop.time() - record.driver.began_at
        record.total_cpu_seconds = time.process_time() - cpu - record.driver.room_seconds
        return record

    async def _assemble(self) -> list:  # type: ignore[type-arg]  # of coroutines
        parts, record = self._parts, self.record
        audio = AudioSettings(headset=parts.headset)
        loop = asyncio.get_running_loop()

        def publish(event: Event) -> None:
            if not isinstance(event, LevelMeasured):
                record.events.append((loop.time(), event))

        metered = Metered(record, parts.make_detector())
        card = SoundCard(audio, publish, lambda: record.driver, loop.time)
        microphone = EchoSafeMicrophone(card, audio, publish, metered.make_canceller)
        voice = Voice(parts.voice, card.speaker)
        conversation = await parts.store.open_conversation()
        reply_parts = ReplyParts(
            parts.transcriber,
            parts.model,
            PromptBuilder(),
            parts.store,
            parts.reader,  # type: ignore[arg-type]  # no pictures come up
            voice,
            Settings(),
            History(),
            conversation,
        )
        page_parts = PageParts(parts.reader, PageMaker(), parts.model, parts.store, conversation)  # type: ignore[arg-type]
        jobs = PageJobs(page_parts, lambda event: self._session.post(event))
        self._session = Session(reply_parts, jobs, publish, lambda: self._listener)
        speaker = card.speaker
        self._listener = Listener(
            EndpointSettings(), metered, self._session.post, lambda: speaker.queued_seconds > 0, parts.turns
        )
        return [record.driver.run(), card.run(), self._session.run(), self._listener.run(microphone)]

    async def _follow(self, plan: Sequence[Kind | None]) -> None:
        for disturbance in plan:
            await self._turn(disturbance)

    async def _read(self, lines: Sequence[Line]) -> None:
        for line in lines:
            await self._until(lambda phase=line.phase: self._session.phase == phase, STORY_SECONDS)  # type: ignore[misc]
            await asyncio.sleep(line.after_seconds)
            await self._speak(next(clip for clip in self._people[line.kind] if clip.text == line.text))
        await self._until(lambda: self._session.phase == "speaking", ANSWER_SECONDS)
        await self._until(lambda: self._session.phase == "listening", STORY_SECONDS)

    async def _turn(self, disturbance: Kind | None) -> None:
        if self._parts.typed:
            self._session.post(TextSubmitted("Tell me a story."))
            await asyncio.sleep(0.05)  # the answer to the turn before is over by then
        else:
            await self._say(Kind.QUESTION)
        if not await self._until(lambda: self._session.phase == "speaking", ANSWER_SECONDS):
            await self._press_stop()
            return
        if disturbance is None:
            await self._until(lambda: self._session.phase == "listening", STORY_SECONDS)
        else:
            await asyncio.sleep(self._random.uniform(1.0, 5.0))
            await self._say(disturbance)
            await asyncio.sleep(AFTERMATH_SECONDS)
            if disturbance is Kind.INTERRUPTION and not self._parts.typed:
                await self._until(lambda: self._session.phase == "speaking", ANSWER_SECONDS)
                await asyncio.sleep(1.0)
        if self._session.phase != "listening":
            await self._press_stop()
        await asyncio.sleep(self._random.uniform(0.6, 1.2))

    async def _say(self, kind: Kind) -> None:
        await self._speak(self._random.choice(self._people[kind]))

    async def _speak(self, clip: Clip) -> None:
        said_at = self.record.driver.say(clip.samples)
        self.record.acts.append(Act(said_at, said_at + clip.seconds, clip))
        await asyncio.sleep(clip.seconds)

    async def _press_stop(self) -> None:
        now = asyncio.get_running_loop().time()
        self.record.acts.append(Act(now, now))
        self._session.post(StopRequested())
        await asyncio.sleep(0.5)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether it came true in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not condition() and loop.time() < deadline:  # noqa: ASYNC110  # a phase has nobody to wake
            await asyncio.sleep(0.05)
        return condition()


def phase_spans(record: Record, phase: str) -> list[tuple[float, float]]:
    """When a phase began and ended."""
    changes = [(at, event.phase) for at, event in record.events if isinstance(event, PhaseChanged)]
    ends = [at for at, _ in changes[1:]] + [record.driver.began_at + record.seconds]
    return [(at, end) for (at, name), end in zip(changes, ends, strict=True) if name == phase]


def interruptions(record: Record) -> list[tuple[float, ReplyInterrupted]]:
    return [(at, event) for at, event in record.events if isinstance(event, ReplyInterrupted)]
