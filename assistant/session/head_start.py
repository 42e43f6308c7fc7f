"""What is done about the user's turn before it is over: its words, the prompt, and the beginning of an answer.

The rule: everything here can be thrown away without a trace. Waste is bounded: one speculation at a time, a few a
turn, each for a short while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError
from assistant.core.events import CaptionChanged
from assistant.core.history import History, Turn, first_turn_that_fits
from assistant.core.ports import Emit
from assistant.core.types import AudioFrame, ChatRequest, Origin, Transcript, Utterance
from assistant.session.agreement import Words, same_words
from assistant.session.captions import Captions
from assistant.session.reply_parts import ReplyParts, prompt_budget
from assistant.session.speculation import Speculation

SPECULATIONS = 3  # a turn: who pauses more often than that is thinking
HOLD_SECONDS = 3.0  # an answer nobody has claimed by then stands in the way of others
PREFILL_WORDS = 1  # new words that are worth a request: what is left for the pause costs 9 to 25 ms a token


class HeadStart:
    """Belongs to the session; serves one turn after another, with a `forget` in between.

    `may_speculate` says whether words may be answered before they are certain: the answer is only an answer.
    `paused` is told all words so far when the speaker is silent for a moment.
    """

    def __init__(
        self,
        parts: ReplyParts,
        emit: Emit,
        may_speculate: Callable[[str], bool],
        paused: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._parts = parts
        self._emit = emit
        self._may_speculate = may_speculate
        self._paused = paused
        self._captions = Captions(self._transcribe, self._recognised)
        self._speculation: Speculation | None = None
        self._count = 0
        self._expiry: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None
        self._read_words = 0
        self._dropping: set[asyncio.Task[None]] = set()

    def warm(self) -> None:
        """Let the model read the conversation so far, so that only new words are left to be read."""
        self._read(())

    def hear(self, utterance: Utterance, is_pause: bool) -> None:
        """The utterance so far."""
        if is_pause:
            self._stop_reading()  # what counts now is what was said
        else:
            self._drop()  # the user went on
        settings = self._parts.settings
        if settings.ahead.captions and not settings.hearing.is_elsewhere:  # a turn is sent once, not ten times
            self._captions.hear(utterance, is_pause)

    async def transcript(self, utterance: Utterance) -> Transcript | None:
        """The words of the utterance that has ended, if they are known or about to be."""
        return await self._captions.final(utterance)

    def take(self, request: ChatRequest) -> Speculation | None:
        """The beginning of the answer to this request, for the caller to go on with and to drop."""
        self._stop_reading()
        speculation = self._speculation
        if speculation is None or not speculation.answers(request):
            self._drop()
            return None
        self._speculation = None
        self._forget_expiry()
        return speculation

    async def forget(self) -> None:
        """The turn is over or was none. Returns when nothing is running any more."""
        self._drop()
        self._stop_reading()
        self._count = self._read_words = 0
        await self._captions.forget()
        await cancel_and_wait(self._reading)
        for task in tuple(self._dropping):
            await asyncio.wait({task})

    async def _transcribe(self, audio: AudioFrame, draft: bool) -> Transcript:
        return await self._parts.transcriber.transcribe(audio, self._parts.settings.hearing.language, draft)

    def _recognised(self, words: Words, is_pause: bool) -> None:
        self._emit(CaptionChanged(words.firm, words.faint))
        if is_pause:
            self._paused(words.text)
        if not self._speculates(words.text):
            return
        if is_pause:
            self._speculate(words.text)
            return
        known = words.text.split()[:-1]  # the last word may be cut; what else was wrong costs a new reading, no more
        if len(known) >= self._read_words + PREFILL_WORDS:
            self._read_words = len(known)
            self._read((Turn("user", " ".join(known), (), Origin.USER),))

    def _speculates(self, text: str) -> bool:
        """Never with a model on another machine: words that were not meant to be sent yet stay here."""
        settings = self._parts.settings
        if not settings.ahead.speculation or settings.mind.server_url or self._parts.saves_power():
            return False
        return self._may_speculate(text)

    def _speculate(self, text: str) -> None:
        if self._speculation is not None and same_words(self._speculation.text, text):
            return
        self._drop()
        if not text or self._count >= SPECULATIONS:
            return
        self._count += 1
        self._stop_reading()
        parts = self._parts
        is_spoken = parts.voice is not None and parts.voice.speaker.is_open
        is_spoken = is_spoken and not parts.settings.voice.is_elsewhere  # words that may be dropped stay here
        voice = parts.voice.synthesizer if parts.voice is not None and is_spoken else None
        self._speculation = Speculation(parts.model, voice, text, self._request)
        self._expiry = asyncio.get_running_loop().call_later(HOLD_SECONDS, self._drop)

    async def _request(self, text: str) -> ChatRequest:
        return await request_for(self._parts, (Turn("user", text, (), Origin.USER),))

    def _drop(self) -> None:
        self._forget_expiry()
        speculation, self._speculation = self._speculation, None
        if speculation is not None:
            task = asyncio.create_task(speculation.drop())
            self._dropping.add(task)
            task.add_done_callback(self._dropping.discard)

    def _forget_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def _read(self, turns: tuple[Turn, ...]) -> None:
        """One at a time: the engine reads in order, and what comes late is not worth waiting for."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._prefill(turns))

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def _prefill(self, turns: tuple[Turn, ...]) -> None:
        try:
            await self._parts.model.prefill(await request_for(self._parts, turns))
        except AssistantError:
            return  # the reply will say what is wrong


async def request_for(parts: ReplyParts, more: tuple[Turn, ...]) -> ChatRequest:
    """What the model would be asked if the conversation had these turns more."""
    turns = (*parts.history.turns, *more)
    first = first_turn_that_fits(turns, await prompt_budget(parts), parts.first_turn)
    return parts.request(History(turns).messages(first))
