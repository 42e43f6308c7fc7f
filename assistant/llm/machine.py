"""The numbers that `plan.py` decides on, read from this machine."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import psutil

from assistant.llm.fit import Device
from assistant.llm.plan import Machine

DRIVER_SECONDS = 5.0  # a driver that hangs must not hang Vesper
MEBIBYTE = 1024**2
CGROUP = Path("/sys/fs/cgroup")


def this_machine() -> Machine:
    """The wheels of the engine that install by themselves compute on the processor only, so no VRAM is counted."""
    return Machine(physical_cores(), free_memory_bytes())


def physical_cores() -> int:
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return cores


def free_memory_bytes() -> int:
    """What can be had without swapping, within the limit of a container."""
    free = int(psutil.virtual_memory().available)
    limit, used = _number(CGROUP / "memory.max"), _number(CGROUP / "memory.current")
    if limit is not None and used is not None:
        free = min(free, max(0, limit - used))
    return free


def graphics_card() -> Device | None:
    """The first NVIDIA card, as its driver describes it: no library is loaded for it. Blocks for up to some seconds."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = [program, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(query, capture_output=True, timeout=DRIVER_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    answer = said.decode("utf-8", "replace")
    bits = (16, 8, 4) if importlib.util.find_spec("bitsandbytes") else (16,)
    return read_card(answer, bits)


def read_card(answer: str, bits: tuple[int, ...]) -> Device | None:
    """A line of nvidia-smi: "name, total MiB, free MiB". None where the driver says something else."""
    try:
        name, total, free = (part.strip() for part in answer.splitlines()[0].rsplit(",", 2))
        return Device("cuda", int(free) * MEBIBYTE, name, int(total) * MEBIBYTE, bits)
    except (ValueError, IndexError):
        return None


def processor() -> Device:
    return Device("cpu", free_memory_bytes(), bits=(32, 16))


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no container, or "max"
        return None


def on_battery() -> bool:
    """A quick look, milliseconds at most."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is not None and battery.power_plugged is False
