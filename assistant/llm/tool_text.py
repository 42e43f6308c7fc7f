"""Tools for a model that knows them as text: how they are offered, and how a call is taken out of what it writes. Pure.

    <tool_call>
    {"name": "calculator", "arguments": {"sum": "3 * 17"}}
    </tool_call>

Qwen, Hermes and their kin write it so; Llama and others write the bare object, some of them between code fences. What
may be the beginning of a call is held back, so that none is ever shown or spoken.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from assistant.core.types import ChatRequest, Message, ModelDelta, Origin, Tool, ToolCall
from assistant.llm.torch_text import overlap

OPEN, CLOSE = "<tool_call>", "</tool_call>"
LLAMA_MARK = "<|python_tag|>"
FENCE = "```"
MOST_CALLS = 16  # of one answer that are looked at

OFFER = """\
You may use these tools:
<tools>
{tools}
</tools>
To use one, answer with nothing but
<tool_call>
{{"name": "the tool's name", "arguments": {{the tool's arguments}}}}
</tool_call>
and you will be given its result. Most questions need no tool: then just answer."""

TAGGED = re.compile(rf"{OPEN}(.*?)(?:{CLOSE}|\Z)", re.DOTALL)
FENCED = re.compile(rf"\A\s*{FENCE}\w*\s*(.*?)\s*(?:{FENCE}|\Z)", re.DOTALL)
FENCE_LINE = re.compile(rf"\A{FENCE}\w*\s*")
HEADS = tuple(f'{begin}{{"{key}"' for begin in ("", "[") for key in ("name", "type", "function", "id"))
"""How an object or a list that is a call begins, without its spaces."""


def function(tool: Tool) -> dict[str, Any]:
    """A tool in the form that servers and chat templates know."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    }


def with_tools_as_text(request: ChatRequest) -> ChatRequest:
    """The offer behind the system's words, calls as they were written, and results as the user's words."""
    messages = [_as_text(message) for message in request.messages]
    if request.tools:
        offer = OFFER.format(tools="\n".join(json.dumps(function(tool)) for tool in request.tools))
        if messages and messages[0].role == "system":
            messages[0] = replace(messages[0], text=f"{messages[0].text}\n\n{offer}")
        else:
            messages.insert(0, Message("system", offer, origin=Origin.SYSTEM))
    return replace(request, messages=tuple(messages), tools=())


def written_calls(message: Message) -> Message:
    """An assistant's message with its calls in its text."""
    if not message.calls:
        return message
    written = "".join(call.written for call in message.calls) or "\n".join(map(_written, message.calls))
    return replace(message, text=message.text + written, calls=())


def _as_text(message: Message) -> Message:
    if message.role == "tool":
        return replace(message, role="user", text=f"<tool_response>\n{message.text}\n</tool_response>")
    return written_calls(message)


def _written(call: ToolCall) -> str:
    return f'{OPEN}\n{{"name": {json.dumps(call.name)}, "arguments": {call.arguments}}}\n{CLOSE}'


class ToolText:
    """Reads an answer while it is written. `add` returns what is no call; `finish` the rest, and the calls."""

    def __init__(self, tools: tuple[Tool, ...]) -> None:
        self._names = {tool.name for tool in tools}
        self._held = ""
        self._has_begun = self._is_call = self._has_spoken = False

    def delta(self, delta: ModelDelta) -> ModelDelta:
        """A piece of the answer without what may be a call; the last one with the calls, behind those it has."""
        text = self.add(delta.text)
        if delta.finish_reason is None:
            return replace(delta, text=text)
        rest, calls = self.finish()
        return replace(delta, text=text + rest, calls=(*delta.calls, *calls))

    def add(self, text: str) -> str:
        self._held += text
        if self._is_call or not self._names:
            return self._released(0 if self._is_call else len(self._held))
        if not self._has_begun and not self._begins():
            return ""
        at = self._held.find(OPEN)
        while at >= 0:
            inside = self._held[at + len(OPEN) :].lstrip()
            if not inside or inside[0] == "{" or not (self._has_spoken or self._held[:at].strip()):
                self._is_call = bool(inside)
                return self._released(at)
            at = self._held.find(OPEN, at + len(OPEN))  # only spoken of
        return self._released(len(self._held) - overlap(self._held, OPEN))

    def finish(self) -> tuple[str, tuple[ToolCall, ...]]:
        rest, self._held = self._held, ""
        found = TAGGED.findall(rest)[:MOST_CALLS] if rest.lstrip().startswith(OPEN) else []
        calls = [_call(text) for text in found] or self._bare_calls(rest)
        if not calls:
            return rest, ()
        return "", (
            replace(calls[0], written=rest[: rest.rfind(CLOSE) + len(CLOSE)] if CLOSE in rest else rest),
            *calls[1:],
        )

    def _begins(self) -> bool:
        """Are there enough letters to know what this is? What begins like a call's object is held to its end."""
        start = self._held.lstrip()
        if not start or FENCE.startswith(start) or (start != LLAMA_MARK and LLAMA_MARK.startswith(start)):
            return False
        bare = "".join(FENCE_LINE.sub("", start, count=1).split())
        if not start.startswith(LLAMA_MARK) and any(head.startswith(bare) for head in HEADS):
            return False
        self._has_begun = True
        self._is_call = start.startswith(LLAMA_MARK) or bare.startswith(HEADS)
        return not self._is_call

    def _released(self, length: int) -> str:
        text, self._held = self._held[:length], self._held[length:]
        self._has_spoken = self._has_spoken or bool(text.strip())
        return text

    def _bare_calls(self, text: str) -> list[ToolCall]:
        """Of an answer that is nothing but calls of tools that there are."""
        text = text.strip().removeprefix(LLAMA_MARK)
        fenced = FENCED.match(text)
        try:
            value = json.loads(fenced[1] if fenced else text)
        except (ValueError, RecursionError):
            return []
        values = value if isinstance(value, list) else [value]
        named = all(isinstance(one, dict) and one.get("name") in self._names for one in values)
        return [_from(one) for one in values[:MOST_CALLS]] if values and named else []


def _call(text: str) -> ToolCall:
    """What stands between the tags; a call without a name where it makes no sense."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ToolCall("", text.strip())
    return _from(value) if isinstance(value, dict) else ToolCall("", text.strip())


def _from(value: dict[str, Any]) -> ToolCall:
    arguments = value.get("arguments", value.get("parameters", {}))
    return ToolCall(str(value.get("name", "")), arguments if isinstance(arguments, str) else json.dumps(arguments))
