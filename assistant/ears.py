"""Hearing on this computer: which engine, with which files."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

from assistant.core.ports import Transcriber
from assistant.core.settings import HearingSettings
from assistant.llm.catalog import Catalog


def hearing_engine(settings: HearingSettings) -> str:
    """The local engine: faster-whisper, unless the user chose, or torch sees a CUDA device that may be used."""
    if settings.engine not in ("auto", "server"):
        return settings.engine
    return "openai-whisper" if settings.device != "cpu" and _torch_sees_cuda() else "faster-whisper"


def local_ears(settings: HearingSettings, catalog: Catalog, notice: Callable[[str], None]) -> Transcriber:
    """`notice` is told where a card was wanted, or is there, and is not used."""
    folder, vad = catalog.folder(settings.model), vad_path(catalog)
    if hearing_engine(settings) == "openai-whisper":
        from assistant.audio.whisper_torch import OpenAIWhisper

        return OpenAIWhisper(folder, vad, settings.device, notice)
    from assistant.audio.whisper_ct2 import FasterWhisper

    return FasterWhisper(folder, vad, settings.device, notice)


def vad_path(catalog: Catalog) -> Path | None:
    """The catalogue's Silero; None stands for the one inside faster-whisper."""
    return next(catalog.folder("silero-vad").glob("*.onnx"), None) if catalog.is_present("silero-vad") else None


def _torch_sees_cuda() -> bool:
    if not importlib.util.find_spec("torch") or not importlib.util.find_spec("whisper"):
        return False
    if not Path("/proc/driver/nvidia").exists() and os.name != "nt":
        return False  # importing torch takes seconds; without a driver there is nothing to see
    import torch

    return bool(torch.cuda.is_available())
