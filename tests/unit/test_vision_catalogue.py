"""The catalogue's sizes against the library: every model is laid out from its shape, without weights, and counted.

The shapes are those of the published config.json files, as far as they decide on a count. That the hub has a repository
of this name, and under this licence, is not to be seen from here.
"""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from assistant.llm.vision_models import FAVOURITES, VisionModel, vision_models  # noqa: E402

MILLIONS = 15  # the catalogue is rounded to ten
QWEN3_EYES = {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16, "patch_size": 16}
QWEN3_EYES |= {"deepstack_visual_indexes": [5, 11, 17]}
QWEN3_LARGE_EYES = {"depth": 27, "hidden_size": 1152, "intermediate_size": 4304, "num_heads": 16, "patch_size": 16}
QWEN3_LARGE_EYES |= {"deepstack_visual_indexes": [8, 16, 24]}
QWEN25_EYES = {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "patch_size": 14}
SIGLIP = {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16}
INTERN_EYES = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16}


def text(hidden: int, inner: int, layers: int, heads: tuple[int, int, int], words: int) -> dict[str, Any]:
    """`heads` are those that ask, those that are kept, and their width."""
    return {
        "hidden_size": hidden, "intermediate_size": inner, "num_hidden_layers": layers, "num_attention_heads": heads[0],
        "num_key_value_heads": heads[1], "head_dim": heads[2], "vocab_size": words, "pad_token_id": 0,
    }  # fmt: skip


SHAPES: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "qwen3-vl-2b": (
        "Qwen3VL",
        text(2048, 6144, 28, (16, 8, 128), 151_936),
        QWEN3_EYES | {"out_hidden_size": 2048},
        {"tie_word_embeddings": True},
    ),
    "qwen3-vl-4b": (
        "Qwen3VL",
        text(2560, 9728, 36, (32, 8, 128), 151_936),
        QWEN3_EYES | {"out_hidden_size": 2560},
        {"tie_word_embeddings": True},
    ),
    "qwen3-vl-8b": (
        "Qwen3VL",
        text(4096, 12_288, 36, (32, 8, 128), 151_936),
        QWEN3_LARGE_EYES | {"out_hidden_size": 4096},
        {"tie_word_embeddings": False},
    ),
    "qwen2.5-vl-3b": (
        "Qwen2_5_VL",
        text(2048, 11_008, 36, (16, 2, 128), 151_936),
        QWEN25_EYES | {"out_hidden_size": 2048},
        {"tie_word_embeddings": True},
    ),
    "qwen2.5-vl-7b": (
        "Qwen2_5_VL",
        text(3584, 18_944, 28, (28, 4, 128), 152_064),
        QWEN25_EYES | {"out_hidden_size": 3584},
        {"tie_word_embeddings": False},
    ),
    "smolvlm2-2.2b": (
        "SmolVLM",
        text(2048, 8192, 24, (32, 32, 64), 49_280) | {"model_type": "llama"},
        SIGLIP | {"image_size": 384, "patch_size": 14},
        {"scale_factor": 3, "tie_word_embeddings": False},
    ),
    "gemma-3-4b": (
        "Gemma3",
        text(2560, 10_240, 34, (8, 4, 256), 262_208),
        SIGLIP | {"image_size": 896, "patch_size": 14, "vision_use_head": False},
        {"tie_word_embeddings": True},
    ),
    "internvl3.5-4b": (
        "InternVL",
        text(2560, 9728, 36, (32, 8, 128), 151_936) | {"model_type": "qwen3"},
        INTERN_EYES | {"image_size": [448, 448], "patch_size": [14, 14]},
        {"tie_word_embeddings": False},
    ),
}
BY_ID = pytest.mark.parametrize("model", vision_models(), ids=lambda model: model.id)


def test_every_model_of_the_catalogue_has_a_shape_to_be_counted_on() -> None:
    assert {model.id for model in vision_models()} == set(SHAPES)
    assert set(FAVOURITES) <= set(SHAPES)


@BY_ID
def test_the_parameters_are_those_of_the_architecture(model: VisionModel) -> None:
    kind, words, eyes, more = SHAPES[model.id]
    words = words | {"tie_word_embeddings": more["tie_word_embeddings"]}
    config = getattr(transformers, f"{kind}Config")(text_config=words, vision_config=eyes, **more)
    with torch.device("meta"):
        made = getattr(transformers, f"{kind}ForConditionalGeneration")(config)
    whole = {id(tensor): tensor.numel() for tensor in made.parameters()}
    speaking = {
        id(tensor) for part in (made.get_decoder(), made.get_output_embeddings()) for tensor in part.parameters()
    }
    language = sum(count for key, count in whole.items() if key in speaking)
    seeing = sum(whole.values()) - language

    assert abs(language / 1e6 - model.language_parameters / 1e6) < MILLIONS, f"language: {language / 1e6:.0f} M"
    assert abs(seeing / 1e6 - model.vision_parameters / 1e6) < MILLIONS, f"vision: {seeing / 1e6:.0f} M"


@BY_ID
def test_the_cache_is_that_of_the_heads_that_are_kept(model: VisionModel) -> None:
    _, words, _, _ = SHAPES[model.id]

    kept = 2 * words["num_hidden_layers"] * words["num_key_value_heads"] * words["head_dim"] * 2

    assert kept == model.cache_bytes_per_token


@BY_ID
def test_the_names_agree_with_each_other(model: VisionModel) -> None:
    """An id is its title in small letters, and both repositories are of a model of that size."""
    size = model.id.rsplit("-", 1)[1]
    shortened = model.title.casefold().replace(" instruct", "").replace("internvl ", "internvl").replace(" ", "-")

    assert shortened == model.id
    assert f"-{size}" in model.safetensors.casefold()
    assert not model.gguf or (f"-{size}" in model.gguf.casefold() and model.gguf.endswith("-GGUF"))
