"""The session: takes events one at a time, asks the table, and carries out its actions. Runs on one asyncio loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from assistant.core.aio import cancel_and_wait
from assistant.core.calculator import find_sum
from assistant.core.conversation import Action, Conversation, Phase
from assistant.core.events import (
    Event,
    NoticeShown,
    PhaseChanged,
    PictureAttached,
    PictureDropped,
    PicturesDetached,
    ReplyFailed,
    ReplyFinished,
    ReplySounded,
    SpeechDiscarded,
    SpeechProgressed,
    SpeechSampled,
    SpeechStarted,
    SuspicionLifted,
    TextSubmitted,
    UtteranceEnded,
    UtteranceTranscribed,
)
from assistant.core.page_events import ElementSelected, ShapedByHand
from assistant.core.ports import Delivery, Emit, TurnListener
from assistant.core.types import AudioFrame, Picture, Transcript, Utterance
from assistant.session.head_start import HeadStart
from assistant.session.intents import Intent, classify
from assistant.session.jobs import PageJobs, page_remark
from assistant.session.nod import Nod
from assistant.session.reply import Reply
from assistant.session.reply_parts import Ask, ReplyParts
from assistant.session.resuming import asks_to_resume
from assistant.session.tongue import language_of
from assistant.session.turn_text import reads_complete
from assistant.session.weighing import Weigher, joined

OF_A_REPLY = (ReplySounded, ReplyFinished, ReplyFailed)
DELIVERIES = {
    Action.LOWER_VOICE: Delivery.LOWERED,
    Action.HOLD_VOICE: Delivery.HELD,
    Action.RESUME_VOICE: Delivery.FULL,
}


@dataclass(slots=True)
class _FromReply:
    """An event of a reply, with the reply's number: what a cancelled reply still says must not move the floor."""

    number: int
    event: Event


