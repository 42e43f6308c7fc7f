"""The composition root: builds every part from the settings and the files on this machine."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from assistant.audio.warmth import warmed
from assistant.core.events import EngineStateChanged, NoticeShown
from assistant.core.ports import Emit, LanguageModel, SketchReader, Synthesizer, Toolbox, Transcriber
from assistant.core.settings import MindSettings, Settings, VoiceSettings
from assistant.core.sketch import SketchReading
from assistant.core.types import AudioFrame, ChatRequest, ModelDelta, ModelTraits, Picture, Transcript
from assistant.distant_speech import distant_ears, distant_voice, place_of
from assistant.ears import hearing_engine as hearing_engine
from assistant.ears import local_ears
from assistant.ears import vad_path as vad_path
from assistant.llm.catalog import Catalog
from assistant.seams import Seams
from assistant.storage.paths import Folders

if TYPE_CHECKING:
    from assistant.audio.smart_turn import SmartTurn
    from assistant.llm.plan import Plan
    from assistant.workers.supervisor import ChildState

E = TypeVar("E")

Record = Callable[[str, Mapping[str, object]], None]
"""Notes in the event log what is no event: (name, values)."""


@dataclass(slots=True)
class Slot(Generic[E]):
    """Where an engine sits: built at first use, built anew after `renew`, closed at the end.

    `make` may raise ModelMissingError; the next use tries again, so a fetched model is found.
    """

    make: Callable[[], E]
    close: Callable[[E], Awaitable[None]]
    engine: E | None = None
    _used_at: float = field(default_factory=time.monotonic)

    @property
    def idle_seconds(self) -> float:
        """Since the engine was last asked for."""
        return time.monotonic() - self._used_at

    def get(self) -> E:
        self._used_at = time.monotonic()
        if self.engine is None:
            self.engine = self.make()
        return self.engine

    async def renew(self) -> None:
        engine, self.engine = self.engine, None
        if engine is not None:
            await self.close(engine)


@dataclass(slots=True)
class SlotTranscriber:
    slot: Slot[Transcriber]

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        return await self.slot.get().transcribe(audio, language, draft, times)


@dataclass(slots=True)
class SlotModel:
    slot: Slot[LanguageModel]
    seed: int | None = None

    async def traits(self) -> ModelTraits:
        return await self.slot.get().traits()

    def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        if self.seed is not None:
            request = replace(request, seed=self.seed)
        return self.slot.get().stream(request)

    async def prefill(self, request: ChatRequest) -> None:
        await self.slot.get().prefill(request)

    async def count_tokens(self, text: str) -> int:
        return await self.slot.get().count_tokens(text)


@dataclass(slots=True)
class SlotVoice:
    slot: Slot[Synthesizer]

    def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        from assistant.audio.trimming import trimmed

        return trimmed(clause, self.slot.get().synthesize(clause))


@dataclass(slots=True)
class SlotReader:
    slot: Slot[SketchReader]

    async def decode(self, data: bytes, name: str) -> Picture:
        return await self.slot.get().decode(data, name)

    async def read(self, picture: Picture) -> SketchReading:
        return await self.slot.get().read(picture)

    async def look_again(self, picture: Picture) -> SketchReading | None:
        return await self.slot.get().look_again(picture)

    async def rectified(self, picture: Picture) -> Picture:
        return await self.slot.get().rectified(picture)

    async def describe(self, picture: Picture) -> str:
        return await self.slot.get().describe(picture)


@dataclass(slots=True)
class Engines:
    """The engines of this run, each in its slot. `emit` is told when one loads, is ready, or fails.

    `record` is told of processes that start and end, and of connections to other machines.
    """

    settings: Settings
    folders: Folders
    catalog: Catalog
    seams: Seams = field(default_factory=Seams)
    emit: Emit = lambda _: None
    record: Record = lambda _, __: None
    hearing: Slot[Transcriber] = field(init=False)
    local_hearing: Slot[Transcriber] = field(init=False)
    """For what is not meant to leave this computer, where hearing is done on another one."""
    mind: Slot[LanguageModel] = field(init=False)
    voice: Slot[Synthesizer] = field(init=False)
    eyes: Slot[SketchReader] = field(init=False)

    def __post_init__(self) -> None:
        self.hearing = Slot(lambda: make_hearing(self), _close)
        self.local_hearing = Slot(lambda: local_ears(self.settings.hearing, self.catalog, self.warn), _close)
        self.mind = Slot(lambda: make_mind(self), _close)
        self.voice = Slot(lambda: make_speech(self), _close)
        self.eyes = Slot(lambda: make_eyes(self), _close)

    def model(self) -> SlotModel:
        return SlotModel(self.mind, self.seams.seed)

    def doorkeeper(self) -> SlotTranscriber | None:
        """Who looks for the assistant's name in what is said in the room, where that must not be sent away for it."""
        return SlotTranscriber(self.local_hearing) if self.settings.hearing.is_elsewhere else None

    def warn(self, what: str) -> None:
        """Tell the user of something that goes on otherwise than they may think."""
        self.emit(NoticeShown("warning", what))

    def note_worker(self, worker: str, state: ChildState) -> None:
        self.record("WorkerChanged", {"worker": worker, "state": state.value})

    async def apply(self, settings: Settings) -> None:
        """Take over changed settings: an engine whose settings changed is built anew at its next use."""
        before, self.settings = self.settings, settings
        if before.hearing != settings.hearing:
            await self.hearing.renew()
            await self.local_hearing.renew()
        if _which_mind(before.mind) != _which_mind(settings.mind):
            await self.mind.renew()
        if before.voice != settings.voice:
            await self.voice.renew()

    async def close(self) -> None:
        for slot in (self.hearing, self.local_hearing, self.voice, self.eyes):
            await slot.renew()
        await self.mind.renew()


