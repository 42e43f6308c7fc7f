"""A folder's model into memory, as wide as was planned. Runs in the worker only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError
from assistant.llm.torch_files import readable_files, refuse_other_weights


def load_folder(folder: Path, device: str, bits: int, dtype: str) -> tuple[Any, Any]:
    """The model and its configuration. Raises EngineError where they do not belong together or cannot be read."""
    import torch
    import transformers
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as SEEING

    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with readable_files(folder):
        config = transformers.AutoConfig.from_pretrained(folder, **options)
    sees = config.model_type in SEEING
    kind = transformers.AutoModelForImageTextToText if sees else transformers.AutoModelForCausalLM
    options |= {"dtype": getattr(torch, dtype), "use_safetensors": True, "low_cpu_mem_usage": True}
    if bits < 16:
        options["quantization_config"] = quantisation(bits, device, options["dtype"])
    if device != "cpu":
        options["device_map"] = {"": device}
    with readable_files(folder):
        model, found = kind.from_pretrained(
            folder, ignore_mismatched_sizes=True, output_loading_info=True, **options
        )  # sizes that differ are refused below, in a sentence
    refuse_other_weights(folder, found)
    return model.eval(), config


def quantisation(bits: int, device: str, dtype: Any) -> Any:
    """bitsandbytes on CUDA; elsewhere torchao, which has whole numbers of 8 bits for every device.

    `dtype` is what the device computes in: cards before Ampere have no bfloat16 of their own.
    """
    import transformers

    try:
        if device.startswith("cuda"):
            if bits == 4:
                return transformers.BitsAndBytesConfig(
                    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
                )
            return transformers.BitsAndBytesConfig(load_in_8bit=True)
        from torchao.quantization import Int8WeightOnlyConfig

        return transformers.TorchAoConfig(Int8WeightOnlyConfig())
    except ImportError as error:
        library = "bitsandbytes" if device.startswith("cuda") else "torchao"
        raise EngineError(
            f"{bits}-bit weights need the package {library}.", f"Install it with `pip install {library}`."
        ) from error


def weight_bytes(model: Any) -> int:
    return sum(tensor_bytes(tensor) for tensor in (*model.parameters(), *model.buffers()))


def tensor_bytes(tensor: Any) -> int:
    """What it occupies. The library's own count takes packed weights for wide ones."""
    flatten = getattr(tensor, "__tensor_flatten__", None)
    parts = [getattr(tensor, name) for name in flatten()[0]] if flatten else [tensor]
    return sum(part.numel() * part.element_size() for part in parts)
