"""A vision-language model run by transformers in a child process, on a graphics card or on the processor.

The answer is asked for step by step, so leaving the stream stops the engine within one token. The child is started
again when it dies. Use an instance on one event loop only.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.core.types import ChatRequest, Message, ModelDelta, ModelTraits, Usage
from assistant.llm.fit import ANY_WAY, ModelSize, Wanted, fits, sum_in_words
from assistant.llm.machine import graphics_card, physical_cores, processor
from assistant.llm.model_folder import ModelFolder, read_size
from assistant.llm.prompts import pictures_as_words
from assistant.llm.tool_text import ToolText, function, with_tools_as_text, written_calls
from assistant.workers.supervisor import Report
from assistant.workers.worker import Lifecycle, Worker

LOAD_SECONDS = 900.0  # 16 GB from a slow disk, made smaller on the way
STEP_SECONDS = 300.0  # one large picture on a slow processor
CONVERSATION_SLOT, QUESTION_SLOT = 0, 1


@dataclass(frozen=True, slots=True)
class TorchSettings:
    """`device` is "auto" or a kind; `limit_bytes` says how much of its memory may be used, 0 what is free; `decoding`
    is one of decoding.DECODINGS.
    """

    device: str = "auto"
    wanted: Wanted = ANY_WAY
    limit_bytes: int = 0
    decoding: str = "auto"


class TransformersModel:
    """A LanguageModel. `check` looks at each weights file before anything else opens it; `notice` is told
    the sum before loading (state "loading") and what had to be made smaller (state "ready").
    """

    def __init__(
        self,
        folder: ModelFolder,
        settings: TorchSettings = TorchSettings(),
        check: Callable[[Path], object] = lambda _: None,
        report: Report = lambda _: None,
        notice: Callable[[str, str], None] = lambda _, __: None,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._check = check
        self._report = report
        self._notice = notice
        self._mark = secrets.token_hex(4)
        self._opening = asyncio.Lock()
        self._slots = {CONVERSATION_SLOT: asyncio.Lock(), QUESTION_SLOT: asyncio.Lock()}
        self._worker: Worker | None = None
        self.loaded: dict[str, Any] = {}
        """What the child said of the model: the way it was made to fit, its bytes, the sum in words."""
        self._calls: set[asyncio.Task[Any]] = set()

    async def traits(self) -> ModelTraits:
        await self._ready()
        loaded = self.loaded
        return ModelTraits(
            self._folder.path.name, loaded["context_tokens"], loaded["sees_pictures"], runs_on=loaded["runs_on"]
        )

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        slot = QUESTION_SLOT if request.json_schema is not None else CONVERSATION_SLOT
        heard = ToolText(request.tools)
        async with self._slots[slot]:
            clock = asyncio.get_running_loop().time
            started = clock()
            begun = await self._begin(slot, request)
            read_seconds = clock() - started
            if notice := (await self._call("answer", {"slot": slot, "wish": _wish(request)}))["notice"]:
                self._notice("ready", notice)
            while True:
                step = await self._call("write", {"slot": slot})
                if step["finished"]:
                    break
                if text := heard.add(step["text"]):
                    yield ModelDelta(text)
            usage = Usage(begun["prompt_tokens"], begun["cached_tokens"], step["tokens"], read_seconds, step["seconds"])
            yield heard.delta(ModelDelta(step["text"], step["finished"], usage))

    async def prefill(self, request: ChatRequest) -> None:
        async with self._slots[CONVERSATION_SLOT]:
            await self._begin(CONVERSATION_SLOT, request)

    async def count_tokens(self, text: str) -> int:
        return int((await self._call("count", {"text": text.encode("utf-8", "replace").decode()}))["tokens"])

    async def pid(self) -> int:
        return await (await self._ready()).pid()

    async def figures(self) -> dict[str, int]:
        """For benchmarks: `token_bytes`, read for every token; `memory_bytes` of the device, or of the process."""
        return await self._call("figures", {})

    async def close(self) -> None:
        for call in tuple(self._calls):
            call.cancel()
        if self._worker is not None:
            await self._worker.close()

    async def _begin(self, slot: int, request: ChatRequest) -> dict[str, Any]:
        """Read the prompt to its end."""
        worker = await self._ready()
        if not self.loaded["calls_tools"]:
            request = with_tools_as_text(request)
        words, pictures = _words(request.messages, bool(self.loaded["sees_pictures"]), self._mark)
        arguments = {
            "slot": slot,
            "words": words,
            "picture_bytes": [len(picture) for picture in pictures],
            "tools": [function(tool) for tool in request.tools],
        }
        begun = await self._call_on(worker, "begin", arguments, b"".join(pictures))
        while (await self._call("read", {"slot": slot}))["left"]:
            pass
        return begun

    async def _ready(self) -> Worker:
        """Waits until the model is loaded, again if need be."""
        async with self._opening:
            if self._worker is None:
                self._worker = await self._open()
            answer, _ = await self._worker.start()
            if answer is not self.loaded:
                self.loaded = answer
                if answer["notice"]:
                    self._notice("ready", answer["notice"])
            return self._worker

    async def _open(self) -> Worker:
        size, words = await asyncio.to_thread(self._look)
        self._notice("loading", words)
        arguments = {
            "folder": str(self._folder.path),
            "size": asdict(size),
            "wanted": asdict(self._settings.wanted),
            "device": self._settings.device,
            "limit_bytes": self._settings.limit_bytes,
            "decoding": self._settings.decoding,
            "threads": physical_cores(),
        }
        lifecycle = Lifecycle("load", arguments, LOAD_SECONDS, self._report)
        serve = "assistant.llm.torch_worker:serve"
        return Worker(serve, "language model", timeout_seconds=STEP_SECONDS, lifecycle=lifecycle)

    def _look(self) -> tuple[ModelSize, str]:
        """What the files need, and how that compares with what the driver says is free. Blocks."""
        for file in self._folder.weights:
            self._check(file)
        size = read_size(self._folder)
        device = processor() if self._settings.device == "cpu" else graphics_card() or processor()
        ways = fits(size, device, self._settings.wanted)
        return size, sum_in_words(size, ways[0], device) if ways else ""

    async def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return await self._call_on(await self._ready(), method, arguments)

    async def _call_on(
        self, worker: Worker, method: str, arguments: dict[str, Any], blob: bytes = b""
    ) -> dict[str, Any]:
        """A step that nobody waits for any more still ends by itself: killing the child would cost the model."""
        call = asyncio.create_task(worker.call(method, arguments, blob))
        self._calls.add(call)
        call.add_done_callback(self._done)
        answer, _ = await asyncio.shield(call)
        return answer

    def _done(self, call: asyncio.Task[Any]) -> None:
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()  # whoever asked may be gone


def _wish(request: ChatRequest) -> dict[str, Any]:
    return {
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stop": list(request.stop),
        "json_schema": request.json_schema,
    }


def _words(messages: tuple[Message, ...], sees: bool, mark: str) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Messages for the child, and the pictures they speak of."""
    words: list[dict[str, Any]] = []
    pictures: list[bytes] = []
    for message in map(written_calls, messages):
        instead = pictures_as_words(message, mark).text
        shown = [picture.png for picture in message.pictures if picture.png] if sees else []
        places = list(range(len(pictures), len(pictures) + len(shown)))
        pictures += shown
        text = message.text if shown else instead
        words.append({"role": message.role, "text": text, "pictures": places, "instead": instead})
    return words, pictures
