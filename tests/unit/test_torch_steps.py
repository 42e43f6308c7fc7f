"""Tokens by steps of one shape: the same numbers as the plain way, over every cut, and never without a trial.

On a card the steps are recorded; here the same operations run one by one, and once through torch.compile.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.llm import torch_steps  # noqa: E402
from assistant.llm.decoding import COMPILED, GRAPH, PLAIN, plan_decoding  # noqa: E402
from assistant.llm.torch_cache import SMALLEST_TOKENS, KeyCache  # noqa: E402
from assistant.llm.torch_engine import Slot, TorchEngine, Wish  # noqa: E402
from assistant.llm.torch_loading import load_folder  # noqa: E402
from assistant.llm.torch_prompt import PromptMaker, Word  # noqa: E402
from assistant.llm.torch_steps import compiled  # noqa: E402
from tests.pictures import noise as picture  # noqa: E402
from tests.tiny_minds import KINDS, SEEING, make_mind  # noqa: E402

EVERY = pytest.mark.parametrize("kind", sorted(KINDS))
CLOSE = 1e-5  # of logits around 0.3; a mistake of one position is above 1e-3
QUESTION = (Word("system", "Be kind."), Word("user", "What is this? " * 4, (0,), "A picture. "))


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folders = tmp_path_factory.mktemp("minds")

    @cache
    def loaded(kind: str) -> tuple[Any, PromptMaker]:
        folder = make_mind(kind, folders / kind)
        model, config = load_folder(folder, "cpu", 32, "float32")
        return model, PromptMaker(folder, config, kind in SEEING)

    def load(kind: str, fast: bool = False) -> TorchEngine:
        engine = TorchEngine(*loaded(kind), 4096)
        if fast:
            engine.steps.way, engine.steps.forward = GRAPH, engine.model
        return engine

    return load


def words_for(kind: str) -> tuple[tuple[Word, ...], tuple[bytes, ...]]:
    if kind in SEEING:
        return QUESTION, (picture(3),)
    return tuple(Word(word.role, word.text) for word in QUESTION), ()


def read(engine: TorchEngine, words: tuple[Word, ...], pictures: tuple[bytes, ...], slot_id: int = 0) -> Slot:
    slot = engine.begin(slot_id, words, pictures)
    while engine.read(slot):
        pass
    return slot


def rows(engine: TorchEngine, slot: Slot, count: int) -> Any:
    """The logits behind each of `count` tokens that are fixed, so that two ways can be compared."""
    return torch.stack([engine._one_more(slot, 40 + number) for number in range(count)])


@EVERY
def test_fixed_steps_give_the_logits_of_plain_ones(load: Any, kind: str) -> None:
    plain, fast = load(kind), load(kind, fast=True)
    words, pictures = words_for(kind)

    expected = rows(plain, read(plain, words, pictures), 6)
    slot = read(fast, words, pictures)
    found = rows(fast, slot, 6)

    assert slot.cache.step is not None  # the fast way was really gone
    assert float((expected - found).abs().max()) < CLOSE
    assert slot.cache.length == len(slot.keys)


@EVERY
def test_a_second_turn_over_keys_of_fixed_steps_gives_the_logits_of_recomputation(load: Any, kind: str) -> None:
    fast, plain = load(kind, fast=True), load(kind)
    words, pictures = words_for(kind)
    slot = read(fast, words, pictures)
    fast.answer(slot, Wish(max_tokens=8))
    said = ""
    while not slot.answer.finished:
        said += fast.write(slot)
    second = (*words, Word("assistant", said), Word("user", "And what else?"))

    warm = read(fast, second, pictures)
    kept = warm.cached_tokens
    again = rows(fast, warm, 3)
    cold = read(plain, second, pictures)

    assert kept > 0.5 * warm.prompt_tokens
    assert float((again - rows(plain, cold, 3)).abs().max()) < CLOSE


def test_another_conversation_in_used_buffers_gives_the_logits_of_fresh_ones(load: Any) -> None:
    fast, plain = load("qwen2.5-vl", fast=True), load("qwen2.5-vl")
    rows(fast, read(fast, (Word("system", "Be long. " * 60), Word("user", "A story!")), ()), 8)
    words, pictures = words_for("qwen2.5-vl")
    other = (Word("system", "0"), *words[1:])

    used = read(fast, other, pictures)
    recorded = used.cache.step
    found = rows(fast, used, 4)

    assert used.cache.step is recorded is not None  # the recording outlives the conversation
    assert float((found - rows(plain, read(plain, other, pictures), 4)).abs().max()) < CLOSE


def test_full_buffers_grow_and_the_numbers_stay(load: Any) -> None:
    fast, plain = load("llama", fast=True), load("llama")
    words = (Word("user", "x" * (SMALLEST_TOKENS - 40)),)
    slot, other = read(fast, words, ()), read(plain, words, ())
    assert slot.cache.room == SMALLEST_TOKENS

    found, expected = rows(fast, slot, 60), rows(plain, other, 60)

    assert slot.cache.room == 2 * SMALLEST_TOKENS
    assert float((found - expected).abs().max()) < CLOSE


def test_what_was_compiled_for_the_trial_serves_every_token(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    graphs: list[int] = []

    def backend(module: Any, _: Any) -> Any:
        graphs.append(1)
        return module.forward

    monkeypatch.setattr(torch_steps, "compiled", lambda model: torch.compile(model, backend=backend, dynamic=False))
    engine = load("llama")
    assert engine.hasten(COMPILED).way == COMPILED
    in_trial = len(graphs)

    rows(engine, read(engine, (Word("user", "x" * (SMALLEST_TOKENS - 40)),), ()), 60)

    assert in_trial >= 1
    assert len(graphs) == in_trial


def test_buffers_keep_within_the_context_that_was_planned() -> None:
    cache = KeyCache(1500)

    cache.update(torch.ones(1, 2, 1100, 4), torch.ones(1, 2, 1100, 4), 0)

    assert cache.room == 1500


@pytest.mark.parametrize("kind", ["llama", "qwen2.5-vl"])
def test_compiled_steps_give_the_logits_of_plain_ones(load: Any, kind: str) -> None:
    plain, fast = load(kind), load(kind, fast=True)
    fast.steps.forward = compiled(fast.model, backend="aot_eager")
    words, pictures = words_for(kind)

    expected = rows(plain, read(plain, words, pictures), 4)
    found = rows(fast, read(fast, words, pictures), 4)

    assert float((expected - found).abs().max()) < CLOSE


@EVERY
def test_a_way_that_computes_the_same_numbers_passes_its_trial(load: Any, kind: str) -> None:
    engine = load(kind)

    proof = engine.hasten(GRAPH)

    assert (proof.way, proof.notice, engine.steps.way) == (GRAPH, "", GRAPH)
    assert proof.difference < 1e-4


def test_a_way_that_computes_other_numbers_is_not_gone(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load("llama")
    model = engine.model

    def wrong(**inputs: Any) -> Any:
        """As a miscompiled model would be: it looks at the wrong word."""
        return model(**inputs | {"input_ids": inputs["input_ids"] + 1})

    monkeypatch.setattr("assistant.llm.torch_steps.compiled", lambda _: wrong)

    proof = engine.hasten(COMPILED)

    assert (proof.way, engine.steps.way) == (PLAIN, PLAIN)
    assert "other numbers" in proof.notice


def test_a_compiler_that_fails_leaves_recorded_steps_and_says_so(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("no compiler")

    monkeypatch.setattr("assistant.llm.torch_steps.compiled", broken)
    engine = load("llama")

    proof = engine.hasten(COMPILED)

    assert (proof.way, engine.steps.way) == (GRAPH, GRAPH)
    assert "could not be compiled" in proof.notice


def test_memory_that_runs_out_while_recording_leaves_the_plain_way(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise torch.OutOfMemoryError

    engine, plain = load("llama", fast=True), load("llama")
    monkeypatch.setattr("assistant.llm.torch_steps.FixedStep", full)
    words, _ = words_for("llama")

    found = rows(engine, read(engine, words, ()), 3)

    assert engine.steps.way == PLAIN
    assert "one by one" in engine.steps.notice
    assert float((found - rows(plain, read(plain, words, ()), 3)).abs().max()) < CLOSE


@pytest.mark.parametrize(
    ("wanted", "device", "bits", "compiler", "way"),
    [
        ("auto", "cuda", 16, True, GRAPH), ("auto", "cuda", 4, True, PLAIN), ("auto", "cpu", 16, True, PLAIN),
        ("auto", "rocm", 16, True, PLAIN), ("compiled", "cuda", 16, True, COMPILED),
        ("compiled", "cuda", 16, False, GRAPH), ("graph", "mps", 16, True, PLAIN), ("graph", "cuda", 8, True, PLAIN),
        ("plain", "cuda", 16, True, PLAIN),
    ],
)  # fmt: skip
def test_the_planner_names_a_way_and_says_where_it_is_not_the_wanted_one(
    wanted: str, device: str, bits: int, compiler: bool, way: str
) -> None:
    planned, why = plan_decoding(wanted, device, bits, compiler)

    assert planned == way
    assert bool(why) == (wanted not in ("auto", way))
