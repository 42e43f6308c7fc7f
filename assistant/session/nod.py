"""A soft "mm-hm" inside a long turn of the user's, for those who like to hear that somebody listens.

Off by default. It is decided here, by time and by the rule on the words: nothing is asked of a model, and it is no turn
of the conversation. The first occasion only prepares the sound, so that it never comes late into the user's next word.
"""

from __future__ import annotations

import asyncio

import numpy as np

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError
from assistant.core.ports import Synthesizer
from assistant.core.types import AudioFrame
from assistant.session.reply_parts import ReplyParts

WORDS = "Mm-hm."
LOUDNESS = 0.4  # of the voice's own: it is to be felt more than heard
LONG_TURN_SECONDS = 5.0
APART_SECONDS = 8.0


class Nod:
    """Of one session. `at_pause` is told of every short pause of the user's."""

    def __init__(self, parts: ReplyParts) -> None:
        self._parts = parts
        self._sound: tuple[Synthesizer, list[AudioFrame]] | None = None
        self._work: asyncio.Task[None] | None = None
        self._last_at = float("-inf")

    def at_pause(self, spoken_seconds: float, reads_complete: bool) -> None:
        """The user is silent for a moment, `spoken_seconds` after their turn began, and may not be done."""
        voice, now = self._parts.voice, asyncio.get_running_loop().time()
        if voice is None or not self._parts.settings.talk.nods or reads_complete:
            return
        if spoken_seconds < LONG_TURN_SECONDS or now - self._last_at < APART_SECONDS:
            return
        if not voice.speaker.is_open or voice.speaker.queued_seconds or (self._work and not self._work.done()):
            return
        if self._sound is None or self._sound[0] is not voice.synthesizer:
            self._work = asyncio.create_task(self._prepare(voice.synthesizer))
        else:
            self._last_at = now
            self._work = asyncio.create_task(self._play(self._sound[1]))

    async def close(self) -> None:
        await cancel_and_wait(self._work)

    async def _prepare(self, synthesizer: Synthesizer) -> None:
        try:
            frames = [frame async for frame in synthesizer.synthesize(WORDS)]
        except AssistantError:
            return  # the next answer will say what is wrong with the voice
        soft = [AudioFrame(np.float32(LOUDNESS) * frame.samples, frame.sample_rate) for frame in frames]
        self._sound = (synthesizer, soft)

    async def _play(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            if self._parts.voice is not None:
                await self._parts.voice.speaker.play(frame)
