"""`vesper bench llm`: the embedded language model's speed, its wait for the first token, and how soon it lets go.

Cold is the first question of a conversation, second the next one, whose beginning is in the engine's cache already.
Free again is the wait that a cancelled request adds to the one after it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections import defaultdict
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from assistant.core.settings import MindSettings
from assistant.core.types import ChatRequest, Message, ModelDelta, Origin
from assistant.llm.catalog import Catalog
from assistant.llm.llama_server import LlamaServer
from assistant.llm.machine import this_machine
from assistant.llm.plan import plan
from assistant.llm.prompts import PromptBuilder
from benchmarks.machine import print_json, print_table

SETTINGS = MindSettings(temperature=0.0, longest_reply_tokens=48)
QUESTIONS = ("What makes the sky blue on a clear day?", "And why is it red in the evening?")
STORY = Message("user", "Tell me a very long story about the sea.")
LONG_WORDS = 700  # a pasted page
TITLES = {
    "load": "load, s",
    "prompt_speed": "prompt, tokens/s",
    "answer_speed": "answer, tokens/s",
    "first_token_cold": "first token cold, s",
    "first_token_second": "first token second turn, s",
    "free_after_answer": "free again after answer, s",
    "free_after_prompt": "free again after long prompt, s",
}


class Bench:
    """One model under measurement. Every conversation begins with a mark of its own, so that none is cached."""

    def __init__(self, mind: LlamaServer) -> None:
        self._mind = mind
        self._conversations = 0
        self.figures: dict[str, list[float]] = defaultdict(list)

    async def run(self, rounds: int) -> None:
        start = time.perf_counter()
        await self._mind.traits()
        self.figures["load"].append(time.perf_counter() - start)
        for _ in range(rounds):
            await self._two_turns()
            await self._cancelled("free_after_answer", STORY, after_seconds=None)
            pasted = Message("user", "word " * LONG_WORDS)
            await self._cancelled("free_after_prompt", pasted, after_seconds=0.3)

    async def _two_turns(self) -> None:
        self._conversations += 1
        said: list[Message] = []
        for question, title in zip(QUESTIONS, ("first_token_cold", "first_token_second"), strict=True):
            said.append(Message("user", question))
            text, first_seconds, last = await self._ask(self._request(tuple(said)))
            said.append(Message("assistant", text, origin=Origin.MODEL))
            self.figures[title].append(first_seconds)
            if last.usage is None:
                continue
            if title == "first_token_cold":
                read = last.usage.prompt_tokens - last.usage.cached_tokens
                self.figures["prompt_speed"].append(read / last.usage.prompt_seconds)
            self.figures["answer_speed"].append(last.usage.completion_tokens / last.usage.completion_seconds)

    async def _cancelled(self, title: str, message: Message, after_seconds: float | None) -> None:
        """Leave a request at its fifth piece, or after some seconds; time a short one in its slot before and after."""
        self._conversations += 1
        request = replace(self._request((message,)), max_tokens=400)
        short = ChatRequest((Message("user", "Hi"),), max_tokens=1)
        await self._ask(short)
        _, usual, _ = await self._ask(short)
        task = asyncio.create_task(self._start(request, 5 if after_seconds is None else None))
        await asyncio.wait({task}, timeout=after_seconds)
        task.cancel()
        await asyncio.wait({task})
        _, waited, _ = await self._ask(short)
        self.figures[title].append(max(0.0, waited - usual))

    def _request(self, messages: tuple[Message, ...]) -> ChatRequest:
        request = PromptBuilder(mark="bench").request(messages, SETTINGS)
        system, *others = request.messages
        marked = replace(system, text=f"{self._conversations}. {system.text}")
        return replace(request, messages=(marked, *others))

    async def _start(self, request: ChatRequest, pieces: int | None) -> None:
        async with aclosing(self._mind.stream(request)) as stream:  # type: ignore[type-var]  # it is a generator
            async for _ in stream:
                if pieces is not None:
                    pieces -= 1
                    if pieces == 0:
                        return

    async def _ask(self, request: ChatRequest) -> tuple[str, float, ModelDelta]:
        """The answer, the seconds to its first piece, its last delta."""
        start = time.perf_counter()
        text, first_seconds, last = "", 0.0, ModelDelta("")
        async for last in self._mind.stream(request):
            first_seconds = first_seconds or time.perf_counter() - start
            text += last.text
        return text, first_seconds, last


async def measure(model_id: str, rounds: int) -> dict[str, float]:
    """Medians over the rounds."""
    catalog = Catalog.load()
    path = catalog.folder(model_id) / catalog.card(model_id).files[0].name
    mind = LlamaServer(path, plan(this_machine(), model_id).engine)
    bench = Bench(mind)
    try:
        await bench.run(rounds)
    finally:
        await mind.close()
    return {name: statistics.median(bench.figures[name]) for name in TITLES}


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench llm", description=__doc__)
    parser.add_argument(
        "--model", action="append", help="id of a model that is here; default: the one Vesper would use"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    models = options.model or [plan(this_machine()).model_id]
    results = {model_id: asyncio.run(measure(model_id, options.rounds)) for model_id in models}
    if options.json:
        print_json({"llm": results})
    else:
        rows = [[title, *(results[model_id][name] for model_id in models)] for name, title in TITLES.items()]
        print_table("Language model", ["", *models], rows)
    return results


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
