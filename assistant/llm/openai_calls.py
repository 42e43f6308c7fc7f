"""Tool calls as the OpenAI chat API has them: a message that holds some, and the pieces in which a stream brings them.

Pure. Pieces come from strangers: a call may have no name, no end, or a number that is none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from assistant.core.types import Message, ToolCall
from assistant.llm.sse import MalformedStream

MOST_CALLS = 16  # of one answer that are looked at


def calling(message: Message) -> dict[str, Any] | None:
    """The message, if it holds calls or answers one."""
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.answers, "content": sendable(message.text)}
    if not message.calls:
        return None
    calls = [
        {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": _json(call.arguments)}}
        for call in message.calls
    ]
    return {"role": message.role, "content": sendable(message.text), "tool_calls": calls}


@dataclass(slots=True)
class _Part:
    call_id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class CallParts:
    """The calls of one answer so far. `add` returns how many characters an event brought."""

    _parts: dict[int, _Part] = field(default_factory=dict)

    def add(self, event: dict[str, Any]) -> int:
        """Raises MalformedStream if what should be a piece of a call is none."""
        try:
            choice = (event.get("choices") or [{}])[0]
            pieces = (choice.get("delta") or choice.get("message") or {}).get("tool_calls") or []
            return sum(self._add(piece) for piece in pieces)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise MalformedStream("not a tool call") from error

    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(sendable(part.name), sendable(part.arguments), sendable(part.call_id))
            for index, part in sorted(self._parts.items())
        )

    def _add(self, piece: dict[str, Any]) -> int:
        index = piece.get("index", len(self._parts))  # a server that sends whole calls may not number them
        if type(index) is not int or not 0 <= index < MOST_CALLS:
            return 0
        function = piece.get("function") or {}
        name, arguments = function.get("name") or "", function.get("arguments") or ""
        if isinstance(arguments, dict):
            arguments = json.dumps(arguments)
        if not isinstance(name, str) or not isinstance(arguments, str):
            raise TypeError
        part = self._parts.setdefault(index, _Part())
        part.call_id = part.call_id or str(piece.get("id") or "")
        part.name += name if not part.name else ""
        part.arguments += arguments
        return len(name) + len(arguments)


def _json(arguments: str) -> str:
    """Servers parse what they are sent back: what is no object becomes an empty one."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def sendable(text: str) -> str:
    """Half a surrogate pair is no JSON."""
    return text.encode("utf-8", "replace").decode()
