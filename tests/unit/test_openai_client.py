"""The client meets servers that refuse, lie, stall and never end. Each is a real socket with a few lines behind it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from assistant.core.errors import AssistantError, EngineError, InputError, NetworkError, PromptTooLongError
from assistant.core.types import ChatRequest, Message, ModelDelta, Picture, Usage
from assistant.llm import openai_client
from assistant.llm.openai_client import OpenAIClient, ServerTraits
from assistant.llm.openai_wire import CannotSee

ASK = ChatRequest((Message("user", "hello"),), max_tokens=20)

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Speaks just enough HTTP. `models` and `answers` are raw responses; the last answer serves for ever."""

    def __init__(self, *answers: bytes | Answer, models: bytes = b"") -> None:
        self.answers = list(answers)
        self.models = models or reply(json.dumps({"data": [{"id": "m"}]}))
        self.bodies: list[dict[str, object]] = []
        self.hung_up = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if head.startswith("GET"):
            writer.write(self.models)
        else:
            length = next(int(line.split(":")[1]) for line in head.lower().split("\r\n") if "content-length" in line)
            self.bodies.append(json.loads(await reader.readexactly(length)))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            try:
                if isinstance(answer, bytes):
                    writer.write(answer)
                else:
                    await answer(writer)
            except ConnectionError:
                self.hung_up.set()
        writer.close()


