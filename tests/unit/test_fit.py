"""What is loaded on which card, as a table: the sums of the planner for vision-language models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.core.errors import InputError, ModelMissingError
from assistant.llm.fit import (
    Device,
    Fit,
    ModelSize,
    Wanted,
    fits,
    reserved_bytes,
    shortage_in_words,
    step_in_words,
    sum_in_words,
)
from assistant.llm.model_folder import Form, open_folder, read_size

GIB = 1024**3
GPU = (16, 8, 4)

# Parameters counted on the meta device, keys and values from the configurations.
QWEN3_VL_2B = ModelSize("Qwen3-VL-2B", 4_260_000_000, 112 * 1024)
QWEN3_VL_4B = ModelSize("Qwen3-VL-4B", 8_880_000_000, 144 * 1024)
QWEN3_VL_8B = ModelSize("Qwen3-VL-8B", 17_540_000_000, 144 * 1024)


def card(gib: float) -> Device:
    """A card whose memory is free but for what the desktop has taken."""
    return Device("cuda", int(gib * GIB * 0.95), "the card", int(gib * GIB), GPU)


@pytest.mark.parametrize(
    ("gib", "size", "bits", "context"),
    [
        (6, QWEN3_VL_2B, 8, 8192), (6, QWEN3_VL_4B, 4, 4096),
        (8, QWEN3_VL_2B, 16, 8192), (8, QWEN3_VL_4B, 4, 8192), (8, QWEN3_VL_8B, None, None),
        (12, QWEN3_VL_4B, 8, 8192), (12, QWEN3_VL_8B, 4, 8192),
        (16, QWEN3_VL_4B, 16, 8192), (16, QWEN3_VL_8B, 8, 8192),
        (24, QWEN3_VL_8B, 16, 8192),
    ],
)  # fmt: skip
def test_a_card_gets_the_best_that_fits(gib: float, size: ModelSize, bits: int | None, context: int | None) -> None:
    ways = fits(size, card(gib))

    assert (ways[0].bits, ways[0].context_tokens) == (bits, context) if bits else ways == ()


@pytest.mark.parametrize(("gib", "bits"), [(24, 32), (12, 16), (4, None)])
def test_a_processor_computes_in_32_bits_only_where_memory_is_plenty(gib: float, bits: int | None) -> None:
    ways = fits(QWEN3_VL_2B, Device("cpu", int(gib * GIB), bits=(32, 16)))

    assert ways[0].bits == bits if bits else ways == ()


@pytest.mark.parametrize("gib", [6, 8, 12, 16, 24])
@pytest.mark.parametrize("size", [QWEN3_VL_2B, QWEN3_VL_4B, QWEN3_VL_8B])
def test_every_way_leaves_the_head_room(gib: float, size: ModelSize) -> None:
    device = card(gib)

    for fit in fits(size, device):
        assert fit.need_bytes + reserved_bytes(device) <= device.free_bytes


def test_what_the_user_asked_for_is_kept_or_refused() -> None:
    assert {fit.bits for fit in fits(QWEN3_VL_2B, card(16), Wanted(bits=4))} == {4}
    assert fits(QWEN3_VL_2B, card(16), Wanted(context_tokens=4096))[0].context_tokens == 4096
    assert fits(QWEN3_VL_8B, card(8), Wanted(bits=16)) == ()


def test_the_sum_is_shown_in_words() -> None:
    device = card(8)

    assert sum_in_words(QWEN3_VL_2B, fits(QWEN3_VL_2B, device)[0], device) == (
        "Qwen3-VL-2B at 16 bits: weights 4.3 + context of 8192 tokens 0.9 + working memory 0.5 = 5.7 GB; "
        "8.2 GB of the card are free, and 1.8 GB of them stay free."
    )


def test_a_shortage_says_what_is_missing() -> None:
    assert shortage_in_words(QWEN3_VL_8B, card(6)) == (
        "Qwen3-VL-8B needs 8.4 GB even at 4 bits, and the card has 6.1 GB free."
    )


def test_a_step_down_says_what_changed() -> None:
    assert step_in_words(Fit(16, 8192, 0, 0), Fit(4, 4096, 0, 0)) == (
        "The model did not fit into memory, so it runs with 4-bit weights instead of 16 "
        "and a context of 4096 tokens instead of 8192."
    )


def config(folder: Path, **values: object) -> None:
    folder.joinpath("config.json").write_text(json.dumps(values))


def test_a_folder_in_safetensors_is_measured_by_its_headers(tmp_path: Path) -> None:
    text = {"num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_size": 2560}
    config(tmp_path, text_config=text | {"head_dim": 128, "max_position_embeddings": 4096, "dtype": "float32"})
    (tmp_path / "model.safetensors").write_bytes(b"x" * 4000)

    folder = open_folder(tmp_path)

    assert folder.form is Form.SAFETENSORS
    assert read_size(folder) == ModelSize(tmp_path.name, 2000, 144 * 1024, 4096)


def test_a_folder_with_a_projector_is_for_llama_cpp(tmp_path: Path) -> None:
    for name in ("model-q4.gguf", "mmproj-model-f16.gguf"):
        (tmp_path / name).write_bytes(b"GGUF")

    folder = open_folder(tmp_path)

    assert (folder.form, folder.weights[0].name) == (Form.GGUF, "model-q4.gguf")
    assert folder.projector is not None and folder.projector.name == "mmproj-model-f16.gguf"


@pytest.mark.parametrize("wanted", ["auto", "transformers", "llama.cpp"])
def test_a_folder_without_what_is_wanted_is_refused_not_replaced(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(InputError, match="In the folder"):
        open_folder(tmp_path, wanted)
    (tmp_path / "other.gguf").write_bytes(b"GGUF")
    if wanted == "transformers":
        with pytest.raises(InputError, match="no model for transformers"):
            open_folder(tmp_path, wanted)


def test_pickled_weights_are_named_for_what_they_are(tmp_path: Path) -> None:
    config(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x02")

    with pytest.raises(InputError, match="can run code"):
        open_folder(tmp_path)


def test_a_folder_that_is_gone_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no folder"):
        open_folder(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"num_hidden_layers": "x"}', '{"text_config": 3}'])
def test_a_broken_configuration_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    (tmp_path / "model.safetensors").write_bytes(b"x")

    with pytest.raises(InputError, match=r"config\.json"):
        read_size(open_folder(tmp_path))
