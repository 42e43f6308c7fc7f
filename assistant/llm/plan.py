"""Which model, how many threads, how much context: decided from a few numbers, and explained in a sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1024**3

LARGE, MEDIUM, SMALL = "qwen2.5-coder-1.5b", "qwen2.5-coder-0.5b", "smollm2-135m"
LARGE_NEEDS = 6 * GIB  # 2.0 for the model, the rest for hearing, voice, the window and other programs
MEDIUM_NEEDS = 2 * GIB  # 0.8 for the model
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


def plan(machine: Machine, wanted: str = "auto") -> Plan:
    """`wanted` is a model the user has chosen; its engine settings are planned all the same."""
    budget = max(machine.free_memory_bytes, machine.free_vram_bytes)
    model_id = _largest_that_fits(budget) if wanted == "auto" else wanted
    on_gpu = machine.free_vram_bytes >= MEDIUM_NEEDS
    threads = max(1, machine.physical_cores)
    engine = EngineSettings(
        threads=threads,
        batch_tokens=SMALL_CPU_BATCH if threads <= SMALL_CPU_CORES and not on_gpu else LARGE_CPU_BATCH,
        context_tokens=8192 if on_gpu else 4096,
        gpu_layers=ALL_LAYERS if on_gpu else 0,
        repack=machine.free_memory_bytes >= REPACK_NEEDS,
    )
    return Plan(model_id, engine, _reason(machine, model_id, wanted, on_gpu))


def _largest_that_fits(budget_bytes: int) -> str:
    if budget_bytes >= LARGE_NEEDS:
        return LARGE
    return MEDIUM if budget_bytes >= MEDIUM_NEEDS else SMALL


def _reason(machine: Machine, model_id: str, wanted: str, on_gpu: bool) -> str:
    free = f"{machine.free_memory_bytes / GIB:.1f} GiB of memory free"
    if machine.free_vram_bytes:
        free += f", {machine.free_vram_bytes / GIB:.1f} GiB on the graphics card"
    cores = f"{machine.physical_cores} core{'s' if machine.physical_cores != 1 else ''}"
    why = "because you chose it" if wanted != "auto" else "the largest that fits"
    return f"{model_id} runs on the {'graphics card' if on_gpu else 'processor'}, {why}: {free}, {cores}."
