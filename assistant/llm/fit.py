"""What a vision-language model needs of a device, and how to make it smaller until it fits. Pure.

A plan is a sum that can be shown before anything is loaded: weights, context, working memory, and what is left alone
for the desktop, hearing and the voice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GIB = 1024**3

WORKING_BYTES = GIB // 2  # activations, picture patches and the library's own buffers
GPU_RESERVED_SHARE = 0.08  # the desktop's windows, and what fragmentation loses
GPU_RESERVED_LEAST = GIB // 2
HEARING_AND_VOICE_BYTES = GIB  # Whisper and the voice on the same card
CPU_RESERVED_BYTES = 2 * GIB  # the window, hearing, voice and other programs

# Of the size at 16 bits. Tables of words and the picture half stay at 16 bits, so 4 bits are more than a quarter.
SHARES = {32: 2.0, 16: 1.0, 8: 0.56, 4: 0.34}
CONTEXTS = (32_768, 16_384, 8192, 4096, 2048)
USUAL_CONTEXT = 8192  # ten minutes of talk and a few pictures


@dataclass(frozen=True, slots=True)
class ModelSize:
    """Counted from the files: nothing of the model is loaded for it."""

    name: str
    half_bytes: int
    """All weights at 16 bits each."""
    cache_bytes_per_token: int
    """Keys and values of one token at 16 bits."""
    context_tokens: int = 32_768
    """The longest the model was made for."""


@dataclass(frozen=True, slots=True)
class Device:
    """What may be used: `kind` is "cuda", "rocm", "mps", "xpu" or "cpu"; `name` is for the user."""

    kind: str
    free_bytes: int
    name: str = ""
    total_bytes: int = 0
    bits: tuple[int, ...] = (16,)
    """Widths of weights that the installed libraries can load here, the best first."""

    @property
    def is_cpu(self) -> bool:
        return self.kind == "cpu"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for; 0 leaves it to the plan."""

    bits: int = 0
    context_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """One way to run a model."""

    bits: int
    context_tokens: int
    weight_bytes: int
    cache_bytes: int
    working_bytes: int = WORKING_BYTES

    @property
    def need_bytes(self) -> int:
        return self.weight_bytes + self.cache_bytes + self.working_bytes


ANY_WAY = Wanted()


def reserved_bytes(device: Device) -> int:
    """What is left to others."""
    if device.is_cpu:
        return CPU_RESERVED_BYTES
    total = device.total_bytes or device.free_bytes
    return max(GPU_RESERVED_LEAST, int(total * GPU_RESERVED_SHARE)) + HEARING_AND_VOICE_BYTES


def fits(size: ModelSize, device: Device, wanted: Wanted = ANY_WAY) -> tuple[Fit, ...]:
    """Every way that fits, the best first: the context shrinks to 8192 first, then the weights, then the context again.

    What the user asked for is kept; an empty answer means that it cannot be had.
    """
    budget = device.free_bytes - reserved_bytes(device)
    return tuple(fit for fit in _ways(size, device, wanted) if fit.need_bytes <= budget)


def smallest(size: ModelSize, device: Device, wanted: Wanted = ANY_WAY) -> Fit:
    """The way that needs least, whether it fits or not: for saying how much is missing."""
    return min(_ways(size, device, wanted), key=lambda fit: fit.need_bytes)


def _ways(size: ModelSize, device: Device, wanted: Wanted) -> Iterable[Fit]:
    widths = (wanted.bits,) if wanted.bits else device.bits
    longest = min(wanted.context_tokens or USUAL_CONTEXT, size.context_tokens)
    shorter = tuple(tokens for tokens in CONTEXTS if tokens < longest)
    for bits in widths:
        yield _fit(size, bits, longest)
    for tokens in shorter:
        yield _fit(size, widths[-1], tokens)


def _fit(size: ModelSize, bits: int, context_tokens: int) -> Fit:
    width = 2 if bits == 32 else 1  # keys and values are as wide as what is computed with
    cache = size.cache_bytes_per_token * context_tokens * width
    return Fit(bits, context_tokens, int(size.half_bytes * SHARES[bits]), cache)


def sum_in_words(size: ModelSize, fit: Fit, device: Device) -> str:
    """ "Qwen3-VL-4B at 8 bits: weights 5.0 + context of 8192 tokens 1.2 + working memory 0.5 = 6.7 GB of …"."""
    place = device.name or ("memory" if device.is_cpu else "the graphics card")
    return (
        f"{size.name} at {fit.bits} bits: weights {_gb(fit.weight_bytes)} + context of {fit.context_tokens} tokens "
        f"{_gb(fit.cache_bytes)} + working memory {_gb(fit.working_bytes)} = {_gb(fit.need_bytes)} GB; "
        f"{_gb(device.free_bytes)} GB of {place} are free, and {_gb(reserved_bytes(device))} GB of them stay free."
    )


def shortage_in_words(size: ModelSize, device: Device, wanted: Wanted = ANY_WAY) -> str:
    least = smallest(size, device, wanted)
    place = device.name or ("this machine" if device.is_cpu else "the graphics card")
    return (
        f"{size.name} needs {_gb(least.need_bytes + reserved_bytes(device))} GB even at {least.bits} bits, "
        f"and {place} has {_gb(device.free_bytes)} GB free."
    )


def step_in_words(before: Fit, after: Fit) -> str:
    """What the user loses by a step down."""
    changes = []
    if after.bits != before.bits:
        changes.append(f"{after.bits}-bit weights instead of {before.bits}")
    if after.context_tokens != before.context_tokens:
        changes.append(f"a context of {after.context_tokens} tokens instead of {before.context_tokens}")
    return f"The model did not fit into memory, so it runs with {' and '.join(changes)}."


def _gb(number: int) -> str:
    return f"{number / 1e9:.1f}"
