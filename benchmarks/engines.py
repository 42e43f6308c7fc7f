"""`vesper bench engines`: one conversation, with a picture, through every way to run a language model that sees.

A question, a question about a picture, one more about the same picture, and a long answer that is stopped: through the
transformers worker, the llama.cpp worker (GGUF and projector), and a server process that speaks the OpenAI chat API.
Weights are yours with `--folder` and `--url`; else they are tiny and random, made on the spot, which shows that every
way works and says nothing of a real model's words or speed. Leaves with code 4 if a way failed.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import tempfile
import textwrap
import time
from collections.abc import Callable
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import psutil

from assistant.core.errors import AssistantError, EngineError
from assistant.core.history import History, Turn
from assistant.core.settings import MindSettings
from assistant.core.types import ChatRequest, ModelDelta, Origin, Picture
from assistant.llm.llama_server import Extras, LlamaServer
from assistant.llm.machine import physical_cores
from assistant.llm.model_folder import Form, ModelFolder, open_folder
from assistant.llm.openai_client import OpenAIClient
from assistant.llm.plan import EngineSettings
from assistant.llm.prompts import PromptBuilder
from assistant.llm.server_key import find_key
from assistant.llm.transformers_model import TransformersModel
from assistant.llm.weights import check_weights
from benchmarks.local_server import local_server
from benchmarks.machine import print_json, print_table
from benchmarks.results import keep
from tests.drawings import Paper
from tests.tiny_gguf import make_gguf
from tests.tiny_minds import make_mind

ENGINES = ("transformers", "llama.cpp", "server")
CONTEXT_TOKENS = 4096
FIRST, ABOUT_PICTURE, FOLLOW_UP = "Hello. What can you do?", "What is drawn here?", "What stands above the button?"
STORY = "Tell me a very long story."
STORY_TOKENS = 800
PIECES_BEFORE_STOP = 3
TRIES = 8  # a random model may end a story before it is stopped
TITLES = {
    "load_seconds": "load, s",
    "first_token_seconds": "first token, s",
    "picture_first_token_seconds": "first token with the picture, s",
    "follow_up_first_token_seconds": "first token, one more about it, s",
    "prompt_tokens": "tokens of the whole prompt",
    "picture_tokens": "of them the picture",
    "cached_tokens": "of them not read again",
    "answer_tokens": "tokens of three answers",
    "stop_seconds": "left after a stop, s",
    "free_seconds": "next first token after a stop, s",
    "memory_gb": "memory of its process, GB",
}

Mind = TransformersModel | LlamaServer | OpenAIClient


@dataclass(slots=True)
class Way:
    """How to start an engine, and which weights it gets."""

    weights: str
    start: Callable[[], Mind]


@dataclass(slots=True)
class Talk:
    """One conversation with an engine, and what came of it."""

    mind: Mind
    tokens: int
    history: History = field(default_factory=History)
    prompts: PromptBuilder = field(default_factory=PromptBuilder)
    figures: dict[str, Any] = field(default_factory=dict)
    answer_tokens: int = 0

    async def hold(self, picture: Picture) -> None:
        started = time.perf_counter()
        traits = await self.mind.traits()
        self.figures |= {"model": Path(traits.name).name, "load_seconds": time.perf_counter() - started}
        if not traits.sees_pictures:
            raise EngineError("The model says that it cannot look at pictures.", "Choose one that can.")
        self.figures["first_token_seconds"], _ = await self._turn(FIRST)
        _, blind = await self._ask(self._request(ABOUT_PICTURE, tokens=1))
        self.figures["picture_first_token_seconds"], seen = await self._turn(ABOUT_PICTURE, picture)
        self.figures["follow_up_first_token_seconds"], last = await self._turn(FOLLOW_UP)
        await self._stop()
        self._check(blind, seen, last)

    async def _turn(self, text: str, *pictures: Picture) -> tuple[float, ModelDelta]:
        self.history.add(Turn("user", text, pictures))
        started, said = time.perf_counter(), ""
        first, last = 0.0, ModelDelta("")
        async for last in self.mind.stream(self._request(tokens=self.tokens)):
            first = first or time.perf_counter() - started
            said += last.text
        self.history.add(Turn("assistant", said, (), Origin.MODEL))
        self.answer_tokens += last.usage.completion_tokens if last.usage else 0
        return first, last

    def _request(self, *more: str, tokens: int, seed: int = 1) -> ChatRequest:
        """What the conversation would ask if these words were added to it."""
        said = History(self.history.turns)
        for text in more:
            said.add(Turn("user", text))
        settings = MindSettings(temperature=0.7, longest_reply_tokens=tokens)
        made = self.prompts.request(said.messages(), settings)
        return ChatRequest(made.messages, made.max_tokens, made.temperature, seed)

    async def _ask(self, request: ChatRequest) -> tuple[float, ModelDelta]:
        started = time.perf_counter()
        first, last = 0.0, ModelDelta("")
        async for delta in self.mind.stream(request):
            first, last = first or time.perf_counter() - started, delta
        return first, last

    async def _stop(self) -> None:
        """Leave a long answer, then ask something short: who still writes the long one would make that wait."""
        for seed in range(TRIES):
            pieces = 0
            async with aclosing(self.mind.stream(self._request(STORY, tokens=STORY_TOKENS, seed=seed))) as stream:  # type: ignore[type-var]
                async for delta in stream:
                    pieces += delta.finish_reason is None
                    if pieces == PIECES_BEFORE_STOP:
                        break
                started = time.perf_counter()
            self.figures["stop_seconds"] = time.perf_counter() - started
            if pieces == PIECES_BEFORE_STOP:
                break
        else:
            raise EngineError("Every long answer ended before it could be stopped.", "Try another model.")
        self.figures["free_seconds"], _ = await self._ask(self._request("Thank you.", tokens=1))

    def _check(self, blind: ModelDelta, seen: ModelDelta, last: ModelDelta) -> None:
        if blind.usage is None or seen.usage is None or last.usage is None:
            raise EngineError("The engine does not count its tokens.", "Choose a server that tells them.")
        picture_tokens = seen.usage.prompt_tokens - blind.usage.prompt_tokens
        self.figures |= {
            "prompt_tokens": last.usage.prompt_tokens,
            "picture_tokens": picture_tokens,
            "cached_tokens": last.usage.cached_tokens,
            "answer_tokens": self.answer_tokens,
        }
        if picture_tokens <= 0:
            raise EngineError("The picture did not reach the model.", "Look at the log.")
        if not isinstance(self.mind, OpenAIClient) and last.usage.cached_tokens < picture_tokens:
            raise EngineError("The picture was read again for the next question.", "Look at the log.")


async def through(way: Way, picture: Picture, tokens: int) -> dict[str, Any]:
    """The figures of one engine; with "error" if it failed, and what it was up to then."""
    mind = way.start()
    talk = Talk(mind, tokens)
    try:
        await talk.hold(picture)
        talk.figures["memory_gb"] = sum(_memory(child) for child in psutil.Process().children(recursive=True)) / 1e9
    except AssistantError as error:
        talk.figures["error"] = str(error)
    finally:
        await mind.close()
    talk.figures["said"] = [turn.text for turn in talk.history.turns]
    return {"weights": way.weights} | talk.figures


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def find_way(name: str, options: argparse.Namespace, place: Path, stack: ExitStack) -> Way:
    """Makes weights where the user named none. Raises EngineError where the engine is not installed."""
    folders = [open_folder(folder) for folder in options.folder]
    if name == "transformers":
        if any(importlib.util.find_spec(module) is None for module in ("torch", "transformers")):
            raise EngineError("It is not installed.", "Install it with `python3 scripts/setup.py --gpu`.")
        mine = next((folder for folder in folders if folder.form is Form.SAFETENSORS), None)
        folder = mine or open_folder(make_mind("qwen2.5-vl", place / "tiny-qwen2.5-vl"))
        check = partial(check_weights, expected="safetensors")
        return Way(mine.path.name if mine else "tiny, random", lambda: TransformersModel(folder, check=check))
    if name == "server" and options.url:
        return Way("the server's", lambda: OpenAIClient(options.url, options.model, find_key(options.url)))
    mine = next((folder for folder in folders if folder.form is Form.GGUF), None)
    weights = mine.path.name if mine else "tiny, random"
    model, projector = _gguf(mine, place / "tiny-smolvlm")
    if name == "server":
        server = stack.enter_context(local_server(model, 1, CONTEXT_TOKENS, projector))
        return Way(weights, lambda: OpenAIClient(server.url, "", server.key))
    settings = EngineSettings(threads=physical_cores(), context_tokens=CONTEXT_TOKENS)
    check = partial(check_weights, expected="gguf")
    return Way(weights, lambda: LlamaServer(model, settings, check, extras=Extras(projector)))


def _gguf(folder: ModelFolder | None, place: Path) -> tuple[Path, Path]:
    if folder is None:
        return make_gguf(place)
    if folder.projector is None:
        raise EngineError(f"“{folder.path.name}” has no mmproj file.", "Without one it cannot look at pictures.")
    return folder.weights[0], folder.projector


def drawing(is_tiny: bool) -> Picture:
    """A form with a heading, two fields and a button, as one draws it."""
    paper = Paper(1024, 768)
    paper.stroke((300, 90), (700, 90))
    for y in (180, 320):
        paper.box(260, y, 500, 90)
    paper.box(400, 500, 220, 100)
    image = cv2.resize(paper.image, (64, 48), interpolation=cv2.INTER_AREA) if is_tiny else paper.image
    return Picture(cv2.imencode(".png", image)[1].tobytes(), image.shape[1], image.shape[0])


def measure(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for name in options.engine or ENGINES:
        with ExitStack() as stack:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vesper-bench-")))
            try:
                way = find_way(name, options, place, stack)
            except AssistantError as error:
                result[name] = {"error": str(error)}
                continue
            result[name] = asyncio.run(through(way, drawing(way.weights == "tiny, random"), options.tokens))
    return result


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench engines", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this one; may be given again")
    parser.add_argument(
        "--folder", type=Path, action="append", default=[], help="a model of yours, safetensors or GGUF with mmproj"
    )
    parser.add_argument("--url", default="", help="a server of yours, https://host/v1")
    parser.add_argument("--model", default="", help="the model to ask that server for")
    parser.add_argument("--tokens", type=int, default=48, help="of each answer")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    result = measure(options)
    kept = {name: {key: value for key, value in way.items() if key != "said"} for name, way in result.items()}
    keep("engines", kept)
    if options.json:
        print_json({"engines": result})
    else:
        show(result)
    if failed := [name for name, figures in result.items() if "error" in figures]:
        raise EngineError(f"No whole conversation through {' and '.join(failed)}.", "The lines above say why.")
    return result


def show(result: dict[str, dict[str, Any]]) -> None:
    rows = [["weights", *(figures.get("weights", "") for figures in result.values())]]
    rows += [[title, *(figures.get(name, "") for figures in result.values())] for name, title in TITLES.items()]
    print_table("one conversation, with a picture, and a stop", ["", *result], rows)
    for name, figures in result.items():
        print(f"\n{name}: {figures.get('error', 'three questions, three answers, and one that was stopped')}")
        for number, text in enumerate(figures.get("said", ())):
            print(f"  {'It ' if number % 2 else 'You'}  {textwrap.shorten(readable(text), 100)}")
    if any(figures.get("weights") == "tiny, random" for figures in result.values()):
        print("\nTiny random weights talk nonsense, fast: they show that every way works, not what a real model says.")


def readable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
