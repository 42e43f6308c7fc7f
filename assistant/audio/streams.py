"""Opening the chosen devices: one full-duplex stream where both sides agree on a rate, else one stream for each.

Blocking, on the sound card's thread. `Wire` is the callback; it only copies between the device and the rings.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from assistant.audio.devices import OpenStream, SoundDevice, SoundDriver, SoundSystem, StreamRequest, choose
from assistant.audio.tracks import LONGEST_BLOCK, CaptureTrack, PlaybackTrack
from assistant.core.errors import DeviceError
from assistant.core.settings import AudioSettings
from assistant.core.types import Samples


class Wire:
    """One stream's callback, and when it was last called, on the clock it was given."""

    def __init__(
        self, clock: Callable[[], float], capture: CaptureTrack | None, playback: PlaybackTrack | None
    ) -> None:
        self._clock = clock
        self._capture = capture
        self._playback = playback
        self._played, self._silence = np.zeros((2, LONGEST_BLOCK), np.float32)
        self.last_block_at: float | None = None
        self.thread_seconds = 0.0
        """Processor time of the sound card's thread so far: a driver that spins is seen by it (ADR 0010)."""

    def __call__(self, heard: Samples | None, to_play: Samples | None, heard_in_seconds: float) -> None:
        now = self._clock()
        self.last_block_at = now
        self.thread_seconds = time.thread_time()
        played: Samples | None = None
        if to_play is not None and self._playback is not None:
            if self._playback.is_silent:  # day in, day out
                played = self._silence[: len(to_play)]
                to_play.fill(0.0)
            else:
                played = self._played[: len(to_play)]
                self._playback.fill(played, now + heard_in_seconds)
                to_play[:] = played[:, None]
        if self._capture is None:
            return
        if heard is not None:
            self._capture.write(heard, played)
        elif played is not None:
            self._capture.remember(played)


@dataclass(frozen=True, slots=True)
class Side:
    """An open microphone or loudspeaker. Both may share a stream and its wire."""

    device: SoundDevice
    stream: OpenStream
    wire: Wire
    latency_seconds: float


@dataclass(slots=True)
class OpenDevices:
    """What could be opened, and a sentence for what could not."""

    system: SoundSystem
    microphone: Side | None = None
    speaker: Side | None = None
    capture: CaptureTrack | None = None
    playback: PlaybackTrack | None = None
    notices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.microphone is not None and self.speaker is not None

    @property
    def shares_a_stream(self) -> bool:
        return self.microphone is not None and self.speaker is not None and self.microphone.wire is self.speaker.wire

    @property
    def has_reference(self) -> bool:
        """What is played reaches the capture track."""
        if self.capture is None or self.playback is None:
            return False
        return self.is_complete and self.capture.sample_rate == self.playback.sample_rate

    @property
    def has_started(self) -> bool:
        """Every open stream has called back."""
        sides = [side for side in (self.microphone, self.speaker) if side]
        return bool(sides) and all(side.wire.last_block_at is not None for side in sides)

    @property
    def busy_seconds(self) -> float:
        """Processor time the microphone's thread has taken so far."""
        return self.microphone.wire.thread_seconds if self.microphone else 0.0

    def close(self) -> None:
        for side in {id(side.stream): side for side in (self.microphone, self.speaker) if side}.values():
            side.stream.close()


def open_devices(
    driver: SoundDriver, settings: AudioSettings, clock: Callable[[], float], may_share: bool
) -> OpenDevices:
    """Looks at the machine anew. Raises DeviceError only where the system has no sound at all."""
    system = driver.survey(refresh=True)
    choice = choose(system, settings)
    opened = OpenDevices(system, notices=list(choice.notices))
    if may_share and choice.can_share_a_stream:
        try:
            _open(driver, opened, clock, choice.microphone, choice.speaker)
        except DeviceError:
            pass  # one of the two is at fault; opened one by one, the other still works
        else:
            return opened
    if choice.microphone and choice.has_one_rate:
        opened.capture = CaptureTrack(choice.microphone.default_rate)  # before the loudspeaker, which is paired with it
    for microphone, speaker in ((None, choice.speaker), (choice.microphone, None)):
        try:
            _open(driver, opened, clock, microphone, speaker)
        except DeviceError as error:
            opened.notices.append((error.what, error.advice))
    return opened


def _open(
    driver: SoundDriver,
    opened: OpenDevices,
    clock: Callable[[], float],
    microphone: SoundDevice | None,
    speaker: SoundDevice | None,
) -> None:
    device = speaker or microphone
    if device is None:
        return
    rate = device.default_rate
    if microphone and opened.capture is None:
        opened.capture = CaptureTrack(rate)
    playback = PlaybackTrack(rate) if speaker else None
    wire = Wire(clock, opened.capture, playback)
    stream = driver.open(StreamRequest(rate, microphone, speaker), wire)
    if microphone:
        opened.microphone = Side(microphone, stream, wire, stream.latency_seconds[0])
    if speaker:
        opened.playback = playback
        opened.speaker = Side(speaker, stream, wire, stream.latency_seconds[1])
