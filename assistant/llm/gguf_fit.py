"""How much of a conversation a GGUF model can keep in the memory that is free: the context shrinks first.

Reads the header of a file that was checked before.
"""

from __future__ import annotations

import mmap
from pathlib import Path

from assistant.core.errors import EngineError
from assistant.llm.gguf_header import read_numbers
from assistant.llm.reading import Malformed

OVERHEAD_BYTES = 250 * 1024**2  # buffers and the process itself, and the context of a small model
SMALLEST_CONTEXT = 1024  # tokens; with less there is no conversation
HALF = 2  # bytes of a key or a value


def fitting_context(model: Path, wanted_tokens: int, slots: int, free_bytes: int) -> int:
    """`wanted_tokens` for each slot, halved until it fits. Raises EngineError where not even a small one does."""
    file_bytes, token_bytes = model.stat().st_size, _cache_bytes_per_token(model)
    tokens = wanted_tokens
    while (need := file_bytes + OVERHEAD_BYTES + token_bytes * tokens * slots) > free_bytes:
        if tokens <= SMALLEST_CONTEXT:
            raise EngineError(
                f"The model needs {need / 1e9:.1f} GB of memory and {free_bytes / 1e9:.1f} GB is free.",
                "Close other programs or choose a smaller model.",
            )
        tokens = max(SMALLEST_CONTEXT, tokens // 2)
    return tokens


def _cache_bytes_per_token(model: Path) -> int:
    """Keys and values of every layer; 0 where the header does not say, and the engine will find out."""
    try:
        with model.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            said = read_numbers(data)
    except (Malformed, ValueError):
        return 0
    named = {key.partition(".")[2]: numbers for key, numbers in said.items()}
    layers = _largest(named, "block_count")
    heads = named.get("attention.head_count", (0,))
    shared = named.get("attention.head_count_kv", heads)  # a list has one for each layer, none for recurrent ones
    width = _largest(named, "embedding_length") // max(1, *heads)
    one = _largest(named, "attention.key_length", width) + _largest(named, "attention.value_length", width)
    return (sum(shared) if len(shared) > 1 else layers * sum(shared)) * one * HALF


def _largest(named: dict[str, tuple[int, ...]], key: str, default: int = 0) -> int:
    return max(named.get(key, ()), default=default)
