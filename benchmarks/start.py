"""`vesper bench start`: wall seconds of each stage of a start, every one in a fresh process.

The window is measured by the program's own switch, `--exit-when`; its time includes Python and leaving again.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
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
    "window shown": [*PYTHON, "-m", "assistant", "--exit-when", "shown"],
    "window ready": [*PYTHON, "-m", "assistant", "--exit-when", "ready"],
}


def measure(command: list[str], rounds: int, environment: dict[str, str]) -> list[float]:
    """Seconds of each run; the first, which warms the file cache, is left out. Empty where the command fails."""
    seconds = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        try:
            done = subprocess.run(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return []
        if done.returncode:
            return []
        seconds.append(time.perf_counter() - started)
    return seconds[1:]


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
    parser.add_argument("--stage", choices=STAGES, action="append", help="only this stage; may be given again")
    parser.add_argument("--own-data", action="store_true", help="start in your own data folder, not in an empty one")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="vesper-bench-", ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "VESPER_TEST": "1"}
        if not options.own_data:
            environment["VESPER_DATA_DIR"] = folder
        rows: list[list[Any]] = []
        for name in options.stage or STAGES:
            seconds = measure(STAGES[name], options.rounds, environment)
            rows.append([name, statistics.median(seconds), min(seconds), max(seconds)] if seconds else [name, *"---"])
        imports = slowest_imports("assistant.gui.main_window", environment, 10)
    result = {
        "columns": ["stage", "median", "least", "most"],
        "rows": rows,
        "slowest_imports": [{"module": name, "seconds": own} for own, name in imports],
    }
    if options.json:
        print_json(result)
        return result
    print_table(f"Seconds of wall time, {options.rounds} runs each", result["columns"], rows)
    print("slowest imports of the window: " + ", ".join(f"{name} {own * 1e3:.0f} ms" for own, name in imports))
    return result


if __name__ == "__main__":
    run(sys.argv[1:])
