"""A whole conversation on a jumping clock: real session, real reply, fake ears, mind and voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.core.errors import AssistantError, StorageError
from assistant.core.events import (
    Event,
    SpeechProgressed,
    SpeechSampled,
    SpeechStarted,
    SpeechSuspected,
    SpeechSustained,
    StopRequested,
    TextSubmitted,
    UtteranceEnded,
)
from assistant.core.history import History, Turn
from assistant.core.ports import Delivery, PageMaker
from assistant.core.settings import MindSettings, Settings
from assistant.core.sketch import (
    Correction,
    Edited,
    Page,
    Places,
    SketchReading,
    VersionList,
    VersionRecord,
    WorkRecord,
)
from assistant.core.types import (
    SPEECH_RATE,
    AudioFrame,
    ChatRequest,
    Message,
    ModelDelta,
    ModelTraits,
    Picture,
    Samples,
    Transcript,
    Utterance,
)
from assistant.session.jobs import PageJobs, PageParts
from assistant.session.reply_parts import ReplyParts
from assistant.session.session import Session
from assistant.session.voice import Voice
from tests.virtual_time import run_virtual

ONSET_SECONDS = 0.1
SILENCE_SECONDS = 0.6
PAUSE_SECONDS = 0.13
STEP_SECONDS = 0.2
SHORT_PAUSE_SECONDS = 0.16
SECONDS_PER_WORD = 0.4
SECONDS_PER_TOKEN = 0.05


class FakeTranscriber:
    """Knows the texts of made-up speech: every sample of the n-th utterance has the value n. Takes `seconds`."""

    def __init__(self, seconds: float = 0.2) -> None:
        self.seconds = seconds
        self.texts: list[str] = []
        self.lengths: list[int] = []
        self.started = 0
        self.last_seconds = 0.0

    def record(self, text: str, seconds: float) -> AudioFrame:
        self.texts.append(text)
        self.lengths.append(round(seconds * SPEECH_RATE))
        return AudioFrame(np.full(round(seconds * SPEECH_RATE), len(self.texts), np.float32), SPEECH_RATE)

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        """Of speech that is not all there, as many words as fit."""
        self.started += 1
        self.last_seconds = audio.seconds
        await asyncio.sleep(self.seconds)
        return Transcript(" ".join(self._words(int(value), audio) for value in np.unique(audio.samples) if value))

    def _words(self, number: int, audio: AudioFrame) -> str:
        words = self.texts[number - 1].split(" ")
        share = np.count_nonzero(audio.samples == number) / self.lengths[number - 1]
        return " ".join(words[: int(share * len(words) + 0.01)])


class FakeModel:
    """Streams the next reply word by word; an exception in the list is raised instead."""

    def __init__(self, replies: list[str | AssistantError]) -> None:
        self.replies = list(replies)
        self.requests: list[ChatRequest] = []
        self.prefilled: list[ChatRequest] = []
        self.streaming = 0
        self.most_streaming = 0

    async def traits(self) -> ModelTraits:
        return ModelTraits("fake", context_tokens=4096)

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        self.requests.append(request)
        self.streaming += 1
        self.most_streaming = max(self.most_streaming, self.streaming)
        try:
            reply = self.replies.pop(0)
            if isinstance(reply, AssistantError):
                raise reply
            words = reply.split(" ")
            for index, word in enumerate(words):
                await asyncio.sleep(SECONDS_PER_TOKEN)
                yield ModelDelta(word if index == 0 else " " + word)
        finally:
            self.streaming -= 1

    async def prefill(self, request: ChatRequest) -> None:
        self.prefilled.append(request)

    async def count_tokens(self, text: str) -> int:
        return len(text.split())


class FakeVoice:
    """One frame a clause, SECONDS_PER_WORD long per word."""

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        await asyncio.sleep(0.05)
        seconds = SECONDS_PER_WORD * len(clause.split())
        yield AudioFrame(np.zeros(round(seconds * SPEECH_RATE), np.float32), SPEECH_RATE)


class FakeSpeaker:
    """Plays in virtual time; notes when it was silenced while something was playing."""

    is_open = True

    def __init__(self) -> None:
        self._before = 0.0
        self._from = 0.0
        self._until = 0.0
        self._held: float | None = None
        self.silenced_at: list[float] = []
        self.deliveries: list[tuple[float, Delivery]] = []

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    @property
    def played_seconds(self) -> float:
        return self._before + min(self._now(), self._until) - self._from

    @property
    def queued_seconds(self) -> float:
        return self._held if self._held is not None else max(0.0, self._until - self._now())

    async def play(self, frame: AudioFrame) -> None:
        if self._held is not None:
            self._held += frame.seconds
            return
        if self._now() >= self._until:
            self._settle()
        self._until += frame.seconds

    async def drain(self) -> None:
        while self.queued_seconds > 0:  # noqa: ASYNC110 - the clock is virtual
            await asyncio.sleep(self.queued_seconds if self._held is None else 0.01)

    def flush(self) -> None:
        if self._held is not None:
            self._held = 0.0
        elif self.queued_seconds > 0:
            self.silenced_at.append(round(self._now(), 3))
        self._settle()

    def deliver(self, how: Delivery) -> None:
        self.deliveries.append((round(self._now(), 3), how))
        if how is Delivery.HELD and self._held is None:
            remaining = self.queued_seconds
            if remaining > 0:
                self.silenced_at.append(round(self._now(), 3))
            self._settle()
            self._held = remaining
        elif how is not Delivery.HELD and self._held is not None:
            self._settle()
            self._until += self._held
            self._held = None

    def _settle(self) -> None:
        self._before = self.played_seconds
        self._from = self._until = self._now()


class FakeEars:
    """A TurnListener that notes what it is told."""

    def __init__(self) -> None:
        self.dropped = 0
        self.reopened = 0
        self.complete: list[bool] = []

    def drop_speech(self) -> None:
        self.dropped += 1

    def words_at_pause(self, complete: bool) -> None:
        self.complete.append(complete)

    def turn_reopened(self) -> None:
        self.reopened += 1


class FakeStore:
    """Turns in memory; `fails` makes every write raise, as a full disk would."""

    def __init__(self) -> None:
        self.rows: dict[int, Turn] = {}
        self.kept: dict[int, WorkRecord] = {}
        self.thumbnails: list[tuple[int, int, bytes]] = []
        self.fails = False

    async def open_conversation(self) -> int:
        return 1

    async def add_turn(self, conversation_id: int, turn: Turn) -> int:
        self._check()
        self.rows[len(self.rows) + 1] = turn
        return len(self.rows)

    async def checkpoint_turn(self, turn_id: int, text: str) -> None:
        await self.finish_turn(turn_id, text, interrupted=True)

    async def finish_turn(self, turn_id: int, text: str, interrupted: bool) -> None:
        self._check()
        self.rows[turn_id] = Turn("assistant", text, (), self.rows[turn_id].origin, interrupted)

    async def turns(self, conversation_id: int) -> tuple[Turn, ...]:
        return tuple(self.rows.values())

    async def latest_conversation(self) -> int | None:
        return None

    async def save_page(self, conversation_id: int, page: Page, reading: SketchReading | None) -> int:
        self._check()
        return 1

    async def save_work(self, conversation_id: int, work: WorkRecord) -> None:
        self._check()
        self.kept = {one: kept for one, kept in self.kept.items() if one != work.number} | {work.number: work}

    async def save_thumbnail(self, conversation_id: int, number: int, index: int, png: bytes) -> None:
        self.thumbnails.append((number, index, png))

    async def works(self, conversation_id: int) -> tuple[WorkRecord, ...]:
        return tuple(self.kept.values())

    def _check(self) -> None:
        if self.fails:
            raise StorageError("The disk is full.", "Free some space.")


class FakeReader:
    """Reads every picture as the same elements, after a second."""

    def __init__(self, reading: SketchReading | AssistantError) -> None:
        self.reading = reading
        self.looks = 0

    async def decode(self, data: bytes, name: str) -> Picture:
        await asyncio.sleep(0.1)
        return Picture(data, 100, 100)

    async def read(self, picture: Picture) -> SketchReading:
        await asyncio.sleep(1.0)
        if isinstance(self.reading, AssistantError):
            raise self.reading
        return self.reading

    async def look_again(self, picture: Picture) -> SketchReading | None:
        """Another second; three ways to look, each of which finds one element more."""
        await asyncio.sleep(1.0)
        self.looks += 1
        if self.looks > 3 or isinstance(self.reading, AssistantError):
            return None
        return replace(self.reading, elements=(*self.reading.elements, *self.reading.elements[:1] * self.looks))

    async def rectified(self, picture: Picture) -> Picture:
        return replace(picture, png=b"flat " + picture.png)

    async def describe(self, picture: Picture) -> str:
        return "top left: Menu"


class FakeEditablePage:
    """A page that tells whether the model had a hand in it; filling takes two seconds. Understands nothing."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._html = "<p>drawn</p>"
        self._written = ""
        self.writes: tuple[str, ...] = ()
        """What a model that sees writes, a second each."""
        self.objection = ""
        """What the page's checks say of it."""

    reading = SketchReading(100, 100, ())
    versions = VersionList(("drawn",), 0)
    is_offering = False

    def page(self, revision: int) -> Page:
        return Page(self._title, self._html, revision=revision)

    def part(self, element_id: str) -> tuple[str, str]:
        return "", ""

    def correct(self, correction: Correction) -> Edited:
        return Edited("")

    def step(self, steps: int) -> Edited:
        return Edited("")

    def go_to(self, index: int) -> Edited:
        return Edited("")

    def take(self, index: int | None) -> Edited:
        return Edited("")

    def draw(self, drawn: SketchReading, places: Places) -> Edited:
        return Edited("")

    def records(self) -> tuple[VersionRecord, ...]:
        return ()

    def mend(self, problem: str, element_id: str) -> Edited:
        return Edited("")

    def understands(self, words: str, selected: str = "") -> bool:
        return False

    async def change(self, words: str, selected: str, model: object) -> Edited:
        return Edited("I did not understand what to change.")

    def reconsider(self, reading: SketchReading) -> bool:
        self._html = f"<p>seen again: {len(reading.elements)}</p>"
        return True

    async def repair(self) -> bool:
        await asyncio.sleep(1.0)
        self._html += "<p>repaired</p>"
        return True

    async def fill(self, model: object) -> None:
        await asyncio.sleep(2.0)
        self._html = "<p>filled</p>"

    async def write(self, model: object, picture: Picture) -> AsyncIterator[str]:
        for html in self.writes:
            await asyncio.sleep(1.0)
            yield html
        if self.writes:
            self._written = self.writes[-1]

    async def adopt(self) -> Edited:
        written, self._written = self._written, ""
        if not written or self.objection:
            return Edited(self.objection)
        self._html = written
        return Edited("Done: the page is as the model wrote it.", changed=True)


