"""Where in a recording somebody speaks, and how a long one is cut into pieces at pauses.

The rule: what is dropped here is never decoded, so the gate is wide: it keeps the surroundings of every speech frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from assistant.audio.vad import FRAME_SAMPLES, Silero
from assistant.core.types import SPEECH_RATE, Samples

ONSET = 0.5  # Silero's own threshold
OFFSET = 0.3  # below this a frame counts as pause; the gap keeps soft endings in
LONGEST_PIECE_SECONDS = 27.0  # Whisper sees 30 s; the rest is the silence it needs behind the speech
SHORTEST_PIECE_SECONDS = 8.0  # below this a cut costs more time than it saves: the window has a least length
_PAUSE_FRAMES = 10  # 0.32 s
_LEAST_FRAMES = 2  # speech frames that make a region: shorter ones are clicks
_MARGIN_SECONDS = 0.4  # consonants at the edges that the detector misses
_KEPT_PAUSE_SECONDS = 1.2  # longer pauses are shortened to this, because Whisper invents words in them
_PEAK = 0.5  # quiet recordings are raised to this for the detector
_MOST_GAIN = 64.0
_REMEMBERED_SAMPLES = 60 * SPEECH_RATE


@dataclass(frozen=True, slots=True)
class Region:
    """Speech from `start` to `end`, in samples."""

    start: int
    end: int
    speech_frames: int = 0
    is_cut: bool = False
    """Its start is no pause, only the least speech-like moment of a long stretch."""
    pause_before: int = 0
    """Samples since the end of the region before, margins not counted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is decoded at once: stretches of the recording, in samples, in order, one after another."""

    stretches: tuple[tuple[int, int], ...]
    speech_seconds: float
    is_cut_in_speech: bool = False
    """No pause was found for its end: the last word may be cut."""

    @property
    def seconds(self) -> float:
        return sum(end - start for start, end in self.stretches) / SPEECH_RATE

    @property
    def start(self) -> int:
        return self.stretches[0][0]

    @property
    def end(self) -> int:
        return self.stretches[-1][1]

    def starting_at(self, start: int) -> Piece:
        """The same with an earlier beginning."""
        (_, end), *others = self.stretches
        return Piece(((start, end), *others), self.speech_seconds, self.is_cut_in_speech)

    def samples(self, recording: Samples) -> Samples:
        return np.concatenate([recording[start:end] for start, end in self.stretches])

    def time_at(self, seconds: float) -> float:
        """A time within the piece as a time in the recording."""
        rest = max(0.0, seconds)
        for start, end in self.stretches:
            length = (end - start) / SPEECH_RATE
            if rest <= length:
                return start / SPEECH_RATE + rest
            rest -= length
        return self.stretches[-1][1] / SPEECH_RATE


class SpeechGate:
    """An utterance that has grown since the last call costs only what is new of it."""

    def __init__(self, detector: Silero) -> None:
        self._detector = detector
        self._seen = np.zeros(0, np.float32)
        self._known = np.zeros(0, np.float32)
        self._gain = 0.0

    def pieces(self, recording: Samples, start: int = 0) -> list[Piece]:
        """The pieces of a recording (16 kHz) from sample `start` on; none where nobody speaks."""
        part = recording[start:]
        probabilities = self._probabilities(part, _gain(part))
        regions = [
            replace(region, start=region.start + start, end=region.end + start)
            for region in find_regions(probabilities, len(part))
        ]
        return plan_pieces(regions, probabilities, start)

    def _probabilities(self, samples: Samples, gain: float) -> Samples:
        whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
        seen = len(self._seen)
        if gain != self._gain or not np.array_equal(self._seen, samples[:whole][:seen]):
            self._detector.reset()
            self._known, self._gain, seen = self._known[:0], gain, 0
        found = np.concatenate([self._known, self._detector.more(samples[seen:whole], gain)])
        if whole <= _REMEMBERED_SAMPLES:
            self._seen, self._known = samples[:whole].copy(), found
        else:
            self._seen, self._gain = self._seen[:0], 0.0
        return np.concatenate([found, self._detector.last(samples[whole:], gain)])


def _gain(samples: Samples) -> float:
    """A power of two: it is to stay the same while an utterance grows."""
    peak = float(np.quantile(np.abs(samples[:: 1 + len(samples) // 1_000_000]), 0.999)) if len(samples) else 0.0
    return min(2.0 ** math.floor(math.log2(_PEAK / peak)), _MOST_GAIN) if peak > 0 else 1.0


def find_regions(probabilities: Samples, length: int) -> list[Region]:
    """Speech regions of a recording of `length` samples from its frames' probabilities, margins included."""
    regions: list[Region] = []
    first = last = -1
    for index, probability in enumerate(probabilities):
        if probability >= ONSET and first < 0:
            first = index
        if first >= 0 and probability >= OFFSET:
            last = index
        if first >= 0 and (index - last >= _PAUSE_FRAMES or index == len(probabilities) - 1):
            frames = int((probabilities[first : last + 1] >= ONSET).sum())
            if frames >= _LEAST_FRAMES:
                regions.append(Region(first * FRAME_SAMPLES, (last + 1) * FRAME_SAMPLES, frames))
            first = -1
    return _with_margins(regions, length)


