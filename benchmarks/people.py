"""The people of the simulated dialogues: what they say, in whose voice, and how it is recorded.

The clips are made by our own synthesizer and changed in pitch and pace, so they are synthetic and say so; a folder of
real recordings (`--recordings`) takes their place: question-*.wav|flac, interruption-*, backchannel-*, stop-*, each
with its words in a .txt of the same name. Kinds that it has none of stay synthetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from assistant.audio.hibari import Hibari
from assistant.audio.resampler import Resampler
from assistant.audio.wav import read_audio
from assistant.core.errors import InputError
from assistant.core.ports import Synthesizer
from assistant.core.types import SPEECH_RATE, Samples

USER_LEVEL = 10 ** (-26 / 20)  # root mean square of the voiced parts: a person half a metre from a laptop
SPEAKERS = ((1.0, 1.0), (0.8, 1.15), (0.88, 1.25), (1.12, 0.95), (0.75, 1.3), (0.94, 1.0))  # pitch, pace before it
QUIETEST = 0.05  # of the peak: what comes before is breath, and not yet the beginning
WINDOW = 160
COUGH_TIMES = np.arange(400) / SPEECH_RATE


class Kind(StrEnum):
    QUESTION = "question"
    INTERRUPTION = "interruption"
    BACKCHANNEL = "backchannel"
    STOP = "stop"
    LAUGHTER = "laughter"
    COUGH = "cough"
    RESUME = "resume"


TEXTS: dict[Kind, tuple[str, ...]] = {
    Kind.QUESTION: (
        "Can you tell me how bread is made?",
        "What should I see when I walk along the river?",
        "Tell me about the letter that my grandmother got.",
        "How does a sailing boat move against the wind?",
        "I would like to hear a story about a lighthouse.",
        "Why do the leaves turn red in autumn?",
    ),
    Kind.INTERRUPTION: (
        "What about the weather tomorrow?",
        "Sorry, can you say that again more slowly?",
        "Actually, I would rather hear about the mountains.",
        "How long does that take?",
        "But is that true for everybody?",
        "Who told you that?",
        "Let us talk about something else.",
        "Can you give me an example?",
        "I have another question for you.",
        "No, I meant the other one.",
    ),
    Kind.BACKCHANNEL: ("Mm-hm.", "Yeah.", "Right.", "Uh-huh.", "I see.", "Okay.", "Yeah, right.", "Oh, nice."),
    Kind.STOP: (
        "Stop.",
        "Wait.",
        "Stop, please.",
        "Hold on.",
        "Stop it.",
        "One moment, please.",
        "Okay, stop.",
        "Hang on a second.",
        "Shut up.",
        "Be quiet.",
        "Wait, wait.",
        "That's enough.",
        "Never mind.",
    ),
    Kind.LAUGHTER: ("Hahaha.", "Ha ha.", "Hehehe.", "Ha ha ha ha."),
    Kind.COUGH: ("", "", "", ""),
    Kind.RESUME: ("Go on.", "Please continue.", "Go on with the story."),
}


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Something said. The samples begin and end with the voice, so its times are the clip's."""

    kind: Kind
    text: str
    samples: Samples

    @property
    def seconds(self) -> float:
        return len(self.samples) / SPEECH_RATE


async def make_people(
    speakers: Sequence[tuple[float, float]] = SPEAKERS,
    said: Mapping[Kind, tuple[str, ...]] = TEXTS,
    seed: int | None = None,
) -> dict[Kind, list[Clip]]:
    """Every text in the voices in turn."""
    voices = [(pitch, Hibari(rate=pace, seed=seed)) for pitch, pace in speakers]
    clips: dict[Kind, list[Clip]] = {kind: [] for kind in Kind}
    try:
        for kind, texts in said.items():
            for number, text in enumerate(texts):
                pitch, voice = voices[number % len(voices)]
                spoken = await _spoken(voice, text) if text else _cough(number)
                clips[kind].append(Clip(kind, text, _as_recorded(_shifted(spoken, pitch))))
    finally:
        for _, voice in voices:
            voice.close()
    return clips


def read_people(folder: Path) -> dict[Kind, list[Clip]]:
    """Recordings of real people, for the kinds of which there are any. Raises InputError where there are none."""
    clips: dict[Kind, list[Clip]] = {}
    for kind in Kind:
        for path in sorted((*folder.glob(f"{kind}-*.wav"), *folder.glob(f"{kind}-*.flac"))):
            words = path.with_suffix(".txt")
            audio = read_audio(path)
            samples = Resampler(audio.sample_rate, SPEECH_RATE).push(np.append(audio.samples, np.zeros(2000)))
            text = words.read_text().strip() if words.is_file() else ""
            clips.setdefault(kind, []).append(Clip(kind, text, _as_recorded(samples)))
    if not clips:
        raise InputError(f"There is no question-*.wav in {folder.name}.", "See benchmarks/CONVERSATION.md.")
    return clips


async def _spoken(voice: Synthesizer, text: str) -> Samples:
    parts = [frame async for frame in voice.synthesize(text)]
    joined = np.concatenate([frame.samples for frame in parts])
    return Resampler(parts[0].sample_rate, SPEECH_RATE).push(np.append(joined, np.zeros(2000, np.float32)))


def _cough(seed: int) -> Samples:
    """A throat cleared, once or twice: bursts of noise with the hollow of a throat in them."""
    random = np.random.default_rng(seed)
    bursts = []
    for _ in range(1 + seed % 2):
        times = np.arange(round(random.uniform(0.18, 0.3) * SPEECH_RATE)) / SPEECH_RATE
        throat = np.sin(2 * np.pi * random.uniform(350, 700) * COUGH_TIMES) * np.exp(-COUGH_TIMES / 0.004)
        noise = np.convolve(random.standard_normal(len(times)), throat, "same")
        bursts += [noise * np.minimum(times / 0.01, 1) * np.exp(-times / 0.07), np.zeros(round(0.12 * SPEECH_RATE))]
    joined = np.concatenate(bursts)
    return np.asarray(0.3 * joined / np.abs(joined).max(), np.float32)


def _shifted(samples: Samples, pitch: float) -> Samples:
    """Another throat: lower and longer, or higher and shorter; the pace was chosen to make up for it."""
    times = np.arange(0, len(samples) - 1, pitch)
    return np.interp(times, np.arange(len(samples)), samples).astype(np.float32)


def _as_recorded(samples: Samples) -> Samples:
    """At the user's level, without the silence around it."""
    whole = len(samples) - len(samples) % WINDOW
    levels = np.sqrt(np.mean(samples[:whole].reshape(-1, WINDOW) ** 2, axis=1))
    voiced = np.flatnonzero(levels > QUIETEST * levels.max())
    cut = samples[voiced[0] * WINDOW : (voiced[-1] + 1) * WINDOW]
    gain = USER_LEVEL / float(np.sqrt(np.mean(levels[voiced] ** 2)))
    return np.asarray(np.clip(cut * gain, -1, 1), np.float32)
