"""The embedded language model: llama.cpp's server in a child process, reached over a private socket.

The socket has mode 0600 in a folder of mode 0700, and wants a random key; where there are no Unix sockets the server
listens on loopback instead. The child is started again when it dies. Use an instance on one event loop only.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from assistant.core.errors import EngineError, ModelMissingError, PromptTooLongError
from assistant.core.types import ChatRequest, ModelDelta, ModelTraits, Usage
from assistant.llm import sse
from assistant.llm.gguf_fit import fitting_context
from assistant.llm.llama_pictures import has_pictures, picture_prompt, without_oldest
from assistant.llm.machine import free_memory_bytes
from assistant.llm.plan import EngineSettings
from assistant.llm.prompts import pictures_as_words
from assistant.llm.templates import TEMPLATES, Special, Template
from assistant.llm.tool_text import ToolText, with_tools_as_text
from assistant.workers.private import private_folder
from assistant.workers.supervisor import Report
from assistant.workers.worker import Lifecycle, Worker

LOAD_SECONDS = 600.0  # a large model from a slow disk
CONVERSATION_SLOT, QUESTION_SLOT = 0, 1
ANSWER_ROOM_TOKENS = 16  # a prompt that leaves less than this cannot be answered
LONGEST_SOCKET_PATH = 100  # the system's limit is 104 to 108 bytes
RETRY_SECONDS = 0.2  # by then the supervisor knows that the child is gone

# An extension of the schema that the engine's grammar understands: no room for newlines between the tokens.
COMPACT = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}

FINISHED = {"eos": "stop", "word": "stop", "limit": "length"}


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    template: Template
    special_ids: dict[str, int]


@dataclass(frozen=True, slots=True)
class Extras:
    """What goes with a model file: the `projector` is the half that sees, and `notice` is told, in state "ready", what
    had to be given up.
    """

    projector: Path | None = None
    notice: Callable[[str, str], None] = lambda _, __: None
    is_pinned: bool = False
    """The file is the catalogue's, checked against its hash, so that its numbers need no look."""


