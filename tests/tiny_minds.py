"""Folders of tiny models with random weights, made from configurations: every path of the real ones, no download."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}"
    "{% if part.type == 'image' %}MARK{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{% for message in messages %}<start_of_turn>{{ 'model' if message.role == 'assistant' else message.role }}\n"
    "{% for part in message.content %}{% if part.type == 'image' %}<start_of_image>{% else %}{{ part.text | trim }}"
    "{% endif %}{% endfor %}<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
SPECIALS = [
    "<unk>", "<s>", "</s>", "<pad>", "<|im_start|>", "<|im_end|>",
    "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>",
    "<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>",
    *(f"<row_{row}_col_{column}>" for row in (1, 2, 3, 4) for column in (1, 2, 3, 4)),
    "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>",
]  # fmt: skip
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 65_536,
}


def make_mind(kind: str, folder: Path) -> Path:
    """`kind` is a key of KINDS. The same kind always gets the same weights."""
    import torch

    _hush()
    torch.manual_seed(7)
    folder.mkdir(parents=True, exist_ok=True)
    KINDS[kind](folder)
    return folder


def _hush() -> None:
    """No progress bars and no advice to torch's developers between a benchmark's lines."""
    import transformers

    transformers.logging.disable_progress_bar()
    logging.getLogger("torch.utils._pytree").setLevel(logging.ERROR)


def make_true_size(folder: Path, layers: int = 36, depth: int = 32) -> Path:
    """Random weights in the shape of Qwen2.5-VL-3B at 16 bits: 3.8 B parameters, 7.5 GB. A token is a byte."""
    import torch
    import transformers

    _hush()
    folder.mkdir(parents=True)
    tokenizer = _tokenizer(folder, CHATML.replace("MARK", "<|vision_start|><|image_pad|><|vision_end|>"))
    text = _text(tokenizer, vocab_size=151_936, rope_parameters={
        "rope_type": "default", "mrope_section": [16, 24, 24], "rope_theta": 1_000_000.0,
    }) | {
        "hidden_size": 2048, "intermediate_size": 11_008, "num_hidden_layers": layers,
        "num_attention_heads": 16, "num_key_value_heads": 2, "tie_word_embeddings": True,
    }  # fmt: skip
    vision = {
        "depth": depth, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "out_hidden_size": 2048,
        "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "window_size": 112,
        "fullatt_block_indexes": [7, 15, 23, 31],
    }  # fmt: skip
    names = {"image_token_id": "<|image_pad|>", "video_token_id": "<|video_pad|>"}
    names |= {"vision_start_token_id": "<|vision_start|>", "vision_end_token_id": "<|vision_end|>"}
    config = transformers.Qwen2_5_VLConfig(
        text_config=text, vision_config=vision, tie_word_embeddings=True, **_ids(tokenizer, **names)
    )
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        torch.set_default_dtype(torch.bfloat16)
        try:
            model = transformers.Qwen2_5_VLForConditionalGeneration(config)
        finally:
            torch.set_default_dtype(torch.float32)
    model.save_pretrained(folder)
    _write(folder, "preprocessor_config.json", {
        "image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2, "temporal_patch_size": 2,
        "size": {"shortest_edge": 3136, "longest_edge": 1_003_520},
    })  # fmt: skip
    return folder


def _tokenizer(folder: Path, template: str, **more: str) -> Any:
    """One token per byte, and the special ones."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {name: index for index, name in enumerate([*SPECIALS, *alphabet])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<pad>", **more
    )
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIALS[4:]})
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    return tokenizer


def _ids(tokenizer: Any, **names: str) -> dict[str, int]:
    return {key: tokenizer.convert_tokens_to_ids(name) for key, name in names.items()}


def _text(tokenizer: Any, **more: object) -> dict[str, Any]:
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 3}
    return TEXT | ends | {"vocab_size": len(tokenizer)} | more


