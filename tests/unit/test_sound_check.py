"""Echo measuring on made-up rooms, what is wrong with a recording in words, and the memory of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.audio.echo_probe import measure, sweep
from assistant.core.types import AudioFrame, Samples
from assistant.sound_check import fault_of, is_clipped, words_for
from assistant.storage.sound_memory import FILE, MeasuredPair, load_pairs, measured, remember_pair

RATE = 48_000


def room(delay_seconds: float, gain: float, noise: float = 0.0, rate: int = RATE) -> Samples:
    """The sweep as a microphone hears it, with two reflections after it."""
    probe = sweep(rate).samples
    heard = np.random.default_rng(3).standard_normal(round(2.2 * rate)).astype(np.float32) * noise
    for late, share in ((0.0, 1.0), (0.011, 0.4), (0.023, 0.25)):
        start = round((delay_seconds + late) * rate)
        heard[start : start + len(probe)] += gain * share * probe[: len(heard) - start]
    return heard


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
@pytest.mark.parametrize("delay", [0.02, 0.12, 0.3, 0.7])
def test_the_delay_is_found_to_the_millisecond(delay: float, rate: int) -> None:
    path = measure(room(delay, 0.1, noise=0.003, rate=rate), rate)

    assert path.delay_seconds == pytest.approx(delay, abs=0.001)
    assert path.level_decibel == pytest.approx(-20, abs=2)


@pytest.mark.parametrize("heard", [np.zeros(2 * RATE, np.float32), room(0.1, 0.0, noise=0.05), np.zeros(9, np.float32)])
def test_without_an_echo_none_is_found(heard: Samples) -> None:
    assert measure(heard, RATE).delay_seconds is None


def test_an_echo_below_the_noise_is_found_and_called_faint() -> None:
    path = measure(room(0.2, 0.001, noise=0.0005), RATE)

    assert path.delay_seconds == pytest.approx(0.2, abs=0.001)
    assert not path.is_audible
    assert "headset mode can be on" in words_for(path)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros(0, np.float32), "plugged in"),
        (np.zeros(RATE, np.float32), "muted"),
        (np.full(RATE, 0.001, np.float32), "almost nothing"),
        (np.full(RATE, 0.3, np.float32), ""),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(samples: Samples, words: str) -> None:
    fault = fault_of(AudioFrame(samples, RATE))

    assert words in fault
    assert bool(fault) == bool(words)


def test_clipping_is_more_than_one_click() -> None:
    quiet = np.full(RATE, 0.3, np.float32)
    loud = quiet.copy()
    loud[:500] = 1.0
    click = quiet.copy()
    click[5] = -1.0

    assert is_clipped(loud)
    assert not is_clipped(click)
    assert not is_clipped(quiet)


def test_a_pair_is_remembered_and_measured_anew(tmp_path: Path) -> None:
    remember_pair(tmp_path, MeasuredPair("mic", "speaker", 0.1, -20))
    remember_pair(tmp_path, MeasuredPair("mic", "headset", 0.2, -50))
    remember_pair(tmp_path, MeasuredPair("mic", "speaker", 0.15, -25))

    assert measured(tmp_path, "mic", "speaker") == MeasuredPair("mic", "speaker", 0.15, -25)
    assert measured(tmp_path, "other", "speaker") is None
    assert len(load_pairs(tmp_path)) == 2


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", '{"a": 1}', '[{"microphone": "m"}]', "[" * 100_001, '[{"delay_seconds": "x"}]']
)
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)

    assert load_pairs(tmp_path) == ()
    remember_pair(tmp_path, MeasuredPair("mic", "speaker", 0.1, -20))
    assert len(load_pairs(tmp_path)) == 1
