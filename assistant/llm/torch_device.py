"""Which device torch may use, and what memory is left on it. Runs in the worker only."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from assistant.core.errors import EngineError
from assistant.llm.fit import Device
from assistant.llm.machine import free_memory_bytes

KINDS = ("cuda", "rocm", "xpu", "mps", "cpu")


def find_device(wanted: str) -> Device:
    """`wanted` is a kind, or "auto" for the first that is there. What is not there is refused, never replaced."""
    import torch

    if wanted == "auto":
        return next(device for kind in KINDS if (device := _device(torch, kind)) is not None)
    device = _device(torch, wanted)
    if device is None:
        raise EngineError(f"torch {torch.__version__} finds no {wanted} device.", _cure(torch, wanted))
    return device


def _cure(torch: Any, wanted: str) -> str:
    if wanted == "cuda" and torch.version.cuda is None:
        return "This torch was built without CUDA: install the CUDA build, or set [mind] device to auto."
    return "Check the driver, or set [mind] device to auto."


def _device(torch: Any, kind: str) -> Device | None:
    return FINDERS[kind](torch)


def _cuda(torch: Any, kind: str = "cuda") -> Device | None:
    is_rocm = torch.version.hip is not None
    if not torch.cuda.is_available() or is_rocm != (kind == "rocm"):
        return None
    free, total = torch.cuda.mem_get_info(0)
    bits = (16, 8, 4) if importlib.util.find_spec("bitsandbytes") else (16,)
    return Device(kind, free, torch.cuda.get_device_name(0), total, bits)


def _xpu(torch: Any) -> Device | None:
    if not (hasattr(torch, "xpu") and torch.xpu.is_available()):
        return None
    free, total = torch.xpu.mem_get_info(0)
    return Device("xpu", free, torch.xpu.get_device_name(0), total)


def _mps(torch: Any) -> Device | None:
    if not torch.backends.mps.is_available():
        return None
    most = int(torch.mps.recommended_max_memory())
    free = min(free_memory_bytes(), most - int(torch.mps.driver_allocated_memory()))
    return Device("mps", free, "the Mac's shared memory", most)


def _cpu(_: Any) -> Device:
    bits = (32, 16, 8) if importlib.util.find_spec("torchao") else (32, 16)
    return Device("cpu", free_memory_bytes(), bits=bits)


FINDERS: dict[str, Callable[[Any], Device | None]] = {
    "cuda": _cuda,
    "rocm": lambda torch: _cuda(torch, "rocm"),
    "xpu": _xpu,
    "mps": _mps,
    "cpu": _cpu,
}


def torch_name(device: Device) -> str:
    return "cuda" if device.kind == "rocm" else device.kind


def dtype_name(device: Device, bits: int) -> str:
    """The type that is computed in."""
    import torch

    if device.is_cpu:
        return "bfloat16" if bits == 16 else "float32"
    if device.kind in ("cuda", "rocm") and not torch.cuda.is_bf16_supported(including_emulation=False):
        return "float16"
    return "float16" if device.kind == "mps" else "bfloat16"
