"""The tools a model may ask for, and the gate before them.

Every call is checked against the tool's schema before anything is done. A tool here reads and computes: it reaches no
network, writes no file, changes no setting, and ends by itself within milliseconds. Anything else would need a click
of the user's that shows the exact arguments, and there is none (docs/adr/0027).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.core.types import Tool, ToolCall
from assistant.tools.schema import problem

LONGEST_ARGUMENTS = 2000  # characters; a sum is some dozens
LONGEST_RESULT = 2000  # characters that the model is given to read


@dataclass(frozen=True, slots=True)
class Reading:
    """A tool that only reads or computes. `work` gets arguments that fit the schema."""

    tool: Tool
    work: Callable[[dict[str, Any]], str]


class ReadingTools:
    """A Toolbox. Without tools it refuses everything."""

    def __init__(self, *readings: Reading) -> None:
        self._readings = {reading.tool.name: reading for reading in readings}

    @property
    def tools(self) -> tuple[Tool, ...]:
        return tuple(reading.tool for reading in self._readings.values())

    async def use(self, call: ToolCall) -> str:
        reading = self._readings.get(call.name)
        if reading is None:
            return f"Not done: there is no such tool. There is {' and '.join(self._readings) or 'none'}."
        if len(call.arguments) > LONGEST_ARGUMENTS:
            return "Not done: the arguments are too long."
        try:
            arguments = json.loads(call.arguments)
        except (ValueError, RecursionError):
            return "Not done: the arguments are not JSON."
        if wrong := problem(arguments, reading.tool.parameters):
            return f"Not done: {wrong}."
        return reading.work(arguments)[:LONGEST_RESULT]
