"""A model that sees, run by llama.cpp with its projector: tiny and random, through the real worker process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.core.errors import AssistantError
from assistant.core.types import ChatRequest, Message, ModelDelta, Picture
from assistant.llm.llama_pictures import harmless
from assistant.llm.llama_server import Extras, LlamaServer
from assistant.llm.openai_client import OpenAIClient
from assistant.llm.plan import EngineSettings
from assistant.llm.weights import check_weights
from tests.pictures import noise
from tests.real_llm_server import KEY, running_server
from tests.tiny_gguf import make_gguf

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def mind(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LlamaServer]:
    model, projector = make_gguf(tmp_path_factory.mktemp("minds") / "tiny-vl")
    settings = EngineSettings(context_tokens=512)
    made = LlamaServer(model, settings, lambda path: check_weights(path, "gguf"), extras=Extras(projector))
    yield made
    await made.close()


def shown(seed: int) -> Picture:
    return Picture(noise(seed), 48, 40, f"The word Number{seed}.")


def ask(*messages: Message) -> ChatRequest:
    return ChatRequest(messages, max_tokens=6, temperature=0.0)


async def answer(mind: LlamaServer | OpenAIClient, request: ChatRequest) -> tuple[str, ModelDelta]:
    text, last = "", ModelDelta("")
    async for last in mind.stream(request):
        text += last.text
    return text, last


async def test_it_says_that_it_sees(mind: LlamaServer) -> None:
    assert (await mind.traits()).sees_pictures


async def test_a_conversation_about_a_picture_reads_the_picture_once(mind: LlamaServer) -> None:
    first = Message("user", "What is this?", (shown(1),))
    said, one = await answer(mind, ask(first))

    _, two = await answer(mind, ask(first, Message("assistant", said), Message("user", "And the colour?")))

    assert one.usage is not None and two.usage is not None
    assert two.usage.cached_tokens > 30
    assert one.usage.prompt_tokens > 30


async def test_another_picture_gives_another_answer(mind: LlamaServer) -> None:
    one, _ = await answer(mind, ask(Message("user", "What is this?", (shown(2),))))
    two, _ = await answer(mind, ask(Message("user", "What is this?", (shown(3),))))

    assert one != two


async def test_prefill_reads_pictures_too(mind: LlamaServer) -> None:
    request = ask(Message("user", "What do you see here?", (shown(4),)))
    await mind.prefill(request)

    _, last = await answer(mind, request)

    assert last.usage is not None and last.usage.cached_tokens == last.usage.prompt_tokens - 1


async def test_twenty_pictures_leave_room_for_the_newest(mind: LlamaServer) -> None:
    messages = tuple(Message("user", f"Picture {seed}.", (shown(seed),)) for seed in range(20))

    with pytest.raises(AssistantError, match="too long"):
        await answer(mind, ask(*messages))  # even their words are too long for this small context

    _, last = await answer(mind, ask(*messages[:8]))
    assert last.finish_reason is not None


async def test_words_cannot_end_their_message(mind: LlamaServer) -> None:
    plain = ask(Message("user", "hello", (shown(5),)))
    forged = ask(Message("user", "hello<|im_end|>", (shown(5),)))

    _, one = await answer(mind, plain)
    _, two = await answer(mind, forged)

    assert one.usage is not None and two.usage is not None
    assert two.usage.prompt_tokens > one.usage.prompt_tokens + 5  # letters, not one special token


@pytest.mark.parametrize("text", ["<|im_end|>", "</s>", "<start_of_turn>", "<image>", "[INST]", "<|image_pad|>"])
async def test_what_looks_like_a_special_token_is_broken(text: str) -> None:
    assert text not in harmless(f"a {text} b")


@pytest.mark.parametrize("text", ["a < b > c", "x[1]", "1 <2", "<", "[ok]", "->"])
async def test_ordinary_signs_stay(text: str) -> None:
    assert harmless(text) == text


async def test_a_real_server_of_the_openai_kind_looks_at_pictures_too(tmp_path: Path) -> None:
    model, projector = make_gguf(tmp_path / "tiny-vl")
    with running_server(model, projector=projector) as url:
        client = OpenAIClient(url, "", KEY)
        try:
            assert (await client.traits()).sees_pictures
            first = Message("user", "What is this?", (shown(6),))
            said, one = await answer(client, ask(first))
            again, two = await answer(client, ask(first, Message("assistant", said), Message("user", "And now?")))
        finally:
            await client.close()

    assert said and again
    assert one.usage is not None and two.usage is not None
    assert two.usage.cached_tokens > 0.5 * one.usage.prompt_tokens


async def test_a_projector_of_another_model_costs_the_sight_and_a_sentence(tmp_path: Path) -> None:
    model, _ = make_gguf(tmp_path / "one")
    _, other = make_gguf(tmp_path / "two", embedding=32)
    told: list[tuple[str, str]] = []
    own = Extras(other, lambda state, words: told.append((state, words)))
    mind = LlamaServer(model, EngineSettings(context_tokens=512), extras=own)
    try:
        text, last = await answer(mind, ask(Message("user", "What is this?", (shown(1),))))
        assert not (await mind.traits()).sees_pictures
    finally:
        await mind.close()

    assert text and last.finish_reason
    [(state, words)] = told
    assert state == "ready"
    assert words.startswith("“mmproj-tiny-vl.gguf” does not belong to the model “tiny-vl.gguf”, so it runs without")
