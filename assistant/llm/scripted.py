"""A language model that says what a script tells it, for tests that need one to be slow, hostile or broken.

The script is JSON: `{"replies": [...], "answers": [...]}` or just the list of replies. Each request takes the next
reply, the last one serves for ever; requests under a schema take from "answers" instead. A reply is a text, or a
list of steps:

    {"say": "text"}                    the text, word by word
    {"say": "text", "whole": true}     the text as one piece, "times" over
    {"say": "la ", "times": 1000}      again and again; -1 never ends
    {"bytes": "ff fe 41"}              bytes that may be no UTF-8, as an engine would send them
    {"wait": 1.5}                      seconds of silence; -1 for ever
    {"pace": 0.05}                     seconds before each piece from here on
    {"call": "name", "with": {...}}    a tool is asked for, at the end of the reply; "with" may be any text, too
    {"fail": "what happened"}          the engine dies
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from itertools import count, repeat
from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError, InputError
from assistant.core.types import ChatRequest, ModelDelta, ModelTraits, ToolCall, Usage

Step = dict[str, Any]
Steps = tuple[Step, ...]

FOREVER = -1
STEP_NAMES = frozenset(("say", "bytes", "wait", "pace", "fail", "call"))
CONTEXT_TOKENS = 4096
CHARACTERS_PER_TOKEN = 4


class ScriptedModel:
    """A LanguageModel. `requests` is what it was asked so far."""

    def __init__(self, script: Path | list[Any] | dict[str, Any]) -> None:
        if isinstance(script, Path):
            script = _load(script)
        parts: dict[str, Any] = {"replies": script} if isinstance(script, list) else script
        self._replies = [_steps(reply) for reply in parts.get("replies") or [""]]
        self._answers = [_steps(answer) for answer in parts.get("answers") or ["{}"]]
        self._context_tokens = int(parts.get("context_tokens", CONTEXT_TOKENS))
        self.requests: list[ChatRequest] = []
        self.stopped = 0
        """Streams that were closed before their end."""

    async def traits(self) -> ModelTraits:
        return ModelTraits("scripted", self._context_tokens, runs_on="script")

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        self.requests.append(request)
        script = self._answers if request.json_schema is not None else self._replies
        steps = script.pop(0) if len(script) > 1 else script[0]
        pieces, finish = 0, "stop"
        try:
            async for piece in _perform(steps):
                if pieces == request.max_tokens:
                    finish = "length"
                    break
                pieces += 1
                yield ModelDelta(piece)
        except GeneratorExit:
            self.stopped += 1
            raise
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        prompt = sum(len(message.text) for message in request.messages) // CHARACTERS_PER_TOKEN
        yield ModelDelta("", finish, Usage(prompt_tokens=prompt, completion_tokens=pieces), _calls(steps))

    async def prefill(self, request: ChatRequest) -> None:
        """Nothing to read in advance."""

    async def count_tokens(self, text: str) -> int:
        return len(text) // CHARACTERS_PER_TOKEN + 1

    async def close(self) -> None:
        """Nothing to let go of."""


async def _perform(steps: Steps) -> AsyncIterator[str]:
    pace_seconds = 0.0
    for step in steps:
        if "pace" in step:
            pace_seconds = float(step["pace"])
        elif "wait" in step:
            await _wait(float(step["wait"]))
        elif "call" in step:
            continue
        elif "fail" in step:
            raise EngineError(str(step["fail"]), "Ask once more.")
        else:
            for piece in _pieces(step):
                await asyncio.sleep(
                    pace_seconds
                )  # at 0 it still lets others run, so that an endless reply can be stopped
                yield piece


def _calls(steps: Steps) -> tuple[ToolCall, ...]:
    """A script asks for tools whether it was offered any or not."""
    asked = [(str(step["call"]), step.get("with", {})) for step in steps if "call" in step]
    return tuple(ToolCall(name, given if isinstance(given, str) else json.dumps(given)) for name, given in asked)


async def _wait(seconds: float) -> None:
    if seconds == FOREVER:
        await asyncio.Event().wait()
    await asyncio.sleep(seconds)


def _pieces(step: Step) -> Iterator[str]:
    text = step["say"] if "say" in step else bytes.fromhex(step["bytes"]).decode("utf-8", "replace")
    times = step.get("times", 1)
    if step.get("whole") and times != FOREVER:
        words, times = [text * times], 1
    else:
        words = _words(text)
    for _ in count() if times == FOREVER else repeat(None, times):
        yield from words


def _words(text: str) -> list[str]:
    """Words with the space before them, as tokens come."""
    first, *others = text.split(" ")
    return [piece for piece in (first, *(f" {word}" for word in others)) if piece]


def _load(path: Path) -> list[Any] | dict[str, Any]:
    try:
        script = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"The script “{path.name}” cannot be read.", "It must be a JSON file.") from error
    if not isinstance(script, list | dict):
        raise InputError(f"The script “{path.name}” is no list of replies.", "See assistant/llm/scripted.py.")
    return script


def _steps(reply: object) -> Steps:
    if isinstance(reply, str):
        return ({"say": reply},)
    if isinstance(reply, list) and all(isinstance(step, dict) and STEP_NAMES & step.keys() for step in reply):
        return tuple(reply)
    raise InputError("A reply of the script is neither a text nor a list of steps.", "See assistant/llm/scripted.py.")
