"""One token after the other as quickly as the device can: the same operations, recorded once and played back.

Started from Python, the thousand small operations of a token take longer than a graphics card needs for them. A CUDA
graph starts them all at once. What is recorded is the model's own forward over a cache of fixed size (torch_cache.py).
Before it is used, it is tried against the plain way on this very device (`prove`). Runs in the worker only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.llm.decoding import COMPILED, GRAPH, PLAIN
from assistant.llm.torch_cache import SMALLEST_TOKENS, KeyCache

WARM_RUNS = 2  # before recording: libraries choose their kernels and workspaces on the first one
PROOF_TOKENS = 40
PROOF_STEPS = 6
PROOF_ROOM = 1024  # tokens
NOISE_HALF, NOISE_WIDE = 0.25, 1e-3  # of the spread of logits: what rounding makes of another order of additions
QUICKER = 0.95  # of the plain way's time; else it is not worth its memory


class FixedStep:
    """The forward of one token over `cache`, whose size must not change afterwards. `forward` is the model, or what
    torch.compile made of it. On the processor nothing is recorded: the same operations run one by one.
    """

    def __init__(self, model: Any, forward: Callable[..., Any], cache: KeyCache, axes: int) -> None:
        """`axes` is how many numbers say a token's position; 0 where the model counts by itself."""
        import torch

        self._forward, self._cache = forward, cache
        self.room = cache.room
        options = {"dtype": torch.long, "device": model.device}
        self._ids, self._past = torch.zeros((1, 1), **options), torch.zeros((), **options)
        self._positions = torch.zeros((axes, 1, 1), **options) if axes else None
        self._graph: Any = None
        self._logits: Any = None
        if model.device.type == "cuda":
            self._record(torch)

    def run(self, token: int, position: int) -> Any:
        """The logits behind this token, which the cache holds afterwards."""
        self._ids.fill_(token)
        self._past.fill_(self._cache.length)
        if self._positions is not None:
            self._positions.fill_(position)
        if self._graph is None:
            logits = self._compute()
        else:
            self._graph.replay()
            logits = self._logits.clone()  # the next replay writes over it
        self._cache.advance()
        return logits

    def _compute(self) -> Any:
        self._cache.fix(self._past)
        try:
            options = {} if self._positions is None else {"position_ids": self._positions}
            output = self._forward(
                input_ids=self._ids, past_key_values=self._cache, use_cache=True, logits_to_keep=1, **options
            )
        finally:
            self._cache.fix(None)
        return output.logits[0, -1]

    def _record(self, torch: Any) -> None:
        """The warm runs write at the first free place, as the recorded one will; nobody looks there before."""
        self._past.fill_(self._cache.length)
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_RUNS):
                self._compute()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self._logits = self._compute()
        self._graph = graph


@dataclass(slots=True)
class Steps:
    """Which way this model's tokens are computed. Starts plain; `prove` decides."""

    model: Any
    axes: int
    way: str = PLAIN
    forward: Callable[..., Any] | None = None
    notice: str = ""
    """What is still to be told of a way that failed after its trial."""
    context_tokens: int = PROOF_ROOM
    """As planned when the model was loaded."""

    def new_cache(self, most_tokens: int) -> KeyCache:
        """Buffers that grow; whole from the start where steps are compiled, since another size is compiled anew."""
        return KeyCache(most_tokens, most_tokens if self.way == COMPILED else SMALLEST_TOKENS)

    def prepared(self, cache: KeyCache) -> FixedStep | None:
        """The fixed step of this cache, made anew where its buffers have grown. None where it is done plainly."""
        if self.way == PLAIN or self.forward is None or cache.length >= cache.room:
            return None
        if cache.step is None or cache.step.room != cache.room:
            cache.step = None  # the old recording's memory goes first
            try:
                cache.step = FixedStep(self.model, self.forward, cache, self.axes)
            except RuntimeError as error:  # memory, most of all; the plain way needs less
                self.way, self.forward = PLAIN, None
                self.notice = f"Words are computed one by one from here on: {type(error).__name__}."
                return None
        step: FixedStep = cache.step
        return step


