"""Which model, how many threads, how much context: decided from a few numbers, and explained in a sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1024**3

NEEDS = (
    ("qwen2.5-coder-1.5b", 6 * GIB),  # 2.0 for the model, the rest for hearing, voice, the window and other programs
    ("qwen2.5-coder-0.5b", 2 * GIB),  # 0.8 for the model
    ("smollm2-135m", 0),
)
GPU_NEEDS = 2 * GIB  # below this the smallest model with its buffers is no faster than the processor
REPACK_NEEDS = 8 * GIB  # repacked weights cost 0.6 GiB more and make answers 1.3 times as fast

SMALL_CPU_CORES = 4
SMALL_CPU_BATCH = 32  # a cancelled prompt ends after one batch: 0.4 s for 32 tokens on two cores, 5 % slower overall
LARGE_CPU_BATCH = 256
ALL_LAYERS = 999


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to spend. `free_vram_bytes` counts only memory that the installed engine can use."""

    physical_cores: int
    free_memory_bytes: int
    free_vram_bytes: int = 0


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How llama.cpp runs a model."""

    threads: int = 2
    """Physical cores: a second thread on a core only takes its turn away."""
    batch_tokens: int = SMALL_CPU_BATCH
    context_tokens: int = 4096
    """Per slot. One slot is the conversation's, one serves short questions beside it."""
    gpu_layers: int = 0
    repack: bool = True
    cache_mebibytes: int = 256
    """Main memory for the prompts of conversations that lost their slot."""


@dataclass(frozen=True, slots=True)
class Plan:
    model_id: str
    engine: EngineSettings
    reason: str


def plan(machine: Machine, wanted: str = "auto", installed: frozenset[str] = frozenset()) -> Plan:
    """`wanted` is a model the user has chosen; its engine settings are planned all the same.

    Models on this machine are preferred to ones that would have to be fetched.
    """
    model_id = _largest_that_fits(machine, installed) if wanted == "auto" else wanted
    on_gpu = machine.free_vram_bytes >= GPU_NEEDS
    threads = max(1, machine.physical_cores)
    engine = EngineSettings(
        threads=threads,
        batch_tokens=SMALL_CPU_BATCH if threads <= SMALL_CPU_CORES and not on_gpu else LARGE_CPU_BATCH,
        context_tokens=8192 if on_gpu else 4096,
        gpu_layers=ALL_LAYERS if on_gpu else 0,
        repack=machine.free_memory_bytes >= REPACK_NEEDS,
    )
    return Plan(model_id, engine, _reason(machine, model_id, wanted, on_gpu))


def _largest_that_fits(machine: Machine, installed: frozenset[str]) -> str:
    budget = max(machine.free_memory_bytes, machine.free_vram_bytes)
    fitting = [model_id for model_id, need in NEEDS if need <= budget]
    return next((model_id for model_id in fitting if model_id in installed), fitting[0])


def _reason(machine: Machine, model_id: str, wanted: str, on_gpu: bool) -> str:
    free = f"{machine.free_memory_bytes / GIB:.1f} GiB of memory free"
    if machine.free_vram_bytes:
        free += f", {machine.free_vram_bytes / GIB:.1f} GiB on the graphics card"
    cores = f"{machine.physical_cores} core{'s' if machine.physical_cores != 1 else ''}"
    why = "because you chose it" if wanted != "auto" else "the largest that fits"
    return f"{model_id} runs on the {'graphics card' if on_gpu else 'processor'}, {why}: {free}, {cores}."
