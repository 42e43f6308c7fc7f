"""Conversations without a window: recorded or written questions in, spoken or written answers out."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from assistant import app
from assistant.audio.wav import read_audio, resample, write_wav
from assistant.audio.wav_device import WavSpeaker
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError
from assistant.core.events import (
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
from assistant.core.types import SPEECH_RATE, Picture, Utterance
from assistant.llm.prompts import PromptBuilder
from assistant.session.reply import Ask, Reply, ReplyParts, Voice
from assistant.storage.conversations import ConversationFile, Conversations
from assistant.storage.database import open_in_memory


class Talk:
    """A conversation that is not kept: the same reply task as the window's, one turn after another."""

    def __init__(self, engines: app.Engines, store: Conversations, speaker: WavSpeaker | None) -> None:
        self._engines = engines
        self.speaker = speaker
        self.events: list[Event] = []
        voice = Voice(app.SlotVoice(engines.voice), speaker) if speaker is not None else None
        self.parts = ReplyParts(
            app.SlotTranscriber(engines.hearing),
            app.SlotModel(engines.mind),
            PromptBuilder(),
            store,
            app.SlotReader(engines.eyes),
            voice,
            engines.settings,
            History(),
            conversation_id=0,
        )

    async def load(self, hears: bool) -> None:
        """Have every engine ready, so that a turn's stages measure the turn."""
        if hears:
            await app.warm(self._engines.hearing.get())
        if self.speaker is not None:
            await app.warm(self._engines.voice.get())
        await self._engines.mind.get().traits()
        self.parts.conversation_id = await self.parts.store.open_conversation()

    async def picture(self, path: Path) -> Picture:
        from assistant.commands import read_picture_file

        return await self._engines.eyes.get().decode(read_picture_file(path), path.name)

    async def ask_aloud(self, recording: Path, pictures: tuple[Picture, ...] = ()) -> dict[str, object]:
        audio = resample(await asyncio.to_thread(read_audio, recording), SPEECH_RATE)
        utterance = Utterance(audio, asyncio.get_running_loop().time())
        return await self._turn(Ask(UtteranceEnded(utterance), pictures))

    async def ask_in_writing(self, text: str, pictures: tuple[Picture, ...] = ()) -> dict[str, object]:
        return await self._turn(Ask(TextSubmitted(text), pictures))

    async def _turn(self, ask: Ask) -> dict[str, object]:
        """What was heard and answered, and seconds from the end of the question to each stage."""
        events: list[Event] = []

        def emit(event: Event) -> None:
            events.append(event)
            self.events.append(event)

        await Reply(ask, self.parts, emit).run()
        failed = next((event for event in events if isinstance(event, ReplyFailed)), None)
        if failed is not None:
            raise EngineError(failed.what, failed.advice)
        heard = "".join(event.text for event in events if isinstance(event, UtteranceTranscribed))
        stages = next((dict(event.stage_seconds) for event in events if isinstance(event, ReplyFinished)), {})
        return {
            "question": heard or getattr(ask.event, "text", ""),
            "answer": "".join(event.text for event in events if isinstance(event, ReplyDelta)),
            "stage_seconds": {name: round(seconds, 3) for name, seconds in stages.items()},
            "nothing_heard": any(isinstance(event, NothingHeard) for event in events),
        }


async def conversations_in_memory() -> Conversations:
    """A store that forgets: what is said on the command line is the user's to keep."""
    thread = EngineThread("store")
    nowhere = Path("memory")
    return Conversations(await thread.call(lambda: ConversationFile(open_in_memory(), nowhere, nowhere)), thread)


async def run_talk(engines: app.Engines, options: argparse.Namespace) -> int:
    store = await conversations_in_memory()
    talk = Talk(engines, store, WavSpeaker(in_real_time=False))
    try:
        pictures = (await talk.picture(options.image),) if options.image else ()
        await talk.load(hears=True)
        for number, recording in enumerate(options.recording, start=1):
            result = {"turn": number, "file": str(recording), **await talk.ask_aloud(recording, pictures)}
            pictures = ()
            show(result, options.json)
        if options.out and talk.speaker is not None:
            write_wav(options.out, [talk.speaker.recording()])
    finally:
        await engines.close()
        await store.close()
    return 0


async def run_ask(engines: app.Engines, options: argparse.Namespace) -> int:
    store = await conversations_in_memory()
    talk = Talk(engines, store, None)
    try:
        pictures = (await talk.picture(options.image),) if options.image else ()
        await talk.load(hears=False)
        result = await talk.ask_in_writing(options.text, pictures)
        if options.json:
            show(result, as_json=True)
        else:
            sys.stdout.write(f"{result['answer']}\n")
    finally:
        await engines.close()
        await store.close()
    return 0


def show(result: dict[str, object], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        return
    if result["nothing_heard"]:
        sys.stdout.write("I heard no words in that recording.\n")
        return
    stages = result["stage_seconds"]
    sys.stdout.write(f"You:    {result['question']}\nVesper: {result['answer']}\n")
    if isinstance(stages, dict):
        sys.stdout.write("seconds since the end of the question:\n")
        for name, seconds in stages.items():
            sys.stdout.write(f"  {name:<14}{seconds:6.2f}\n")
