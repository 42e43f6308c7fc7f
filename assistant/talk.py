"""Conversations without a window: recorded or written questions in, spoken or written answers out."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant import app
from assistant.audio.wav import read_audio, write_wav
from assistant.audio.wav_device import WavSpeaker
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError, InputError
from assistant.core.events import (
    ClauseSynthesized,
    Event,
    NothingHeard,
    ReplyDelta,
    ReplyFailed,
    ReplyFinished,
    TextSubmitted,
    UtteranceEnded,
    UtteranceTranscribed,
)
from assistant.core.history import History
from assistant.core.ports import Emit, LanguageModel
from assistant.core.types import (
    SPEECH_RATE,
    AudioFrame,
    ChatRequest,
    ModelDelta,
    ModelTraits,
    Picture,
    Usage,
    Utterance,
)
from assistant.llm.prompts import PromptBuilder
from assistant.outputs import check_outputs
from assistant.session.reply import Reply
from assistant.session.reply_parts import Ask, ReplyParts
from assistant.session.voice import Voice
from assistant.storage.conversations import ConversationFile, Conversations
from assistant.storage.database import open_in_memory


@dataclass(slots=True)
class TimedModel:
    """A language model with a watch: what the last answer took, without the ears' and the voice's share."""

    model: LanguageModel
    first_token_seconds: float | None = None
    usage: Usage | None = None

    async def traits(self) -> ModelTraits:
        return await self.model.traits()

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        clock = asyncio.get_running_loop().time
        began = clock()
        self.first_token_seconds = self.usage = None
        deltas = self.model.stream(request)
        assert isinstance(deltas, AsyncGenerator)  # every model of ours is one; closing it stops the engine
        async with aclosing(deltas):
            async for delta in deltas:
                if delta.text and self.first_token_seconds is None:
                    self.first_token_seconds = clock() - began
                self.usage = delta.usage or self.usage
                yield delta

    async def prefill(self, request: ChatRequest) -> None:
        await self.model.prefill(request)

    async def count_tokens(self, text: str) -> int:
        return await self.model.count_tokens(text)

    def figures(self) -> dict[str, float | int]:
        """What is known of the last answer, by name."""
        found: dict[str, float | int] = {}
        if self.first_token_seconds is not None:
            found["first_token_seconds"] = round(self.first_token_seconds, 3)
        usage = self.usage
        if usage is not None:
            found |= {"prompt_tokens": usage.prompt_tokens, "cached_tokens": usage.cached_tokens}
            found["completion_tokens"] = usage.completion_tokens
            if usage.completion_seconds:
                found["tokens_per_second"] = round(usage.completion_tokens / usage.completion_seconds, 1)
        return found


@dataclass(frozen=True, slots=True)
class TurnResult:
    """One turn. `stage_seconds` count from the end of the question, those in `model` from the model's start."""

    question: str
    answer: str
    spoken: str
    nothing_heard: bool
    stage_seconds: dict[str, float]
    model: dict[str, float | int]

    def as_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.answer,
            "spoken": self.spoken,
            "nothing_heard": self.nothing_heard,
            "stage_seconds": self.stage_seconds,
            "model": self.model,
        }


class Talk:
    """A conversation that is not kept: the same reply task as the window's, one turn after another."""

    def __init__(
        self, engines: app.Engines, store: Conversations, speaker: WavSpeaker | None, emit: Emit = lambda _: None
    ) -> None:
        self._engines = engines
        self._emit = emit
        self.speaker = speaker
        self.model = TimedModel(engines.model())
        voice = Voice(app.SlotVoice(engines.voice), speaker) if speaker is not None else None
        self.parts = ReplyParts(
            app.SlotTranscriber(engines.hearing),
            self.model,
            PromptBuilder(),
            store,
            app.SlotReader(engines.eyes),
            voice,
            engines.settings,
            History(),
            conversation_id=0,
            toolbox=app.toolbox(engines.settings.mind),
        )

    async def load(self, hears: bool, warm: bool = True) -> None:
        """Have every engine ready and the prompt's beginning read, so that a turn's stages measure the turn.

        Without `warm` the first turn reads the prompt, as after a start in a hurry.
        """
        if hears:
            await app.warm(self._engines.hearing.get())
        if self.speaker is not None:
            await app.warm(self._engines.voice.get())
        await self.model.traits()
        if warm:
            await self.model.prefill(self.parts.request(()))
        self.parts.conversation_id = await self.parts.store.open_conversation()

    async def picture(self, data: bytes, name: str) -> Picture:
        """A picture for a turn, already read where the model cannot see it."""
        eyes = self._engines.eyes.get()
        picture = await eyes.decode(data, name)
        if (await self.model.traits()).sees_pictures:
            return picture
        return replace(picture, description=await eyes.describe(picture))

    async def ask_aloud(self, recording: AudioFrame, pictures: tuple[Picture, ...] = ()) -> TurnResult:
        """`recording` at SPEECH_RATE."""
        utterance = Utterance(recording, asyncio.get_running_loop().time())
        return await self._turn(Ask(UtteranceEnded(utterance), pictures))

    async def ask_in_writing(self, text: str, pictures: tuple[Picture, ...] = ()) -> TurnResult:
        return await self._turn(Ask(TextSubmitted(text), pictures))

    async def _turn(self, ask: Ask) -> TurnResult:
        turn = _TurnEvents()

        def emit(event: Event) -> None:
            turn.events.append(event)
            self._engines.emit(event)
            self._emit(event)

        await Reply(ask, self.parts, emit).run()
        return turn.result(getattr(ask.event, "text", ""), self.model)


