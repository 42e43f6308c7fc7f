"""A real model server in a process of its own, as a household would run one: loopback, a key, the OpenAI chat API."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.llm.machine import physical_cores
from assistant.llm.plan import EngineSettings


@dataclass(frozen=True, slots=True)
class LocalServer:
    url: str
    key: str
    pid: int


@contextmanager
def local_server(model: Path, slots: int, context_tokens: int, projector: Path | None = None) -> Iterator[LocalServer]:
    """llama.cpp's server with so many places at once, each with so much context; it sees with a `projector`."""
    key = secrets.token_urlsafe(16)
    settings = EngineSettings(threads=physical_cores(), batch_tokens=512, context_tokens=context_tokens)
    arguments = asdict(settings) | {
        "model": str(model),
        "host": "127.0.0.1",
        "key": key,
        "slots": slots,
        "projector": str(projector or ""),
    }
    script = (
        "import json, sys\n"
        "from assistant.llm.llama_worker import start_server\n"
        "server = start_server(json.loads(sys.stdin.readline()))\n"
        "print(server.listening_address, flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"GOMP_SPINCOUNT": "1000", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(arguments) + "\n")
        process.stdin.flush()
        yield LocalServer(process.stdout.readline().strip() + "/v1", key, process.pid)
    finally:
        process.kill()
        process.communicate()
