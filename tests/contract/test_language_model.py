"""What every LanguageModel keeps to: the script, the embedded engine, and a client of a real server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec

import pytest
import pytest_asyncio

from assistant.core.errors import PromptTooLongError
from assistant.core.types import ChatRequest, Message, ModelDelta, Origin, Picture
from assistant.llm.llama_server import LlamaServer
from assistant.llm.model_folder import open_folder
from assistant.llm.openai_client import OpenAIClient
from assistant.llm.plan import EngineSettings
from assistant.llm.scripted import ScriptedModel
from assistant.llm.transformers_model import TransformersModel
from tests.mind_files import mind_file
from tests.real_llm_server import KEY, running_server
from tests.tiny_minds import make_mind

pytestmark = pytest.mark.asyncio(loop_scope="module")

Model = ScriptedModel | LlamaServer | OpenAIClient | TransformersModel

STORY = [{"pace": 0.001}, {"say": "Once upon a time there was a king. ", "times": -1}]
NO_TORCH = find_spec("torch") is None or find_spec("transformers") is None
TORCH = pytest.param("transformers", marks=pytest.mark.skipif(NO_TORCH, reason="the extra `gpu` is not installed"))
REAL = [pytest.param("llama", marks=pytest.mark.model), pytest.param("openai", marks=pytest.mark.model)]


# A script does not choose its words.
real_models = pytest.mark.parametrize("model", REAL, indirect=True)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server(mind_file("smollm2-135m")) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["scripted", TORCH, *REAL])
async def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Model]:
    made: Model
    if request.param == "scripted":
        made = ScriptedModel([STORY])
    elif request.param == "llama":
        made = LlamaServer(mind_file("smollm2-135m"), EngineSettings(context_tokens=2048))
    elif request.param == "transformers":
        made = TransformersModel(open_folder(make_mind("llama", tmp_path_factory.mktemp("minds") / "tiny")))
    else:
        made = OpenAIClient(request.getfixturevalue("server"), "", KEY)
    yield made
    await made.close()


def chat(*texts: str, max_tokens: int = 24, **options: object) -> ChatRequest:
    """System, user, assistant, user, ..."""
    roles = ["system", *(["user", "assistant"] * len(texts))]
    messages = tuple(Message(role, text) for role, text in zip(roles, texts, strict=False))
    return ChatRequest(messages, max_tokens=max_tokens, temperature=0.0, **options)  # type: ignore[arg-type]


LONG = chat("You tell stories.", "Tell me a very long story.", max_tokens=1500)
SHORT = chat("Be brief.", "What is the capital of France?", max_tokens=8)


async def answer(model: Model, request: ChatRequest) -> tuple[str, ModelDelta]:
    text, last = "", ModelDelta("")
    async for last in model.stream(request):
        text += last.text
    return text, last


async def test_traits_name_the_model_and_its_context(model: Model) -> None:
    traits = await model.traits()

    assert traits.name
    assert traits.context_tokens >= 2048
    assert not traits.sees_pictures


async def test_only_the_last_delta_carries_a_reason_and_the_counts(model: Model) -> None:
    deltas = [delta async for delta in model.stream(SHORT)]

    assert "".join(delta.text for delta in deltas)
    assert [delta.finish_reason for delta in deltas[:-1]] == [None] * (len(deltas) - 1)
    assert deltas[-1].finish_reason in ("stop", "length")
    assert deltas[-1].usage is not None
    assert 0 < deltas[-1].usage.completion_tokens <= 8
    assert deltas[-1].usage.prompt_tokens > 0


async def test_an_answer_ends_at_its_limit(model: Model) -> None:
    _, last = await answer(model, chat("You tell stories.", "Tell me a very long story.", max_tokens=5))

    assert last.finish_reason == "length"
    assert last.usage is not None
    assert last.usage.completion_tokens == 5


async def test_leaving_the_stream_frees_the_engine(model: Model) -> None:
    stream = model.stream(LONG)
    async for delta in stream:
        if delta.text:
            break
    start = time.monotonic()

    await stream.aclose()  # type: ignore[attr-defined]  # a port's stream is a generator
    closed = time.monotonic() - start
    await answer(model, SHORT)

    assert closed < 0.3
    assert time.monotonic() - start < 10  # the story would take a minute on a busy machine


async def test_cancelling_the_task_frees_the_engine(model: Model) -> None:
    task = asyncio.create_task(answer(model, LONG))
    await asyncio.sleep(0.5)
    start = time.monotonic()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    cancelled = time.monotonic() - start
    await answer(model, SHORT)

    assert cancelled < 0.3
    assert time.monotonic() - start < 10


async def test_two_streams_at_once_both_end(model: Model) -> None:
    answers = await asyncio.gather(answer(model, SHORT), answer(model, chat("Be brief.", "Say hello.", max_tokens=6)))

    assert all(text and last.finish_reason for text, last in answers)


async def test_prefill_leaves_no_trace_in_the_answer(model: Model) -> None:
    before, _ = await answer(model, SHORT)
    assert await model.prefill(chat("Be brief.", "What is the")) is None

    assert (await answer(model, SHORT))[0] == before


async def test_longer_text_has_more_tokens(model: Model) -> None:
    assert 0 < await model.count_tokens("hello") < await model.count_tokens("hello there, " * 20)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x07", "\ud83d half a pair", "a\u202eb\U000e0041", "<|im_end|>\n<|im_start|>system", "日本語🙂"],
)
async def test_no_text_breaks_it(model: Model, text: str) -> None:
    _, last = await answer(model, chat("Be brief.", text, max_tokens=3))

    assert last.finish_reason is not None


@real_models
async def test_a_picture_reaches_a_model_that_cannot_see_as_quoted_words(model: Model) -> None:
    words = "Blue button says Zanzibar. " * 30
    picture = Picture(b"", 10, 10, words)
    seen = ChatRequest((Message("user", "What is it?", (picture,), Origin.USER),), max_tokens=1)
    blind = ChatRequest((Message("user", "What is it?"),), max_tokens=1)

    _, with_picture = await answer(model, seen)
    _, without = await answer(model, blind)

    assert with_picture.usage is not None and without.usage is not None
    assert with_picture.usage.prompt_tokens > without.usage.prompt_tokens + 150


@real_models
async def test_a_stop_text_ends_the_answer_before_it(model: Model) -> None:
    whole, _ = await answer(model, SHORT)
    word = whole.split()[2]

    cut, last = await answer(model, chat("Be brief.", "What is the capital of France?", max_tokens=8, stop=(word,)))

    assert cut == whole[: whole.index(word)]
    assert last.finish_reason == "stop"


@real_models
async def test_an_answer_under_a_schema_fits_it(model: Model) -> None:
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}, "count": {"type": "integer", "maximum": 99}},
        "required": ["colour", "count"],
        "additionalProperties": False,
    }

    text, _ = await answer(model, chat("Answer in JSON.", "Three blue cups.", max_tokens=60, json_schema=schema))

    assert json.loads(text)["colour"] in ("red", "blue")
    assert isinstance(json.loads(text)["count"], int)


@real_models
async def test_the_same_seed_gives_the_same_words(model: Model) -> None:
    request = ChatRequest((Message("user", "Invent a name."),), max_tokens=12, temperature=1.5, seed=7)
    first, _ = await answer(model, request)  # the cache changes the order of sums, so the second pair is compared
    second, _ = await answer(model, request)
    third, _ = await answer(model, request)

    assert second == third
    assert first


@real_models
async def test_a_prompt_beyond_the_context_says_so(model: Model) -> None:
    with pytest.raises(PromptTooLongError, match="too long"):
        await answer(model, chat("Be brief.", "word " * 3000))

    assert (await answer(model, SHORT))[0]


@real_models
async def test_a_second_turn_reads_only_what_is_new(model: Model) -> None:
    system = "You are a helpful assistant who knows geography. " * 20
    first, one = await answer(model, chat(system, "What is the capital of France?", max_tokens=12))

    _, two = await answer(model, chat(system, "What is the capital of France?", first, "And of Spain?", max_tokens=12))

    assert one.usage is not None and two.usage is not None
    assert two.usage.cached_tokens >= one.usage.prompt_tokens - 1
    assert two.usage.prompt_tokens - two.usage.cached_tokens < 40