def _which_mind(mind: MindSettings) -> MindSettings:
    """Only what decides on the engine: the rest goes along with every question."""
    usual = MindSettings()
    return replace(
        mind,
        instructions=usual.instructions,
        temperature=usual.temperature,
        longest_reply_tokens=usual.longest_reply_tokens,
        idle_minutes=usual.idle_minutes,
    )


async def _close(engine: object) -> None:
    """Engines close in their own ways: a coroutine, a plain call, or not at all."""
    close = getattr(engine, "close", None)
    if close is None:
        return
    result = close()
    if result is not None:
        await result


def make_hearing(engines: Engines) -> Transcriber:
    settings = engines.settings.hearing
    if settings.is_elsewhere:
        return distant_ears(settings, vad_path(engines.catalog), engines.record)
    return local_ears(settings, engines.catalog, engines.warn)


def make_speech(engines: Engines) -> Synthesizer:
    settings = engines.settings.voice
    if settings.is_elsewhere:
        return warmed(distant_voice(settings, engines.record), settings.warmth)
    return make_voice(settings, engines.catalog, engines.warn)


def turn_detector(catalog: Catalog) -> SmartTurn | None:
    """None where its file is not there: then only words and silence tell that the user is done."""
    from assistant.audio.smart_turn import SmartTurn

    path = next(catalog.folder("smart-turn-v3").glob("*.onnx"), None) if catalog.is_present("smart-turn-v3") else None
    return SmartTurn(path) if path is not None else None


def make_mind(engines: Engines) -> LanguageModel:
    settings, catalog = engines.settings.mind, engines.catalog
    if engines.seams.test_model is not None:
        from assistant.llm.scripted import ScriptedModel

        return ScriptedModel(engines.seams.test_model)
    if settings.server_url:
        from assistant.llm.openai_client import OpenAIClient
        from assistant.llm.server_key import find_key

        engines.record("Connection", {"to": settings.server_url, "why": "the language model's server you named"})
        return OpenAIClient(settings.server_url, settings.server_model, partial(find_key, settings.server_url))
    from assistant.workers.supervisor import ChildState

    name = Path(settings.folder).name if settings.folder else ""
    decided = mind_plan(settings, catalog)
    states = {ChildState.STARTED: "ready", ChildState.DIED: "loading", ChildState.GAVE_UP: "failed"}

    def report(state: ChildState) -> None:
        engines.note_worker("language model", state)
        if state in states:
            engines.emit(EngineStateChanged("mind", states[state], name or decided.model_id))

    def notice(state: str, words: str) -> None:
        engines.emit(EngineStateChanged("mind", state, words))

    if settings.folder:
        from assistant.llm.own_mind import own_mind

        return own_mind(settings, decided.engine, report, notice)
    from assistant.llm.llama_server import Extras, LlamaServer
    from assistant.llm.weights import check_weights

    path = next(catalog.folder(decided.model_id).glob("*.gguf"))
    extras = Extras(notice=notice, is_pinned=True)
    return LlamaServer(path, decided.engine, partial(check_weights, expected="gguf"), report, extras)


