"""What the sound card's callback touches: the reply on its way out, and the room on its way in.

The rule: the callback side copies between preallocated arrays and returns; it never waits, logs or asks for memory
for samples. Everything that takes thought (resampling, detecting, deciding) happens on the other side of the rings.
No device and no clock in here: the callback says when its block will be heard.
"""

from __future__ import annotations

import math

import numpy as np

from assistant.audio.ring import Ring
from assistant.core.types import Samples

QUEUE_SECONDS = 30.0  # a speaker may be this far ahead of the ear; more would only cost memory
BACKLOG_SECONDS = 4.0  # how long the loop may be busy before microphone samples are lost
FADE_SECONDS = 0.005  # a cut without a fade clicks; five milliseconds do not
KNEE = 0.8  # louder than this is bent instead of cut off
MARKS = 128  # blocks remembered for the clock: 1.3 s of the smallest usual blocks, longer than any sane latency
LONGEST_BLOCK = 16_384  # samples; the driver asks for 20 ms, which is 3,840 at the highest rate there is
REFERENCE_BLOCKS = 3  # 60 ms: what two threads of one rhythm may be apart
QUIETEST_DECIBEL = -60.0  # the bottom of the level meter


class PlaybackTrack:
    """The reply at the device's rate. `queue`, `flush` and the clock belong to the loop, `fill` to the callback."""

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.volume = 1.0
        self.is_held = False
        """Silence, with the queue kept."""
        self.level = 0.0
        """Root mean square of the newest block."""
        self._ring = Ring(round(QUEUE_SECONDS * sample_rate))
        self._drop_before = 0
        self._fade = np.linspace(1, 0, max(1, round(FADE_SECONDS * sample_rate)), dtype=np.float32)
        self._gain: float | None = None  # of the last sample; None where silence came before
        self._straight = np.zeros(LONGEST_BLOCK, np.float32)
        self._delivered = 0
        self._played = 0.0
        self._marks: list[tuple[float, int, int]] = [(-math.inf, 0, 0)] * MARKS
        self._newest = 0

    # The loop's side ----------------------------------------------------------------------------------------------

    def queue(self, samples: Samples) -> int:
        """Queue as many samples as there is room for, and say how many."""
        return self._ring.write(samples[: self._ring.free])

    def flush(self) -> None:
        """Everything queued until now will not be played; what is queued afterwards will."""
        self._drop_before = self._ring.written

    def played(self, now: float) -> float:
        """Samples of the reply that have left the loudspeaker at `now`, on the clock that `fill` was given."""
        for step in range(MARKS):
            heard_at, before, count = self._marks[(self._newest - step) % MARKS]
            if heard_at <= now:
                passed = min(float(count), (now - heard_at) * self.sample_rate) if count else 0.0
                self._played = max(self._played, before + passed)
                break
        return self._played

    def queued(self, now: float) -> float:
        """Samples of the reply that are still to be heard: in the queue and in the device."""
        waiting = self._ring.written - max(self._ring.position, self._drop_before)
        return waiting + max(0.0, self._delivered - self.played(now))

    # The callback's side ------------------------------------------------------------------------------------------

    @property
    def is_silent(self) -> bool:
        """So was the last block and so will be the next: the mark and the level of that one are still right."""
        return not self.is_held and self._gain is None and not self._marks[self._newest][2] and not self._ring.available

    def fill(self, out: Samples, heard_at: float) -> None:
        """The next block for the device, whose first sample will be heard at `heard_at`."""
        if self._gain == 0.0:  # nobody would hear the fade of what is dropped
            self._ring.skip_to(self._drop_before)
        count = self._fade_out(out) if self._ring.position < self._drop_before else 0
        if self._ring.available:
            count += self._ring.read_into(out[count : self._reach(len(out))])
        out[count:] = 0.0
        self._turn_volume(out)
        if count < len(out) and not self.is_held:
            self._gain = None
        self._shape(out)
        self.level = math.sqrt(float(np.dot(out, out)) / max(1, len(out)))
        mark = (self._newest + 1) % MARKS
        self._marks[mark] = (heard_at, self._delivered, count)
        self._delivered += count
        self._newest = mark

    def _fade_out(self, out: Samples) -> int:
        end = self._drop_before
        count = min(len(self._fade), len(out), end - self._ring.position)
        self._ring.read_into(out[:count])
        np.multiply(out[:count], self._fade[:count], out=out[:count])
        self._ring.skip_to(end)
        return count

    def _reach(self, length: int) -> int:
        """How far into a block the queue is played: all of it, or as long as it takes to fade into being held."""
        if not self.is_held:
            return length
        return len(self._fade) if self._gain else 0

    def _turn_volume(self, out: Samples) -> None:
        """From the gain of the block before to the one that is wanted, within a fade's length."""
        after = 0.0 if self.is_held else self.volume
        before = after if self._gain is None else self._gain
        start = 0
        if before != after:
            start = min(len(out), len(self._fade))
            ramp = self._straight[:start]  # free until the limit is applied
            np.multiply(self._fade[:start], np.float32(before - after), out=ramp)
            np.add(ramp, np.float32(after), out=ramp)
            np.multiply(out[:start], ramp, out=out[:start])
        np.multiply(out[start:], np.float32(after), out=out[start:])
        self._gain = after

    def _shape(self, out: Samples) -> None:
        """A soft limit: above the knee the curve bends and never reaches 1."""
        if not len(out) or (out.min() >= -KNEE and out.max() <= KNEE):
            return
        straight = self._straight[: len(out)]
        np.clip(out, -KNEE, KNEE, out=straight)
        np.subtract(out, straight, out=out)
        np.divide(out, np.float32(1 - KNEE), out=out)
        np.tanh(out, out=out)
        np.multiply(out, np.float32(1 - KNEE), out=out)
        np.add(out, straight, out=out)


