"""The end of a turn, heard: a person's whole sentence, and the same broken off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.app import turn_detector
from assistant.audio.smart_turn import SmartTurn
from assistant.audio.wav import read_audio, resample
from assistant.core.errors import EngineError
from assistant.core.types import SPEECH_RATE, Samples
from assistant.llm.catalog import Catalog

SPEECH = Path(__file__).parents[1] / "data" / "speech"
pytestmark = pytest.mark.model


def recording(name: str, seconds: float | None = None) -> Samples:
    samples = resample(read_audio(SPEECH / name), SPEECH_RATE).samples
    cut = samples if seconds is None else samples[: round(seconds * SPEECH_RATE)]
    return np.concatenate([cut, np.zeros(SPEECH_RATE // 5, np.float32)])


def test_a_whole_sentence_sounds_more_complete_than_its_beginning() -> None:
    detector = turn_detector(Catalog.load())
    assert detector is not None

    whole = detector.probability(recording("kennedy.flac"))
    broken_off = detector.probability(recording("kennedy.flac", 5.0))

    assert broken_off < 0.5 < whole


def test_silence_and_a_moment_of_it_are_no_trouble() -> None:
    detector = turn_detector(Catalog.load())
    assert detector is not None

    for length in (0, 1, 512, 20 * SPEECH_RATE):
        assert 0 <= detector.probability(np.zeros(length, np.float32)) <= 1


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "turn.onnx").write_bytes(b"no network")

    with pytest.raises(EngineError, match="end of a turn"):
        SmartTurn(tmp_path / "turn.onnx").probability(np.zeros(SPEECH_RATE, np.float32))