def reply(body: str, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n{body}".encode("utf-8", "surrogateescape")


def event(text: str | None = None, finish: str | None = None, **more: object) -> str:
    return f"data: {json.dumps({'choices': [{'delta': {'content': text}, 'finish_reason': finish}], **more})}\n\n"


GOOD = event(None) + event("Hel") + ": heartbeat\n\n" + event("lo") + event(None, "stop")
COUNTS = 'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}\n\ndata: [DONE]\n\n'


@asynccontextmanager
async def client_of(
    *answers: bytes | Answer, models: bytes = b"", known: ServerTraits | None = None
) -> AsyncIterator[tuple[OpenAIClient, Server]]:
    server = Server(*answers, models=models)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    client = OpenAIClient(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1", "m", "secret", known)
    try:
        yield client, server
    finally:
        await client.close()
        listener.close()


async def deltas(client: OpenAIClient, request: ChatRequest = ASK) -> list[ModelDelta]:
    return [delta async for delta in client.stream(request)]


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_client, "BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(openai_client, "LAST_WORDS_SECONDS", 0.2)


async def test_an_answer_streams_with_its_counts() -> None:
    async with client_of(reply(GOOD + COUNTS)) as (client, server):
        assert await deltas(client) == [
            ModelDelta("Hel"),
            ModelDelta("lo"),
            ModelDelta("", "stop", Usage(prompt_tokens=9, completion_tokens=2)),
        ]
    assert server.bodies[0]["max_tokens"] == 20
    assert "cache_prompt" not in server.bodies[0]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_any_chunking_gives_the_same_answer(size: int) -> None:
    data = reply((event("žluť🙂") + event("", "length")).replace("\n", "\r\n"))

    async def dribble(writer: asyncio.StreamWriter) -> None:
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            await writer.drain()

    async with client_of(dribble) as (client, _):
        assert await deltas(client) == [ModelDelta("žluť🙂"), ModelDelta("", "length")]


async def test_an_answer_that_has_ended_is_not_waited_for() -> None:
    async def never_close(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(GOOD))
        await writer.drain()
        await asyncio.sleep(30)

    async with client_of(never_close) as (client, _):
        start = time.monotonic()
        assert (await deltas(client))[-1].finish_reason == "stop"
        assert time.monotonic() - start < 5


async def test_a_server_that_never_ends_is_cut_off() -> None:
    server_stopped = asyncio.Event()

    async def babble(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(""))
        try:
            while True:
                writer.write(event("bla " * 10).encode())
                await writer.drain()
        except ConnectionError:
            server_stopped.set()

    async with client_of(babble) as (client, _):
        answer = await deltas(client)
        await asyncio.wait_for(server_stopped.wait(), 5)

    assert answer[-1] == ModelDelta("", "length")
    assert sum(len(delta.text) for delta in answer) == 20 * 16


async def test_empty_events_do_not_go_on_for_ever() -> None:
    async def nothing(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(""))
        while True:
            writer.write(event("").encode() * 100)
            await writer.drain()

    async with client_of(nothing) as (client, _):
        assert (await deltas(client))[-1].finish_reason == "length"


async def test_leaving_the_stream_hangs_up() -> None:
    stopped = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(""))
        try:
            while True:
                writer.write(event("x").encode())
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            stopped.set()

    async with client_of(slow) as (client, _):
        async with aclosing(client.stream(ASK)) as stream:  # type: ignore[type-var]  # it is a generator
            await anext(stream)
        await asyncio.wait_for(stopped.wait(), 2)


@pytest.mark.parametrize(
    "body",
    [
        "<html>Please sign in</html>",
        "data: <html>\n\n",
        "data: 7\n\n",
        "data: " + "[" * 100_000 + "\n\n",
        'data: {"choices": 7}\n\n',
        'data: {"choices": [7]}\n\n',
        'data: {"choices": [{"delta": {"content": 7}}]}\n\n',
        'data: {"error": {"message": "secret path /home/me"}}\n\n',
        "data: " + "x" * 2_000_000,
        event("half") ,
        "",
    ],
)  # fmt: skip
async def test_a_stream_that_is_no_answer_is_one_sentence(body: str) -> None:
    async with client_of(reply(body)) as (client, _):
        with pytest.raises(AssistantError) as raised:
            await deltas(client)

    assert isinstance(raised.value, EngineError | NetworkError)
    assert raised.value.what.startswith(("127.0.0.1:", "The connection to 127.0.0.1:"))
    assert raised.value.advice
    assert "/home" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        ("401 No", "", NetworkError, "refused the key"),
        ("403 No", "", NetworkError, "refused the key"),
        ("404 No", "", EngineError, "does not know the model “m”"),
        ("400 No", '{"error": {"code": "context_length_exceeded"}}', PromptTooLongError, "too long"),
        ("413 No", "", PromptTooLongError, "too long"),
        ("400 No", "odd", EngineError, r"refused the question \(code 400\)"),
        ("500 No", "image input is not supported", CannotSee, "cannot look at pictures"),
        ("302 Go", "", NetworkError, "points to another address"),
        ("429 No", "", NetworkError, "no more questions"),
        ("503 No", "", NetworkError, r"has a problem \(code 503\)"),
    ],
)
async def test_refusals_are_sentences(status: str, body: str, kind: type[AssistantError], words: str) -> None:
    async with client_of(reply(body, status, "Location: http://127.0.0.1:1/\r\n")) as (client, _):
        with pytest.raises(kind, match=words) as raised:
            await deltas(client)

    assert type(raised.value) is kind
    assert "secret" not in str(raised.value)


async def test_a_busy_server_is_asked_again_until_it_answers() -> None:
    async with client_of(reply("", "503 Busy"), reply("", "429 Busy"), reply(GOOD)) as (client, server):
        assert (await deltas(client))[-1].finish_reason == "stop"

    assert len(server.bodies) == 3


async def test_a_connection_that_breaks_before_the_answer_is_tried_again_and_later_not() -> None:
    async with client_of(b"", reply(event("half")), reply(GOOD)) as (client, server):
        with pytest.raises(NetworkError, match="broke off in the middle"):
            await deltas(client)

    assert len(server.bodies) == 2


async def test_nobody_there() -> None:
    client = OpenAIClient("http://127.0.0.1:9/v1", "m")

    with pytest.raises(NetworkError, match=r"127\.0\.0\.1:9 does not answer\. Start the server"):
        await deltas(client)
    await client.close()


