"""Functions that a worker serves in the tests: good, slow, wrong and deadly ones."""

import ctypes
import os
import sys
import time
from pathlib import Path
from typing import Any

from assistant.core.errors import InputError
from assistant.workers.child import Table

Answer = tuple[dict[str, Any], bytes]


def serve() -> Table:
    return {
        "echo": lambda arguments, blob: (arguments, blob),
        "sleep": sleep,
        "refuse": refuse,
        "crash": crash,
        "bug": bug,
        "eat_memory": eat_memory,
        "environment": lambda _arguments, _blob: (dict(os.environ), b""),
        "descriptors": lambda _arguments, _blob: ({"open": [p.name for p in Path("/proc/self/fd").iterdir()]}, b""),
        "chatter": chatter,
        "lie": lie,
    }


def serve_after(arguments_path: str = "") -> Table:
    raise InputError("The table cannot be loaded.", "Mend it.")


def die_at_start() -> Table:
    os._exit(3)


def sleep(arguments: dict[str, Any], blob: bytes) -> Answer:
    time.sleep(arguments["seconds"])
    return {"slept": arguments["seconds"]}, b""


def refuse(arguments: dict[str, Any], blob: bytes) -> Answer:
    raise InputError("“a.png” is no picture.", "Choose another file.")


def crash(arguments: dict[str, Any], blob: bytes) -> Answer:
    ctypes.string_at(0)  # a segmentation fault, as a decoder's bug would give
    raise AssertionError("unreachable")


def bug(arguments: dict[str, Any], blob: bytes) -> Answer:
    raise KeyError(arguments["text"])


def eat_memory(arguments: dict[str, Any], blob: bytes) -> Answer:
    return {"length": len(bytearray(arguments["bytes"]))}, b""


def chatter(arguments: dict[str, Any], blob: bytes) -> Answer:
    sys.stdout.write("noise on stdout\n" * 1000)
    sys.stdout.flush()
    os.write(1, b"native noise")
    return {}, b""


def lie(arguments: dict[str, Any], blob: bytes) -> Answer:
    return {"error": "KeyboardInterrupt", "what": "Nothing is what it seems.", "advice": ""}, b""
