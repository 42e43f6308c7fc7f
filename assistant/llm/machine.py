"""The numbers that `plan.py` decides on, read from this machine."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from assistant.llm.plan import Machine

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


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no container, or "max"
        return None