@pytest.mark.parametrize("address", ["", "localhost", "ftp://host/v1", "file:///etc/passwd", "http://"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(InputError, match="no server address"):
        OpenAIClient(address)


async def test_a_model_that_is_not_offered_is_named() -> None:
    models = reply(json.dumps({"data": [{"id": "one"}, {"id": "two"}]}))
    async with client_of(reply(GOOD), models=models) as (client, _):
        with pytest.raises(EngineError, match=r"has no model “m”\. It offers: one, two"):
            await client.traits()


@pytest.mark.parametrize("models", [reply("", "404 No"), reply("<html>"), reply('{"data": 7}'), reply('{"data": []}')])
async def test_a_server_without_a_list_is_believed_to_have_the_model(models: bytes) -> None:
    async with client_of(reply(GOOD), models=models, known=ServerTraits(1000, True)) as (client, _):
        traits = await client.traits()

    assert (traits.name, traits.context_tokens, traits.sees_pictures) == ("m", 1000, True)


async def test_what_the_server_says_of_its_model_is_believed() -> None:
    entry = {"id": "m", "max_model_len": 32768, "architecture": {"input_modalities": ["text", "image"]}}
    async with client_of(reply(GOOD), models=reply(json.dumps({"data": [entry]}))) as (client, _):
        traits = await client.traits()

    assert (traits.context_tokens, traits.sees_pictures) == (32768, True)


async def test_pictures_are_sent_only_to_a_model_that_sees_them() -> None:
    request = ChatRequest((Message("user", "What is it?", (Picture(b"PNG", 1, 1, "a sign"),)),))
    async with client_of(reply(GOOD), known=ServerTraits(sees_pictures=True)) as (client, server):
        await deltas(client, request)
    async with client_of(reply(GOOD)) as (client, blind):
        await deltas(client, request)

    assert "data:image/png;base64,UE5H" in json.dumps(server.bodies[0])
    assert "UE5H" not in json.dumps(blind.bodies[0])
    assert "a sign" in json.dumps(blind.bodies[0])


async def test_a_service_that_costs_money_is_not_asked_to_prefill() -> None:
    async with client_of(reply(GOOD)) as (client, server):
        await client.prefill(ASK)

    assert server.bodies == []


SEEING = ServerTraits(sees_pictures=True)


def shown(*words: str) -> ChatRequest:
    """A question with a picture for each word that was read in one."""
    return ChatRequest((Message("user", "What is it?", tuple(Picture(b"PNG", 1, 1, word) for word in words)),))


async def test_a_server_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_client, "SILENCE_SECONDS", 0.3)

    async def heartbeats_only(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(event("half")))
        while True:
            writer.write(b": ping\n\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def nothing(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    for answer in (heartbeats_only, nothing):
        async with client_of(answer) as (client, _):
            with pytest.raises(NetworkError, match="has said nothing for minutes"):
                await deltas(client)


async def test_empty_events_now_and_then_are_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_client, "SILENCE_SECONDS", 0.3)

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(""))
        while True:
            writer.write(event("").encode())
            await writer.drain()
            await asyncio.sleep(0.05)

    async with client_of(drip) as (client, _):
        with pytest.raises(NetworkError, match="has said nothing"):
            await deltas(client)


async def test_an_answer_that_is_whole_counts_though_its_length_was_a_lie() -> None:
    body = GOOD.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body) + 500}\r\nConnection: close\r\n\r\n".encode()
    async with client_of(head + body) as (client, _):
        assert [delta.text for delta in await deltas(client)] == ["Hel", "lo", ""]


@pytest.mark.parametrize("length", ["5", "-1", "99999999999999999999", "many"])
async def test_a_length_that_lies_about_half_an_answer_is_one_sentence(length: str) -> None:
    body = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{event('half')}".encode()
    async with client_of(body) as (client, _):
        with pytest.raises(AssistantError) as raised:
            await deltas(client)

    assert "127.0.0.1" in raised.value.what


async def test_an_error_in_the_middle_is_told_of_after_the_words_that_came() -> None:
    said = []
    async with client_of(reply(event("half") + 'data: {"error": {"code": 500}}\n\n')) as (client, _):
        with pytest.raises(NetworkError, match="broke off in the middle"):
            async for delta in client.stream(ASK):
                said.append(delta.text)  # noqa: PERF401 - what came before the error counts

    assert said == ["half"]