class LlamaServer:
    """A LanguageModel. `check` looks at a model file before anything else opens it, and raises if it is unfit.

    A model of the user's `own` may see; without a projector pictures become words.
    """

    def __init__(
        self,
        model_path: Path,
        settings: EngineSettings,
        check: Callable[[Path], object] = lambda _: None,
        report: Report = lambda _: None,
        extras: Extras | None = None,
    ) -> None:
        self._path = model_path
        self._extras = extras or Extras(is_pinned=True)
        self._settings = settings
        self._check = check
        self._report = report
        self._key = secrets.token_urlsafe(24)
        self._mark = secrets.token_hex(4)
        self._opening = asyncio.Lock()
        self._folder: Path | None = None
        self._worker: Worker | None = None
        self._started: dict[str, Any] = {}
        self._marker = ""
        self._client: httpx.AsyncClient | None = None
        self._vocabulary: _Vocabulary | None = None

    async def traits(self) -> ModelTraits:
        await self._ready()
        runs_on = "gpu" if self._settings.gpu_layers else "cpu"
        name = self._path.parent.name or self._path.stem
        return ModelTraits(name, self._settings.context_tokens, self._sees, runs_on=runs_on)

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        heard = ToolText(request.tools)
        async with self._fitting_completion(request) as response:
            finished = False
            try:
                async for event in sse.payloads(response.aiter_bytes()):
                    if "error" in event:
                        raise _refusal(event["error"])
                    delta = heard.delta(_delta(event))
                    finished = finished or delta.finish_reason is not None
                    yield delta
            except (httpx.TransportError, sse.MalformedStream) as error:
                raise _interrupted() from error
            if not finished:
                raise _interrupted()

    async def prefill(self, request: ChatRequest) -> None:
        request = with_tools_as_text(request)
        more: dict[str, Any] = {"n_predict": 0}  # one token is made all the same, which nobody reads
        if request.messages and request.messages[-1].role == "user" and not has_pictures(request):
            more["prompt"] = await self._open_tokens(request)
        async with self._fitting_completion(request, more) as response:
            await response.aread()

    async def count_tokens(self, text: str) -> int:
        return len(await self._tokens([text]))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        if self._worker is not None:
            await self._worker.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _ready(self) -> httpx.AsyncClient:
        """Waits until the model is loaded, again if need be."""
        async with self._opening:
            if self._worker is None:
                self._worker = await self._open()
            answer, _ = await self._worker.start()
            if answer is not self._started:
                self._started, self._vocabulary = answer, None  # a new child makes a new secret mark for pictures
                self._tell_of_blindness()
            if self._client is None or self._vocabulary is None:
                self._client = self._client or self._connect(str(answer["address"]))
                self._vocabulary = await self._read_vocabulary(self._client)
                if self._sees:
                    self._marker = str((await self._client.get("/props")).json()["media_marker"])
            return self._client

    async def _open(self) -> Worker:
        if not self._path.is_file():
            raise ModelMissingError(f"The model file “{self._path.name}” is not there.", "Fetch the model again.")
        for file in filter(None, (self._path, self._extras.projector)):
            await asyncio.to_thread(self._check, file)
        await self._step_down()
        self._folder = private_folder()
        arguments = asdict(self._settings) | {
            "model": str(self._path),
            "host": _host(self._folder),
            "key": self._key,
            "slots": QUESTION_SLOT + 1,
            "projector": str(self._extras.projector or ""),
            "check_numbers": not self._extras.is_pinned,
        }
        lifecycle = Lifecycle("load", arguments, LOAD_SECONDS, self._report)
        return Worker("assistant.llm.llama_worker:serve", "language model", lifecycle=lifecycle)

    async def _step_down(self) -> None:
        """A context that does not fit into memory becomes a smaller one, before anything is loaded."""
        wanted = self._settings.context_tokens
        free_bytes = free_memory_bytes()
        fitting = await asyncio.to_thread(fitting_context, self._path, wanted, QUESTION_SLOT + 1, free_bytes)
        if fitting < wanted:
            self._settings = replace(self._settings, context_tokens=fitting)
            self._extras.notice(
                "ready",
                f"Memory is short, so the model runs with a context of {fitting} tokens instead of {wanted}.",
            )

    @property
    def _sees(self) -> bool:
        return bool(self._started.get("sees"))

    def _tell_of_blindness(self) -> None:
        if self._extras.projector is not None and not self._sees:
            self._extras.notice(
                "ready",
                f"“{self._extras.projector.name}” does not belong to the model “{self._path.name}”, "
                "so it runs without looking at pictures.",
            )

    def _connect(self, address: str) -> httpx.AsyncClient:
        private = address.startswith("unix://")
        return httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=address.removeprefix("unix://") if private else None),
            base_url="http://vesper" if private else address,
            headers={"Authorization": f"Bearer {self._key}"},
            timeout=httpx.Timeout(10.0, read=None),  # a slow laptop's answer is worth waiting for
            trust_env=False,
        )

    async def _read_vocabulary(self, client: httpx.AsyncClient) -> _Vocabulary:
        for template in TEMPLATES:
            ids: dict[str, int] = {}
            for name in template.specials:
                tokens = await _tokenize(client, [name], parse_special=True)
                if len(tokens) == 1:
                    ids[name] = tokens[0]
            if len(ids) == len(template.specials):
                return _Vocabulary(template, ids)
        raise EngineError(
            f"Vesper does not know how to talk to the model “{self._path.name}”.", "Choose a model of another family."
        )

    async def prompt_tokens(self, request: ChatRequest) -> list[int]:
        """Token ids. Text is read with special tokens off, so that nothing in a message can end the message."""
        await self._ready()
        assert self._vocabulary is not None
        ids = self._vocabulary.special_ids
        messages = tuple(pictures_as_words(message, self._mark) for message in request.messages)
        parts = self._vocabulary.template.write(messages)
        tokens = await self._tokens([ids[part.name] if isinstance(part, Special) else part for part in parts])
        if len(tokens) + ANSWER_ROOM_TOKENS > self._settings.context_tokens:
            raise PromptTooLongError(
                f"This is too long for the language model: {len(tokens)} of {self._settings.context_tokens} tokens.",
                "Shorten it, or start a new conversation.",
            )
        return tokens

    async def _open_tokens(self, request: ChatRequest) -> list[int]:
        """The prompt up to its last word: more may follow, and what would close it takes as long to read as words."""
        await self._ready()
        assert self._vocabulary is not None
        ids, write = self._vocabulary.special_ids, self._vocabulary.template.write
        *before, last = request.messages
        parts = write(request.messages)
        longer = write((*before, replace(last, text=f"{last.text} and")))
        same = next((at for at, (one, other) in enumerate(zip(parts, longer, strict=False)) if one != other), 0)
        return await self._tokens([ids[part.name] if isinstance(part, Special) else part for part in parts[: same + 1]])

    async def _tokens(self, content: list[int | str]) -> list[int]:
        client = await self._ready()
        try:
            return await _tokenize(client, content)
        except httpx.TransportError:
            await asyncio.sleep(RETRY_SECONDS)
        client = await self._ready()
        try:
            return await _tokenize(client, content)
        except httpx.TransportError as error:
            raise _interrupted() from error

    @asynccontextmanager
    async def _fitting_completion(
        self, request: ChatRequest, more: dict[str, Any] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Pictures that leave no room become words, the oldest first."""
        request = with_tools_as_text(request)
        while True:
            seen = self._sees and has_pictures(request)
            body = _body(request, await self._prompt(request, seen)) | (more or {})
            async with AsyncExitStack() as stack:
                try:
                    response = await stack.enter_async_context(self._completion(body))
                except PromptTooLongError:
                    if not seen:
                        raise
                    request = without_oldest(request, self._mark)
                    continue
                yield response
                return

    async def _prompt(self, request: ChatRequest, seen: bool) -> list[int] | dict[str, Any]:
        if not seen:
            return await self.prompt_tokens(request)
        await self._tokens([])  # finds out, and asks again, if the connection has grown stale or the child has died
        assert self._vocabulary is not None
        return picture_prompt(self._vocabulary.template, request.messages, self._marker, self._mark)

    @asynccontextmanager
    async def _completion(self, body: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        client = await self._ready()
        try:
            async with client.stream("POST", "/completion", json=body) as response:
                if response.status_code != httpx.codes.OK:
                    await response.aread()
                    raise _refusal(_error_of(response))
                yield response
        except httpx.TransportError as error:
            raise _interrupted() from error


async def _tokenize(client: httpx.AsyncClient, content: list[int | str], parse_special: bool = False) -> list[int]:
    """Ids pass through, text becomes ids."""
    body = {"content": content, "add_special": False, "parse_special": parse_special}
    response = await client.post("/tokenize", json=body)
    if response.status_code != httpx.codes.OK:
        raise _refusal(_error_of(response))
    tokens: list[int] = response.json()["tokens"]
    return tokens


def _body(request: ChatRequest, prompt: list[int] | dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "prompt": prompt,
        "n_predict": request.max_tokens,
        "temperature": request.temperature,
        "stop": list(request.stop),
        "stream": True,
        "cache_prompt": True,
        # Short questions under a schema do not push the conversation out of its slot.
        "id_slot": QUESTION_SLOT if request.json_schema else CONVERSATION_SLOT,
        "response_fields": ["content", "stop", "stop_type", "timings", "tokens_evaluated"],
    }
    if request.seed is not None:
        body["seed"] = request.seed
    if request.json_schema is not None:
        body["json_schema"] = request.json_schema | COMPACT
    return body


def _delta(event: dict[str, Any]) -> ModelDelta:
    text = str(event.get("content", ""))
    if not event.get("stop"):
        return ModelDelta(text)
    timings = event.get("timings", {})
    usage = Usage(
        prompt_tokens=int(event.get("tokens_evaluated", 0)),
        cached_tokens=int(timings.get("cache_n", 0)),
        completion_tokens=int(timings.get("predicted_n", 0)),
        prompt_seconds=float(timings.get("prompt_ms", 0.0)) / 1000,
        completion_seconds=float(timings.get("predicted_ms", 0.0)) / 1000,
    )
    return ModelDelta(text, FINISHED.get(str(event.get("stop_type")), "stop"), usage)


def _host(folder: Path) -> str:
    path = str(folder / "mind.sock")
    if hasattr(socket, "AF_UNIX") and len(path.encode()) <= LONGEST_SOCKET_PATH:
        return path
    return "127.0.0.1"


def _error_of(response: httpx.Response) -> object:
    try:
        return response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}


def _refusal(error: object) -> EngineError:
    if isinstance(error, dict) and error.get("type") == "exceed_context_size_error":
        return PromptTooLongError("This is too long for the language model.", "Shorten it or start a new conversation.")
    return EngineError("The language model could not work on this.", "Ask again in other words.")


def _interrupted() -> EngineError:
    return EngineError("The language model stopped in the middle of its work.", "It is starting again: ask once more.")
