"""`vesper bench load`: many assistants at once on one server, each in a conversation of its own.

Every assistant asks its questions through the client that Vesper uses, waits a moment between them as people do, and
starts at a moment of its own. With `--url` the server is one of yours; otherwise llama.cpp's is started here.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psutil

from assistant.core.errors import AssistantError
from assistant.core.settings import MindSettings
from assistant.core.types import Message, Origin
from assistant.llm.catalog import Catalog
from assistant.llm.openai_client import OpenAIClient
from assistant.llm.prompts import PromptBuilder
from assistant.llm.server_key import find_key
from benchmarks.local_server import local_server
from benchmarks.machine import print_json, print_table
from benchmarks.results import keep

QUESTIONS = (
    "What can I cook with eggs and spinach?",
    "How long does that take?",
    "And what should I drink with it?",
    "Tell me one thing about the history of it.",
)
SETTINGS = MindSettings(temperature=0.7, longest_reply_tokens=40)
MOST_PAUSE_SECONDS = 2.0  # between an answer and the next question
CONTEXT_TOKENS = 1536  # per assistant: the instructions, four questions and their answers


@dataclass(slots=True)
class Tally:
    first_seconds: list[float] = field(default_factory=list)
    answer_seconds: list[float] = field(default_factory=list)
    characters: int = 0
    errors: Counter[str] = field(default_factory=Counter)


async def assistant(url: str, key: str, number: int, turns: int, tally: Tally) -> None:
    """One household member: asks, listens, thinks, asks again."""
    client = OpenAIClient(url, "", key)
    chance = random.Random(number)
    prompts = PromptBuilder(instructions=f"The user is called Guest {number}.", mark=f"load{number}")
    said: list[Message] = []
    try:
        for turn in range(turns):
            await asyncio.sleep(chance.uniform(0, MOST_PAUSE_SECONDS))
            said.append(Message("user", QUESTIONS[turn % len(QUESTIONS)]))
            try:
                text = await ask(client, prompts, tuple(said), tally)
            except AssistantError as error:
                tally.errors[error.what] += 1
                said.pop()
                continue
            said.append(Message("assistant", text, origin=Origin.MODEL))
    finally:
        await client.close()


async def ask(client: OpenAIClient, prompts: PromptBuilder, said: tuple[Message, ...], tally: Tally) -> str:
    start = time.perf_counter()
    text, first = "", 0.0
    async for delta in client.stream(prompts.request(said, SETTINGS)):
        if delta.text and not first:
            first = time.perf_counter() - start
        text += delta.text
    tally.first_seconds.append(first)
    tally.answer_seconds.append(time.perf_counter() - start)
    tally.characters += len(text)
    return text


async def measure(url: str, key: str, assistants: int, turns: int) -> dict[str, Any]:
    tally = Tally()
    start = time.perf_counter()
    await asyncio.gather(*(assistant(url, key, number, turns, tally) for number in range(assistants)))
    seconds = time.perf_counter() - start
    return {
        "assistants": assistants,
        "questions": assistants * turns,
        "answers": len(tally.answer_seconds),
        "errors": dict(tally.errors),
        "seconds": round(seconds, 1),
        "answers_per_minute": round(60 * len(tally.answer_seconds) / seconds, 1),
        "characters_per_second": round(tally.characters / seconds, 1),
        "first_token_seconds": spread(tally.first_seconds),
        "whole_answer_seconds": spread(tally.answer_seconds),
    }


def spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 2),
        "p90": round(ordered[int(0.9 * (len(ordered) - 1))], 2),
        "max": round(ordered[-1], 2),
    }


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench load", description=__doc__)
    parser.add_argument("--assistants", type=int, default=20)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--model", default="smollm2-135m", help="id of a model, for the server started here")
    parser.add_argument("--url", default="", help="a server of yours instead, https://host/v1; its key as for Vesper")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        url, key = options.url, find_key(options.url) if options.url else ""
        memory = 0.0
        if not url:
            catalog = Catalog.load()
            path = next(catalog.folder(options.model).glob("*.gguf"))
            server = stack.enter_context(local_server(path, options.assistants, CONTEXT_TOKENS))
            url, key = server.url, server.key
        result = asyncio.run(measure(url, key, options.assistants, options.turns))
        if not options.url:
            memory = psutil.Process(server.pid).memory_info().rss / 1e9
            result |= {"server": f"llama.cpp with {options.model}", "server_memory_gb": round(memory, 2)}
            keep("load", result)
    if options.json:
        print_json({"load": result})
    else:
        show(result)
    return result


def show(result: dict[str, Any]) -> None:
    names = ("first_token_seconds", "whole_answer_seconds")
    rows = [[name.replace("_", " "), *result[name].values()] for name in names if result[name]]
    print_table(f"{result['assistants']} assistants on one server", ["", "median", "p90", "max"], rows)
    print(f"{result['answers']} of {result['questions']} questions answered, {result['answers_per_minute']} a minute")
    for what, count in result["errors"].items():
        print(f"{count} times: {what}")


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