def _plain(kind: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        import transformers

        config = getattr(transformers, f"{kind}Config")(**_text(_tokenizer(folder, CHATML)))
        getattr(transformers, f"{kind}ForCausalLM")(config).save_pretrained(folder)

    return make


def _qwen(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        import transformers

        mark = "<|vision_start|><|image_pad|><|vision_end|>"
        tokenizer = _tokenizer(folder, CHATML.replace("MARK", mark))
        vision = {"depth": 2, "hidden_size": 32, "num_heads": 2, "patch_size": 4, "spatial_merge_size": 2}
        vision |= {
            "temporal_patch_size": 2,
            "in_channels": 3,
            "in_chans": 3,
            "intermediate_size": 48,
            "window_size": 16,
        }
        vision |= {"fullatt_block_indexes": [1], "deepstack_visual_indexes": [0], "num_position_embeddings": 64}
        vision |= {"embed_dim": 32} if name == "Qwen2VL" else {"out_hidden_size": 32}
        if name == "Qwen2VL":
            vision["hidden_size"] = 32
        rope = {"rope_type": "default", "mrope_section": [2, 1, 1], "rope_theta": 10_000.0}
        more = {"head_dim": 8} if name == "Qwen3VL" else {}
        ids = _ids(
            tokenizer, image_token_id="<|image_pad|>", video_token_id="<|video_pad|>",
            vision_start_token_id="<|vision_start|>", vision_end_token_id="<|vision_end|>",
        )  # fmt: skip
        config = getattr(transformers, f"{name}Config")(
            text_config=_text(tokenizer, rope_parameters=rope, **more), vision_config=vision, **ids
        )
        getattr(transformers, f"{name}ForConditionalGeneration")(config).save_pretrained(folder)
        _write(folder, "preprocessor_config.json", {
            "image_processor_type": "Qwen2VLImageProcessor", "patch_size": 4, "merge_size": 2,
            "temporal_patch_size": 2, "min_pixels": 64, "max_pixels": 4096,
            "size": {"shortest_edge": 64, "longest_edge": 4096},
        })  # fmt: skip

    return make


def _smol(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        import transformers

        tokenizer = _tokenizer(folder, CHATML.replace("MARK", "<image>"))
        vision = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
        vision |= {"image_size": 32, "patch_size": 8}
        config = getattr(transformers, f"{name}Config")(
            text_config=_text(tokenizer, model_type="llama"), vision_config=vision, scale_factor=2,
            **_ids(tokenizer, image_token_id="<image>"), pad_token_id=3,
        )  # fmt: skip
        getattr(transformers, f"{name}ForConditionalGeneration")(config).save_pretrained(folder)
        _write(folder, "preprocessor_config.json", {
            "image_processor_type": f"{name}ImageProcessor", "size": {"longest_edge": 64},
            "max_image_size": {"longest_edge": 32}, "do_image_splitting": True,
        })  # fmt: skip
        _write(folder, "processor_config.json", {"image_seq_len": 4, "processor_class": f"{name}Processor"})

    return make


def _gemma(folder: Path) -> None:
    import transformers

    tokenizer = _tokenizer(
        folder, GEMMA, boi_token="<start_of_image>", eoi_token="<end_of_image>", image_token="<image_soft_token>"
    )
    vision = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    vision |= {"image_size": 32, "patch_size": 8, "vision_use_head": False}
    config = transformers.Gemma3Config(
        text_config=_text(
            tokenizer, head_dim=8, sliding_window=16, layer_types=["sliding_attention", "full_attention"]
        ),
        vision_config=vision, mm_tokens_per_image=4,
        **_ids(
            tokenizer, image_token_index="<image_soft_token>", image_token_id="<image_soft_token>",
            boi_token_index="<start_of_image>", eoi_token_index="<end_of_image>",
        ),
    )  # fmt: skip
    transformers.Gemma3ForConditionalGeneration(config).save_pretrained(folder)
    _write(folder, "preprocessor_config.json", {
        "image_processor_type": "Gemma3ImageProcessor", "size": {"height": 32, "width": 32}, "image_seq_length": 4,
    })  # fmt: skip
    _write(folder, "processor_config.json", {"image_seq_length": 4, "processor_class": "Gemma3Processor"})


def _internvl(folder: Path) -> None:
    import transformers

    tokenizer = _tokenizer(
        folder, CHATML.replace("MARK", "<|image_pad|>"), start_image_token="<|vision_start|>",
        end_image_token="<|vision_end|>", context_image_token="<|image_pad|>", video_token="<|video_pad|>",
    )  # fmt: skip
    vision = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    vision |= {"image_size": [32, 32], "patch_size": [8, 8]}
    config = transformers.InternVLConfig(
        text_config=_text(tokenizer, model_type="qwen2"), vision_config=vision, image_seq_length=4,
        **_ids(tokenizer, image_token_id="<|image_pad|>"),
    )  # fmt: skip
    transformers.InternVLForConditionalGeneration(config).save_pretrained(folder)
    _write(folder, "preprocessor_config.json", {
        "image_processor_type": "GotOcr2ImageProcessor", "size": {"height": 32, "width": 32},
        "crop_to_patches": True, "min_patches": 1, "max_patches": 4,
    })  # fmt: skip
    _write(folder, "processor_config.json", {"image_seq_length": 4, "processor_class": "InternVLProcessor"})


def _write(folder: Path, name: str, values: dict[str, Any]) -> None:
    (folder / name).write_text(json.dumps(values))


KINDS: dict[str, Callable[[Path], None]] = {
    "llama": _plain("Llama"),
    "qwen2": _plain("Qwen2"),
    "qwen2-vl": _qwen("Qwen2VL"),
    "qwen2.5-vl": _qwen("Qwen2_5_VL"),
    "qwen3-vl": _qwen("Qwen3VL"),
    "idefics3": _smol("Idefics3"),
    "smolvlm": _smol("SmolVLM"),
    "gemma3": _gemma,
    "internvl": _internvl,
}
SEEING = ("qwen2-vl", "qwen2.5-vl", "qwen3-vl", "idefics3", "smolvlm", "gemma3", "internvl")