def toolbox(settings: MindSettings) -> Toolbox:
    """The small models of the catalogue do better without tools (docs/adr/0027); others may have them."""
    from assistant.tools.calculator import CALCULATOR
    from assistant.tools.toolbox import ReadingTools

    is_small = not (settings.server_url or settings.folder)
    wanted = settings.tools == "always" or (settings.tools == "auto" and not is_small)
    return ReadingTools(CALCULATOR) if wanted else ReadingTools()


def mind_plan(settings: MindSettings, catalog: Catalog) -> Plan:
    """Which language model this machine would run, and how."""
    from assistant.llm.machine import this_machine
    from assistant.llm.plan import plan

    minds = frozenset(card.id for card in catalog.cards if card.task == "mind" and catalog.is_present(card.id))
    return plan(this_machine(), settings.model, minds)


def make_voice(
    settings: VoiceSettings, catalog: Catalog, notice: Callable[[str], None] = lambda _: None
) -> Synthesizer:
    return warmed(_plain_voice(settings, catalog, notice), settings.warmth)


def _plain_voice(settings: VoiceSettings, catalog: Catalog, notice: Callable[[str], None]) -> Synthesizer:
    if settings.engine == "kokoro":
        from assistant.audio.kokoro import Kokoro, KokoroRun

        style, run = kokoro_styles(catalog).get(settings.voice), KokoroRun(settings.device, notice=notice)
        return Kokoro(catalog.folder("kokoro-82m"), rate=settings.rate, style=style, run=run)
    if settings.engine == "coqui":
        from assistant.audio.coqui import CoquiVoice

        return CoquiVoice(Path(settings.folder).expanduser(), settings.rate, settings.device, notice)
    from assistant.audio.hibari import Hibari

    return Hibari(settings.voice, settings.rate)


def kokoro_styles(catalog: Catalog) -> dict[str, Path]:
    """The voices of Kokoro on this machine, each with its file."""
    return {
        file.name.removesuffix(".bin"): catalog.folder(card_id) / file.name
        for card_id in ("kokoro-82m", "kokoro-voices")
        if catalog.is_present(card_id)
        for file in catalog.card(card_id).files
        if file.format == "floats"
    }


def make_eyes(engines: Engines) -> SketchReader:
    from assistant.vision.sketch_reader import SketchReader as WorkerReader
    from assistant.vision.sketch_reader import vision_worker

    own = engines.folders.detector
    return WorkerReader(vision_worker(partial(engines.note_worker, "picture"), own if own.is_file() else None))


def shipped_detector() -> Path:
    """The weights that came with the program."""
    from assistant.vision.detector import SHIPPED

    return SHIPPED


async def load(engines: Engines, emit: Callable[[EngineStateChanged], None]) -> None:
    """Build and warm every engine, the quick ones first, telling the window how it goes."""
    from assistant.core.errors import AssistantError

    async def bring_up(name: str, work: Callable[[], Awaitable[str]]) -> None:
        emit(EngineStateChanged(name, "loading"))
        try:
            emit(EngineStateChanged(name, "ready", await work()))
        except AssistantError as error:
            emit(EngineStateChanged(name, "failed", str(error)))

    async def hear() -> str:
        await warm(engines.hearing.get())
        hearing = engines.settings.hearing
        if hearing.is_elsewhere:
            return place_of(hearing.server_url)
        return f"{hearing_engine(hearing)} on {getattr(engines.hearing.get(), 'runs_on', '')}"

    async def speak() -> str:
        await warm(engines.voice.get())
        voice = engines.settings.voice
        return place_of(voice.server_url) if voice.is_elsewhere else voice.engine

    async def think() -> str:
        traits = await engines.mind.get().traits()
        return f"{traits.name} on the {traits.runs_on}"

    async def see() -> str:
        await warm(engines.eyes.get())
        return "in a worker process"

    await bring_up("voice", speak)
    await bring_up("hearing", hear)
    await bring_up("mind", think)
    await bring_up("eyes", see)


async def warm(engine: object) -> None:
    """Engines that can be warmed have `load` (in this process) or `start` (in their own)."""
    warm = getattr(engine, "load", None) or getattr(engine, "start", None)
    if warm is not None:
        await warm()