class FakePageMaker:
    """Makes pages that can be filled, but not changed; `writes` and `objection` as in its pages."""

    writes: tuple[str, ...] = ()
    objection = ""

    def open(self, reading: SketchReading, title: str) -> FakeEditablePage:
        page = FakeEditablePage(title)
        page.writes, page.objection = self.writes, self.objection
        return page

    def reopen(self, work: WorkRecord) -> None:
        return None

    def compile(self, reading: SketchReading, title: str) -> Page:
        return Page(title, "<p>drawn</p>")

    async def fill(self, reading: SketchReading, title: str, model: object) -> Page:
        await asyncio.sleep(2.0)
        return Page(title, "<p>filled</p>", revision=1)


class FakePrompts:
    def request(self, messages: tuple[Message, ...], settings: MindSettings) -> ChatRequest:
        return ChatRequest(messages, max_tokens=settings.longest_reply_tokens)


@dataclass
class Scenario:
    """Say what happens when, `run()`, and look at what came of it. Times are seconds of the virtual clock."""

    replies: list[str | AssistantError] = field(default_factory=list)
    spoken: bool = True
    reading: SketchReading | AssistantError = field(default_factory=lambda: SketchReading(100, 100, ()))
    runs_for: float = 60.0
    maker: PageMaker = field(default_factory=FakePageMaker)
    settings: Settings = field(default_factory=Settings)
    think_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.transcriber = FakeTranscriber()
        self.model = FakeModel(self.replies)
        self.speaker = FakeSpeaker()
        self.ears = FakeEars()
        self.store = FakeStore()
        self.learned: list[tuple[Picture, SketchReading]] = []
        self.events: list[tuple[float, Event]] = []
        self._history = History()
        self._script: list[tuple[float, Callable[[Session], None]]] = []

    def user_says(self, text: str, from_: float, to: float) -> None:
        audio = self.transcriber.record(text, to - from_)
        self.at(from_ + ONSET_SECONDS, SpeechStarted())
        self.at(to + SILENCE_SECONDS, UtteranceEnded(Utterance(audio, to)))

    def user_cancels_page(self, job: int, at: float) -> None:
        def cancel(session: Session) -> None:
            self._cancelling = asyncio.ensure_future(session.jobs.cancel(job))

        self._script.append((at, cancel))

    def user_calls_in(self, text: str, from_: float, to: float) -> None:
        """Open microphone: the whole sequence that a listener gives, with its early doubts."""
        audio = self.transcriber.record(text, to - from_)
        self.at(from_ + 0.05, SpeechSuspected())
        self.at(from_ + ONSET_SECONDS, SpeechSustained())
        self.at(from_ + ONSET_SECONDS + 0.0001, SpeechStarted())
        self.at(to + PAUSE_SECONDS, SpeechSampled(Utterance(audio, to, len(audio.samples))))
        self.at(to + SILENCE_SECONDS, UtteranceEnded(Utterance(audio, to, len(audio.samples))))

    def user_speaks(self, *stretches: tuple[str, float, float], ends: bool = True) -> None:
        """One utterance with pauses in it, and everything that a listener tells while it lasts: (words, from, to)."""
        began = stretches[0][1]
        audio = np.zeros(round((stretches[-1][2] - began) * SPEECH_RATE), np.float32)
        self.at(began + ONSET_SECONDS, SpeechStarted())
        for text, start, end in stretches:
            first, last = (round((at - began) * SPEECH_RATE) for at in (start, end))
            audio[first:last] = self.transcriber.record(text, (last - first) / SPEECH_RATE).samples
        for _, start, end in stretches:
            for hop in np.arange(start + STEP_SECONDS, end, STEP_SECONDS):
                self._progress(float(hop), audio[: round((hop - began) * SPEECH_RATE)], float(hop), is_pause=False)
            said = audio[: round((end - began) * SPEECH_RATE)]
            self._progress(end + SHORT_PAUSE_SECONDS, said, end, is_pause=True)
        if ends:
            end = stretches[-1][2]
            self.at(end + SILENCE_SECONDS, UtteranceEnded(Utterance(AudioFrame(audio, SPEECH_RATE), end, len(audio))))

    def _progress(self, at: float, said: Samples, ended_at: float, is_pause: bool) -> None:
        self.at(at, SpeechProgressed(Utterance(AudioFrame(said, SPEECH_RATE), ended_at, len(said)), is_pause))

    def user_types(self, text: str, at: float, ticket: int = 0) -> None:
        self.at(at, TextSubmitted(text, ticket=ticket))

    def user_stops(self, at: float) -> None:
        self.at(at, StopRequested())

    def at(self, time: float, event: Event) -> None:
        self.do(time, lambda session: session.post(event))

    def do(self, time: float, action: Callable[[Session], None]) -> None:
        self._script.append((time, action))

    def run(self) -> None:
        run_virtual(self._run())

    @property
    def history(self) -> tuple[Turn, ...]:
        return self._history.turns

    @property
    def silenced_at(self) -> list[float]:
        return self.speaker.silenced_at

    async def _learn(self, picture: Picture, reading: SketchReading) -> None:
        self.learned.append((picture, reading))

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for _, event in self.events if isinstance(event, kind)]

    def time_of(self, kind: type[Event]) -> float:
        return next(time for time, event in self.events if isinstance(event, kind))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        session = self._session(loop)
        running = asyncio.create_task(session.run())
        for time, action in sorted(self._script, key=lambda item: item[0]):
            loop.call_at(time, action, session)
        await asyncio.sleep(self.runs_for)
        self.final_phase = session.phase
        running.cancel()
        await asyncio.wait({running})
        self.left_running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    def _session(self, loop: asyncio.AbstractEventLoop) -> Session:
        voice = Voice(FakeVoice(), self.speaker) if self.spoken else None
        reader = self.reader = FakeReader(self.reading)
        parts = ReplyParts(
            self.transcriber, self.model, FakePrompts(), self.store, reader, voice, self.settings, self._history, 1
        )
        session: Session

        def post(event: Event) -> None:
            session.post(event)

        pages = PageParts(reader, self.maker, self.model, self.store, 1, self.think_seconds, self._learn)
        jobs = PageJobs(pages, post)
        session = Session(parts, jobs, lambda event: self.events.append((loop.time(), event)), lambda: self.ears)
        return session
