"""Crossing from the asyncio loop to a blocking engine and back: one thread per engine, in order, never two at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_END = object()


class EngineThread:
    """Runs an engine's blocking calls one after another on a thread of its own.

    A cancelled call stops being waited for at once; where it can be stopped from outside, the engine's own
    stop flag does that. `close()` waits for the call in progress.
    """

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def call(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: function(*arguments))

    async def stream(self, make: Callable[[threading.Event], Iterator[T]]) -> AsyncIterator[T]:
        """Items of a blocking generator, pulled one at a time.

        `make` receives an event that is set when the caller has gone away; a long step may watch it.
        """
        gone = threading.Event()
        items = make(gone)
        try:
            while True:
                item = await self.call(next, items, _END)
                if item is _END:
                    return
                yield item
        finally:
            gone.set()

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def abandon(self) -> None:
        """Take no more calls, and do not wait for the one in progress: it may never return.

        Python waits for it at its end; a process with such a thread has to leave through `os._exit`.
        """
        self._executor.shutdown(wait=False, cancel_futures=True)


async def cancel_and_wait(task: asyncio.Task[object] | None) -> None:
    """Cancel a task and return when it is gone. Its own failure has been reported by its owner."""
    if task is None or task.done():
        return
    task.cancel()
    await asyncio.wait({task})
