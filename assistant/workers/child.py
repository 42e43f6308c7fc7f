"""The child's side of a Worker: reads calls from stdin, runs them one by one, writes answers to stdout.

The first frame says which function table to serve: "package.module:serve", where `serve()` is called once (load
libraries there) and returns `{method: function(arguments, blob) -> (dict, bytes)}`. Whatever libraries print goes to
the log. The process ends when its parent does.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from assistant.core.errors import AssistantError, EngineError
from assistant.workers.frames import BrokenFrame, Header, read_frame, write_frame

Function = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]
Table = Mapping[str, Function]

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    die_with_parent(int(sys.argv[1]))
    requests, answers = _take_pipes()
    try:
        hello = read_frame(requests)
        if hello is None:
            return
        table = _greet(hello[0], answers)
        while table is not None and (frame := read_frame(requests)) is not None:
            write_frame(answers, *run(table, *frame))
    except (BrokenFrame, BrokenPipeError):
        pass  # the parent is gone or mad; either way there is nobody to work for
    os._exit(0)  # not sys.exit: native threads of a model library must not hold the process up


def die_with_parent(parent_pid: int) -> None:
    """On Linux the kernel kills this process when the parent's thread ends; elsewhere the closed pipe ends the loop."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before we asked
        os._exit(0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the channel away from descriptors 0 and 1, so that a library's print cannot spoil it."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _greet(hello: Header, answers: BinaryIO) -> Table | None:
    """Load the table and say so. None if that failed: the parent has been told why."""
    limit_resources(hello["memory_limit_bytes"])
    module, _, function = str(hello["serve"]).partition(":")
    tables: list[Table] = []

    def load(arguments: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        tables.append(getattr(importlib.import_module(module), function)())
        return {}, b""

    write_frame(answers, *run({"load": load}, {"method": "load", "arguments": {}}, b""))
    return tables[0] if tables else None


def limit_resources(memory_limit_bytes: int | None) -> None:
    """No core dumps, for they would hold the conversation; address space capped if asked for."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_limit_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))


def run(table: Table, header: Header, blob: bytes) -> tuple[Header, bytes]:
    """One call. Every failure becomes an answer."""
    try:
        return table[header["method"]](header["arguments"], blob)
    except AssistantError as error:
        return _failure(error), b""
    except MemoryError:
        return _failure(EngineError("There was not enough memory for this.", "Try something smaller.")), b""
    except Exception as error:  # the boundary of this process: a bug in a library must not look like a crash
        _log(error)
        return _failure(EngineError("Something went wrong inside Vesper.", "Try again, or try another file.")), b""


def _failure(error: AssistantError) -> Header:
    return {"error": type(error).__name__, "what": error.what, "advice": error.advice}


def _log(error: Exception) -> None:
    """Where it happened, without the message: that could quote what the user said or showed."""
    places = "".join(traceback.format_tb(error.__traceback__))
    sys.stderr.write(f"{type(error).__name__}\n{places}")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
