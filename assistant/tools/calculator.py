"""Sums for a model that cannot do them: the calculator that also reads what the user says. Pure."""

from __future__ import annotations

from typing import Any

from assistant.core.calculator import LONGEST_TEXT
from assistant.core.calculator import work_out as worked_out
from assistant.core.types import Tool
from assistant.tools.toolbox import Reading

TOOL = Tool(
    "calculator",
    "Works out one sum exactly. Use it for every multiplication, division, percentage, power or root.",
    {
        "type": "object",
        "properties": {
            "sum": {
                "type": "string",
                "description": "Numbers with + - * / ^ ( ) and “% of”, such as 3 * (17 - 12) or 15 % of 80",
                "minLength": 1,
                "maxLength": LONGEST_TEXT // 2,
            }
        },
        "required": ["sum"],
        "additionalProperties": False,
    },
)


def work_out(arguments: dict[str, Any]) -> str:
    found = worked_out(arguments["sum"])
    return found.text if found else "That is no sum that can be worked out."


CALCULATOR = Reading(TOOL, work_out)
