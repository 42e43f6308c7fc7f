"""Where hearing and voice compute: a card only where a library can use it, and no silent fall back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from assistant.audio import whisper_engine
from assistant.audio.compute import Card, Place, choose, place_for
from assistant.audio.speech_gate import Piece
from assistant.audio.whisper import Hypothesis, Search
from assistant.audio.whisper_engine import WhisperEngine
from assistant.core.errors import EngineError
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples

H100 = Card(frozenset({"float32", "float16", "bfloat16", "int8", "int8_float16"}))
OLD = Card(frozenset({"float32", "int8", "int8_float32"}))
NONE = Card(problem="CTranslate2 finds no CUDA device")


@pytest.mark.parametrize(
    ("wanted", "card", "has_driver", "kind", "compute_type", "is_told"),
    [
        ("auto", H100, True, "cuda", "float16", False), ("auto", OLD, True, "cuda", "int8_float32", False),
        ("auto", NONE, False, "cpu", "int8", False), ("auto", NONE, True, "cpu", "int8", True),
        ("cuda", NONE, False, "cpu", "int8", True), ("cuda", H100, True, "cuda", "float16", False),
        ("cpu", H100, True, "cpu", "int8", False),
    ],
)  # fmt: skip
def test_a_card_is_taken_where_it_can_be_used_and_its_loss_is_told(
    wanted: str, card: Card, has_driver: bool, kind: str, compute_type: str, is_told: bool
) -> None:
    place = choose("faster-whisper", wanted, card, has_driver)

    assert (place.kind, place.compute_type, bool(place.notice)) == (kind, compute_type, is_told)
    assert place.why.startswith("because ")


def test_the_notice_names_the_engine_and_the_reason() -> None:
    place = choose("faster-whisper", "cuda", NONE, has_driver=False)

    assert place.notice == "faster-whisper runs on the processor, because CTranslate2 finds no CUDA device."


@pytest.mark.parametrize("engine", ["faster-whisper", "kokoro"])
def test_this_machine_s_libraries_can_be_asked(engine: str) -> None:
    place = place_for(engine, "auto")

    assert place.kind in ("cuda", "cpu")
    assert place_for(engine, "cpu").kind == "cpu"


class Decoder:
    """A WindowDecoder that fails on a card from its `fails_at`th encoding on."""

    is_multilingual = False

    def __init__(self, place: Place, fails_at: int) -> None:
        self.place, self.left = place, fails_at

    def encode(self, samples: Samples, window_seconds: float) -> Any:
        self.left -= 1
        if self.place.kind == "cuda" and self.left < 0:
            raise RuntimeError("CUDA failed with error out of memory")
        return samples

    def languages(self, encoded: Any) -> dict[str, float]:
        return {"en": 1.0}

    def decode(self, encoded: Any, language: str, search: Search) -> Hypothesis:
        return Hypothesis((1, 2), f"Heard on the {self.place.kind}.", -0.1, 0.0)

    def align(self, encoded: Any, language: str, tokens: tuple[int, ...], seconds: float) -> tuple[Any, ...]:
        return ()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Place], Decoder]], tuple[WhisperEngine, list[str]]]:
    class Everything:
        """A SpeechGate that takes the whole recording for speech."""

        def __init__(self, _: object) -> None: ...

        def pieces(self, recording: Samples, start: int = 0) -> list[Any]:
            return [Piece(((0, len(recording)),), len(recording) / SPEECH_RATE)]

    monkeypatch.setattr(whisper_engine, "SpeechGate", Everything)
    monkeypatch.setattr(whisper_engine, "place_for", lambda name, wanted: Place("cuda", "float16"))

    def make(decoder: Callable[[Place], Decoder]) -> tuple[WhisperEngine, list[str]]:
        told: list[str] = []
        return WhisperEngine("faster-whisper", decoder, notice=told.append), told

    return make


SOUND = AudioFrame(np.full(SPEECH_RATE, 0.1, np.float32), SPEECH_RATE)


@pytest.mark.parametrize("fails_at", [0, 1])
def test_a_card_that_fails_at_once_or_later_leaves_the_words_to_the_processor(engine: Any, fails_at: int) -> None:
    whisper, told = engine(lambda place: Decoder(place, fails_at))

    heard = asyncio.run(whisper.transcribe(SOUND))
    whisper.close()

    assert heard.text == "Heard on the cpu."
    assert whisper.runs_on == "the processor (int8)"
    assert told == ["faster-whisper runs on the processor, because the graphics card failed (RuntimeError)."]


def test_a_card_that_works_is_kept_without_a_word(engine: Any) -> None:
    whisper, told = engine(lambda place: Decoder(place, 99))

    assert asyncio.run(whisper.transcribe(SOUND)).text == "Heard on the cuda."
    whisper.close()
    assert (whisper.runs_on, told) == ("the graphics card (float16)", [])


def test_a_processor_that_fails_is_a_sentence(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Decoder):
        def encode(self, samples: Samples, window_seconds: float) -> Any:
            raise RuntimeError

    monkeypatch.setattr(whisper_engine, "place_for", lambda name, wanted: Place("cpu", "int8"))
    whisper, _ = engine(lambda place: Broken(place, 0))

    with pytest.raises(EngineError, match="could not be recognised"):
        asyncio.run(whisper.transcribe(SOUND))
    whisper.close()
