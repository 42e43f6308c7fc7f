"""The beginning of an answer that may never be given.

It runs in the dark: nothing is shown, spoken, stored or carried out here. Either the reply takes it over, words and
first clause, and goes on from where it is; or it is dropped, and nobody can tell that it was there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError
from assistant.core.ports import LanguageModel, Synthesizer
from assistant.core.types import AudioFrame, ChatRequest, ModelDelta, Transcript, Utterance
from assistant.session.agreement import same_words
from assistant.session.speakable import SpokenClauses


class Speculation:
    """Begins at once. `ask` makes the request that the reply would make if the user's words were `text`."""

    def __init__(
        self,
        model: LanguageModel,
        voice: Synthesizer | None,
        text: str,
        ask: Callable[[str], Awaitable[ChatRequest]],
    ) -> None:
        self.text = text
        self.stages: dict[str, float] = {}
        """When something was reached, on the loop's clock: asked, first_token, first_clause."""
        self._model = model
        self._voice = voice
        self._ask = ask
        self._request: ChatRequest | None = None
        self._deltas: asyncio.Queue[ModelDelta | AssistantError | None] = asyncio.Queue()
        self._has_failed = False
        self._clause = ""
        self._synthesis: asyncio.Task[list[AudioFrame] | None] | None = None
        self._writing = asyncio.create_task(self._write())

    def answers(self, request: ChatRequest) -> bool:
        """Is this the beginning of the answer to the request, the user's last words taken as words?"""
        mine = self._request
        if mine is None or self._has_failed or not request.messages:
            return False
        last = request.messages[-1]
        if not same_words(mine.messages[-1].text, last.text):
            return False
        return request == replace(mine, messages=(*mine.messages[:-1], last))

    async def deltas(self) -> AsyncGenerator[ModelDelta, None]:
        """All of the answer, from its first word on. Raises what the model raised. Closing it ends the model's work."""
        try:
            while (item := await self._deltas.get()) is not None:
                if isinstance(item, AssistantError):
                    raise item
                yield item
        finally:
            await cancel_and_wait(self._writing)

    async def frames(self, clause: str) -> list[AudioFrame] | None:
        """The voice's sound of a clause, if it is the one that was prepared."""
        if self._synthesis is None or clause != self._clause:
            return None
        return await asyncio.shield(self._synthesis)

    async def drop(self) -> None:
        """Returns when nothing of it is running any more."""
        await cancel_and_wait(self._writing)
        await cancel_and_wait(self._synthesis)

    async def _write(self) -> None:
        clauses = SpokenClauses()
        try:
            self._request = await self._ask(self.text)
            self._mark("asked")
            async with aclosing(self._model.stream(self._request)) as deltas:  # type: ignore[type-var]
                async for delta in deltas:
                    if delta.text:
                        self._mark("first_token")
                    self._deltas.put_nowait(delta)
                    if self._synthesis is None:
                        self._prepare(clauses.feed(delta.text))
            if self._synthesis is None:
                self._prepare(clauses.finish())
        except AssistantError as error:
            self._has_failed = True
            self._deltas.put_nowait(error)
        finally:
            self._deltas.put_nowait(None)

    def _prepare(self, clauses: list[str]) -> None:
        if clauses:
            self._mark("first_clause")
            self._clause = clauses[0]
            self._synthesis = asyncio.create_task(self._synthesize(clauses[0]))

    async def _synthesize(self, clause: str) -> list[AudioFrame] | None:
        if self._voice is None:
            return None
        try:
            return [frame async for frame in self._voice.synthesize(clause)]
        except AssistantError:
            return None  # the reply will find out by itself

    def _mark(self, stage: str) -> None:
        self.stages.setdefault(stage, asyncio.get_running_loop().time())


async def sound_of(clause: str, voice: Synthesizer, speculation: Speculation | None) -> AsyncIterator[AudioFrame]:
    """A clause as it was prepared, or as the voice says it now."""
    prepared = await speculation.frames(clause) if speculation is not None else None
    if prepared is not None:
        for frame in prepared:
            yield frame
        return
    async for frame in voice.synthesize(clause):
        yield frame


class Ahead(Protocol):
    """What was done for this turn before it was over."""

    async def transcript(self, utterance: Utterance) -> Transcript | None:
        """The words of the utterance, if they are known or about to be."""
        ...

    def take(self, request: ChatRequest) -> Speculation | None:
        """The beginning of the answer, if there is one."""
        ...
