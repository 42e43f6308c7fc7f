"""`vesper bench vlm`: a model that sees, through the worker process that Vesper uses.

With `--folder` it is yours. Otherwise its weights are random: tiny by default, which says nothing of a real model's
speed but goes every way, or of a real model's size with `--true-size` (3.8 B parameters, 8 GB of disk for a while),
whose speed and memory are the real ones. Cold is the first question about a picture, warm the next one about the same,
speculative one whose beginning was read while the user still spoke.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from assistant.core.types import ChatRequest, Message, ModelDelta, Picture
from assistant.llm.decoding import DECODINGS
from assistant.llm.model_folder import open_folder
from assistant.llm.transformers_model import TorchSettings, TransformersModel
from benchmarks.machine import print_json, print_table
from benchmarks.results import keep
from tests.pictures import noise
from tests.tiny_minds import make_mind, make_true_size

ANSWER_TOKENS = 64
LONG_WORDS = 300
STOPS = 5  # a round
STOP_WITHIN_SECONDS = 0.05  # after the first words, by chance: anywhere in a step of the worker
PICTURE = (1024, 768)  # a sketch, as the picture process hands it on
TINY_PICTURE = (64, 48)
TITLES = {
    "load_seconds": "load, s",
    "decoding": "how one token follows the other",
    "memory_gb": "memory at most, GB",
    "memory_of": "that is memory",
    "planned_gb": "memory as planned, GB",
    "token_mb": "weights read for a token, MB",
    "bandwidth_gb": "what memory passes in a second, GB",
    "prompt_tokens_per_second": "prompt, tokens/s",
    "decode_tokens_per_second": "answer, tokens/s",
    "share_of_bandwidth": "answer, share of what memory allows",
    "overhead_ms": "a token beyond reading its weights, ms",
    "picture_tokens": "tokens of a picture",
    "picture_seconds": "reading a picture, s",
    "first_token_cold": "first token cold, s",
    "first_token_warm": "first token, second turn, s",
    "second_turn_share": "second turn, share of the first",
    "first_token_speculative": "first token speculative, s",
    "stop_writing": "silent after a stop while writing, s",
    "stop_reading": "silent after a stop while reading, s",
}


class Bench:
    def __init__(self, mind: TransformersModel, size: tuple[int, int]) -> None:
        self._mind = mind
        self._size = size
        self._marks = 0
        self.figures: dict[str, list[float]] = defaultdict(list)

    async def round(self) -> None:
        await self._long_prompt()
        await self._two_turns()
        await self._speculative()
        for _ in range(STOPS):
            await self._stop_writing()
            await self._stop_reading()

    async def _long_prompt(self) -> None:
        _, last = await self._ask(self._talk(Message("user", "word " * LONG_WORDS)), 1)
        assert last.usage is not None
        read = last.usage.prompt_tokens - last.usage.cached_tokens
        self.figures["prompt_tokens_per_second"].append(read / last.usage.prompt_seconds)

    async def _two_turns(self) -> None:
        """The same question with and without a picture, then one more about it."""
        question = "What is drawn here?"
        plain, bare = await self._ask(self._talk(Message("user", question)), 1)
        shown = Picture(noise(self._marks, *self._size), *self._size)
        talk = self._talk(Message("user", question, (shown,)))
        cold, last = await self._ask(talk, ANSWER_TOKENS)
        assert last.usage is not None and bare.usage is not None
        self.figures["first_token_cold"].append(cold)
        self.figures["picture_seconds"].append(max(0.0, cold - plain))
        self.figures["picture_tokens"].append(last.usage.prompt_tokens - bare.usage.prompt_tokens)
        self.figures["decode_tokens_per_second"].append(last.usage.completion_tokens / last.usage.completion_seconds)
        warm, _ = await self._ask((*talk, Message("assistant", "A house."), Message("user", "Which colour?")), 1)
        self.figures["first_token_warm"].append(warm)
        self.figures["second_turn_share"].append(warm / cold)

    async def _speculative(self) -> None:
        words = "Tell me what the weather was like on the day before"
        talk = self._talk(Message("user", words))
        await self._mind.prefill(ChatRequest(talk))
        seconds, _ = await self._ask((talk[0], Message("user", f"{words} yesterday.")), 1)
        self.figures["first_token_speculative"].append(seconds)

    async def _stop_writing(self) -> None:
        request = ChatRequest(self._talk(Message("user", "Hi.")), max_tokens=4000)
        self._note("stop_writing", await stop_writing(self._mind, request))

    async def _stop_reading(self) -> None:
        begun = asyncio.Event()
        begun.set()
        talk = self._talk(Message("user", "word " * LONG_WORDS))
        work = partial(self._mind.prefill, ChatRequest(talk))
        self._note("stop_reading", await _stopped(self._mind, work, begun))

    def _note(self, name: str, seconds: float | None) -> None:
        """A stop of what was over already says nothing."""
        if seconds is not None:
            self.figures[name].append(seconds)

    def _talk(self, message: Message) -> tuple[Message, ...]:
        """Every conversation begins with a mark of its own, so that none is in the cache already."""
        self._marks += 1
        return Message("system", f"{self._marks}. You are a kind assistant who answers in a sentence."), message

    async def _ask(self, messages: tuple[Message, ...], tokens: int) -> tuple[float, ModelDelta]:
        start = time.perf_counter()
        first, last = 0.0, ModelDelta("")
        async for delta in self._mind.stream(ChatRequest(messages, max_tokens=tokens, temperature=0.0)):
            first, last = first or time.perf_counter() - start, delta
        return first, last


async def stop_writing(mind: TransformersModel, request: ChatRequest) -> float | None:
    """Seconds from the stop of an answer that is being written to the worker's silence; None if it was over before."""
    begun = asyncio.Event()

    async def listen() -> None:
        async for _ in mind.stream(request):
            begun.set()

    return await _stopped(mind, listen, begun)


