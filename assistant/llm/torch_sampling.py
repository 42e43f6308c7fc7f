"""The next token of an answer: the likeliest, or drawn by temperature, and only one that the schema allows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from assistant.core.errors import EngineError

TOP_P = 0.95  # of the probability; the tail beyond it is noise
CANDIDATES = 1024  # the likeliest words; sorting all 150,000 takes longer than a graphics card takes for a token
COMPACT = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}


class Grammar:
    """Allows only tokens that keep the answer valid under a JSON schema."""

    def __init__(self, tokens: Any, schema: dict[str, Any], vocabulary_size: int) -> None:
        import llguidance

        grammar = llguidance.LLMatcher.grammar_from_json_schema(json.dumps(schema | COMPACT))
        self._matcher = llguidance.LLMatcher(tokens, grammar)
        self._size = vocabulary_size
        if self._matcher.is_error():
            raise EngineError("This question asks for an answer of a shape that cannot be kept.", "Report this.")

    def allowed(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        bits = np.unpackbits(np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8), bitorder="little")
        allowed = np.zeros(self._size, dtype=bool)  # a model has more rows than its tokeniser has words
        allowed[: min(self._size, len(bits))] = bits[: self._size].astype(bool)
        return allowed

    def take(self, token: int) -> None:
        self._matcher.consume_token(token)

    @property
    def is_complete(self) -> bool:
        return bool(self._matcher.is_stopped())


class Sampler:
    """Draws on the processor with a generator of its own, so that a seed gives the same words on every device."""

    def __init__(self, temperature: float, seed: int | None, grammar: Grammar | None = None) -> None:
        self._temperature = temperature
        self._random = np.random.default_rng(seed)
        self._grammar = grammar

    def choose(self, logits: Any) -> int:
        """`logits` is the model's last row, a tensor of any type on any device."""
        if self._grammar is not None:
            logits = logits.masked_fill(logits.new_tensor(self._grammar.allowed()) == 0, -np.inf)
        token = int(logits.argmax()) if self._temperature <= 0 else self._draw(logits)
        if self._grammar is not None:
            self._grammar.take(token)
        return token

    @property
    def is_complete(self) -> bool:
        return self._grammar is not None and self._grammar.is_complete

    def _draw(self, logits: Any) -> int:
        best = logits.float().topk(min(CANDIDATES, logits.numel()))
        scores = best.values.cpu().numpy().astype(np.float64) / self._temperature
        shares = np.exp(scores - scores[0])
        shares /= shares.sum()
        kept = int(np.searchsorted(np.cumsum(shares), TOP_P)) + 1
        return int(best.indices[self._random.choice(kept, p=shares[:kept] / shares[:kept].sum())])
