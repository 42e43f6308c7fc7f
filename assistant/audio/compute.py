"""Where hearing and voice compute, and why: decided from what their libraries find on this machine.

A card is only named where a library can use it. What was wanted and is not there becomes the processor, with a sentence
that says so: nothing falls back silently.
"""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass

DEVICES = ("auto", "cuda", "cpu")
CARD_TYPES = ("float16", "int8_float16", "int8_float32", "float32")  # of CTranslate2, the quickest first
PROCESSOR_TYPE = "int8"  # for CTranslate2: twice as fast as float32, WER 0.1 points higher


@dataclass(frozen=True, slots=True)
class Card:
    """What a library says of CUDA here. `problem` says why it cannot be used; empty where it can."""

    types: frozenset[str] = frozenset()
    """CTranslate2's compute types that the card offers."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """`kind` is "cuda" or "cpu"; `why` ends a sentence for `doctor`, `notice` is one for the user, or empty."""

    kind: str
    compute_type: str = ""
    why: str = ""
    notice: str = ""

    @property
    def in_words(self) -> str:
        where = "the graphics card" if self.kind == "cuda" else "the processor"
        return f"{where} ({self.compute_type})" if self.compute_type else where


def choose(name: str, wanted: str, card: Card, has_driver: bool) -> Place:
    """Pure. `name` is the engine, for the sentences; `wanted` is one of DEVICES."""
    if wanted == "cpu":
        return processor(name, "because you chose the processor")
    if not card.problem:
        kind = next((one for one in CARD_TYPES if one in card.types), "")
        return Place("cuda", kind, "because you chose it" if wanted == "cuda" else "because it can use the card")
    why = f"because {card.problem}"
    return processor(name, why, is_told=wanted == "cuda" or has_driver)


def after_failure(name: str, reason: str) -> Place:
    """The processor instead of a card that was there and did not work."""
    return processor(name, f"because the graphics card failed ({reason})", is_told=True)


def processor(name: str, why: str, is_told: bool = False) -> Place:
    notice = f"{name} runs on the processor, {why}." if is_told else ""
    return Place("cpu", PROCESSOR_TYPE if name == "faster-whisper" else "", why, notice)


def place_for(engine: str, wanted: str) -> Place:
    """`engine` is "faster-whisper", "openai-whisper" or "kokoro". Asks its library; importing torch takes seconds."""
    card = PROBES[engine]() if wanted != "cpu" else Card()
    return choose(engine, wanted, card, has_driver())


def has_driver() -> bool:
    return shutil.which("nvidia-smi") is not None


def ctranslate2_card() -> Card:
    import ctranslate2

    try:
        if ctranslate2.get_cuda_device_count() == 0:
            return Card(problem="CTranslate2 finds no CUDA device")
        types = frozenset(ctranslate2.get_supported_compute_types("cuda"))
    except (RuntimeError, ValueError):  # a driver that is too old, or a build without CUDA
        return Card(problem="CTranslate2 cannot use the driver of the card")
    return Card(types) if types & set(CARD_TYPES) else Card(problem="the card computes in no type that CTranslate2 has")


def torch_card() -> Card:
    if importlib.util.find_spec("torch") is None:
        return Card(problem="torch is not installed")
    import torch

    if torch.cuda.is_available():
        return Card()
    built = "was built without CUDA" if torch.version.cuda is None else "finds no CUDA device"
    return Card(problem=f"torch {torch.__version__} {built}")


def onnx_card() -> Card:
    from assistant.audio.kokoro import PROCESSOR, provider

    return Card(problem="this onnxruntime was built for the processor") if provider() == PROCESSOR else Card()


PROBES = {
    "faster-whisper": ctranslate2_card,
    "openai-whisper": torch_card,
    "kokoro": onnx_card,
}
