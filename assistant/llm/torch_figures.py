"""What a benchmark asks of a loaded model: the bytes that a token costs, the memory that was needed. In the worker."""

from __future__ import annotations

from typing import Any

import psutil

from assistant.llm.torch_loading import tensor_bytes


def bytes_per_token(model: Any) -> int:
    """Weights that must be read to write one token: those of every part that one step of plain text calls.

    The eyes are not called. Of a table of embeddings one row is read, unless the output layer is the same table. Of
    experts that lie in one tensor all are counted, though a token needs few: for such models it is too much.
    """
    import torch

    called: dict[int, Any] = {}

    def note(part: Any, *_: object) -> None:
        if not isinstance(part, torch.nn.Embedding):
            called.update((id(weight), weight) for weight in part.parameters(recurse=False))

    hooks = [part.register_forward_hook(note) for part in model.modules()]
    try:
        with torch.inference_mode():
            model(input_ids=torch.zeros((1, 1), dtype=torch.long, device=model.device), use_cache=False)
    finally:
        for hook in hooks:
            hook.remove()
    return sum(tensor_bytes(weight) for weight in called.values())


def most_memory(kind: str) -> int:
    """Bytes: the most that torch has taken of the card, or on the processor what the process occupies now."""
    import torch

    if kind in ("cuda", "xpu"):
        return int(getattr(torch, kind).max_memory_reserved())
    if kind == "mps":
        return int(torch.mps.driver_allocated_memory())
    return int(psutil.Process().memory_info().rss)
