"""The transformers engine behind its port: a real worker process, tiny models with random weights."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.core.errors import EngineError, PromptTooLongError
from assistant.core.types import ChatRequest, Message, ModelDelta, Picture
from assistant.llm.fit import Wanted
from assistant.llm.model_folder import open_folder
from assistant.llm.transformers_model import TorchSettings, TransformersModel
from assistant.llm.weights import check_weights
from assistant.workers.supervisor import ChildState
from tests.pictures import noise as picture
from tests.tiny_minds import make_mind

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_mind("qwen2.5-vl", tmp_path_factory.mktemp("minds") / "tiny-vl")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def mind(folder: Path) -> AsyncIterator[TransformersModel]:
    made = TransformersModel(open_folder(folder), check=lambda path: check_weights(path, "safetensors"))
    yield made
    await made.close()


def shown(seed: int) -> Picture:
    return Picture(picture(seed), 48, 40, f"The word Number{seed}.")


def ask(text: str, *pictures: Picture, max_tokens: int = 8) -> ChatRequest:
    return ChatRequest(
        (Message("system", "Be kind."), Message("user", text, pictures)), max_tokens=max_tokens, temperature=0.0
    )


async def answer(mind: TransformersModel, request: ChatRequest) -> tuple[str, ModelDelta]:
    text, last = "", ModelDelta("")
    async for last in mind.stream(request):
        text += last.text
    return text, last


async def test_traits_say_that_it_sees_and_where_it_runs(mind: TransformersModel) -> None:
    traits = await mind.traits()

    assert (traits.name, traits.sees_pictures) == ("tiny-vl", True)
    assert traits.context_tokens == 8192
    assert traits.runs_on in ("cpu", "cuda")


async def test_a_conversation_about_a_picture_reads_the_picture_once(mind: TransformersModel) -> None:
    first = ask("What is this?", shown(1))
    said, one = await answer(mind, first)
    second = (*first.messages, Message("assistant", said), Message("user", "Which colour?"))

    _, two = await answer(mind, ChatRequest(second, max_tokens=8, temperature=0.0))

    assert one.usage is not None and two.usage is not None
    assert two.usage.cached_tokens >= one.usage.prompt_tokens - 12  # the answer's opening is written anew
    assert one.usage.cached_tokens < 50


async def test_another_picture_gives_another_answer(mind: TransformersModel) -> None:
    one, _ = await answer(mind, ask("What is this?", shown(2), max_tokens=24))
    two, _ = await answer(mind, ask("What is this?", shown(3), max_tokens=24))

    assert one != two


async def test_leaving_the_stream_stops_the_engine_within_a_token(mind: TransformersModel) -> None:
    pieces = 0
    stream = mind.stream(ask("Tell me a story.", max_tokens=LONG))
    async for _ in stream:
        pieces += 1
        if pieces == 3:
            break
    started = time.monotonic()
    await stream.aclose()  # type: ignore[attr-defined]  # a port's stream is a generator

    _, last = await answer(mind, ask("Tell me a story.", max_tokens=1))

    assert time.monotonic() - started < 10  # the story would take longer
    assert last.usage is not None
    assert last.usage.cached_tokens == last.usage.prompt_tokens - 1  # what was written since is rolled back


async def test_twenty_pictures_are_answered(mind: TransformersModel) -> None:
    _, last = await answer(mind, ask("What are these?", *(shown(seed) for seed in range(20))))

    assert last.finish_reason in ("stop", "length")


async def test_a_history_of_forty_thousand_tokens_is_refused_in_a_sentence_and_the_next_question_answered(
    mind: TransformersModel,
) -> None:
    with pytest.raises(PromptTooLongError, match="too long"):
        await answer(mind, ask("word " * 8000))

    assert (await answer(mind, ask("Hello.")))[1].finish_reason


async def test_pictures_that_do_not_fit_become_words_the_oldest_first(folder: Path) -> None:
    small = TransformersModel(open_folder(folder), TorchSettings(wanted=Wanted(context_tokens=700)))
    try:
        _, last = await answer(small, ask("What are these?", *(shown(seed) for seed in range(10))))
        messages = tuple(Message("user", f"Picture {seed}.", (shown(seed),)) for seed in range(10))
        _, many = await answer(small, ChatRequest(messages, max_tokens=4))
    finally:
        await small.close()

    assert last.finish_reason and many.finish_reason
    assert many.usage is not None and many.usage.prompt_tokens < 700


async def test_a_killed_child_costs_one_sentence_and_the_next_question_is_answered(folder: Path) -> None:
    states: list[ChildState] = []
    mind = TransformersModel(open_folder(folder), report=states.append)
    try:
        stream = mind.stream(ask("Tell me a story.", max_tokens=LONG))
        await anext(stream)
        os.kill(await mind.pid(), signal.SIGKILL)
        with pytest.raises(EngineError, match="stopped"):
            async for _ in stream:
                pass

        assert (await answer(mind, ask("Hello.")))[1].finish_reason
        assert ChildState.DIED in states
    finally:
        await mind.close()


async def test_too_little_memory_is_a_sentence_with_the_numbers(folder: Path) -> None:
    mind = TransformersModel(open_folder(folder), TorchSettings(limit_bytes=2 * 1024**3))
    try:
        with pytest.raises(EngineError, match=r"tiny-vl needs 2\.\d GB"):
            await mind.traits()
    finally:
        await mind.close()


async def test_a_device_that_is_not_there_is_refused(folder: Path) -> None:
    import torch

    if torch.xpu.is_available():
        pytest.skip("this machine has the device")
    mind = TransformersModel(open_folder(folder), TorchSettings(device="xpu"))
    try:
        with pytest.raises(EngineError, match="finds no xpu device"):
            await mind.traits()
    finally:
        await mind.close()


async def test_two_streams_at_once_both_end(mind: TransformersModel) -> None:
    answers = await asyncio.gather(answer(mind, ask("One?")), answer(mind, ask("Two?")))

    assert all(last.finish_reason for _, last in answers)
