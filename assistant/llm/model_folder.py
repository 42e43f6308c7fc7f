"""A folder of the user's with a model: which engine runs it, and how large it is. Looks at headers, loads nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.core.errors import InputError, ModelMissingError
from assistant.llm.fit import ModelSize

ADVICE = "It needs the safetensors files with config.json and the tokeniser, or a GGUF file with its mmproj file."
WIDTHS = {"float32": 4, "float16": 2, "bfloat16": 2}


class Form(StrEnum):
    SAFETENSORS = "transformers"
    GGUF = "llama.cpp"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    path: Path
    form: Form
    weights: tuple[Path, ...]
    projector: Path | None = None
    """The half that sees, of a GGUF model."""


def open_folder(path: Path, wanted: str = "auto") -> ModelFolder:
    """`wanted` is "auto", "transformers" or "llama.cpp"; what is not there in that form is refused, never replaced."""
    if not path.is_dir():
        raise ModelMissingError(f"There is no folder “{path.name}”.", "Check [mind] folder in the settings.")
    ggufs = sorted(path.glob("*.gguf"))
    projectors = [file for file in ggufs if "mmproj" in file.name.casefold()]
    models = [file for file in ggufs if file not in projectors]
    tensors = sorted(path.glob("*.safetensors")) if (path / "config.json").is_file() else []
    if wanted != Form.GGUF and tensors:
        return ModelFolder(path, Form.SAFETENSORS, tuple(tensors))
    if wanted != Form.SAFETENSORS and models:
        return ModelFolder(path, Form.GGUF, tuple(models), projectors[0] if projectors else None)
    if any(path.glob("*.bin")) or any(path.glob("*.pt")):
        raise InputError(f"The weights in “{path.name}” are in a format that can run code.", ADVICE)
    what = f"no model for {wanted}" if wanted != "auto" else "no model that Vesper can run"
    raise InputError(f"In the folder “{path.name}” is {what}.", ADVICE)


def read_size(folder: ModelFolder) -> ModelSize:
    """Of a folder in safetensors form."""
    try:
        config = json.loads((folder.path / "config.json").read_text(encoding="utf-8"))
        text = config.get("text_config") or config
        layers, heads = int(text["num_hidden_layers"]), int(text["num_attention_heads"])
        shared = int(text.get("num_key_value_heads") or heads)
        width = int(text.get("head_dim") or int(text["hidden_size"]) // heads)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise InputError(f"config.json in “{folder.path.name}” cannot be read.", ADVICE) from error
    stored = sum(file.stat().st_size for file in folder.weights)
    return ModelSize(
        folder.path.name,
        stored * 2 // WIDTHS.get(_width_name(config, text), 2),
        2 * layers * shared * width * 2,
        int(text.get("max_position_embeddings") or 32_768),
    )


def _width_name(config: dict[str, Any], text: dict[str, Any]) -> str:
    found = next((c[key] for c in (config, text) for key in ("dtype", "torch_dtype") if c.get(key)), "bfloat16")
    return str(found)