async def _stopped(
    mind: TransformersModel, work: Callable[[], Coroutine[Any, Any, None]], begun: asyncio.Event
) -> float | None:
    """Seconds from the stop until the worker has left the work and answers the next call; None if there was no work."""
    task, sign = asyncio.create_task(work()), asyncio.create_task(begun.wait())
    await asyncio.wait({task, sign}, return_when=asyncio.FIRST_COMPLETED)
    sign.cancel()
    await asyncio.sleep(random.uniform(0, STOP_WITHIN_SECONDS))
    if task.done():
        task.result()  # what went wrong is raised
        return None
    start = time.perf_counter()
    task.cancel()
    await asyncio.wait({task})
    await mind.count_tokens("")
    return time.perf_counter() - start


async def measure(folder: Path, settings: TorchSettings, rounds: int, size: tuple[int, int]) -> dict[str, Any]:
    mind = TransformersModel(open_folder(folder), settings)
    bench = Bench(mind, size)
    try:
        start = time.perf_counter()
        traits = await mind.traits()
        result: dict[str, Any] = {"load_seconds": time.perf_counter() - start}
        await bench.round()  # the first round pays for what libraries put off
        bench.figures.clear()
        for _ in range(rounds):
            await bench.round()
        loaded, figures = mind.loaded, await mind.figures()
        result |= {name: statistics.median(values) for name, values in bench.figures.items()}
    finally:
        await mind.close()
    fit = loaded["fit"]
    result["planned_gb"] = (fit["weight_bytes"] + fit["cache_bytes"] + fit["working_bytes"]) / 1e9
    result["memory_gb"], result["token_mb"] = figures["memory_bytes"] / 1e9, figures["token_bytes"] / 1e6
    result["bandwidth_gb"] = bandwidth(traits.runs_on) / 1e9
    result["memory_of"] = "of the process (RSS)" if traits.runs_on == "cpu" else "of the device"
    reading_seconds = result["token_mb"] / result["bandwidth_gb"] / 1000
    result["share_of_bandwidth"] = result["decode_tokens_per_second"] * reading_seconds
    result["overhead_ms"] = 1000 * (1 / result["decode_tokens_per_second"] - reading_seconds)
    how = {"runs_on": traits.runs_on, "bits": fit["bits"], "decoding": loaded["decoding"]}
    return {"device": device_name(traits.runs_on)} | how | result


def bandwidth(device: str) -> float:
    """Bytes a second that memory passes, measured: a copy reads every byte once and writes it once."""
    import torch

    place = "cuda" if device == "rocm" else device
    block = torch.ones(256 * 1024**2 if device == "cpu" else 1024**3, dtype=torch.uint8, device=place)
    target = torch.empty_like(block)
    best = 1e9
    for _ in range(5):
        start = time.perf_counter()
        target.copy_(block)
        if place != "cpu":
            torch.accelerator.synchronize()
        best = min(best, time.perf_counter() - start)
    return 2 * block.numel() / best


def device_name(device: str) -> str:
    import torch

    return str(torch.cuda.get_device_name(0)) if device in ("cuda", "rocm") else "" if device == "cpu" else device


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench vlm", description=__doc__)
    parser.add_argument("--folder", type=Path, help="a model of yours, safetensors")
    parser.add_argument("--kind", default="qwen2.5-vl", help="the architecture of the tiny one")
    parser.add_argument("--true-size", action="store_true", help="random weights of Qwen2.5-VL-3B's size")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--decoding", default="auto", choices=DECODINGS, help="as [mind] decoding in the settings")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder, what = options.folder, options.folder.name if options.folder else ""
        if folder is None:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vesper-bench-")))
            what = "random weights of Qwen2.5-VL-3B's size" if options.true_size else f"tiny random {options.kind}"
            folder = (
                make_true_size(place / "random-3b") if options.true_size else make_mind(options.kind, place / "tiny")
            )
        is_tiny = options.folder is None and not options.true_size
        size = TINY_PICTURE if is_tiny else PICTURE
        result = {"model": what, "is_tiny": is_tiny} | asyncio.run(
            measure(folder, TorchSettings(options.device, decoding=options.decoding), options.rounds, size)
        )
    keep("vlm", result, result["device"])
    if options.json:
        print_json({"vlm": result})
    else:
        print_table(
            f"{what} on {result['device'] or 'the processor'}",
            ["", ""],
            [[TITLES[n], result.get(n, float("nan"))] for n in TITLES],
        )
        if is_tiny:
            print("The model is tiny: these figures show that every way works, not how fast a real model is.")
        if result["runs_on"] == "cpu":
            print("It ran on the processor: no graphics card was used.")
    return result


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
