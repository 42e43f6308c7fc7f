"""Reads a CTranslate2 Whisper file and gives its tensors the names that openai-whisper knows.

Plain numbers in, plain numbers out: nothing is unpickled, and no second copy of the weights lies on the disk.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.core.errors import EngineError

Tensor = npt.NDArray[np.float32]

_DTYPES: dict[int, np.dtype[Any]] = {
    0: np.dtype("<f4"),
    1: np.dtype("i1"),
    2: np.dtype("<i2"),
    3: np.dtype("<i4"),
    4: np.dtype("<f2"),
}
_MOST_VARIABLES = 10_000
_HEAD_WIDTH = 64  # of every published Whisper


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`dimensions` and `tensors` under openai-whisper's names; `alignment_heads` as (layer, head) pairs."""

    dimensions: dict[str, int]
    tensors: dict[str, Tensor]
    alignment_heads: tuple[tuple[int, int], ...]


def read_checkpoint(folder: Path) -> Checkpoint:
    """The model of a CTranslate2 folder whose weights are floats (not quantised on disk)."""
    try:
        tensors = _openai_names(_read_variables(folder / "model.bin"))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        heads = tuple((int(layer), int(head)) for layer, head in config.get("alignment_heads", ()))
        return Checkpoint(_dimensions(tensors), tensors, heads)
    except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
        advice = f"Run `vesper models verify` and fetch {folder.name} again."
        raise EngineError(f"The weights of {folder.name} could not be read.", advice) from error


def _read_variables(path: Path) -> dict[str, Tensor]:
    """The file: version, name and revision of the format, then per variable name, shape, type and bytes."""
    data = path.read_bytes()
    at = 4
    at += 2 + struct.unpack_from("<H", data, at)[0] + 4
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    if count > _MOST_VARIABLES:
        raise ValueError(f"{count} variables")
    variables: dict[str, Tensor] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].rstrip(b"\0").decode("ascii")
        at += 2 + length
        rank = data[at]
        shape = struct.unpack_from(f"<{rank}I", data, at + 1)
        at += 1 + 4 * rank
        dtype, size = _DTYPES[data[at]], struct.unpack_from("<I", data, at + 1)[0]
        at += 5
        values = np.frombuffer(data, dtype, count=size // dtype.itemsize, offset=at).reshape(shape)
        variables[name] = values.astype(np.float32)
        at += size
    return variables


def _openai_names(variables: dict[str, Tensor]) -> dict[str, Tensor]:
    named: dict[str, Tensor] = {}
    for side in ("encoder", "decoder"):
        named[f"{side}.positional_embedding"] = variables[f"{side}/position_encodings/encodings"]
        layers = {found[1] for name in variables if (found := re.match(rf"{side}/(layer_\d+)/", name))}
        for layer in sorted(layers):
            block = f"{side}.blocks.{layer.removeprefix('layer_')}"
            named |= _block(variables, f"{side}/{layer}", block)
        named |= _norm(variables, f"{side}/layer_norm", f"{side}.{'ln_post' if side == 'encoder' else 'ln'}")
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            named[f"encoder.{conv}.{part}"] = variables[f"encoder/{conv}/{part}"]
    named["decoder.token_embedding.weight"] = variables["decoder/embeddings/weight"]
    return named


def _block(variables: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    named = _self_attention(variables, f"{source}/self_attention", f"{target}.attn")
    named |= _norm(variables, f"{source}/self_attention/layer_norm", f"{target}.attn_ln")
    if f"{source}/attention/linear_0/weight" in variables:
        named |= _cross_attention(variables, f"{source}/attention", f"{target}.cross_attn")
        named |= _norm(variables, f"{source}/attention/layer_norm", f"{target}.cross_attn_ln")
    for at, layer in enumerate(("mlp.0", "mlp.2")):
        for part in ("weight", "bias"):
            named[f"{target}.{layer}.{part}"] = variables[f"{source}/ffn/linear_{at}/{part}"]
    return named | _norm(variables, f"{source}/ffn/layer_norm", f"{target}.mlp_ln")


def _self_attention(variables: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    weights = np.split(variables[f"{source}/linear_0/weight"], 3)
    biases = np.split(variables[f"{source}/linear_0/bias"], 3)
    named = {f"{target}.{name}.weight": weight for name, weight in zip(("query", "key", "value"), weights, strict=True)}
    named |= {f"{target}.query.bias": biases[0], f"{target}.value.bias": biases[2]}  # the key's is all zero
    return named | _linear(variables, f"{source}/linear_1", f"{target}.out")


def _cross_attention(variables: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    key, value = np.split(variables[f"{source}/linear_1/weight"], 2)
    named = {f"{target}.key.weight": key, f"{target}.value.weight": value}
    named[f"{target}.value.bias"] = np.split(variables[f"{source}/linear_1/bias"], 2)[1]
    named |= _linear(variables, f"{source}/linear_0", f"{target}.query")
    return named | _linear(variables, f"{source}/linear_2", f"{target}.out")


def _linear(variables: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    return {f"{target}.{part}": variables[f"{source}/{part}"] for part in ("weight", "bias")}


def _norm(variables: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    return {f"{target}.weight": variables[f"{source}/gamma"], f"{target}.bias": variables[f"{source}/beta"]}


def _dimensions(tensors: dict[str, Tensor]) -> dict[str, int]:
    width, mels, _ = tensors["encoder.conv1.weight"].shape
    vocabulary, text_width = tensors["decoder.token_embedding.weight"].shape

    def layers(side: str) -> int:
        return 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith(f"{side}.blocks."))

    return {
        "n_mels": mels,
        "n_audio_ctx": len(tensors["encoder.positional_embedding"]),
        "n_audio_state": width,
        "n_audio_head": width // _HEAD_WIDTH,
        "n_audio_layer": layers("encoder"),
        "n_vocab": vocabulary,
        "n_text_ctx": len(tensors["decoder.positional_embedding"]),
        "n_text_state": text_width,
        "n_text_head": text_width // _HEAD_WIDTH,
        "n_text_layer": layers("decoder"),
    }
