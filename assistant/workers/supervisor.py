"""Keeps one child process alive: starts it, watches it, restarts it after a crash, gives up after three in a minute.

A child gets a clean environment, no descriptors but its pipes and its log, a session of its own, and dies with its
parent: by signal on Linux, elsewhere when its pipe closes. Use an instance on one event loop only.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import EngineError
from assistant.workers import frames
from assistant.workers.log import open_log

CRASH_LIMIT = 3  # this many crashes ...
CRASH_WINDOW_SECONDS = 60.0  # ... within this time, and the child stays down
CLOSING_SECONDS = 0.5  # a child that is idle leaves at once when its pipe closes
PIPE_BUFFER_BYTES = 1024 * 1024  # pictures of many megabytes pass through; the default is 64 KiB

KEPT_VARIABLES = frozenset(
    ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "VESPER_DATA_DIR")
)
KEPT_PREFIXES = ("LC_", "OMP_", "GOMP_", "PYTHON", "CUDA_", "HIP_", "ROCR_", "HSA_", "NVIDIA_")


class ChildState(StrEnum):
    STARTED = "started"
    ENDED = "ended"
    """As it was asked to, or killed because nobody waited for it any more."""
    DIED = "died"
    GAVE_UP = "gave up"


Report = Callable[[ChildState], None]


@dataclass(frozen=True, slots=True)
class ChildCommand:
    """What to run: `python -m module`. `name` ("language model") and `cure` are for messages."""

    name: str
    module: str
    cure: str = "Close other programs or choose a smaller model."


class ChildDied(Exception):
    """The child is gone, or broke the rules of its channel."""


class Child:
    """A running child and the channel to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.killed_on_purpose = False

    @property
    def pid(self) -> int:
        return self._process.pid

    async def send(self, header: frames.Header, blob: bytes = b"") -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(frames.encode(header, blob))
            if blob:
                pipe.write(blob)
            await pipe.drain()
        except OSError as error:
            raise ChildDied from error

    async def receive(self) -> tuple[frames.Header, bytes]:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            header_length, blob_length = frames.decode_lengths(await pipe.readexactly(frames.LENGTHS.size))
            header = frames.decode_header(await pipe.readexactly(header_length))
            return header, await pipe.readexactly(blob_length)
        except (asyncio.IncompleteReadError, OSError, frames.BrokenFrame) as error:
            raise ChildDied from error

    async def wait(self) -> None:
        await self._process.wait()

    def kill(self) -> None:
        """Kill the child and everything it started."""
        if self._process.returncode is not None:
            return
        # It may be gone already without asyncio knowing; macOS says "not permitted" of a zombie.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)  # the child leads a session, hence a group

    async def close(self) -> None:
        """Let an idle child leave by itself, kill a busy one."""
        pipe = self._process.stdin
        assert pipe is not None
        pipe.close()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self.wait()
        except TimeoutError:
            self.kill()
            await self.wait()


class Supervisor:
    """`greet` is awaited with every new child before anyone else may use it."""

    def __init__(
        self,
        command: ChildCommand,
        greet: Callable[[Child], Awaitable[None]],
        report: Report = lambda _: None,
    ) -> None:
        self._command = command
        self._greet = greet
        self._report = report
        self._starting: asyncio.Task[Child] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._crash_times: list[float] = []
        self._closed = False

    async def running(self) -> Child:
        """The child, started if need be. Raises EngineError while it stays down."""
        if self._closed:
            raise EngineError(f"The {self._command.name} has been shut down.", "Start Vesper again.")
        starting = self._starting
        if starting is None or _failed(starting):
            starting = self._begin()
        return await asyncio.shield(starting)

    async def replace(self, child: Child) -> None:
        """Kill the child (this is no crash); a new one is on its way when this returns."""
        child.killed_on_purpose = True
        await self.lost(child)

    async def lost(self, child: Child) -> None:
        """The child was seen to be dead or deaf; returns when the supervisor knows it, too."""
        child.kill()
        await child.wait()
        if self._watching is not None:
            await asyncio.wait({self._watching})

    async def close(self) -> None:
        self._closed = True
        starting, self._starting = self._starting, None
        await cancel_and_wait(self._watching)
        await cancel_and_wait(starting)
        if starting is not None and not starting.cancelled() and starting.exception() is None:
            await starting.result().close()
            self._report(ChildState.ENDED)

    def _begin(self) -> asyncio.Task[Child]:
        self._starting = asyncio.create_task(self._start())
        self._starting.add_done_callback(_mark_as_seen)
        return self._starting

    async def _start(self) -> Child:
        while True:
            self._refuse_while_down()
            child = await _spawn(self._command)
            try:
                await self._greet(child)
            except ChildDied:
                child.kill()
                await child.wait()
                self._note_crash()
            except BaseException:
                child.kill()
                await child.wait()
                raise
            else:
                self._watching = asyncio.create_task(self._watch(child))
                self._report(ChildState.STARTED)
                return child

    async def _watch(self, child: Child) -> None:
        await child.wait()
        if child.killed_on_purpose:
            self._report(ChildState.ENDED)
        else:
            self._note_crash()
        self._starting = None
        if not self._closed and not self._is_down():
            self._begin()

    def _note_crash(self) -> None:
        self._crash_times.append(asyncio.get_running_loop().time())
        self._report(ChildState.DIED)
        if self._is_down():
            self._report(ChildState.GAVE_UP)

    def _is_down(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._crash_times = [time for time in self._crash_times if now - time < CRASH_WINDOW_SECONDS]
        return len(self._crash_times) >= CRASH_LIMIT

    def _refuse_while_down(self) -> None:
        if self._is_down():
            raise EngineError(
                f"The {self._command.name} stopped {CRASH_LIMIT} times within a minute.", self._command.cure
            )


async def _spawn(command: ChildCommand) -> Child:
    log = open_log(command.name)
    try:
        return Child(await _popen(command, log))
    except OSError as error:
        raise EngineError(f"The {command.name} could not be started.", "Close other programs and try again.") from error
    finally:
        log.close()


async def _popen(command: ChildCommand, log: IO[bytes]) -> asyncio.subprocess.Process:
    # On the loop's own thread: Linux sends the parent-death signal when the thread that forked ends.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        command.module,
        str(os.getpid()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        env=clean_environment(dict(os.environ)),
        close_fds=True,
        start_new_session=True,
        limit=PIPE_BUFFER_BYTES,
    )


def clean_environment(environment: dict[str, str]) -> dict[str, str]:
    """What a child may see. Keys and tokens live in other variables, so nothing unknown is passed on."""
    kept = {
        name: value for name, value in environment.items() if name in KEPT_VARIABLES or name.startswith(KEPT_PREFIXES)
    }
    # `-m assistant...` must be found whatever the current folder is.
    kept["PYTHONPATH"] = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    kept["PYTHONSAFEPATH"] = "1"
    return kept


def _failed(task: asyncio.Task[Child]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _mark_as_seen(task: asyncio.Task[Child]) -> None:
    """Its error reaches whoever asks for the child next; asyncio need not warn about it."""
    if not task.cancelled():
        task.exception()