class Session:
    """Owns the inbox, the reply task and the page jobs. `post` from the loop's thread; events go out in order."""

    def __init__(self, parts: ReplyParts, jobs: PageJobs, publish: Emit, ears: Callable[[], TurnListener]) -> None:
        self._parts = parts
        self._jobs = jobs
        self._publish = publish
        self._ears = ears
        self._conversation = Conversation()
        self._inbox: asyncio.Queue[Event | _FromReply] = asyncio.Queue()
        self._reply: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self._reply_number = 0
        self._unanswered: Utterance | None = None
        self._unheard: Ask | None = None
        """Its words are in the history, and its answer was cut before the first sound."""
        self._pictures: list[Picture] = []
        self._ahead = HeadStart(parts, publish, self._may_speculate, self._paused)
        self._language = ""
        self._nod = Nod(parts)
        self._spoken_seconds = 0.0
        self._weigher = Weigher(self._transcript, self._spoken, self.post)

    @property
    def phase(self) -> Phase:
        return self._conversation.phase

    @property
    def parts(self) -> ReplyParts:
        return self._parts

    @property
    def jobs(self) -> PageJobs:
        return self._jobs

    async def start_over(self, conversation_id: int) -> None:
        """Begin a new conversation: nothing of the old one is sent to the model any more."""
        await self._cancel_reply()
        self._parts.history.clear()
        self._parts.first_turn = 0
        self._parts.cut_off = None
        self._parts.conversation_id = conversation_id
        await self._jobs.start_over(conversation_id)
        self._pictures.clear()
        self._unanswered = None

    def warm(self) -> None:
        """Let the model read the conversation so far, if nobody is talking: then only new words are left to read."""
        if self._conversation.phase is Phase.LISTENING:
            self._ahead.warm()

    def post(self, event: Event) -> None:
        self._inbox.put_nowait(event)

    async def run(self) -> None:
        """Handle events until cancelled; then nothing of the session is left running."""
        try:
            while True:
                item = await self._inbox.get()
                if isinstance(item, _FromReply):
                    stale = item.number != self._reply_number and isinstance(item.event, OF_A_REPLY)
                    await self._handle(item.event, decides=not stale)
                else:
                    await self._handle(item)
        finally:
            await self._weigher.forget()
            await self._cancel_reply()
            await self._ahead.forget()
            await self._nod.close()
            await self._jobs.close()

    async def _handle(self, event: Event, decides: bool = True) -> None:
        if isinstance(event, SpeechProgressed):
            if self._conversation.phase is Phase.HEARING:
                whole = self._whole(event.utterance)
                self._spoken_seconds = whole.audio.seconds
                self._ahead.hear(whole, event.is_pause)
            return
        self._publish(event)
        if isinstance(event, PictureDropped):
            self._jobs.start(event.name, event.data)
        elif isinstance(event, ElementSelected):
            self._jobs.select(event.job, event.element_id)
        elif isinstance(event, ShapedByHand):
            self._jobs.shape(event)
        elif isinstance(event, PictureAttached):
            self._pictures.append(event.picture)
        elif isinstance(event, PicturesDetached):
            self._pictures.clear()
        elif isinstance(event, UtteranceTranscribed):
            self._language = event.language
            self._show_sum(event.text)
        elif isinstance(event, TextSubmitted):
            self._show_sum(event.text)
        if not decides:
            return
        before = self._conversation.phase
        if isinstance(event, SpeechDiscarded):
            event = self._cough(event)
        actions = self._conversation.handle(event)
        for action in actions:
            await self._do(action, event)
        if before is Phase.HOLDING and self._conversation.phase is not Phase.HOLDING:
            goes_on, ended = self._weigher.goes_on, await self._weigher.forget()
            if ended is not None and self._conversation.phase is Phase.HEARING:
                if goes_on:
                    self._unanswered = ended
                else:
                    self.post(UtteranceEnded(ended))
        if self._conversation.phase != before:
            self._publish(PhaseChanged(self._conversation.phase.value))
            if self._conversation.phase is Phase.LISTENING:
                await self._ahead.forget()
                self._ahead.warm()
                self._jobs.resume()

    def _cough(self, event: SpeechDiscarded) -> Event:
        """What it means: a cough behind words that still wait for an answer changes nothing about them."""
        if self._conversation.phase is Phase.HEARING and self._unanswered is not None:
            unanswered, self._unanswered = self._unanswered, None
            return UtteranceEnded(unanswered)
        if self._conversation.phase is Phase.HEARING and self._unheard is not None:
            return self._unheard.event
        if self._conversation.phase is Phase.HOLDING and self._weigher.ended is not None:
            self._weigher.goes_on = False
            return SuspicionLifted()
        if self._conversation.phase is Phase.HOLDING and self._weigher.wanted is not None:
            return UtteranceEnded(self._weigher.wanted)  # the ear lost it among the echo; the words were understood
        return event

    async def _do(self, action: Action, event: Event) -> None:
        if action is Action.CANCEL_REPLY:
            await self._cancel_reply(goes_on=isinstance(event, SpeechStarted))
        elif action is Action.DROP_SPEECH:
            self._unanswered = None
            if not isinstance(event, TextSubmitted):
                self._unheard = None
            await self._ahead.forget()
            self._ears().drop_speech()
        elif action in DELIVERIES:
            self._deliver(DELIVERIES[action])
        elif action is Action.AWAIT_WORDS:
            self._weigher.await_words(have_begun=isinstance(event, SpeechStarted))
        elif action is Action.WEIGH_SPEECH:
            if isinstance(event, UtteranceEnded | SpeechSampled):
                self._weigher.weigh(event.utterance, has_ended=isinstance(event, UtteranceEnded))
                if isinstance(event, SpeechSampled) and not event.is_pause:
                    self._weigher.await_words(have_begun=False)
            else:
                self._weigher.weigh_nothing()
        elif isinstance(event, UtteranceEnded | TextSubmitted):
            await self._jobs.pause()
            if isinstance(event, TextSubmitted):
                await self._ahead.forget()
            self._start_reply(event)

    def _start_reply(self, event: UtteranceEnded | TextSubmitted) -> None:
        again = self._unheard is not None and event is self._unheard.event
        ask = self._unheard if again and self._unheard is not None else self._asked(event)
        self._unanswered = self._unheard = None
        self._reply_number += 1
        number = self._reply_number

        def emit(said: Event) -> None:
            self._inbox.put_nowait(_FromReply(number, said))

        self._reply = Reply(ask, self._parts, emit, turn_taken=again)
        self._task = asyncio.create_task(self._reply.run())

    def _asked(self, event: UtteranceEnded | TextSubmitted) -> Ask:
        pictures = tuple(self._pictures)
        self._pictures.clear()
        if isinstance(event, TextSubmitted):
            return Ask(event, pictures + event.pictures, self._remark)
        return Ask(UtteranceEnded(self._whole(event.utterance)), pictures, self._remark, self._ahead)

    def _whole(self, utterance: Utterance) -> Utterance:
        """With what was said before it and is still to be answered."""
        return joined(self._unanswered, utterance) if self._unanswered is not None else utterance

    def _paused(self, text: str) -> None:
        complete = reads_complete(text, self._parts.settings.hearing.language or self._language or "en")
        self._ears().words_at_pause(complete)
        self._nod.at_pause(self._spoken_seconds, complete)

    def _show_sum(self, text: str) -> None:
        """Where the model is given a result, the user sees it: what was calculated, and that it was."""
        if found := find_sum(text):
            self._publish(NoticeShown("info", f"Calculated: {found.text}."))

    def _may_speculate(self, text: str) -> bool:
        """Not where the words go with a picture or are an order to a page, nor while a page needs the model."""
        if self._parts.cut_off is not None and asks_to_resume(text):
            return False
        return not self._pictures and not self._jobs.is_busy and not self._jobs.understands(text)

    async def _remark(self, text: str, pictures: tuple[Picture, ...]) -> AsyncIterator[str] | None:
        """For a picture that is to become a page, the answer is the page and a sentence on it."""
        if not pictures:
            return await self._edit(text)
        intent = await classify(
            text, has_picture=True, page_open=self._jobs.latest is not None, model=self._parts.model
        )
        return self._build(pictures[-1]) if intent is Intent.BUILD_PAGE else None

    async def _edit(self, text: str) -> AsyncIterator[str] | None:
        """For words about the open page, the answer is the change. A plain question waits for no model here."""
        if self._jobs.shown is None:
            return None
        if self._jobs.understands(text):
            return self._jobs.edit(text)
        intent = await classify(text, has_picture=False, page_open=True, model=self._parts.model)
        return self._jobs.edit(text) if intent is Intent.EDIT_PAGE else None

    async def _build(self, picture: Picture) -> AsyncIterator[str]:
        job = self._jobs.start("Sketch", picture)
        await job.painted.wait()
        if job.reading is not None:
            yield page_remark(job.reading)

    def _deliver(self, how: Delivery) -> None:
        if self._parts.voice is not None:
            self._parts.voice.speaker.deliver(how)

    async def _transcript(self, audio: AudioFrame) -> Transcript:
        """Half a second is too short to detect a language from: it is the one that is being spoken."""
        language = self._parts.settings.hearing.language or language_of(self.sounding()) or self._language
        return await self._parts.transcriber.transcribe(audio, language)

    def sounding(self) -> str:
        """What is being said and has just been said."""
        return self._reply.sounding() if self._reply is not None else ""

    def _spoken(self) -> tuple[str, bool]:
        return self.sounding(), self._reply is not None and self._reply.has_just_begun

    def _may_answer_again(self, reply: Reply) -> bool:
        """Nothing of the answer was heard, and asking for it once more changes nothing twice."""
        turns = self._parts.history.turns
        is_unheard = reply.turn_taken and bool(turns) and turns[-1].role == "user"
        return is_unheard and not reply.ask.pictures and self._jobs.shown is None

    async def _cancel_reply(self, goes_on: bool = False) -> None:
        """Silence first: the user hears that at once. When they `goes_on` talking, words not yet taken are carried."""
        if self._parts.voice is not None:
            self._parts.voice.speaker.flush()
            self._deliver(Delivery.FULL)
        await cancel_and_wait(self._task)
        await self._ahead.forget()
        reply, self._reply, self._task = self._reply, None, None
        if goes_on and reply is not None and not reply.turn_taken and isinstance(reply.ask.event, UtteranceEnded):
            self._unanswered = reply.ask.event.utterance
            self._pictures = [*reply.ask.pictures, *self._pictures]
            self._ears().turn_reopened()
        elif goes_on and reply is not None and self._may_answer_again(reply):
            self._unheard = reply.ask