@dataclass(frozen=True, slots=True)
class Proof:
    """What a trial of a way found."""

    way: str
    notice: str = ""
    plain_ms: float = 0.0
    fast_ms: float = 0.0
    difference: float = 0.0
    """Of the logits, as a share of their spread."""


def prove(steps: Steps, way: str) -> Proof:
    """Try a way beside the plain one and take the one that is right and quicker. Never raises for the device's sake."""
    if way == PLAIN:
        return Proof(PLAIN)
    try:
        return _tried(steps, way)
    except Exception as error:  # boundary: compilers and drivers fail in every class there is, and plain steps remain
        steps.way, steps.forward = PLAIN, None
        if way == COMPILED:
            return _with_notice(prove(steps, GRAPH), f"The model could not be compiled ({type(error).__name__}).")
        return Proof(PLAIN, f"Words are computed one by one: recording them failed ({type(error).__name__}).")


def _with_notice(proof: Proof, notice: str) -> Proof:
    words = f"{notice} {proof.notice}".strip()
    return Proof(proof.way, words, proof.plain_ms, proof.fast_ms, proof.difference)


def _tried(steps: Steps, way: str) -> Proof:
    import torch

    with torch.no_grad():
        steps.way = way
        room = steps.context_tokens if way == COMPILED else PROOF_ROOM  # what is compiled here is to serve every token
        cache, plain_cache = steps.new_cache(room), KeyCache(PROOF_ROOM)
        tokens = [7 + number % 50 for number in range(PROOF_TOKENS)]
        for one in (cache, plain_cache):
            _plain(steps, one, tokens)
        expected, plain_ms = _timed(steps.model, lambda token: _plain(steps, plain_cache, [token]))
        steps.forward = steps.model if way == GRAPH else compiled(steps.model)
        step = steps.prepared(cache)
        assert step is not None
        found, fast_ms = _timed(steps.model, lambda token: step.run(token, cache.length))
    spread = float(expected.std())
    difference = float((expected - found).abs().max()) / max(spread, 1e-9)
    allowed = NOISE_WIDE if expected.dtype == torch.float32 and steps.model.dtype == torch.float32 else NOISE_HALF
    if not difference <= allowed:  # also where it is no number
        reason = "Words are computed one by one, because recorded steps gave other numbers on this device."
    elif fast_ms > plain_ms * QUICKER and steps.model.device.type != "cpu":
        reason = "Words are computed one by one, because recorded steps were no quicker on this device."
    else:
        return Proof(way, "", plain_ms, fast_ms, difference)
    steps.way, steps.forward = PLAIN, None
    return Proof(PLAIN, reason, plain_ms, fast_ms, difference)


def compiled(model: Any, backend: str = "inductor") -> Callable[..., Any]:
    """Fused, without the library's own graphs: recording is done here, for either way."""
    import torch

    return torch.compile(model, backend=backend, dynamic=False)


def _plain(steps: Steps, cache: KeyCache, tokens: list[int]) -> Any:
    import torch

    options = {}
    if steps.axes:
        first = cache.length
        counted = torch.arange(first, first + len(tokens), device=steps.model.device)
        options["position_ids"] = counted.view(1, 1, -1).expand(steps.axes, 1, -1)
    ids = torch.tensor([tokens], device=steps.model.device)
    output = steps.model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1, **options)
    return output.logits[0, -1]


def _timed(model: Any, step: Callable[[int], Any]) -> tuple[Any, float]:
    """The logits of all steps but the first, and the middle of the times they took, in milliseconds."""
    import torch

    rows, times = [], []
    for number in range(PROOF_STEPS):
        start = time.monotonic()
        row = step(11 + number)
        int(row.argmax())  # what a writer waits for, too
        times.append(1000 * (time.monotonic() - start))
        rows.append(row.float())
    return torch.stack(rows), sorted(times)[len(times) // 2]
