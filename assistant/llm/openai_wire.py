"""The words of the OpenAI chat API: what is sent, what comes back, and what its refusals mean."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx

from assistant.core.errors import AssistantError, EngineError, NetworkError, PromptTooLongError
from assistant.core.types import ChatRequest, Message, ModelDelta, Usage
from assistant.llm.openai_calls import calling, sendable
from assistant.llm.prompts import pictures_as_words
from assistant.llm.sse import MalformedStream, parse, payloads
from assistant.llm.tool_text import function

TOO_LONG = ("context size", "context length", "context_length", "context window", "too long", "exceed_context")
LONGEST_BODY_BYTES = 8_000_000  # an answer that is not streamed; lists of models and refusals are far shorter
SHORTEST_CONTEXT, LONGEST_CONTEXT = 256, 100_000_000  # tokens; a server that says anything else is not believed
NO_TOOLS = ("tool choice", "tool_choice", "tools param", "support tools", "tool use", "tool call", "function call")
NO_PICTURES = ("image input", "does not support image", "image_url", "multimodal", "vision")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server says about a model; 0 and False where it says nothing."""

    model: str
    context_tokens: int = 0
    sees_pictures: bool = False
    is_llama: bool = False
    others: tuple[str, ...] = ()
    """Every model it offers."""


class CannotSee(EngineError):
    """The server's model was shown a picture and cannot look at it."""


class CannotCall(EngineError):
    """The server, or its model, knows no tools."""


class Reported(Exception):
    """The server says in the middle of its answer that something went wrong."""


async def read_body(response: httpx.Response) -> str:
    """The text of a response, up to a size that no honest one passes."""
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LONGEST_BODY_BYTES:
            break
    return body[:LONGEST_BODY_BYTES].decode("utf-8", "replace")


class Patience:
    """Until when the next words are waited for, on the loop's clock."""

    def __init__(self, seconds: float) -> None:
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        self.until = asyncio.get_running_loop().time() + seconds


