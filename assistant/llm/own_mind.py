"""The language model in the user's own folder, run by the engine that its files are made for."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from assistant.core.ports import LanguageModel
from assistant.core.settings import MindSettings
from assistant.llm.fit import Wanted, fits, shortage_in_words, sum_in_words
from assistant.llm.llama_server import Extras, LlamaServer
from assistant.llm.machine import graphics_card, processor
from assistant.llm.model_folder import Form, ModelFolder, open_folder, read_size
from assistant.llm.plan import EngineSettings
from assistant.llm.transformers_model import TorchSettings, TransformersModel
from assistant.llm.weights import check_weights
from assistant.workers.supervisor import Report

FILES = {Form.SAFETENSORS: "safetensors", Form.GGUF: "GGUF"}
BITS = {"auto": 0, "32-bit": 32, "16-bit": 16, "8-bit": 8, "4-bit": 4}


def own_folder(settings: MindSettings) -> ModelFolder:
    return open_folder(Path(settings.folder).expanduser(), settings.engine)


def describe_own_mind(settings: MindSettings) -> str:
    """Which engine runs it and why, and what it will need. Blocks for a moment: files and the driver are looked at."""
    folder = own_folder(settings)
    why = "because you chose it" if settings.engine != "auto" else f"because its files are {FILES[folder.form]}"
    lead = f"{folder.path.name} from your folder through {folder.form}, {why}."
    if folder.form is Form.GGUF:
        sight = "It looks at pictures." if folder.projector else "Without an mmproj file it cannot look at pictures."
        return f"{lead} {sight}"
    missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
    if missing:
        return f"{lead} But {' and '.join(missing)} is not installed: run `python3 scripts/setup.py --gpu`."
    size, wanted = read_size(folder), Wanted(BITS[settings.weights], settings.context_tokens)
    device = processor() if settings.device == "cpu" else graphics_card() or processor()
    ways = fits(size, device, wanted)
    return f"{lead} {sum_in_words(size, ways[0], device) if ways else shortage_in_words(size, device, wanted)}"


def own_mind(
    settings: MindSettings, planned: EngineSettings, report: Report, notice: Callable[[str, str], None]
) -> LanguageModel:
    """`planned` is how llama.cpp runs a model here. `notice` gets a state of the engine and a sentence: the sum before
    loading, and what had to be made smaller.
    """
    folder = own_folder(settings)
    if folder.form is Form.SAFETENSORS:
        wanted = Wanted(BITS[settings.weights], settings.context_tokens)
        check = partial(check_weights, expected="safetensors")
        return TransformersModel(
            folder, TorchSettings(settings.device, wanted, decoding=settings.decoding), check, report, notice
        )
    engine = replace(planned, context_tokens=settings.context_tokens or planned.context_tokens)
    own = Extras(folder.projector, notice)
    return LlamaServer(folder.weights[0], engine, partial(check_weights, expected="gguf"), report, own)
