"""Recorded speech with its words, and sounds that are none."""

from __future__ import annotations

import json
from pathlib import Path

import jiwer
import numpy as np
import scipy.signal

from assistant.audio.wav import read_audio
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples
from assistant.llm.catalog import Catalog
from benchmarks.asr import normalizer

FOLDER = Path(__file__).parent / "data" / "speech"


def model_folder(model_id: str) -> Path:
    return Catalog.load().folder(model_id)


def recordings() -> list[tuple[AudioFrame, str]]:
    """Every recording at 16 kHz, with what is said in it."""
    lines = [json.loads(line) for line in (FOLDER / "manifest.jsonl").read_text().splitlines()]
    return [(read_audio(FOLDER / line["file"], SPEECH_RATE), line["text"]) for line in lines]


def recording(name: str) -> AudioFrame:
    return read_audio(FOLDER / name, SPEECH_RATE)


def word_error_rate(said: list[str], heard: list[str]) -> float:
    normalize = normalizer()
    return float(jiwer.wer([normalize(text) for text in said], [normalize(text) for text in heard]))


def noises(seconds: float) -> dict[str, Samples]:
    """Sounds without words, float32 at 16 kHz."""
    count = int(seconds * SPEECH_RATE)
    random = np.random.default_rng(7)
    white = random.normal(0, 1, count)
    spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(1, np.arange(count // 2 + 1)))
    time = np.arange(count) / SPEECH_RATE
    fan = scipy.signal.lfilter(*scipy.signal.butter(2, [0.01, 0.11], "band"), white)
    sounds = {
        "silence": np.zeros(count),
        "hiss": white * 0.01,
        "pink noise": np.fft.irfft(spectrum, count),
        "fan": fan / np.abs(fan).max() + 0.15 * np.sin(2 * np.pi * 120 * time),
        "hum": np.sin(2 * np.pi * 50 * time),
        "music": _melody(time),
    }
    return {name: (0.3 * x / max(1e-9, np.abs(x).max())).astype(np.float32) for name, x in sounds.items()}


def _melody(time: np.ndarray) -> np.ndarray:
    sound = np.zeros(len(time))
    for beat, chord in enumerate(((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)) * 20):
        since = time - 0.5 * beat
        envelope = np.where(since >= 0, np.exp(-3 * np.maximum(since, 0)), 0)
        for pitch in chord:
            sound += envelope * sum(np.sin(2 * np.pi * pitch * part * since) / part for part in range(1, 6))
    return sound
