"""`vesper bench start`: wall seconds of each stage of a start, every one in a fresh process.

The window says itself, in its event log, how long after the start of its process it was shown, took text, and had
every engine ready.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import print_json, print_table

LIMIT_SECONDS = 120
PYTHON = [sys.executable]
STAGES: dict[str, list[str]] = {
    "python": [*PYTHON, "-c", "pass"],
    "help": [*PYTHON, "-m", "assistant", "--help"],
    "core": [*PYTHON, "-c", "import assistant.core.ports"],
    "store": [*PYTHON, "-c", "import assistant.storage.conversations"],
    "settings": [*PYTHON, "-c", "import assistant.storage.settings_file"],
    "window code": [*PYTHON, "-c", "import assistant.gui.main_window"],
}
WINDOW = [*PYTHON, "-m", "assistant", "--exit-when", "ready", "--event-log"]
REACHED = {"WindowShown": "window shown", "WindowUsable": "window takes text", "WindowReady": "all engines ready"}


def measure(command: list[str], rounds: int, environment: dict[str, str]) -> tuple[list[float], str]:
    """Seconds of each run, or the reason why it failed. The first run warms the file cache and is left out."""
    seconds = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            return [], f"not done after {LIMIT_SECONDS} s"
        if done.returncode:
            return [], (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        seconds.append(time.perf_counter() - started)
    return seconds[1:], ""


def measure_window(rounds: int, environment: dict[str, str]) -> tuple[dict[str, list[float]], str]:
    """Seconds until each thing in REACHED, in every round but the first, or the reason why it failed."""
    seconds: dict[str, list[float]] = {name: [] for name in REACHED.values()}
    with tempfile.TemporaryDirectory(prefix="vesper-bench-") as folder:
        log = Path(folder) / "events.jsonl"
        _, failure = measure([*WINDOW, str(log)], rounds, environment)
        for line in log.read_text().splitlines() if log.exists() else ():
            fact = json.loads(line)
            if fact["event"] in REACHED:
                seconds[REACHED[fact["event"]]].append(fact["seconds"])
    return {name: values[1:] for name, values in seconds.items()}, failure


def row(name: str, seconds: list[float]) -> list[Any]:
    return [name, statistics.median(seconds), min(seconds), max(seconds)] if seconds else [name, *"---"]


def slowest_imports(module: str, environment: dict[str, str], count: int) -> list[tuple[float, str]]:
    """Modules by the seconds their own code takes, from `python -X importtime`."""
    command = [*PYTHON, "-X", "importtime", "-c", f"import {module}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    found = []
    for line in done.stderr.splitlines():
        own, _, name = line.removeprefix("import time:").split("|") if line.count("|") == 2 else ("", "", "")
        if own.strip().isdigit():
            found.append((int(own) / 1e6, name.strip()))
    return sorted(found, reverse=True)[:count]


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--own-data", action="store_true", help="start in your own data folder, not in an empty one")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="vesper-bench-", ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "VESPER_TEST": "1"}
        if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
            environment["QT_QPA_PLATFORM"] = "offscreen"
        if not options.own_data:
            environment["VESPER_DATA_DIR"] = folder
        rows: list[list[Any]] = []
        failures: dict[str, str] = {}
        for name in STAGES:
            seconds, failures[name] = measure(STAGES[name], options.rounds, environment)
            rows.append(row(name, seconds))
        reached, failures["window"] = measure_window(options.rounds, environment)
        rows += [row(name, seconds) for name, seconds in reached.items()]
        imports = slowest_imports("assistant.gui.main_window", environment, 10)
    result = {
        "columns": ["stage", "median", "least", "most"],
        "rows": rows,
        "failures": {name: reason for name, reason in failures.items() if reason},
        "slowest_imports": [{"module": name, "seconds": own} for own, name in imports],
    }
    if options.json:
        print_json(result)
        return result
    print_table(f"Seconds of wall time, {options.rounds} runs each", result["columns"], rows)
    for name, reason in result["failures"].items():
        print(f"{name} failed: {reason}")
    print("slowest imports of the window: " + ", ".join(f"{name} {own * 1e3:.0f} ms" for own, name in imports))
    return result


if __name__ == "__main__":
    run(sys.argv[1:])
