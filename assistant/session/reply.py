"""One reply, from what the user said to the last word they heard.

    transcribe ─▶ commit the turn ─▶ model.stream ─▶ spoken clauses ─▶ synthesize ─▶ speaker.play

Cancelling the task that runs it is the only way to stop it; whatever was heard by then is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial

from assistant.core.errors import AssistantError, EngineError, NotSavedYet, PromptTooLongError, StorageError
from assistant.core.events import (
    ClauseSynthesized,
    NothingHeard,
    NoticeShown,
    ReplyDelta,
    ReplyFailed,
    ReplyFinished,
    ReplyHeard,
    ReplyInterrupted,
    ReplySounded,
    ReplyStarted,
    TextSubmitted,
    TurnCommitted,
    TurnHeld,
    UtteranceEnded,
    UtteranceTranscribed,
)
from assistant.core.history import History, SpokenClause, Turn, first_turn_that_fits, heard_text
from assistant.core.ports import Emit, Speaker
from assistant.core.types import (
    ChatRequest,
    ModelDelta,
    Origin,
    Picture,
    ToolCall,
    Transcript,
    Utterance,
    silent_seconds,
    sounding_seconds,
)
from assistant.session.follower import Follower
from assistant.session.overheard import is_own_voice
from assistant.session.reply_parts import Ask, ReplyParts, Said, prompt_budget
from assistant.session.resuming import CutOff, as_if_heard, asks_to_resume, is_resumable
from assistant.session.speakable import SpokenClauses
from assistant.session.speculation import Speculation, sound_of
from assistant.session.stop_words import is_stop
from assistant.session.tool_use import ToolUse
from assistant.session.voice import Voice

log = logging.getLogger(__name__)

ECHO_SECONDS = 4.0  # how long ago words may have been said that come back: buffers, the room, a slow recogniser
YOUNG_SECONDS = 1.5  # measured: what leaks, leaks in the first second of a reply
REVERBERATION_SECONDS = 0.5  # an utterance that began so soon after our voice may still be our voice
SOUND_POLL_SECONDS = 0.01  # how exactly the first sound is timed
CAPTION_SECONDS = 0.05  # how closely the words on the screen follow the voice: a short word lasts 0.15


@dataclass(slots=True)
class Reply:
    """One answer. `run()` returns when the last word was heard, or raises CancelledError after keeping what was."""

    ask: Ask
    parts: ReplyParts
    emit: Emit
    turn_taken: bool = False
    """The user's words are in the history; where they are from the beginning, only the answer is wanted."""
    _shown: str = ""
    _clauses: list[SpokenClause] = field(default_factory=list)
    _voice: Voice | None = None
    _voice_start: float = 0.0
    _turn_id: int = 0
    _started_at: float = 0.0
    _stages: dict[str, float] = field(default_factory=dict)
    _sound_watch: asyncio.Task[None] | None = None
    _kept: bool = False
    _speculation: Speculation | None = None
    _follower: Follower = field(default_factory=Follower)
    _queued_seconds: float = 0.0
    _is_written: bool = False

    async def run(self) -> None:
        event = self.ask.event
        now = asyncio.get_running_loop().time()
        self._started_at = event.utterance.ended_at if isinstance(event, UtteranceEnded) else now
        try:
            if self.turn_taken or await self._take_turn():
                await self._answer()
                await self._keep(self._shown, interrupted=False)
            self.emit(ReplyFinished(self._shown, tuple(self._stages.items())))
        except asyncio.CancelledError:
            await self._keep_heard()
            raise
        except AssistantError as error:
            await self._fail(error)
        except Exception:  # the one boundary of a reply: a bug here must not end the conversation
            log.exception("reply failed")
            await self._fail(EngineError("Something went wrong inside Vesper.", "Ask again; the log has the details."))
        finally:
            if self._voice is not None:
                self.parts.said_before = Said(self.sounding(), asyncio.get_running_loop().time())
            if self._sound_watch is not None:
                self._sound_watch.cancel()
            if self._speculation is not None:
                await self._speculation.drop()

    def sounding(self) -> str:
        """What is being said and what has just been, as an echo could bring it back."""
        now = self._sounded_seconds
        near = (clause for clause in self._clauses if now - ECHO_SECONDS < clause.end_seconds)
        return " ".join(clause.text for clause in near if clause.start_seconds < now)

    @property
    def has_just_begun(self) -> bool:
        """The echo is so young that the canceller may still let a word of it through."""
        return self._sounded_seconds < YOUNG_SECONDS

    @property
    def _sounded_seconds(self) -> float:
        return 0.0 if self._voice is None else self._voice.speaker.played_seconds - self._voice_start

    async def _take_turn(self) -> bool:
        """Put the user's words into the history and on disk. False when there were none."""
        event = self.ask.event
        if isinstance(event, TextSubmitted):
            text, ticket = event.text, event.ticket
        else:
            transcript = await self._transcript(event.utterance)
            self._mark("transcribe")
            if not transcript.text or self._is_echo(event.utterance, transcript.text):
                self.emit(NothingHeard())
                return False
            self.emit(UtteranceTranscribed(transcript.text, transcript.language, transcript.decode_seconds))
            text, ticket = transcript.text, 0
        turn = Turn("user", text, await self._described(self.ask.pictures), Origin.USER)
        self.turn_taken = True
        self.parts.history.add(turn)
        commit = asyncio.create_task(self._commit(turn, ticket))
        try:
            await asyncio.shield(commit)
        except asyncio.CancelledError:
            await commit  # what was said is kept and acknowledged, whatever becomes of the answer
            raise
        return True

    async def _transcript(self, utterance: Utterance) -> Transcript:
        known = await self.ask.ahead.transcript(utterance) if self.ask.ahead is not None else None
        if known is not None:
            return known
        return await self.parts.transcriber.transcribe(utterance.audio, self.parts.settings.hearing.language)

    def _is_echo(self, utterance: Utterance, text: str) -> bool:
        """The end of the reply before, come back through the microphone, or the "one moment" that has ended it."""
        began_at = utterance.ended_at - utterance.audio.seconds
        before = self.parts.said_before
        return began_at < before.until + REVERBERATION_SECONDS and (is_stop(text) or is_own_voice(text, before.text))

    async def _commit(self, turn: Turn, ticket: int) -> None:
        turn_id = await self._saved(turn)
        kind = TurnHeld if self.parts.disk_refuses else partial(TurnCommitted, turn_id)
        self.emit(kind("user", turn.text, ticket, len(turn.pictures)))

    async def _described(self, pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
        """Pictures with what a text-only model is told of them."""
        if not pictures or (await self.parts.model.traits()).sees_pictures:
            return pictures
        return tuple([await self._with_description(picture) for picture in pictures])

    async def _with_description(self, picture: Picture) -> Picture:
        if picture.description:
            return picture
        return replace(picture, description=await self.parts.reader.describe(picture))

    async def _answer(self) -> None:
        self.emit(ReplyStarted())
        clauses = SpokenClauses()
        voice = self._voice = self.parts.voice if self.parts.voice and self.parts.voice.speaker.is_open else None
        if voice is not None:
            self._voice_start = voice.speaker.played_seconds + voice.speaker.queued_seconds
            self.emit(ReplyHeard(0))
        async with aclosing(self._words()) as words:
            async for text in words:
                self._mark("first_token")
                self._shown += text
                self.emit(ReplyDelta(text))
                await self._say(clauses.feed(text))
        self._is_written = True
        await self._say(clauses.finish())
        if voice is not None:
            await voice.speaker.drain()

    async def _words(self) -> AsyncGenerator[str, None]:
        turn, cut = self.parts.history.turns[-1], self.parts.cut_off
        if cut is not None and asks_to_resume(turn.text) and is_resumable(cut, self.parts.history.turns):
            async for text in self._rest(cut):
                yield text
            return
        remark = await self.ask.remark(turn.text, turn.pictures) if self.ask.remark else None
        if remark is not None:
            async for text in remark:
                yield text
            return
        async for text in self._model_words(self.parts.history.turns):
            yield text

    async def _rest(self, cut: CutOff) -> AsyncGenerator[str, None]:
        """The rest of an answer that was cut: as it was written, and then the model goes on behind it."""
        turns = as_if_heard(cut, self.parts.history.turns)
        self.parts.cut_off = None
        if cut.rest:
            yield cut.rest if cut.is_all else f"{cut.rest} "
        if not cut.is_all:
            async for text in self._model_words(turns):
                yield text

    async def _model_words(self, turns: tuple[Turn, ...]) -> AsyncGenerator[str, None]:
        parts, tools = self.parts, ToolUse(self.parts.toolbox, self.emit)
        budget = await prompt_budget(parts)
        while True:
            parts.first_turn = first_turn_that_fits(turns, budget, parts.first_turn)
            messages = (*History(turns).messages(parts.first_turn), *tools.messages)
            said, calls = "", list[ToolCall]()
            try:
                async with aclosing(self._deltas(parts.request(messages))) as deltas:
                    async for delta in deltas:
                        calls += delta.calls
                        if delta.text:
                            said += delta.text
                            yield delta.text
            except PromptTooLongError:
                if self._shown or parts.first_turn >= len(turns) - 1:
                    raise
                budget //= 2  # the text has more tokens than its length let expect
                continue
            if not await tools.carry_out(calls, said):
                return
            if said and not said[-1].isspace():
                yield " "

    def _deltas(self, request: ChatRequest) -> AsyncGenerator[ModelDelta, None]:
        """The model's answer, which may have been begun while the user was still speaking."""
        if self._speculation is None and self.ask.ahead is not None:
            self._speculation = self.ask.ahead.take(request)
            if self._speculation is not None:
                for stage, at in self._speculation.stages.items():
                    self._stages.setdefault(stage, at - self._started_at)
                return self._speculation.deltas()
        self._mark("asked")
        stream = self.parts.model.stream(request)
        assert isinstance(stream, AsyncGenerator)  # every model of ours is one; closing it stops the engine
        return stream

    async def _say(self, clauses: list[str]) -> None:
        """Synthesize clauses and queue them; the playback clock tells later how much of them was heard."""
        for clause in clauses:
            self._mark("first_clause")
            if self._voice is not None:
                await self._voice_clause(clause, self._voice)
            await self._checkpoint()

    async def _voice_clause(self, clause: str, voice: Voice) -> None:
        start = self._queued_seconds
        if not voice.can_say(self._shown, self.emit):
            self.emit(ReplyHeard(None))
            self._clauses.append(SpokenClause(clause, start, start))  # read by the time it would have been heard
            return
        seconds = voiced_seconds = lead_seconds = 0.0
        async for frame in sound_of(clause, voice.synthesizer, self._speculation):
            await voice.speaker.play(frame)
            if sounding := sounding_seconds(frame):
                lead_seconds = lead_seconds if voiced_seconds else seconds + silent_seconds(frame)
                voiced_seconds = seconds + sounding
            seconds += frame.seconds
            if self._sound_watch is None:
                self._mark("first_audio")
                self._sound_watch = asyncio.create_task(self._watch_sound(voice.speaker))
        self._queued_seconds = start + seconds
        self._clauses.append(SpokenClause(clause, start + lead_seconds, start + (voiced_seconds or seconds)))
        self.emit(ClauseSynthesized(clause, seconds))

    async def _watch_sound(self, speaker: Speaker) -> None:
        """Tell when the voice is first heard, and then how far it has come, to the word."""
        while speaker.played_seconds <= self._voice_start:  # noqa: ASYNC110 - a clock to read, nothing to wait on
            await asyncio.sleep(SOUND_POLL_SECONDS)
        self._mark("first_sound")
        self.emit(ReplySounded())
        while True:
            self._follow(self._heard())
            await asyncio.sleep(CAPTION_SECONDS)

    def _follow(self, heard: str) -> None:
        before = self._follower.end
        if self._follower.position(self._shown, heard) != before:
            self.emit(ReplyHeard(self._follower.end))

    async def _checkpoint(self) -> None:
        """The reply so far, on disk and marked as unfinished, in case the process dies while it speaks."""
        if self._turn_id:
            with contextlib.suppress(NotSavedYet), self._disk():
                await self.parts.store.checkpoint_turn(self._turn_id, self._shown)
        else:
            self._turn_id = await self._saved(Turn("assistant", self._shown, (), Origin.MODEL, interrupted=True))

    async def _keep_heard(self) -> None:
        """Silence fell in the middle: only what left the loudspeaker enters the history."""
        heard = self._shown if self._kept else self._heard()
        if self._voice is not None:
            self._follow(heard)
        was_kept = self._kept
        await self._keep(heard, interrupted=not self._kept)
        if self._voice is not None and self._kept and not was_kept:
            index = len(self.parts.history.turns) - 1
            self.parts.cut_off = CutOff(index, self._shown[self._follower.end :].strip(), self._is_written)
        self.emit(ReplyInterrupted(self._shown, heard))

    def _heard(self) -> str:
        if self._voice is None:
            return self._shown
        return heard_text(tuple(self._clauses), self._voice.speaker.played_seconds - self._voice_start)

    async def _keep(self, text: str, interrupted: bool) -> None:
        if not text and not self._turn_id:
            return
        turn = Turn("assistant", text, (), Origin.MODEL, interrupted)
        if text and not self._kept:
            self._kept = True
            self.parts.history.add(turn)
        if self._turn_id:
            await self._finished(text, interrupted)
        else:
            self._turn_id = await self._saved(turn)
        kind = TurnHeld if self.parts.disk_refuses else partial(TurnCommitted, self._turn_id)
        self.emit(kind("assistant", text))

    async def _fail(self, error: AssistantError) -> None:
        if self.parts.voice is not None:
            self.parts.voice.speaker.flush()
        await self._keep(self._heard(), interrupted=True)
        self.emit(ReplyFailed(error.what, error.advice))

    async def _saved(self, turn: Turn) -> int:
        """The turn's id. Where the disk refuses the conversation goes on in memory, after one notice."""
        try:
            with self._disk():
                return await self.parts.store.add_turn(self.parts.conversation_id, turn)
        except NotSavedYet as error:
            return error.turn_id
        return 0

    async def _finished(self, text: str, interrupted: bool) -> None:
        with contextlib.suppress(NotSavedYet), self._disk():
            await self.parts.store.finish_turn(self._turn_id, text, interrupted)

    @contextlib.contextmanager
    def _disk(self) -> Iterator[None]:
        """Notes whether the disk took what was written; passes NotSavedYet on, for its id."""
        try:
            yield
            self.parts.disk_refuses = False
        except StorageError as error:
            if not self.parts.disk_refuses:
                self.emit(NoticeShown("warning", error.what, error.advice))
            self.parts.disk_refuses = True
            if isinstance(error, NotSavedYet):
                raise

    def _mark(self, stage: str) -> None:
        """Seconds since the end of the user's speech, at the first time a stage is reached."""
        self._stages.setdefault(stage, asyncio.get_running_loop().time() - self._started_at)
