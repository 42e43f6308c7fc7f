"""A vision-language model in GGUF form with its projector: tiny, random, written by hand. SmolVLM's shape."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

VISION = 32
IMAGE_SIZE, PATCH = 32, 8
ALIGNMENT = 32
SPECIALS = [
    "<unk>",
    "<s>",
    "</s>",
    "<|im_start|>",
    "<|im_end|>",
    "<fake_token_around_image>",
    "<global-img>",
    "<image>",
]
EMPTY_LINE = "ĊĊ"  # two newlines as one token: the engine writes it before a picture
NORMAL, CONTROL = 1, 3


def make_gguf(folder: Path, embedding: int = 64) -> tuple[Path, Path]:
    """Paths of the model and its projector."""
    folder.mkdir(parents=True, exist_ok=True)
    model, projector = folder / "tiny-vl.gguf", folder / "mmproj-tiny-vl.gguf"
    tokens = [*SPECIALS, *_byte_letters(), EMPTY_LINE]
    random = np.random.default_rng(3)
    model.write_bytes(gguf_bytes(_language_keys(tokens, embedding), _language_tensors(random, len(tokens), embedding)))
    projector.write_bytes(gguf_bytes(_vision_keys(embedding), _vision_tensors(random, embedding)))
    return model, projector


def _language_keys(tokens: list[str], embedding: int) -> dict[str, Any]:
    kinds = [CONTROL] * len(SPECIALS) + [NORMAL] * (len(tokens) - len(SPECIALS))
    return {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.context_length": 8192,
        "llama.embedding_length": embedding,
        "llama.block_count": 2,
        "llama.feed_forward_length": 96,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": embedding // 4,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": ["Ċ Ċ"],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 4,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.add_bos_token": False,
    }


def _language_tensors(random: np.random.Generator, tokens: int, embedding: int) -> dict[str, Any]:
    half = embedding // 2
    tensors = {"token_embd.weight": (tokens, embedding), "output_norm.weight": (embedding,)}
    for layer in range(2):
        shapes = {
            "attn_norm": (embedding,), "attn_q": (embedding, embedding), "attn_k": (half, embedding),
            "attn_v": (half, embedding), "attn_output": (embedding, embedding), "ffn_norm": (embedding,),
            "ffn_gate": (96, embedding), "ffn_up": (96, embedding), "ffn_down": (embedding, 96),
        }  # fmt: skip
        tensors |= {f"blk.{layer}.{name}.weight": shape for name, shape in shapes.items()}
    return _random(random, tensors)


def _vision_keys(embedding: int) -> dict[str, Any]:
    return {
        "general.architecture": "clip",
        "general.name": "tiny",
        "clip.has_vision_encoder": True,
        "clip.projector_type": "idefics3",
        "clip.use_gelu": True,
        "clip.vision.image_size": IMAGE_SIZE,
        "clip.vision.preproc_image_size": IMAGE_SIZE,
        "clip.vision.patch_size": PATCH,
        "clip.vision.embedding_length": VISION,
        "clip.vision.feed_forward_length": 48,
        "clip.vision.block_count": 1,
        "clip.vision.projection_dim": embedding,
        "clip.vision.attention.head_count": 2,
        "clip.vision.attention.layer_norm_epsilon": 1e-6,
        "clip.vision.image_mean": [0.5, 0.5, 0.5],
        "clip.vision.image_std": [0.5, 0.5, 0.5],
        "clip.vision.projector.scale_factor": 2,
    }


def _vision_tensors(random: np.random.Generator, embedding: int) -> dict[str, Any]:
    patches = (IMAGE_SIZE // PATCH) ** 2
    tensors = {
        "v.patch_embd.weight": (VISION, 3, PATCH, PATCH), "v.patch_embd.bias": (VISION,),
        "v.position_embd.weight": (patches, VISION), "v.post_ln.weight": (VISION,), "v.post_ln.bias": (VISION,),
        "mm.model.fc.weight": (embedding, VISION * 4),
    }  # fmt: skip
    for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
        tensors |= {f"v.blk.0.{name}.weight": (VISION, VISION), f"v.blk.0.{name}.bias": (VISION,)}
    for name in ("ln1", "ln2"):
        tensors |= {f"v.blk.0.{name}.weight": (VISION,), f"v.blk.0.{name}.bias": (VISION,)}
    tensors |= {"v.blk.0.ffn_up.weight": (48, VISION), "v.blk.0.ffn_up.bias": (48,)}
    tensors |= {"v.blk.0.ffn_down.weight": (VISION, 48), "v.blk.0.ffn_down.bias": (VISION,)}
    return _random(random, tensors)


def _random(random: np.random.Generator, shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    tensors = {}
    for name, shape in shapes.items():
        is_norm = "norm" in name or ".ln" in name or "post_ln" in name
        values = np.ones(shape) if is_norm and name.endswith("weight") else random.normal(0, 0.2, shape)
        tensors[name] = values.astype("<f4")
    return tensors


def _byte_letters() -> list[str]:
    """The letters that GPT-2's tokeniser writes for the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain}
    others = (byte for byte in range(256) if byte not in letters)
    letters |= {byte: chr(256 + place) for place, byte in enumerate(others)}
    return [letters[byte] for byte in range(256)]


def gguf_bytes(keys: dict[str, Any], tensors: dict[str, Any]) -> bytes:
    """A file of these keys and tensors."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    head += b"".join(_text(name) + _value(value) for name, value in keys.items())
    data = b""
    for name, values in tensors.items():
        head += _text(name) + struct.pack("<I", values.ndim) + struct.pack(f"<{values.ndim}Q", *reversed(values.shape))
        head += struct.pack("<IQ", 0, len(data))
        data += values.tobytes()
        data += bytes(-len(data) % ALIGNMENT)
    return head + bytes(-len(head) % ALIGNMENT) + data


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: Any) -> bytes:
    """Type number and value, as GGUF numbers them."""
    if isinstance(value, bool):
        return struct.pack("<IB", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    kind, layout = {str: (8, ""), int: (5, "<i"), float: (6, "<f")}[type(value[0])]
    items = [struct.pack(layout, item) if layout else _text(item) for item in value]
    return struct.pack("<IIQ", 9, kind, len(value)) + b"".join(items)
