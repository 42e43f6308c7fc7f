"""The doorway between the listener and the session: only what is meant for the assistant comes in.

Runs on the loop. While the assistant is asleep, speech is looked at for its name and for nothing else; what is said
without it is forgotten, reaches no model and no disk. With a wake phrase it is not even looked at: a small network
listens for the sound of the phrase (`phrase_heard`), and only what was said with it is recognised.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.core.aio import cancel_and_wait
from assistant.core.attention import Attention, Cue, Duty, Earcon, WayToTalk
from assistant.core.conversation import Phase
from assistant.core.errors import AssistantError
from assistant.core.events import (
    AttentionChanged,
    Event,
    MicrophoneClosed,
    MicrophoneOpened,
    NoticeShown,
    PhaseChanged,
    ReplyFailed,
    SpeechDiscarded,
    SpeechStarted,
    UtteranceEnded,
)
from assistant.core.ports import Emit, Transcriber
from assistant.core.settings import TalkSettings
from assistant.core.types import SPEECH_RATE, AudioFrame, Transcript, Utterance
from assistant.session.address import after_phrase, called, without_name
from assistant.session.overheard import is_own_voice

PHRASE_SECONDS = 2.0  # how far back a wake phrase may have begun when it is known to have been said
LOOKED_AT_SECONDS = 12.0  # of a longer utterance, only its beginning: nobody calls in the middle of a lecture

CUES = {"open": Cue.OPEN, "name": Cue.WAIT_FOR_NAME, "key": Cue.MUTE, "text": Cue.TYPE}
CHIMES = {
    Duty.CHIME_LISTENING: Earcon.LISTENING,
    Duty.CHIME_TAKEN: Earcon.TAKEN,
    Duty.CHIME_MUTED: Earcon.MUTED,
}
TALKATIVE_SECONDS = 45.0  # of speech in the last TALKATIVE_SPAN: a person lets the answer have its turn
TALKATIVE_SPAN = 60.0
ALWAYS_LET_IN = (MicrophoneOpened, MicrophoneClosed, NoticeShown)


class Ears(Protocol):
    """What the doorway asks of the listener."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def begin_push(self) -> None: ...

    def end_push(self) -> None: ...


@dataclass(slots=True)
class Household:
    """Where the doorway leads: the session's inbox, the window, the loudspeaker."""

    post: Emit
    publish: Emit
    chime: Callable[[Earcon], None]
    spoken: Callable[[], str]
    """What the assistant is saying and has just said."""


class Recollection:
    """Implements Transcriber: what the doorway has already read is not read again, and addresses are left out."""

    def __init__(
        self,
        transcriber: Transcriber,
        settings: TalkSettings,
        doorkeeper: Callable[[], Transcriber | None] = lambda: None,
    ) -> None:
        """`doorkeeper` reads what may not be meant for the assistant, where `transcriber` is on another machine."""
        self._transcriber = transcriber
        self._doorkeeper = doorkeeper
        self._read: tuple[AudioFrame, Transcript] | None = None
        self.settings = settings

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        if self._read is not None and self._read[0] is audio:
            transcript = self._read[1]
        else:
            transcript = await self._transcriber.transcribe(audio, language, draft, times)
        text = without_name(without_name(transcript.text, self.settings.call), self.settings.name)
        return replace(transcript, text=text)

    async def look_at(self, audio: AudioFrame, language: str) -> Transcript:
        return await (self._doorkeeper() or self._transcriber).transcribe(audio, language)

    def keep(self, audio: AudioFrame, transcript: Transcript) -> None:
        """The next question about this audio has this answer, unless the other machine is meant to hear it."""
        if self._doorkeeper() is None:
            self._read = (audio, transcript)


