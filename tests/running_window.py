"""The real window in a process of its own, without a screen, played by the test switches and watched by its log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.core.history import Turn
from assistant.storage.conversations import open_conversations
from assistant.storage.paths import find_folders

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 90  # a start on a machine that is busy with other things

Fact = dict[str, Any]


class RunningWindow:
    """Use as a context; at its end the process is dead, one way or the other."""

    def __init__(self, data: Path, *arguments: str | Path, platform: str = "offscreen") -> None:
        data.mkdir(exist_ok=True)
        self.log = data / "test-events.jsonl"
        self._read_bytes = 0
        environment = {**os.environ, "VESPER_TEST": "1", "QT_QPA_PLATFORM": platform, "PYTHONPATH": str(ROOT)}
        environment.pop("VESPER_MODELS_DIR", None)
        environment["PULSE_SERVER"] = "unix:/nowhere"  # what a loudspeaker has said decides what is kept
        command = [sys.executable, "-m", "assistant", "--data-dir", str(data), "--event-log", str(self.log)]
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> RunningWindow:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def new_facts(self) -> list[Fact]:
        """What was logged since the last look."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(self._read_bytes)
            lines = file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        self._read_bytes += sum(map(len, whole))
        return [json.loads(line) for line in whole]

    def wait_for(self, wanted: Callable[[Fact], bool]) -> list[Fact]:
        """The facts up to the wanted one and what came with it."""
        facts: list[Fact] = []
        until = time.monotonic() + LIMIT_SECONDS
        while not any(map(wanted, facts)):
            assert time.monotonic() < until, [fact["event"] for fact in facts]
            assert self.process.poll() is None or self.log.exists(), self.process.communicate()[1]
            time.sleep(0.005)
            facts += self.new_facts()
        return facts

    def finish(self) -> tuple[int, str, list[Fact]]:
        """Exit code, stderr and everything logged, once the window has closed by itself."""
        _, complaint = self.process.communicate(timeout=LIMIT_SECONDS)
        return self.process.returncode, complaint, self.new_facts()


def events(facts: list[Fact], name: str) -> list[Fact]:
    return [fact for fact in facts if fact["event"] == name]


async def stored_turns(data: Path) -> tuple[Turn, ...]:
    """The latest conversation on disk, after a start that finds nothing to complain about."""
    store, notices = await open_conversations(find_folders({"VESPER_DATA_DIR": str(data)}))
    assert notices == ()
    latest = await store.latest_conversation()
    turns = await store.turns(latest) if latest is not None else ()
    await store.close()
    return turns
