"""The test switches of the command line: how a test feeds the program from outside, and how it is kept to tests."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from assistant.core.errors import InputError, Refused

WINDOW_ONLY = ("test_render", "preview", "attach", "say", "exit_when")


@dataclass(frozen=True, slots=True)
class Seams:
    """Empty in normal use. What each one does is said in `cli.py`."""

    test_model: Path | None = None
    seed: int | None = None
    event_log: Path | None = None
    test_render: Path | None = None
    preview: Path | None = None
    attach: tuple[Path, ...] = ()
    say: tuple[str, ...] = ()
    exit_when: str = ""


def seams_of(options: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Seams:
    """The switches that were given. Raises Refused unless the environment says that this is a test."""
    given: dict[str, Any] = {}
    for field in fields(Seams):
        value = getattr(options, field.name, None)
        if value not in (None, [], ""):
            given[field.name] = tuple(value) if isinstance(value, list) else value
    if given and environment.get("VESPER_TEST") != "1":
        raise Refused(
            f"{_switch(next(iter(given)))} is a test switch, and those are off.",
            "Set VESPER_TEST=1 in the environment to use it.",
        )
    lost = [name for name in given if name in WINDOW_ONLY]
    if lost and options.command:
        raise InputError(f"{_switch(lost[0])} is for the window.", f"Leave “{options.command}” out, or the switch.")
    return Seams(**given)


def _switch(name: str) -> str:
    return "--" + name.replace("_", "-")
