"""Which open model that sees a machine should take, and what its driver says of the card."""

from __future__ import annotations

import pytest

from assistant.llm.fit import Device
from assistant.llm.machine import read_card
from assistant.llm.model_folder import Form
from assistant.llm.vision_models import choices, recommend, vision_models

GIB = 1024**3


def card(gib: float) -> Device:
    return Device("cuda", int(gib * GIB * 0.95), "the card", int(gib * GIB), (16, 8, 4))


@pytest.mark.parametrize(
    ("gib", "llama", "model_id", "form", "bits"),
    [
        (6, False, "qwen3-vl-4b", Form.SAFETENSORS, 4), (6, True, "qwen3-vl-4b", Form.GGUF, 16),
        (8, False, "qwen3-vl-4b", Form.SAFETENSORS, 4), (8, True, "qwen3-vl-4b", Form.GGUF, 16),
        (12, False, "qwen3-vl-8b", Form.SAFETENSORS, 4), (12, True, "qwen3-vl-8b", Form.GGUF, 16),
        (16, True, "qwen3-vl-8b", Form.SAFETENSORS, 8), (24, True, "qwen3-vl-8b", Form.SAFETENSORS, 16),
    ],
)  # fmt: skip
def test_a_card_gets_the_largest_favourite(gib: float, llama: bool, model_id: str, form: Form, bits: int) -> None:
    choice = recommend(card(gib), llama_uses_card=llama)

    assert choice is not None
    assert (choice.model.id, choice.form, choice.fit.bits) == (model_id, form, bits)


def test_a_processor_gets_a_small_one_as_gguf_and_a_small_machine_none() -> None:
    choice = recommend(Device("cpu", 12 * GIB))

    assert choice is not None
    assert (choice.model.id, choice.form) == ("qwen3-vl-2b", Form.GGUF)
    assert recommend(Device("cpu", 3 * GIB)) is None


def test_the_words_name_the_sum_the_source_and_the_licence() -> None:
    choice = recommend(card(8), llama_uses_card=True)

    assert choice is not None
    assert choice.in_words() == (
        "Qwen3-VL 4B Instruct as Q4_K_M: weights 3.3 + context of 8192 tokens 1.2 + working memory 0.5 = 5.0 GB; "
        "8.2 GB of the card are free, and 1.8 GB of them stay free. "
        "llama.cpp, from Qwen/Qwen3-VL-4B-Instruct-GGUF (Apache-2.0)."
    )


@pytest.mark.parametrize("model", vision_models(), ids=lambda model: model.id)
def test_every_model_of_the_catalogue_fits_somewhere_and_says_its_licence(model: object) -> None:
    assert choices(model, card(24), llama_uses_card=True)  # type: ignore[arg-type]
    assert model.licence and "/" in model.safetensors  # type: ignore[attr-defined]


def test_a_driver_s_line_becomes_a_device() -> None:
    device = read_card("NVIDIA GeForce RTX 4060 Laptop GPU, 8188, 7100\nOther, 1, 1\n", (16,))

    assert device == Device("cuda", 7100 * 1024**2, "NVIDIA GeForce RTX 4060 Laptop GPU", 8188 * 1024**2, (16,))


@pytest.mark.parametrize("answer", ["", "No devices were found\n", "A, [N/A], [N/A]\n"])
def test_a_driver_that_says_something_else_is_no_device(answer: str) -> None:
    assert read_card(answer, (16,)) is None