async def test_a_page_instead_of_a_stream_is_no_answer() -> None:
    page = reply("<!doctype html><html>Please sign in</html>\n" * 2000, headers="Content-Type: text/html\r\n")
    async with client_of(page) as (client, _):
        with pytest.raises(EngineError, match="something that is no answer"):
            await deltas(client)


async def test_a_body_that_is_not_packed_as_it_says_is_no_answer() -> None:
    packed = reply("garbage", headers="Content-Encoding: gzip\r\n")
    async with client_of(packed) as (client, _):
        with pytest.raises(EngineError, match="something that is no answer"):
            await deltas(client)
    async with client_of(reply(GOOD), models=packed) as (client, _):
        with pytest.raises(EngineError, match="something that is no answer"):
            await deltas(client)


async def test_a_server_that_does_not_stream_is_understood() -> None:
    whole = json.dumps(
        {"choices": [{"message": {"content": "Hello."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}
    )
    async with client_of(reply(whole, headers="Content-Type: application/json; charset=utf-8\r\n")) as (client, _):
        assert await deltas(client) == [ModelDelta("Hello."), ModelDelta("", "stop", Usage(prompt_tokens=3))]


@pytest.mark.parametrize(
    "usage", ['{"prompt_tokens": 1e999}', '{"prompt_tokens": "many"}', "7", '{"prompt_tokens_details": 7}']
)
async def test_counts_that_are_none_are_no_answer(usage: str) -> None:
    async with client_of(reply(f'data: {{"choices": [], "usage": {usage}}}\n\n')) as (client, _):
        with pytest.raises(EngineError, match="no answer"):
            await deltas(client)


async def test_a_list_of_models_without_an_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_client, "LIST_SECONDS", 0.5)

    class Endless(Server):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply("["))
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)

    server = Endless()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    client = OpenAIClient(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1", "m")
    with pytest.raises(NetworkError, match="does not answer"):
        await client.traits()
    await client.close()
    listener.close()


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "m", "max_model_len": -1},
        {"id": "m", "max_model_len": True},
        {"id": "m", "max_model_len": 10**30},
        {"id": "m", "max_model_len": "long", "meta": 7, "architecture": "x"},
        {"id": "m", "architecture": {"input_modalities": 7}},
        {"id": "m", "architecture": {"input_modalities": "image"}},
    ],
)
async def test_what_a_server_says_of_its_model_must_make_sense(entry: dict[str, object]) -> None:
    async with client_of(reply(GOOD), models=reply(json.dumps({"data": [entry]}))) as (client, _):
        traits = await client.traits()

    assert (traits.context_tokens, traits.sees_pictures) == (8192, False)


async def test_pictures_that_are_too_many_for_the_server_become_words_the_oldest_first() -> None:
    too_long = reply('{"error": {"code": "context_length_exceeded"}}', "400 No")
    first, second = shown("one", "two"), shown("three")
    request = ChatRequest((*first.messages, Message("assistant", "Yes."), *second.messages))
    async with client_of(too_long, reply(GOOD), known=SEEING) as (client, server):
        assert (await deltas(client, request))[-1].finish_reason == "stop"

    assert [json.dumps(body).count("data:image/png") for body in server.bodies] == [3, 1]
    assert "one" in json.dumps(server.bodies[1])


async def test_words_that_are_too_long_are_not_asked_for_ever() -> None:
    async with client_of(reply("context length", "400 No"), known=SEEING) as (client, server):
        with pytest.raises(PromptTooLongError):
            await deltas(client, shown("one"))

    assert len(server.bodies) == 2


async def test_a_model_that_turned_out_to_be_blind_is_not_shown_pictures_again() -> None:
    refusal = reply('{"error": "this model does not support image input"}', "400 No")
    async with client_of(refusal, reply(GOOD), known=SEEING) as (client, server):
        with pytest.raises(CannotSee, match="Attach the picture again"):
            await deltas(client, shown("a red sign"))
        assert not (await client.traits()).sees_pictures
        assert (await deltas(client, shown("a red sign")))[-1].finish_reason == "stop"

    assert "a red sign" in json.dumps(server.bodies[1])
    assert "image_url" not in json.dumps(server.bodies[1])
