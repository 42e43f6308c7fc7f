"""A real model server in a process of its own, as a user would run one: loopback, a key, the OpenAI chat API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from assistant.llm.plan import EngineSettings

KEY = "key-of-the-test"


@contextmanager
def running_server(
    model: Path, context_tokens: int = 2048, projector: Path | None = None, slots: int = 1
) -> Iterator[str]:
    """Its base URL, while it runs."""
    arguments = asdict(EngineSettings(context_tokens=context_tokens)) | {
        "model": str(model),
        "host": "127.0.0.1",
        "key": KEY,
        "slots": slots,
        "projector": str(projector or ""),
    }
    script = (
        "import sys\n"
        "from assistant.llm.llama_worker import start_server\n"
        f"server = start_server({arguments!r})\n"
        "print(server.listening_address, flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"GOMP_SPINCOUNT": "1000"},
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip() + "/v1"
    finally:
        process.kill()
        process.communicate()