class Doorway:
    """`hear` takes the listener's events, `see` the session's. Close it before the loop ends."""

    def __init__(self, ears: Callable[[], Ears], house: Household, recollection: Recollection) -> None:
        """`ears` is asked at each use: the listener is built with this doorway's `hear`."""
        self._ears = ears
        self._house = house
        self._recollection = recollection
        self._way = WayToTalk()
        self._language = ""
        self._is_speaking = False
        self._phase = Phase.LISTENING
        self._waiting: Utterance | None = None
        self._looking: asyncio.Task[None] | None = None
        self._greeted: asyncio.Task[None] | None = None
        self._window: asyncio.TimerHandle | None = None
        self._speech: deque[tuple[float, float]] = deque()
        self._told_talkative = False
        self._phrase_at: float | None = None
        """When the wake phrase was heard in the utterance that is still going on, on the loop's clock."""

    @property
    def phrase_awaited(self) -> str:
        """The wake phrase that counts at this moment, a key of WAKE_PHRASES; empty for none."""
        return self._recollection.settings.wake if self.attention is Attention.ASLEEP else ""

    @property
    def attention(self) -> Attention:
        return self._way.attention

    def apply(self, settings: TalkSettings, language: str) -> None:
        self._recollection.settings, self._language = settings, language

    def choose(self, way: str) -> None:
        """`way` as the settings name it: "open", "name", "key" or "text"."""
        self._handle(CUES[way])

    def mute(self) -> None:
        self._handle(Cue.MUTE)

    def press(self) -> None:
        self._handle(Cue.KEY_PRESSED)

    def release(self) -> None:
        self._handle(Cue.KEY_RELEASED)

    def lapse(self) -> None:
        """Nobody is in the middle of talking to it any more: wait for the name again."""
        self._handle(Cue.LAPSED)

    async def close(self) -> None:
        self._stop_window()
        self._waiting = None
        await cancel_and_wait(self._looking)
        await cancel_and_wait(self._greeted)

    def hear(self, event: Event) -> None:
        """An event of the listener."""
        if isinstance(event, SpeechStarted):
            self._is_speaking = True
        elif isinstance(event, UtteranceEnded | SpeechDiscarded | MicrophoneClosed):
            self._is_speaking = False
        if self.attention is Attention.OPEN and isinstance(event, UtteranceEnded):
            self._notice_television(event.utterance)
        if isinstance(event, ALWAYS_LET_IN):
            self._house.post(event)
        elif self._phrase_at is not None:
            self._hear_greeting(event, self._phrase_at)
        elif self.attention is not Attention.ASLEEP:
            self._house.post(event)
        elif isinstance(event, UtteranceEnded) and not self.phrase_awaited:
            self._waiting = event.utterance
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())

    def phrase_heard(self) -> None:
        """The wake phrase was said just now, perhaps by somebody who goes on speaking."""
        if not self.phrase_awaited or self._says_it_itself():
            return
        is_speaking = self._is_speaking
        self._handle(Cue.NAME_CALLED)
        self._fall_silent()
        if is_speaking:
            self._phrase_at = asyncio.get_running_loop().time()
            self._handle(Cue.SPEECH_BEGAN)

    def see(self, event: Event) -> None:
        """An event of the session, after it was published."""
        if isinstance(event, PhaseChanged):
            self._phase = Phase(event.phase)
            if self._phase is Phase.LISTENING:
                self._handle(Cue.FLOOR_FREE)
            elif self._phase is Phase.HEARING:
                self._handle(Cue.SPEECH_BEGAN)
        elif isinstance(event, ReplyFailed):
            self._house.chime(Earcon.ERROR)

    def _handle(self, cue: Cue) -> None:
        before = self.attention
        duties = self._way.handle(cue)
        if self.attention is not before:
            self._house.publish(AttentionChanged(self.attention.value))  # first: mute is seen at once
            if self.attention is not Attention.AWAKE:
                self._phrase_at = None
            if self.attention is Attention.ASLEEP and self._is_speaking:
                self._house.post(SpeechDiscarded())  # the end of this utterance is not let in any more
        for duty in duties:
            self._do(duty)

    def _do(self, duty: Duty) -> None:
        ears = self._ears()
        if duty is Duty.START_WINDOW:
            self._stop_window()
            seconds = self._recollection.settings.follow_up_seconds
            self._window = asyncio.get_running_loop().call_later(seconds, self._handle, Cue.LAPSED)
        elif duty is Duty.STOP_WINDOW:
            self._stop_window()
        elif duty is Duty.OPEN_MICROPHONE:
            ears.open()
        elif duty is Duty.CLOSE_MICROPHONE:
            ears.close()
        elif duty is Duty.BEGIN_PUSH:
            ears.begin_push()
        elif duty is Duty.END_PUSH:
            ears.end_push()
        elif not self._is_speaking:  # a chime is taken out of what is heard, and words with it
            self._house.chime(CHIMES[duty])

    def _notice_television(self, utterance: Utterance) -> None:
        """Somebody speaks all the time: tell, once, what helps where that is nobody in the room."""
        now = asyncio.get_running_loop().time()
        self._speech.append((now, utterance.audio.seconds))
        while self._speech[0][0] < now - TALKATIVE_SPAN:
            self._speech.popleft()
        if not self._told_talkative and sum(seconds for _, seconds in self._speech) > TALKATIVE_SECONDS:
            self._told_talkative = True
            what = "There is speech all the time."
            advice = (
                f"If it is a television, let it wait for “{self._recollection.settings.call}”, below the text field."
            )
            self._house.publish(NoticeShown("info", what, advice))

    def _stop_window(self) -> None:
        if self._window is not None:
            self._window.cancel()
            self._window = None

    async def _look(self) -> None:
        """Look for the name in what was said, one utterance after the other; only the latest waits."""
        while self._waiting is not None:
            utterance, self._waiting = self._waiting, None
            if self.attention is not Attention.ASLEEP:  # called meanwhile: this is what it was called for
                self._let_in(utterance)
                continue
            beginning = AudioFrame(
                utterance.audio.samples[: round(LOOKED_AT_SECONDS * SPEECH_RATE)], utterance.audio.sample_rate
            )
            is_whole = len(beginning.samples) == len(utterance.audio.samples)
            try:
                transcript = await self._recollection.look_at(beginning, self._language)
            except AssistantError as error:
                self._house.publish(NoticeShown("warning", error.what, error.advice))
                return
            if self.attention is Attention.ASLEEP:
                self._weigh(utterance, transcript, is_whole)

    def _weigh(self, utterance: Utterance, transcript: Transcript, is_whole: bool) -> None:
        heard = called(transcript.text, self._recollection.settings.name)
        is_talking = self._phase in (Phase.SPEAKING, Phase.HOLDING)
        if heard is None or (is_talking and is_own_voice(transcript.text, self._house.spoken())):
            return
        if heard.words:
            if is_whole:
                self._recollection.keep(utterance.audio, replace(transcript, text=heard.words))
            self._handle(Cue.NAME_AND_WORDS)
            self._let_in(utterance)
            return
        self._handle(Cue.NAME_CALLED)
        self._fall_silent()
        if self._is_speaking:
            self._house.post(SpeechStarted())

    def _fall_silent(self) -> None:
        """It was called while it was at work on an answer."""
        if self._phase is not Phase.LISTENING:
            self._house.post(SpeechStarted())
            self._house.post(SpeechDiscarded())

    def _says_it_itself(self) -> bool:
        is_talking = self._phase in (Phase.SPEAKING, Phase.HOLDING)
        return is_talking and self._recollection.settings.call.lower() in self._house.spoken().lower()

    def _hear_greeting(self, event: Event, phrase_at: float) -> None:
        """The utterance with the wake phrase in it: it is let in when it is over and the phrase is cut off."""
        if not isinstance(event, UtteranceEnded | SpeechDiscarded):
            return
        self._phrase_at = None
        if isinstance(event, UtteranceEnded):
            since = asyncio.get_running_loop().time() - phrase_at + PHRASE_SECONDS
            self._greeted = asyncio.create_task(self._read_greeting(_end_of(event.utterance, since)))
        else:
            self._await_words()

    async def _read_greeting(self, utterance: Utterance) -> None:
        try:
            transcript = await self._recollection.look_at(utterance.audio, self._language)
        except AssistantError as error:
            self._house.publish(NoticeShown("warning", error.what, error.advice))
            self._handle(Cue.LAPSED)
            return
        if self.attention is not Attention.AWAKE:  # muted meanwhile
            return
        words = after_phrase(transcript.text, self._recollection.settings.call)
        if words is None:  # it only sounded like the phrase
            self._handle(Cue.LAPSED)
        elif words:
            self._recollection.keep(utterance.audio, replace(transcript, text=words))
            self._house.chime(Earcon.TAKEN)
            self._let_in(utterance)
        else:
            self._await_words()

    def _await_words(self) -> None:
        """It was called and nothing more was said yet."""
        self._handle(Cue.FLOOR_FREE)
        if not self._is_speaking:
            self._house.chime(Earcon.LISTENING)

    def _let_in(self, utterance: Utterance) -> None:
        self._house.post(SpeechStarted())
        self._house.post(UtteranceEnded(utterance))


def _end_of(utterance: Utterance, seconds: float) -> Utterance:
    samples = utterance.audio.samples[-round(seconds * SPEECH_RATE) :]
    if len(samples) == len(utterance.audio.samples):
        return utterance
    return replace(utterance, audio=AudioFrame(samples, SPEECH_RATE), speech_samples=len(samples))
