"""Words while they are spoken: one recognition at a time, none in silence.

The rule: the final recognition waits for nothing that it does not use. A look at a pause goes before all others, and
is the final one where nothing was said after it; a look at speech that has gone on is stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError
from assistant.core.types import AudioFrame, Transcript, Utterance
from assistant.session.agreement import Agreement, Words

HOP_SECONDS = 0.4  # of new speech are worth a draft: a word and a half
REST = 2.5  # times a draft's own duration from its start to the next: one that runs at a pause delays the look there
SETTLED_SECONDS = 12.0  # what was said before a pause later than this is not looked at again

Transcribe = Callable[[AudioFrame, bool], Awaitable[Transcript]]
"""Words in the audio; True for a draft."""


@dataclass(slots=True)
class _Look:
    """One recognition: of everything up to `speech_samples`, the part before `cut` being settled."""

    utterance: Utterance
    is_pause: bool
    task: asyncio.Task[Transcript | None] | None = None


class Captions:
    """Of one utterance at a time; `forget` makes it ready for the next.

    `changed` is told the words after each look, and whether the look was at a pause.
    """

    def __init__(self, transcribe: Transcribe, changed: Callable[[Words, bool], None]) -> None:
        self._transcribe = transcribe
        self._changed = changed
        self._stopped: set[asyncio.Task[Transcript | None]] = set()
        self._look: _Look | None = None
        self._agreement = Agreement()
        self._settled: list[str] = []
        self._cut = 0
        self._rests_until = float("-inf")

    def hear(self, utterance: Utterance, is_pause: bool) -> None:
        """The utterance so far. A draft is left out where one is running or the machine is slow."""
        if self._look is not None and self._look.utterance.speech_samples != utterance.speech_samples:
            self._look.is_pause = False  # the user went on
        running = self._look if self._look is not None and not _is_done(self._look) else None
        if not is_pause and (running is not None or not self._is_worth_a_draft(utterance)):
            return
        if running is not None:
            self._stop(running)
        look = self._look = _Look(utterance, is_pause)
        look.task = asyncio.create_task(self._run(look))

    async def final(self, utterance: Utterance) -> Transcript | None:
        """The words of the whole utterance, if the last look was at exactly this; else None, at once."""
        look = self._look
        if look is None or look.task is None:
            return None
        if not look.is_pause or look.utterance.speech_samples != utterance.speech_samples:
            self._stop(look)
            return None
        return await asyncio.shield(look.task)

    async def forget(self) -> None:
        """The utterance is over. Returns when nothing is running any more."""
        if self._look is not None:
            self._stop(self._look)
        for task in tuple(self._stopped):
            await cancel_and_wait(task)
        self._look = None
        self._agreement = Agreement()
        self._settled.clear()
        self._cut = 0
        self._rests_until = float("-inf")

    def _is_worth_a_draft(self, utterance: Utterance) -> bool:
        samples, rate = len(utterance.audio.samples), utterance.audio.sample_rate
        before = len(self._look.utterance.audio.samples) if self._look is not None else 0
        return samples - before >= round(HOP_SECONDS * rate) and _now() >= self._rests_until

    def _stop(self, look: _Look) -> None:
        task = look.task
        if task is not None and not task.done():
            self._stopped.add(task)
            task.add_done_callback(self._stopped.discard)
            task.cancel()

    async def _run(self, look: _Look) -> Transcript | None:
        audio = look.utterance.audio
        started = _now()
        is_draft = not look.is_pause
        rest = AudioFrame(audio.samples[self._cut :], audio.sample_rate)
        try:
            transcript = await self._transcribe(rest, is_draft)
        except AssistantError:
            return None  # the reply to it will say what is wrong
        self._rests_until = started + REST * (_now() - started)
        if not transcript.text and not look.is_pause:
            return None
        words = self._agreement.push(transcript.text, look.is_pause)
        whole = " ".join([*self._settled, words.firm]).strip()
        if look.is_pause and rest.seconds > SETTLED_SECONDS and transcript.text:
            self._settled.append(transcript.text)
            self._cut = len(audio.samples)
            self._agreement = Agreement()
        self._changed(Words(whole, words.faint), look.is_pause)
        if not look.is_pause:
            return None
        return replace(transcript, text=whole, audio_seconds=audio.seconds)


def _is_done(look: _Look) -> bool:
    return look.task is None or look.task.done()


def _now() -> float:
    return asyncio.get_running_loop().time()
