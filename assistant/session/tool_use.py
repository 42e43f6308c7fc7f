"""What happens when a model asks for a tool in the middle of a reply: so many times, and no more.

Whether a call is carried out is the toolbox's decision. Its result goes back as a message of origin TOOL, which the
prompt quotes as data; nothing of it is shown, spoken or kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.core.errors import EngineError
from assistant.core.events import ToolUsed
from assistant.core.ports import Emit, Toolbox
from assistant.core.types import Message, Origin, ToolCall

MOST_ROUNDS = 4  # questions to tools in one reply: a sum needs one, a story with sums two or three
MOST_CALLS = 4  # in one of them


class ToolUse:
    """The tools of one reply. `messages` stand behind the conversation in the next prompt."""

    def __init__(self, toolbox: Toolbox, emit: Emit) -> None:
        self._toolbox = toolbox
        self._emit = emit
        self._rounds = 0
        self._has_said = False
        self.messages: tuple[Message, ...] = ()

    async def carry_out(self, calls: Sequence[ToolCall], said: str) -> bool:
        """Is there something new for the model to read? `said` is what it wrote before it asked.

        Raises EngineError where it goes on asking and has said nothing.
        """
        self._has_said = self._has_said or bool(said.strip())
        if not calls:
            return False
        if self._rounds == MOST_ROUNDS:
            if not self._has_said:
                raise EngineError("The model asks for tools again and again.", "Ask in other words.")
            return False
        self._rounds += 1
        taken = tuple(self._named(call, place) for place, call in enumerate(calls[:MOST_CALLS], start=1))
        answers = [await self._answer(call) for call in taken]
        asked = Message("assistant", said, origin=Origin.MODEL, calls=taken)
        self.messages = (*self.messages, asked, *answers)
        return True

    def _named(self, call: ToolCall, place: int) -> ToolCall:
        """A call written as text has no id, by which servers match a result to its call."""
        return call if call.call_id else replace(call, call_id=f"call-{self._rounds}-{place}")

    async def _answer(self, call: ToolCall) -> Message:
        known = {tool.name for tool in self._toolbox.tools}
        result = await self._toolbox.use(call)
        self._emit(ToolUsed(call.name if call.name in known else ""))
        return Message("tool", result, origin=Origin.TOOL, answers=call.call_id)


class NoTools:
    """A Toolbox with nothing in it."""

    tools = ()

    async def use(self, call: ToolCall) -> str:
        return "Not done: there are no tools."
