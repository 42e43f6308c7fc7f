"""A language model behind any server that speaks the OpenAI chat API: a bigger machine of the user's, or a service.

The conversation goes to the address the user named and nowhere else: redirects are not followed, certificates are
verified. Nothing is repeated once the first byte of an answer is here. Use an instance on one event loop only.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from assistant.core.address import host_of
from assistant.core.errors import EngineError, PromptTooLongError
from assistant.core.types import ChatRequest, ModelDelta, ModelTraits
from assistant.llm import openai_wire as wire
from assistant.llm import sse
from assistant.llm.llama_pictures import has_pictures, without_oldest
from assistant.llm.openai_calls import CallParts
from assistant.llm.tool_text import ToolText

CONNECT_SECONDS = 5.0
LIST_SECONDS = 10.0  # for the list of models, and for the words of a refusal
LAST_WORDS_SECONDS = 2.0  # for the token counts, once the answer has ended
TRIES = 3
BACK_OFF_SECONDS = 0.5  # doubled after every try
LONGEST_WAIT_SECONDS = 5.0  # a server may ask for more; then the user decides
CHARACTERS_PER_TOKEN_AT_MOST = 16  # an answer longer than this allows is cut: the server does not keep to max_tokens
EMPTY_EVENTS_AT_MOST = 10_000
SILENCE_SECONDS = 300.0  # without a word: a slow machine reads a long prompt in less, a dead one never ends
BYTES_PER_TOKEN = 3.0  # a low guess, so that prompts are planned too short rather than too long

BUSY = frozenset((408, 429, 500, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class ServerTraits:
    """What the user knows of the server; a server that says more is believed."""

    context_tokens: int = 8192
    sees_pictures: bool = False


class OpenAIClient:
    """A LanguageModel. `base_url` ends in "/v1"; an empty `model` takes the first one the server offers.

    `api_key` may be a function that fetches it: it is called once, on a thread of its own, before the first question.
    """

    def __init__(
        self,
        base_url: str,
        model: str = "",
        api_key: str | Callable[[], str] = "",
        known: ServerTraits | None = None,
    ) -> None:
        self._server = host_of(base_url)
        self._model = model
        self._known = known or ServerTraits()
        self._mark = secrets.token_hex(4)
        self._offer: wire.Offer | None = None
        self._is_blind = self._has_no_tools = False
        self._api_key = api_key
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(CONNECT_SECONDS, read=None),
            follow_redirects=False,
        )

    async def traits(self) -> ModelTraits:
        offer = await self._offered()
        return ModelTraits(
            offer.model,
            offer.context_tokens or self._known.context_tokens,
            (offer.sees_pictures or self._known.sees_pictures) and not self._is_blind,
            runs_on=self._server,
        )

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        """Pictures that leave no room become words, the oldest first. A model that knows no tools is offered none."""
        heard = ToolText(request.tools)  # not every server takes the calls out of the text
        while True:
            async with AsyncExitStack() as stack:
                try:
                    response = await stack.enter_async_context(self._completion(await self._body(request)))
                except PromptTooLongError:
                    if not (has_pictures(request) and (await self.traits()).sees_pictures):
                        raise
                    request = without_oldest(request, self._mark)
                    continue
                except wire.CannotCall:
                    if not request.tools or self._has_no_tools:
                        raise
                    self._has_no_tools = True
                    continue
                async for delta in self._deltas(response, request.max_tokens):
                    yield heard.delta(delta)
                return

    async def prefill(self, request: ChatRequest) -> None:
        """Only llama.cpp's server can be asked for this at no price; others are left alone."""
        if (await self._offered()).is_llama:
            body = await self._body(request) | {"max_tokens": 1}
            async with self._completion(body) as response:
                await wire.read_body(response)

    async def count_tokens(self, text: str) -> int:
        """An estimate: servers do not tell."""
        return int(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN) + 1

    async def close(self) -> None:
        await self._client.aclose()

    async def _offered(self) -> wire.Offer:
        if self._offer is None:
            await self._unlock()
            response, text = await self._listed()
            if response.status_code in (401, 403) or response.is_redirect:
                raise wire.failure(self._server, self._model, response, text)
            # A server without a list may well have the model.
            self._offer = wire.read_offer(text, self._model) if response.is_success else wire.Offer(self._model)
            if self._offer.model not in (self._offer.others or (self._offer.model,)):
                offered = ", ".join(self._offer.others[:5])
                self._offer = None
                raise EngineError(f"{self._server} has no model “{self._model}”.", f"It offers: {offered}.")
        return self._offer

    async def _listed(self) -> tuple[httpx.Response, str]:
        """The answer to "which models?", and its body."""
        try:
            async with asyncio.timeout(LIST_SECONDS), self._client.stream("GET", "models") as response:
                return response, await wire.read_body(response)
        except TimeoutError as error:
            raise wire.unreachable(self._server, certificate=False) from error
        except httpx.DecodingError as error:
            raise wire.spoilt(self._server, error) from error
        except httpx.RequestError as error:
            raise self._unreachable(error) from error

    async def _unlock(self) -> None:
        key = self._api_key if isinstance(self._api_key, str) else await asyncio.to_thread(self._api_key)
        if key:
            self._client.headers["Authorization"] = f"Bearer {key}"

    async def _body(self, request: ChatRequest) -> dict[str, Any]:
        offer = await self._offered()
        sees_pictures = (await self.traits()).sees_pictures
        offered = replace(request, tools=()) if self._has_no_tools else request
        return wire.chat_body(offered, offer, sees_pictures, self._mark)

    async def _deltas(self, response: httpx.Response, max_tokens: int) -> AsyncIterator[ModelDelta]:
        left, empty = max_tokens * CHARACTERS_PER_TOKEN_AT_MOST, 0
        end: ModelDelta | None = None
        calls = CallParts()
        patience = wire.Patience(SILENCE_SECONDS)
        try:
            async for event in wire.events(response, patience):
                delta = wire.read_delta(event)
                end = wire.joined(end, delta)
                length = len(delta.text) + calls.add(event)
                left -= length
                empty = 0 if length else empty + 1
                if delta.text:
                    yield ModelDelta(delta.text[: left + len(delta.text)] if left < 0 else delta.text)
                if length:
                    patience.renew(SILENCE_SECONDS)  # whoever listens may have taken a while
                if delta.finish_reason is not None:
                    patience.renew(LAST_WORDS_SECONDS)
                if left < 0 or empty > EMPTY_EVENTS_AT_MOST:
                    end = ModelDelta("", "length")
                    break
        except (sse.MalformedStream, wire.Reported, TimeoutError, httpx.RequestError) as error:
            if end is None:
                raise wire.spoilt(self._server, error) from error
        if end is None:
            raise wire.broken_off(self._server)
        yield replace(end, calls=calls.calls())

    @asynccontextmanager
    async def _completion(self, body: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        """The response to a chat request, its first bytes here. Leaving the block hangs up, which stops the server."""
        for attempt in range(1, TRIES + 1):
            request = self._client.build_request("POST", "chat/completions", json=body)
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    response = await self._client.send(request, stream=True)
            except TimeoutError as error:
                raise wire.silent(self._server) from error
            except httpx.RequestError as error:
                if attempt == TRIES:
                    raise self._unreachable(error) from error
                await asyncio.sleep(_pause_seconds(attempt))
                continue
            try:
                if response.is_success:
                    yield response
                    return
                failure = wire.failure(self._server, self._model, response, await self._refusal(response))
            finally:
                await response.aclose()
            self._is_blind = self._is_blind or isinstance(failure, wire.CannotSee)
            if response.status_code not in BUSY or wire.is_final(failure) or attempt == TRIES:
                raise failure
            await asyncio.sleep(_pause_seconds(attempt, response.headers.get("retry-after", "")))

    async def _refusal(self, response: httpx.Response) -> str:
        """Why it says no; empty where it does not come to the point."""
        try:
            async with asyncio.timeout(LIST_SECONDS):
                return await wire.read_body(response)
        except (TimeoutError, httpx.RequestError):
            return ""

    def _unreachable(self, error: httpx.RequestError) -> Exception:
        return wire.unreachable(self._server, certificate=isinstance(_root(error), ssl.SSLError))


def _pause_seconds(attempt: int, asked: str = "") -> float:
    seconds = float(asked) if asked.isdecimal() else BACK_OFF_SECONDS * 2 ** (attempt - 1)
    return min(seconds, LONGEST_WAIT_SECONDS)


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
