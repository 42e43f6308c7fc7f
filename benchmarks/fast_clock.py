"""A clock for simulated hours: it jumps to the next timer, and stands still while an engine works on its thread.

So a dialogue takes as long as its computing, every run of it is the same, and no engine costs simulated time by
itself: whoever wants it to, sleeps.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 30.0  # real ones, for a thread to answer when nothing else is to be done


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0
        """Calls that are at work on threads."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.working:
            return super().select(PATIENCE_SECONDS)
        self.now += timeout
        return []


class FastLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, function: Callable[..., T], *arguments: Any
    ) -> asyncio.Future[T]:
        self._jumping.working += 1
        future = super().run_in_executor(executor, function, *arguments)
        future.add_done_callback(self._rested)
        return future

    def _rested(self, _: asyncio.Future[Any]) -> None:
        self._jumping.working -= 1


def run_fast(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(main)
