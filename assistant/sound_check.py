"""The checks of the sound page: say a sentence and hear it back, measure the echo, listen to the voice.

One at a time, on the session's loop. While one runs, nothing that is heard reaches the conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.app import Engines
from assistant.audio.echo import EchoSafeMicrophone
from assistant.audio.echo_probe import SWEEP_SECONDS, EchoPath, measure, sweep
from assistant.audio.sound_card import SoundCard
from assistant.core.errors import AssistantError
from assistant.core.ports import Emit
from assistant.core.types import AudioFrame, Samples
from assistant.gui.facts import SoundChecked
from assistant.storage.sound_memory import MeasuredPair, measured, remember_pair

PHRASE_SECONDS = 4.0
FOLLOW_SECONDS = 2.0
ECHO_SECONDS = SWEEP_SECONDS + 1.0  # the longest delay that is looked for, and a little room
CLIPPED = 0.99
FAINT = 0.02  # peak, -34 dB: a voice across the room is louder
FEWEST_CLIPPED = 20  # samples; a single one is a click

NO_MICROPHONE = "No sound comes from the microphone. See whether it is plugged in, or choose another one."
NO_SPEAKER = "There is no loudspeaker to play on. Plug one in, or choose another one."
SILENCE = "The microphone gives nothing but silence. See whether it is muted, here or in the system."


@dataclass(slots=True)
class Tape:
    """What the microphone gave while the tape ran."""

    rate: int = 0
    parts: list[Samples] = field(default_factory=list)

    def take(self, sample_rate: int, heard: Samples) -> None:
        if sample_rate != self.rate:
            self.rate, self.parts = sample_rate, []  # another device: start over
        self.parts.append(heard)

    @property
    def sound(self) -> AudioFrame:
        samples = np.concatenate(self.parts) if self.parts else np.zeros(0, np.float32)
        return AudioFrame(samples, self.rate or 1)


class SoundCheck:
    def __init__(self, card: SoundCard, microphone: EchoSafeMicrophone, engines: Engines, publish: Emit) -> None:
        self._card = card
        self._microphone = microphone
        self._engines = engines
        self._publish = publish
        self._busy = asyncio.Lock()

    async def run(self, check: str) -> None:
        """`check` as in SoundChecked. A second one, while one runs, is not begun."""
        if self._busy.locked():
            return
        async with self._busy:
            try:
                text = await {"phrase": self._phrase, "echo": self._echo, "voice": self._voice}[check]()
            except AssistantError as error:
                text = str(error)
            finally:
                self._microphone.tape = None
            self._publish(SoundChecked(check, text))

    async def follow(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Until cancelled, take over what is known of whatever devices are open, and tell when others are."""
        known = ("", "")
        while True:
            if self._devices != known:
                known = self._devices
                await self._recall()
                await changed()
            await asyncio.sleep(FOLLOW_SECONDS)

    async def _recall(self) -> None:
        pair = await asyncio.to_thread(measured, self._folder, *self._devices)
        self._microphone.delay_seconds = pair.delay_seconds if pair else 0.0

    @property
    def _devices(self) -> tuple[str, str]:
        return self._card.microphone.device, self._card.speaker.device

    @property
    def _folder(self) -> Path:
        return self._engines.folders.data

    async def _phrase(self) -> str:
        self._say("phrase", "Say a sentence now…")
        sound = await self._record(PHRASE_SECONDS)
        problem = fault_of(sound)
        if problem:
            return problem
        self._say("phrase", "This is how you sound…")
        await self._play(sound)
        transcript = await self._engines.hearing.get().transcribe(sound, self._engines.settings.hearing.language)
        loud = "" if not is_clipped(sound.samples) else " It is too loud and crackles: turn the microphone down."
        if not transcript.text:
            return f"I heard sound, but no words.{loud}"
        return f"I heard: “{transcript.text}”{loud}"

    async def _echo(self) -> str:
        if not self._card.speaker.is_open:
            return NO_SPEAKER
        self._say("echo", "Playing a rising tone…")
        path = measure(*await self._record_sweep())
        if path.delay_seconds is None:
            self._microphone.delay_seconds = 0.0
            return "Nothing of the loudspeaker reaches the microphone. With a headset, switch headset mode on."
        pair = MeasuredPair(*self._devices, path.delay_seconds, path.level_decibel)
        await asyncio.to_thread(remember_pair, self._folder, pair)
        await self._recall()
        return words_for(path)

    async def _voice(self) -> str:
        if not self._card.speaker.is_open:
            return NO_SPEAKER
        self._say("voice", "Speaking…")
        name = self._engines.settings.talk.name
        voice = self._engines.voice.get()
        async for frame in voice.synthesize(f"Hello, I am {name}. This is how I sound when we talk."):
            self._microphone.cover(frame.seconds + self._card.speaker.queued_seconds)
            await self._card.speaker.play(frame)
        await self._card.speaker.drain()
        return ""

    async def _record_sweep(self) -> tuple[Samples, int]:
        recording = asyncio.create_task(self._record(ECHO_SECONDS))
        await asyncio.sleep(0)  # the tape runs before the sweep is handed over
        await self._card.speaker.play(sweep())
        sound = await recording
        await self._card.speaker.drain()
        return sound.samples, sound.sample_rate

    async def _record(self, seconds: float) -> AudioFrame:
        tape = Tape()
        self._microphone.cover(seconds)
        self._microphone.tape = tape.take
        await asyncio.sleep(seconds)
        self._microphone.tape = None
        return tape.sound

    async def _play(self, sound: AudioFrame) -> None:
        if self._card.speaker.is_open:
            self._microphone.cover(sound.seconds)
            await self._card.speaker.play(sound)
            await self._card.speaker.drain()

    def _say(self, check: str, text: str) -> None:
        self._publish(SoundChecked(check, text, is_running=True))


def fault_of(sound: AudioFrame) -> str:
    """What keeps this from being heard at all, with what to do about it."""
    if not len(sound.samples):
        return NO_MICROPHONE
    if not sound.samples.any():
        return SILENCE
    if float(np.max(np.abs(sound.samples))) < FAINT:
        return "I hear almost nothing. Come closer, or turn the microphone up."
    return ""


def is_clipped(samples: Samples) -> bool:
    return int(np.count_nonzero(np.abs(samples) >= CLIPPED)) >= FEWEST_CLIPPED


def words_for(path: EchoPath) -> str:
    delay = f"The loudspeaker is heard after {(path.delay_seconds or 0) * 1000:.0f} ms, at {path.level_decibel:.0f} dB."
    if path.is_audible:
        return f"{delay} Vesper takes it out; headset mode must stay off."
    return f"{delay} That is so faint that headset mode can be on."
