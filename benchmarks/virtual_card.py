"""A sound card without hardware: a loudspeaker in a room, a microphone that hears it, and a mouth that speaks.

Everything above it is the product's: the card's supervision, its rings, its clock. Time is the loop's.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.audio.devices import Process, SoundDevice, SoundSystem, StreamRequest
from assistant.core.types import Samples
from benchmarks.rooms import Room, RoomEcho

RATE = 16_000
BLOCK = 320  # 20 ms, what the product asks a device for
OUTPUT_SHARE = 0.6  # of the round trip lies before the air; the rest behind it


@dataclass
class RoomStream:
    process: Process
    latency_seconds: tuple[float, float]
    is_active: bool = True

    def close(self) -> None:
        self.is_active = False


@dataclass
class RoomDriver:
    """Implements SoundDriver. `run()` keeps the rhythm; `say` speaks into the room from now on."""

    room: Room
    streams: list[RoomStream] = field(default_factory=list)

    def __post_init__(self) -> None:
        # A callback gives its block after it has heard one: the first 20 ms of the delay are in that order.
        rest = max(0.0, self.room.delay_seconds - BLOCK / RATE)
        self._echo = RoomEcho(replace(self.room, delay_seconds=rest), RATE)
        self._mouth = np.zeros(0, np.float32)
        self._way = np.zeros(round(self.latency_seconds[0] * RATE), np.float32)
        self._next_echo = np.zeros(BLOCK, np.float32)
        self._played: list[Samples] = []
        self._said: list[Samples] = []
        self._heard: list[Samples] = []
        self.began_at = 0.0
        """The loop's clock at the first sample of the air."""
        self.room_seconds = 0.0
        """Processor time of the simulation itself."""

    @property
    def latency_seconds(self) -> tuple[float, float]:
        """Of the microphone and of the loudspeaker."""
        return (1 - OUTPUT_SHARE) * self.room.delay_seconds, OUTPUT_SHARE * self.room.delay_seconds

    def survey(self, refresh: bool = False) -> SoundSystem:
        microphone = SoundDevice("virtual microphone", 0, 1, 0, RATE, is_default_input=True)
        speaker = SoundDevice("virtual loudspeaker", 1, 0, 1, RATE, is_default_output=True)
        return SoundSystem((microphone, speaker))

    def fingerprint(self) -> str:
        return ""

    def forsake(self) -> None:
        """Its calls return."""

    def open(self, request: StreamRequest, process: Process) -> RoomStream:
        self.streams.append(RoomStream(process, self.latency_seconds))
        return self.streams[-1]

    async def run(self) -> None:
        """One block every 20 ms, for ever; what came too late is made up for, as a device's buffer would."""
        loop = asyncio.get_running_loop()
        self.began_at = loop.time()
        number = 0
        while True:
            number += 1
            await asyncio.sleep(max(0.0, self.began_at + number * BLOCK / RATE - loop.time()))
            for stream in [stream for stream in self.streams if stream.is_active][-1:]:
                self._tick(stream)

    def say(self, samples: Samples) -> float:
        """When the first of these samples is in the air, on the loop's clock."""
        starts_at = asyncio.get_running_loop().time() + len(self._mouth) / RATE
        self._mouth = np.concatenate([self._mouth, samples])
        return starts_at

    @property
    def is_silent(self) -> bool:
        """The mouth is closed."""
        return not len(self._mouth)

    def _tick(self, stream: RoomStream) -> None:
        started = time.thread_time()
        spoken, self._mouth = self._mouth[:BLOCK], self._mouth[BLOCK:]
        spoken = np.pad(spoken, (0, BLOCK - len(spoken)))
        to_play = np.zeros((BLOCK, 1), np.float32)
        heard = self._delayed_mouth(spoken) + self._next_echo
        self.room_seconds += time.thread_time() - started
        stream.process(np.clip(heard, -1, 1).astype(np.float32), to_play, self.latency_seconds[1])
        started = time.thread_time()
        self._next_echo = self._echo.push(to_play[:, 0])
        self._played.append(to_play[:, 0].copy())
        self._said.append(spoken)
        self._heard.append(heard)
        self.room_seconds += time.thread_time() - started

    def air(self) -> tuple[Samples, Samples]:
        """What was in the air since the beginning: the user's voice and the assistant's, equally long."""
        said = np.concatenate([*self._said, np.zeros(0, np.float32)])
        late = np.zeros(round(self.latency_seconds[1] * RATE), np.float32)
        played = np.concatenate([late, *self._played])[: len(said)]
        return said, played

    def microphone(self) -> Samples:
        """What the microphone heard."""
        return np.concatenate([*self._heard, np.zeros(0, np.float32)])

    def last_sound(self, start: float, end: float, quietest: float = 1e-3) -> float:
        """When in a stretch of the loop's time the assistant was last audible; its start where it was not."""
        _, played = self.air()
        first = round((start - self.began_at) * RATE)
        stretch = np.abs(played[max(0, first) : round((end - self.began_at) * RATE)])
        loud = np.flatnonzero(stretch > quietest)
        return start + (loud[-1] + 1) / RATE if len(loud) else start

    def first_sound(self, start: float, end: float, quietest: float = 1e-3) -> float:
        """When it was first audible; the end where it was not."""
        _, played = self.air()
        first = max(0, round((start - self.began_at) * RATE))
        loud = np.flatnonzero(np.abs(played[first : round((end - self.began_at) * RATE)]) > quietest)
        return start + loud[0] / RATE if len(loud) else end

    def _delayed_mouth(self, spoken: Samples) -> Samples:
        """From the air to the callback."""
        self._way = np.concatenate([self._way, spoken])
        arrived, self._way = self._way[:BLOCK], self._way[BLOCK:]
        return arrived
