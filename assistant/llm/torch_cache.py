"""Keys and values of one conversation, in buffers that are cut and grown without copying. Runs in the worker only.

Two ways in. Reading appends at a length that Python knows, and hands back what is filled: exactly what the library's
own growing cache does, without copying everything for every token. A fixed step writes at a place that stands in a
tensor and hands back the whole buffer, masked: its operations are the same for every token, so they can be recorded.
What lies behind the length is never looked at, but has to be a number, because nothing times infinity is none.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from transformers.cache_utils import Cache, CacheLayerMixin

SMALLEST_TOKENS = 1024  # a buffer's first size: the system prompt and some turns; 36 MB for a model of 3 B


class KeyLayer(CacheLayerMixin):  # type: ignore[misc]  # the library has no types
    """One layer. Nothing is forgotten behind a sliding window, so every cut is possible."""

    is_sliding = False
    is_croppable = True

    def __init__(self, most_tokens: int, least_tokens: int = SMALLEST_TOKENS) -> None:
        super().__init__()
        self.most_tokens = most_tokens
        self.least_tokens = least_tokens
        self.length = 0
        self.past: Any = None
        """In a fixed step, the number of tokens before it, a tensor without dimensions; else None."""

    def lazy_initialization(self, key_states: Any, value_states: Any) -> None:
        import torch

        self.keys = torch.zeros_like(key_states[:, :, :0])
        self.values = torch.zeros_like(value_states[:, :, :0])
        self.is_initialized = True

    def update(self, key_states: Any, value_states: Any, *_: Any, **__: Any) -> tuple[Any, Any]:
        if self.past is not None:
            place = self.past.view(1)
            self.keys.index_copy_(2, place, key_states)
            self.values.index_copy_(2, place, value_states)
            return self.keys, self.values
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self.length + key_states.shape[2]
        if end > self.keys.shape[2]:
            self.keys, self.values = (self._grown(old, end) for old in (self.keys, self.values))
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_seq_length(self) -> Any:
        return self.length if self.past is None else self.past

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """How many keys come back, and where they begin."""
        return (self.length + query_length if self.past is None else self.keys.shape[2]), 0

    def get_max_length(self) -> int:
        return -1

    def crop(self, tokens_to_remove: int) -> None:
        self.length = max(0, self.length + min(0, tokens_to_remove))

    def reset(self) -> None:
        """The buffers stay, and what was recorded over them."""
        self.length = 0

    def _grown(self, old: Any, needed: int) -> Any:
        """Twice as large, so that a long conversation is copied few times; within the context that was planned."""
        size = max(self.least_tokens, old.shape[2])
        while size < needed:
            size *= 2
        size = max(needed, min(size, self.most_tokens))
        new = old.new_zeros((*old.shape[:2], size, old.shape[3]))
        new[:, :, : self.length] = old[:, :, : self.length]
        return new


class KeyCache(Cache):  # type: ignore[misc]  # the library has no types
    """All layers. `length` is the same for each between two steps. The buffers hold `least_tokens` from the start."""

    def __init__(self, most_tokens: int, least_tokens: int = SMALLEST_TOKENS) -> None:
        super().__init__(layer_class_to_replicate=partial(KeyLayer, most_tokens, least_tokens))
        self._is_fixed = False
        self.step: Any = None
        """What was recorded over these buffers (torch_steps.FixedStep)."""

    @property
    def length(self) -> int:
        return int(self.layers[0].length) if self.layers else 0

    @property
    def room(self) -> int:
        """Tokens that the buffers hold; a fixed step needs one free place."""
        return min((layer.keys.shape[2] if layer.is_initialized else 0 for layer in self.layers), default=0)

    @property
    def is_compileable(self) -> bool:
        """The library then always makes a mask: which keys are to be seen is only known on the device."""
        return self._is_fixed

    def fix(self, past: Any) -> None:
        """Begin (a tensor) or end (None) the fixed way in."""
        self._is_fixed = past is not None
        for layer in self.layers:
            layer.past = past

    def advance(self) -> None:
        """A fixed step has filled one more place."""
        for layer in self.layers:
            layer.length += 1
