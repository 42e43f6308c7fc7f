"""The planner's choices and how it words them."""

from __future__ import annotations

import pytest

from assistant.llm.machine import this_machine
from assistant.llm.plan import GIB, NEEDS, Machine, plan


@pytest.mark.parametrize(
    ("free_gib", "model_id"),
    [(24, "qwen2.5-coder-1.5b"), (6, "qwen2.5-coder-1.5b"), (5.9, "qwen2.5-coder-0.5b"), (2, "qwen2.5-coder-0.5b"),
     (1.9, "smollm2-135m"), (0, "smollm2-135m")],
)  # fmt: skip
def test_the_largest_model_that_fits_is_chosen(free_gib: float, model_id: str) -> None:
    assert plan(Machine(2, int(free_gib * GIB))).model_id == model_id


def test_an_installed_model_is_preferred_to_a_better_one_that_is_not() -> None:
    assert plan(Machine(2, 24 * GIB), installed=frozenset({"smollm2-135m"})).model_id == "smollm2-135m"
    assert plan(Machine(2, 24 * GIB), installed=frozenset({"whisper-base"})).model_id == NEEDS[0][0]


def test_the_users_choice_stands() -> None:
    made = plan(Machine(1, GIB), wanted="qwen2.5-coder-1.5b")

    assert made.model_id == "qwen2.5-coder-1.5b"
    assert made.reason == (
        "qwen2.5-coder-1.5b runs on the processor, because you chose it: 1.0 GiB of memory free, 1 core."
    )


def test_threads_are_physical_cores_and_small_machines_take_small_steps() -> None:
    small, large = plan(Machine(2, 24 * GIB)).engine, plan(Machine(16, 24 * GIB)).engine

    assert (small.threads, small.batch_tokens) == (2, 32)
    assert (large.threads, large.batch_tokens) == (16, 256)


def test_weights_are_repacked_only_where_memory_is_plenty() -> None:
    assert plan(Machine(2, 24 * GIB)).engine.repack
    assert not plan(Machine(2, 6 * GIB)).engine.repack


def test_a_graphics_card_takes_every_layer_and_doubles_the_context() -> None:
    made = plan(Machine(8, 4 * GIB, free_vram_bytes=8 * GIB))

    assert made.model_id == "qwen2.5-coder-1.5b"
    assert (made.engine.gpu_layers, made.engine.context_tokens) == (999, 8192)
    assert "graphics card" in made.reason


def test_this_machine_has_cores_and_memory() -> None:
    machine = this_machine()

    assert machine.physical_cores >= 1
    assert machine.free_memory_bytes > 0