async def events(response: httpx.Response, patience: Patience) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream, or the one of a server that does not stream. Raises TimeoutError when patience ends."""
    if response.headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        async with asyncio.timeout_at(patience.until):
            yield parse(await read_body(response))
        return
    found, stream = False, payloads(response.aiter_bytes())
    while True:
        try:
            async with asyncio.timeout_at(patience.until):
                event = await anext(stream)
        except StopAsyncIteration:
            break
        found = True
        yield event
    if not found:
        raise MalformedStream("no event in it")


def read_offer(text: str, wanted: str) -> Offer:
    try:
        entries = [entry for entry in json.loads(text)["data"] if isinstance(entry, dict) and "id" in entry]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Offer(wanted)
    names = tuple(str(entry["id"]) for entry in entries)
    if not entries:
        return Offer(wanted)
    chosen = next((entry for entry in entries if entry["id"] == wanted), entries[0])
    meta, architecture = _dictionary(chosen.get("meta")), _dictionary(chosen.get("architecture"))
    context = chosen.get("max_model_len") or meta.get("n_ctx") or 0  # vLLM's name for it, llama.cpp's name
    modalities = architecture.get("input_modalities")
    return Offer(
        wanted or names[0],
        context if type(context) is int and SHORTEST_CONTEXT <= context <= LONGEST_CONTEXT else 0,
        isinstance(modalities, list) and "image" in modalities,
        chosen.get("owned_by") == "llamacpp",
        names,
    )


def chat_body(request: ChatRequest, offer: Offer, sees_pictures: bool, mark: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": offer.model,
        "messages": [calling(message) or _message(message, sees_pictures, mark) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
    }
    if request.seed is not None:
        body["seed"] = request.seed
    if request.stop:
        body["stop"] = list(request.stop)
    if request.json_schema is not None:
        schema = {"name": "answer", "schema": request.json_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.tools:
        body["tools"] = [function(tool) for tool in request.tools]
    if offer.is_llama:
        body["cache_prompt"] = True
    return body


def _message(message: Message, sees_pictures: bool, mark: str) -> dict[str, Any]:
    if not message.pictures or not sees_pictures:
        return {"role": message.role, "content": sendable(pictures_as_words(message, mark).text)}
    parts: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(picture.png).decode()}}
        for picture in message.pictures
    ]
    if message.text:
        parts.append({"type": "text", "text": sendable(message.text)})
    return {"role": message.role, "content": parts}


def read_delta(event: dict[str, Any]) -> ModelDelta:
    """One event of the stream, or a whole answer that was not streamed. Raises MalformedStream if it is neither."""
    if "error" in event:
        raise Reported
    try:
        choices = event.get("choices") or [{}]
        text = (choices[0].get("delta") or choices[0].get("message") or {}).get("content") or ""
        finish = choices[0].get("finish_reason")
        usage = _usage(event["usage"], event.get("timings") or {}) if event.get("usage") else None
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise MalformedStream("not a chat completion") from error
    if not isinstance(text, str):
        raise MalformedStream("text is not text")
    if finish is not None:
        finish = "length" if finish == "length" else "stop"
    return ModelDelta(text, finish, usage)


def joined(end: ModelDelta | None, delta: ModelDelta) -> ModelDelta | None:
    """What is known of the end so far: the reason comes first, the counts in a later event or never."""
    if delta.finish_reason is not None:
        return ModelDelta("", delta.finish_reason, delta.usage or (end.usage if end else None))
    return replace(end, usage=delta.usage) if end is not None and delta.usage is not None else end


def failure(server: str, model: str, response: httpx.Response, body: str) -> AssistantError:
    """A refusal as a sentence. The server's own words are not shown: they are not ours to vouch for."""
    status, words = response.status_code, body[:4000].casefold()
    if status in (401, 403):
        return NetworkError(f"{server} refused the key.", "Check the key in the settings.")
    if status == 413 or (400 <= status < 600 and any(word in words for word in TOO_LONG)):
        return PromptTooLongError(f"This is too long for the model at {server}.", "Shorten it or start a new one.")
    if status in (400, 415, 422, 500) and any(word in words for word in NO_PICTURES):
        return CannotSee(
            f"The model at {server} cannot look at pictures.",
            "Attach the picture again and ask: the model will be told what can be read in it.",
        )
    if status in (400, 404, 422, 500, 501) and any(word in words for word in NO_TOOLS):
        return CannotCall(f"The model at {server} cannot use tools.", "Choose another model.")
    if status == 404:
        return EngineError(f"{server} does not know the model “{model}”.", "Check the model and the address.")
    if response.is_redirect:
        return NetworkError(
            f"{server} points to another address.", "Enter that address in the settings if you trust it."
        )
    if status == 429:
        return NetworkError(f"{server} takes no more questions for now.", "Wait a little and ask again.")
    if status >= 500:
        return NetworkError(f"{server} has a problem (code {status}).", "Try again later.")
    return EngineError(f"{server} refused the question (code {status}).", "Ask in other words or check the settings.")


def is_final(error: AssistantError) -> bool:
    """Would asking again be refused again?"""
    return isinstance(error, EngineError)


def unreachable(server: str, certificate: bool) -> NetworkError:
    if certificate:
        return NetworkError(f"The certificate of {server} cannot be trusted.", "Check the address.")
    return NetworkError(f"{server} does not answer.", "Start the server, or check its address in the settings.")


def spoilt(server: str, error: Exception) -> AssistantError:
    """A stream that came to no good end."""
    if isinstance(error, MalformedStream | httpx.DecodingError):
        return EngineError(
            f"{server} sent something that is no answer.", "Check that the address leads to a model server."
        )
    return silent(server) if isinstance(error, TimeoutError) else broken_off(server)


def silent(server: str) -> NetworkError:
    return NetworkError(f"{server} has said nothing for minutes.", "Ask again, or check that the server is well.")


def broken_off(server: str) -> NetworkError:
    return NetworkError(f"The connection to {server} broke off in the middle of the answer.", "Ask once more.")


def _usage(usage: dict[str, Any], timings: dict[str, Any]) -> Usage:
    details = usage.get("prompt_tokens_details") or {}
    return Usage(
        prompt_tokens=int(usage.get("prompt_tokens", 0)),
        cached_tokens=int(details.get("cached_tokens") or 0),
        completion_tokens=int(usage.get("completion_tokens", 0)),
        prompt_seconds=float(timings.get("prompt_ms", 0.0)) / 1000,
        completion_seconds=float(timings.get("predicted_ms", 0.0)) / 1000,
    )


def _dictionary(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