class CaptureTrack:
    """What the microphone heard, and beside it, sample for sample, what the loudspeaker was given meanwhile.

    The second column is the reference an echo canceller needs. Where the two are not one stream, it comes through a
    ring of its own, at most REFERENCE_BLOCKS behind, so it leads the echo by the round trip less that; where they
    do not even share a rate, it is silence.
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.level = 0.0
        self._ring = Ring(round(BACKLOG_SECONDS * sample_rate), columns=2)
        self._reference = Ring(REFERENCE_BLOCKS * LONGEST_BLOCK)
        self._played = np.zeros(LONGEST_BLOCK, np.float32)

    @property
    def lost_samples(self) -> int:
        return self._ring.overruns

    def write(self, heard: Samples, played: Samples | None) -> None:
        """The microphone's callback: one block of both sides, or of one whose other was `remember`ed."""
        self.level = math.sqrt(float(np.dot(heard, heard)) / max(1, len(heard)))
        if played is None:
            played = self._played[: len(heard)]
            self._reference.skip_to(self._reference.written - REFERENCE_BLOCKS * len(heard))
            played[self._reference.read_into(played) :] = 0.0
        self._ring.write(heard, played)

    def remember(self, played: Samples) -> None:
        """The loudspeaker's callback, where it is another stream of the same rate."""
        self._reference.write(played)

    def read(self) -> tuple[Samples, Samples]:
        """Loop: everything that has arrived, (heard, played)."""
        count = self._ring.available
        heard, played = np.empty(count, np.float32), np.empty(count, np.float32)
        self._ring.read_into(heard, played)
        return heard, played

    def skip(self) -> None:
        """Loop: forget what has arrived."""
        self._ring.skip_to(self._ring.written)


def meter(root_mean_square: float) -> float:
    """A loudness for the eye, 0 to 1, linear in decibels above the quietest that is shown."""
    if root_mean_square <= 0.0:
        return 0.0
    decibel = 20 * math.log10(root_mean_square)
    return min(1.0, max(0.0, 1 - decibel / QUIETEST_DECIBEL))
