"""While the voice is held: what did the user say, and do they want the floor?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError
from assistant.core.events import Event, SpeechConfirmed, SpeechDismissed, StopRequested
from assistant.core.ports import Emit
from assistant.core.types import AudioFrame, Transcript, Utterance
from assistant.session.overheard import Verdict, is_hum, is_made_up, is_sure, judge

VERDICTS: dict[Verdict, Callable[[str], Event]] = {
    Verdict.TAKES_FLOOR: lambda text: SpeechConfirmed(),
    Verdict.STOP: lambda text: StopRequested(),
    Verdict.BACKCHANNEL: lambda text: SpeechDismissed("backchannel", text),
    Verdict.OWN_VOICE: lambda text: SpeechDismissed("own voice", text),
    Verdict.NOISE: lambda text: SpeechDismissed("noise"),
}
NOTHING = SpeechDismissed("noise")


class Weigher:
    """One verdict for everything weighed since the last one: more speech may come while the first is looked at."""

    def __init__(
        self,
        transcribe: Callable[[AudioFrame], Awaitable[Transcript]],
        spoken: Callable[[], tuple[str, bool]],
        post: Emit,
    ) -> None:
        """`spoken` gives what the assistant is saying, and whether it has just begun."""
        self._transcribe = transcribe
        self._spoken = spoken
        self._post = post
        self._waiting: Utterance | None = None
        self._task: asyncio.Task[None] | None = None
        self._awaits_words = False
        self.goes_on = False
        """After the utterance that ended, another one has begun."""
        self._withheld: Event | None = NOTHING
        """What is said when nothing more comes; None while the end of the utterance is sure to come."""
        self.wanted: Utterance | None = None
        """Words that would like the floor, if they are the end of it."""
        self.ended: Utterance | None = None
        """An utterance that came to its end before there was a verdict."""

    def await_words(self, have_begun: bool) -> None:
        """Somebody seems to speak again: no dismissal until that has been weighed too.

        `have_begun` says that it is speech, whose end is sure to come.
        """
        self._awaits_words = True
        self.goes_on = self.goes_on or (have_begun and self.ended is not None)

    def weigh_nothing(self) -> None:
        """What had begun was no word: the verdict on what came before it stands."""
        self._awaits_words = False
        if self._withheld is not None and (self._task is None or self._task.done()):
            self._post(self._withheld)

    def weigh(self, utterance: Utterance, has_ended: bool) -> None:
        self._awaits_words = False
        if has_ended:
            self.ended = utterance = utterance if self.ended is None else joined(self.ended, utterance)
            self.goes_on = False
        self._waiting = utterance
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def forget(self) -> Utterance | None:
        """There will be no more verdict. Returns the utterance that ended meanwhile."""
        task, self._task = self._task, None
        self._waiting = None
        self._awaits_words, self.goes_on, self._withheld = False, False, NOTHING
        ended, self.ended, self.wanted = self.ended, None, None
        await cancel_and_wait(task)
        return ended

    async def _run(self) -> None:
        verdict: Event | None = None
        while self._waiting is not None:
            utterance, self._waiting = self._waiting, None
            verdict = await self._verdict(utterance)
            if verdict is not None and not isinstance(verdict, SpeechDismissed):
                break
        if verdict is None or (self._awaits_words and isinstance(verdict, SpeechDismissed)):
            self._withheld = verdict
        else:
            self._post(verdict)

    async def _verdict(self, utterance: Utterance) -> Event | None:
        """None where a few words want the floor, and the end of the utterance will tell whether they do."""
        try:
            transcript = await self._transcribe(utterance.audio)
        except AssistantError:
            return SpeechConfirmed()  # the reply to it will say what is wrong
        text, verdict = transcript.text, judge(transcript.text, *self._spoken())
        if verdict in (Verdict.TAKES_FLOOR, Verdict.STOP):
            made_up = is_made_up(text, transcript.confidence, utterance.audio.seconds)
            if verdict is Verdict.STOP and not made_up:
                return VERDICTS[verdict](text)
            if utterance is not self.ended:
                if is_sure(text, utterance.audio.seconds) and not made_up:
                    return VERDICTS[verdict](text)
                self.wanted = None if made_up else utterance
                return None
            if made_up or is_hum(text, utterance.speech_samples / utterance.audio.sample_rate):
                verdict = Verdict.BACKCHANNEL
        return VERDICTS[verdict](text)


def joined(first: Utterance, second: Utterance) -> Utterance:
    """Two stretches of speech as one: the user went on before the first was understood."""
    samples = np.concatenate([first.audio.samples, second.audio.samples])
    speech_samples = len(first.audio.samples) + second.speech_samples
    return Utterance(AudioFrame(samples, second.audio.sample_rate), second.ended_at, speech_samples)
