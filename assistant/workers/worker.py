"""Calls into a child process: a dictionary and bytes go in, a dictionary and bytes come out.

One call at a time, in order. The child may crash, hang or lie; the caller sees an AssistantError and the next call
finds a new child. Use an instance on one event loop only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from assistant.core import errors
from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError, EngineError
from assistant.workers.frames import BrokenFrame
from assistant.workers.supervisor import Child, ChildCommand, ChildDied, Report, Supervisor

CANCEL_SECONDS = 0.3  # a cancelled call that ends by itself within this time spares the child
CALL_SECONDS = 60.0
START_SECONDS = 120.0  # importing model libraries from a cold disk on a busy laptop

Answer = tuple[dict[str, Any], bytes]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What happens around a start. The first call is made after every start, before any other call."""

    first_method: str = ""
    first_arguments: dict[str, Any] = field(default_factory=dict)
    first_call_seconds: float = START_SECONDS
    report: Report = lambda _: None
    """Told on the loop's thread that the child started, died, or stays down."""


class Worker:
    """`serve` names the child's function table, "assistant.vision.worker:serve" (see child.py).

    `memory_limit_bytes` caps the child's address space where the system can (not on Windows).
    """

    def __init__(
        self,
        serve: str,
        name: str,
        memory_limit_bytes: int | None = None,
        timeout_seconds: float = CALL_SECONDS,
        lifecycle: Lifecycle = Lifecycle(),
    ) -> None:
        self._name = name
        self._timeout_seconds = timeout_seconds
        self._lifecycle = lifecycle
        self._hello: dict[str, Any] = {"serve": serve, "name": name, "memory_limit_bytes": memory_limit_bytes}
        self._first_answer: Answer = ({}, b"")
        self._supervisor = Supervisor(ChildCommand(name, "assistant.workers.child"), self._greet, lifecycle.report)
        self._turn = asyncio.Lock()
        self._abandoned: set[asyncio.Task[None]] = set()

    async def start(self) -> Answer:
        """Start the child if it is not running, and return the first call's answer."""
        await self._supervisor.running()
        return self._first_answer

    async def pid(self) -> int:
        return (await self._supervisor.running()).pid

    async def call(
        self, method: str, arguments: dict[str, Any], blob: bytes = b"", timeout_seconds: float | None = None
    ) -> Answer:
        """Raises what the function in the child raised; EngineError if the child crashed or took too long.

        A cancelled call returns at once. The child is killed if it is still busy with it after CANCEL_SECONDS.
        """
        await self._turn.acquire()
        seconds = timeout_seconds or self._timeout_seconds
        exchange = asyncio.create_task(self._exchange(method, arguments, blob, seconds))
        exchange.add_done_callback(self._end_turn)
        try:
            return await asyncio.shield(exchange)
        except asyncio.CancelledError:
            self._abandon(exchange)
            raise

    async def close(self) -> None:
        for task in tuple(self._abandoned):
            await cancel_and_wait(task)
        await self._supervisor.close()

    async def _greet(self, child: Child) -> None:
        async with _time_limit(self._name, START_SECONDS):
            _check(await _ask(child, self._hello))
        if first := self._lifecycle.first_method:
            async with _time_limit(self._name, self._lifecycle.first_call_seconds):
                answer = await _ask(child, {"method": first, "arguments": self._lifecycle.first_arguments})
            self._first_answer = _check(answer)

    async def _exchange(self, method: str, arguments: dict[str, Any], blob: bytes, seconds: float) -> Answer:
        child = await self._supervisor.running()
        try:
            async with _time_limit(self._name, seconds):
                answer = await _ask(child, {"method": method, "arguments": arguments}, blob)
        except ChildDied as error:
            await self._supervisor.lost(child)
            raise EngineError(
                f"The {self._name} process stopped while it worked on this.", "Try again, or try another file."
            ) from error
        except BrokenFrame as error:
            raise EngineError(f"That is too much for the {self._name} process.", "Try something smaller.") from error
        except (EngineError, asyncio.CancelledError):
            await self._supervisor.replace(child)
            raise
        return _check(answer)

    def _end_turn(self, exchange: asyncio.Task[Answer]) -> None:
        self._turn.release()
        if not exchange.cancelled():
            exchange.exception()  # the caller may have gone; then nobody else looks at it

    def _abandon(self, exchange: asyncio.Task[Answer]) -> None:
        task = asyncio.create_task(_cancel_late(exchange))
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)


async def _ask(child: Child, header: dict[str, Any], blob: bytes = b"") -> Answer:
    await child.send(header, blob)
    return await child.receive()


async def _cancel_late(exchange: asyncio.Task[Answer]) -> None:
    try:
        await asyncio.wait({exchange}, timeout=CANCEL_SECONDS)
    finally:
        exchange.cancel()


class _time_limit:
    """Like asyncio.timeout, but what it raises is a sentence."""

    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError as late:
            raise EngineError(
                f"The {self._name} process gave no answer within {self._seconds:.0f} seconds.",
                "Try again, or try something smaller.",
            ) from late


def _check(answer: Answer) -> Answer:
    """The child's error, raised here as the same class."""
    header, _ = answer
    if "error" not in header:
        return answer
    kind = getattr(errors, str(header["error"]), EngineError)
    if not (isinstance(kind, type) and issubclass(kind, AssistantError)):
        kind = EngineError
    raise kind(str(header.get("what", "")), str(header.get("advice", "")))