def _with_margins(regions: list[Region], length: int) -> list[Region]:
    """Widen every region; where two would overlap they meet in the middle of the pause."""
    margin = int(_MARGIN_SECONDS * SPEECH_RATE)
    wide: list[Region] = []
    neighbours = zip([None, *regions][:-1], regions, [*regions, None][1:], strict=True)
    for before, region, after in neighbours:
        start, end = max(0, region.start - margin), min(length, region.end + margin)
        pause = region.start - before.end if before else 0
        if before and pause < 2 * margin:
            start = (before.end + region.start) // 2
        if after and after.start - region.end < 2 * margin:
            end = (region.end + after.start) // 2
        wide.append(replace(region, start=start, end=end, pause_before=pause))
    return wide


def plan_pieces(regions: list[Region], probabilities: Samples, offset: int) -> list[Piece]:
    """Pack regions into pieces, cutting at the longest pause that fits."""
    longest = int(LONGEST_PIECE_SECONDS * SPEECH_RATE)
    waiting = [part for region in regions for part in _split_long(region, probabilities, offset)]
    pieces: list[Piece] = []
    while waiting:
        count, length = 1, waiting[0].end - waiting[0].start
        while count < len(waiting):
            pause = min(waiting[count].start - waiting[count - 1].end, int(_KEPT_PAUSE_SECONDS * SPEECH_RATE))
            length += pause + waiting[count].end - waiting[count].start
            if length > longest:
                break
            count += 1
        if count < len(waiting):
            count = _best_cut(waiting[: count + 1])
        pieces.append(_piece(waiting[:count], is_cut=count < len(waiting) and waiting[count].is_cut))
        waiting = waiting[count:]
    return pieces


def _best_cut(regions: list[Region]) -> int:
    """After how many of the regions to cut: where the pause before the next is longest, not too early."""
    candidates = range(1, len(regions))
    least = regions[0].start + SHORTEST_PIECE_SECONDS * SPEECH_RATE
    late = [count for count in candidates if regions[count - 1].end >= least]
    return max(late or candidates, key=lambda count: (regions[count].pause_before, count))


def _split_long(region: Region, probabilities: Samples, offset: int) -> list[Region]:
    """A region too long for one piece, cut at its least speech-like moments."""
    longest = int(LONGEST_PIECE_SECONDS * SPEECH_RATE)
    parts: list[Region] = []
    rest = region
    while rest.end - rest.start > longest:
        low = (rest.start - offset + longest // 2) // FRAME_SAMPLES
        high = (rest.start - offset + longest) // FRAME_SAMPLES
        smooth = np.convolve(probabilities[low:high], np.ones(5) / 5, mode="valid")
        cut = offset + (low + int(np.argmin(smooth)) + 2) * FRAME_SAMPLES
        frames = min(rest.speech_frames, (cut - rest.start) // FRAME_SAMPLES)
        parts.append(replace(rest, end=cut, speech_frames=frames))
        rest = Region(cut, rest.end, rest.speech_frames - frames, is_cut=True)
    return [*parts, rest]


def _piece(regions: list[Region], is_cut: bool) -> Piece:
    half = int(_KEPT_PAUSE_SECONDS * SPEECH_RATE / 2)
    stretches: list[tuple[int, int]] = []
    for region in regions:
        if stretches and region.start - stretches[-1][1] <= 2 * half:
            stretches[-1] = (stretches[-1][0], region.end)
        elif stretches:
            stretches[-1] = (stretches[-1][0], stretches[-1][1] + half)
            stretches.append((region.start - half, region.end))
        else:
            stretches.append((region.start, region.end))
    speech = sum(region.speech_frames for region in regions) * FRAME_SAMPLES / SPEECH_RATE
    return Piece(tuple(stretches), speech, is_cut)
