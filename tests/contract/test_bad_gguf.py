"""GGUF files that pass the look at their header and are still unfit, and a machine with too little memory."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import EngineError, Refused
from assistant.core.types import ChatRequest, Message
from assistant.llm import llama_server
from assistant.llm.llama_server import Extras, LlamaServer
from assistant.llm.plan import EngineSettings
from assistant.llm.weights import check_weights
from tests.tiny_gguf import make_gguf

ASK = ChatRequest((Message("user", "Hello."),), max_tokens=4, temperature=0.0)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return make_gguf(tmp_path / "mine")


@asynccontextmanager
async def mind_of(
    model: Path, projector: Path | None = None, context_tokens: int = 512, told: Callable[[str], None] = lambda _: None
) -> AsyncIterator[LlamaServer]:
    own = Extras(projector, lambda _, words: told(words))
    check = partial(check_weights, expected="gguf")
    mind = LlamaServer(model, EngineSettings(context_tokens=context_tokens), check, extras=own)
    try:
        yield mind
    finally:
        await mind.close()


async def words_of(mind: LlamaServer) -> str:
    return "".join([delta.text async for delta in mind.stream(ASK)])


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "another architecture": lambda data: data.replace(
        struct.pack("<I", 8) + text("llama"), struct.pack("<I", 8) + text("mamal"), 1
    ),
    "a missing tensor": lambda data: data.replace(b"blk.1.ffn_up.weight", b"blk.7.ffn_up.weight", 1),
    "broken numbers": lambda data: data[:-40_000] + np.full(10_000, np.nan, "<f4").tobytes(),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("with_projector", [False, True])
async def test_a_model_file_that_cannot_be_run_is_one_sentence(
    files: tuple[Path, Path], damage: str, with_projector: bool
) -> None:
    model, projector = files
    sound = model.read_bytes()
    model.write_bytes(DAMAGE[damage](sound))
    assert model.read_bytes() != sound

    async with mind_of(model, projector if with_projector else None) as mind:
        with pytest.raises(EngineError, match=r"The model file “tiny-vl\.gguf” could not be loaded") as raised:
            await words_of(mind)

    assert "/" not in str(raised.value)


async def test_a_projector_in_the_place_of_the_model_is_one_sentence(files: tuple[Path, Path]) -> None:
    model, projector = files
    model.write_bytes(projector.read_bytes())

    async with mind_of(model) as mind:
        with pytest.raises(EngineError, match="could not be loaded"):
            await words_of(mind)


async def test_a_model_in_the_place_of_the_projector_costs_only_the_sight(files: tuple[Path, Path]) -> None:
    model, projector = files
    projector.write_bytes(model.read_bytes())
    told: list[str] = []

    async with mind_of(model, projector, told=told.append) as mind:
        assert await words_of(mind)
        assert not (await mind.traits()).sees_pictures

    assert [words.partition(",")[2] for words in told] == [" so it runs without looking at pictures."]


@pytest.mark.parametrize("half", [0, 1])
async def test_a_file_that_was_cut_off_is_not_opened(files: tuple[Path, Path], half: int) -> None:
    files[half].write_bytes(files[half].read_bytes()[:60_000])

    async with mind_of(*files) as mind:
        with pytest.raises(Refused, match="outside the file"):
            await words_of(mind)


async def test_too_little_memory_for_the_context_makes_it_smaller_in_a_sentence(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = files[0]
    cache = 2 * 2 * 2 * 16 * 2  # layers, keys and values, shared heads, their width, bytes
    monkeypatch.setattr(
        llama_server, "free_memory_bytes", lambda: model.stat().st_size + 250 * 1024**2 + 2 * cache * 2048
    )
    told: list[str] = []

    async with mind_of(model, context_tokens=8192, told=told.append) as mind:
        assert await words_of(mind)
        assert (await mind.traits()).context_tokens == 2048

    assert told == ["Memory is short, so the model runs with a context of 2048 tokens instead of 8192."]


async def test_too_little_memory_for_any_context_is_a_sentence_with_the_numbers(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama_server, "free_memory_bytes", lambda: 100 * 1024**2)

    async with mind_of(files[0]) as mind:
        with pytest.raises(EngineError, match=r"needs 0\.3 GB of memory and 0\.1 GB is free"):
            await words_of(mind)