@dataclass(slots=True)
class _TurnEvents:
    events: list[Event] = field(default_factory=list)

    def result(self, question: str, model: TimedModel) -> TurnResult:
        """Raises EngineError where there is no answer."""
        failed = next((event for event in self.events if isinstance(event, ReplyFailed)), None)
        if failed is not None:
            raise EngineError(failed.what, failed.advice)
        heard = "".join(event.text for event in self.events if isinstance(event, UtteranceTranscribed))
        finished = next((event for event in self.events if isinstance(event, ReplyFinished)), None)
        stages = finished.stage_seconds if finished is not None else ()
        nothing_heard = any(isinstance(event, NothingHeard) for event in self.events)
        return TurnResult(
            heard or question,
            "".join(event.text for event in self.events if isinstance(event, ReplyDelta)),
            " ".join(event.text for event in self.events if isinstance(event, ClauseSynthesized)),
            nothing_heard,
            {name: round(seconds, 3) for name, seconds in stages},
            {} if nothing_heard else model.figures(),
        )


async def conversations_in_memory() -> Conversations:
    """A store that forgets: what is said on the command line is the user's to keep."""
    thread = EngineThread("store")
    nowhere = Path("memory")
    return Conversations(await thread.call(lambda: ConversationFile(open_in_memory(), nowhere, nowhere)), thread)


async def run_talk(engines: app.Engines, options: argparse.Namespace) -> int:
    from assistant.talk_report import show_table, show_turn

    check_outputs([options.out], [*options.recording, options.image])
    recordings = [await asyncio.to_thread(read_audio, path, SPEECH_RATE) for path in options.recording]
    image = _read_image(options.image)
    store = await conversations_in_memory()
    speaker = WavSpeaker(in_real_time=False)
    talk = Talk(engines, store, speaker)
    results: list[TurnResult] = []
    try:
        await talk.load(hears=True)
        pictures = (await talk.picture(image, options.image.name),) if options.image else ()
        for path, recording in zip(options.recording, recordings, strict=True):
            results.append(await talk.ask_aloud(recording, pictures))
            pictures = ()
            show_turn(len(results), path, results[-1], options.json)
        if not options.json:
            show_table(results)
    finally:
        await store.close()
        answers = speaker.recording()
        if options.out and len(answers.samples):  # also what was said before a later turn failed
            write_wav(options.out, [answers])
    if options.out and not len(answers.samples):
        raise InputError(f"Nothing was said, so {options.out.name} was not written.", "Give a recording with words.")
    return 0


async def run_ask(engines: app.Engines, options: argparse.Namespace) -> int:
    text = " ".join(options.text)
    if not text.strip():
        raise InputError("There is no question.", "Give at least one word.")
    image = _read_image(options.image)

    store = await conversations_in_memory()
    written = _Written(silent=options.json)
    talk = Talk(engines, store, None, written)
    try:
        await talk.load(hears=False)
        pictures = (await talk.picture(image, options.image.name),) if options.image else ()
        result = await talk.ask_in_writing(text, pictures)
        sys.stdout.write(json.dumps(result.as_json(), ensure_ascii=False) + "\n" if options.json else "\n")
    except asyncio.CancelledError:
        if written.lost is not None:
            raise written.lost from None
        raise
    finally:
        await store.close()
    return 0


class _Written:
    """The answer on the terminal, word by word. When nobody reads it any more, the task that answers is cancelled."""

    def __init__(self, silent: bool) -> None:
        self.lost: BrokenPipeError | None = None
        self._silent = silent
        self._task = asyncio.current_task()

    def __call__(self, event: Event) -> None:
        if self._silent or not isinstance(event, ReplyDelta) or self.lost is not None:
            return
        try:
            sys.stdout.write(event.text)
            sys.stdout.flush()
        except BrokenPipeError as error:
            self.lost = error
            if self._task is not None:
                self._task.cancel()


def _read_image(path: Path | None) -> bytes:
    from assistant.vision.image import read_file

    return read_file(path) if path is not None else b""
