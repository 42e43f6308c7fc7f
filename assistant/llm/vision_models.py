"""Open models that see: what each needs in either form, and which one a machine should take. Pure but for one file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.llm.fit import Device, Fit, ModelSize, Wanted, fits, sum_in_words
from assistant.llm.model_folder import Form

CATALOGUE = Path(__file__).resolve().parents[2] / "resources" / "vision_models.toml"
Q4_BITS = 4.85  # per weight of a Q4_K_M file
GPU_CONTEXT = 8192
FAVOURITES = ("qwen3-vl-8b", "qwen3-vl-4b", "qwen3-vl-2b")  # the best first; the others are for who wants them
SLOWEST_ON_CPU = 2.2e9  # language parameters; larger ones read less than ten tokens a second on two cores


@dataclass(frozen=True, slots=True)
class VisionModel:
    id: str
    title: str
    licence: str
    safetensors: str
    """Hub repository."""
    gguf: str
    """Hub repository; empty where nobody offers one."""
    language_parameters: int
    vision_parameters: int
    cache_bytes_per_token: int

    @property
    def size(self) -> ModelSize:
        half = 2 * (self.language_parameters + self.vision_parameters)
        return ModelSize(self.title, half, self.cache_bytes_per_token)

    def gguf_size(self) -> ModelSize:
        """As Q4_K_M with the seeing half at 16 bits, said as if it were 16-bit weights."""
        file = int(self.language_parameters * Q4_BITS / 8) + 2 * self.vision_parameters
        return ModelSize(self.title, file, self.cache_bytes_per_token)


@dataclass(frozen=True, slots=True)
class Choice:
    model: VisionModel
    form: Form
    fit: Fit
    device: Device

    @property
    def repository(self) -> str:
        return self.model.gguf if self.form is Form.GGUF else self.model.safetensors

    def in_words(self) -> str:
        if self.form is Form.GGUF:
            text = sum_in_words(self.model.gguf_size(), self.fit, self.device).replace("at 16 bits", "as Q4_K_M")
        else:
            text = sum_in_words(self.model.size, self.fit, self.device)
        return f"{text} {self.form}, from {self.repository} ({self.model.licence})."


@cache
def vision_models() -> tuple[VisionModel, ...]:
    entries = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["model"]
    return tuple(
        VisionModel(
            entry["id"], entry["title"], entry["licence"], entry["safetensors"], entry["gguf"],
            entry["language_m"] * 1_000_000, entry["vision_m"] * 1_000_000, entry["cache_kib"] * 1024,
        )
        for entry in entries
    )  # fmt: skip


def choices(model: VisionModel, device: Device, llama_uses_card: bool = False) -> tuple[Choice, ...]:
    """The ways to run it on this device, the best first: wide weights where they fit, else the smaller file."""
    found = []
    ways = fits(model.size, device)
    if ways and not device.is_cpu:
        found.append(Choice(model, Form.SAFETENSORS, ways[0], device))
    if model.gguf and (device.is_cpu or llama_uses_card):
        small = Device(device.kind, device.free_bytes, device.name, device.total_bytes, (16,))
        files = fits(model.gguf_size(), small, Wanted(16, 4096 if device.is_cpu else GPU_CONTEXT))
        if files:
            found.append(Choice(model, Form.GGUF, files[0], device))
    return tuple(found)


def recommend(device: Device, llama_uses_card: bool = False) -> Choice | None:
    """The largest favourite that runs well on this device: at 8 bits or more, or as a Q4_K_M file."""
    models = {model.id: model for model in vision_models()}
    for model_id in FAVOURITES:
        model = models[model_id]
        if device.is_cpu and model.language_parameters > SLOWEST_ON_CPU:
            continue
        found = choices(model, device, llama_uses_card)
        if found:
            wide = [choice for choice in found if choice.form is Form.SAFETENSORS and choice.fit.bits >= 8]
            files = [choice for choice in found if choice.form is Form.GGUF]
            return (wide or files or list(found))[0]
    return None
