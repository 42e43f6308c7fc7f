"""The client against a real model server in another process: what the contract does not cover."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.core.errors import EngineError, NetworkError
from assistant.core.types import ChatRequest, Message, Picture
from assistant.llm.openai_client import OpenAIClient, ServerTraits
from tests.mind_files import mind_file
from tests.real_llm_server import KEY, running_server

pytestmark = pytest.mark.model

ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server(mind_file("smollm2-135m")) as url:
        yield url


async def test_a_picture_for_a_model_without_eyes_is_refused_in_a_sentence(server: str) -> None:
    client = OpenAIClient(server, "", KEY, ServerTraits(sees_pictures=True))
    request = ChatRequest((Message("user", "What is it?", (Picture(ONE_PIXEL, 1, 1),)),), max_tokens=4)

    with pytest.raises(EngineError, match="cannot look at pictures"):
        async for _ in client.stream(request):
            pass
    await client.close()


async def test_a_wrong_key_is_refused_in_a_sentence(server: str) -> None:
    client = OpenAIClient(server, "", "wrong")

    with pytest.raises(NetworkError, match="refused the key"):
        async for _ in client.stream(ChatRequest((Message("user", "Hi"),), max_tokens=4)):
            pass
    await client.close()


async def test_a_real_server_says_what_it_is(server: str) -> None:
    client = OpenAIClient(server, "", KEY)

    traits = await client.traits()

    assert traits.name.endswith(".gguf")
    assert traits.context_tokens == 2048
    assert traits.runs_on.startswith("127.0.0.1:")
    await client.close()
