"""The language model in the user's own folder, run by the engine that its files are made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from assistant.core.ports import LanguageModel
from assistant.core.settings import MindSettings
from assistant.llm.fit import Wanted
from assistant.llm.llama_server import LlamaServer
from assistant.llm.model_folder import Form, ModelFolder, open_folder
from assistant.llm.plan import EngineSettings
from assistant.llm.transformers_model import TorchSettings, TransformersModel
from assistant.llm.weights import check_weights
from assistant.workers.supervisor import Report

BITS = {"auto": 0, "32-bit": 32, "16-bit": 16, "8-bit": 8, "4-bit": 4}


def own_folder(settings: MindSettings) -> ModelFolder:
    return open_folder(Path(settings.folder).expanduser(), settings.engine)


def own_mind(
    settings: MindSettings, planned: EngineSettings, report: Report, notice: Callable[[str], None]
) -> LanguageModel:
    """`planned` is how llama.cpp runs a model here; `notice` is told when a model has to be made smaller."""
    folder = own_folder(settings)
    if folder.form is Form.SAFETENSORS:
        wanted = Wanted(BITS[settings.weights], settings.context_tokens)
        check = partial(check_weights, expected="safetensors")
        return TransformersModel(folder, TorchSettings(settings.device, wanted), check, report, notice)
    engine = replace(planned, context_tokens=settings.context_tokens or planned.context_tokens)
    return LlamaServer(folder.weights[0], engine, partial(check_weights, expected="gguf"), report, folder.projector)
