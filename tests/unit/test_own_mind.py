"""A model in the user's own folder: which engine, why, what it needs; without loading anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.core.errors import InputError
from assistant.core.settings import MindSettings
from assistant.llm.llama_server import LlamaServer
from assistant.llm.own_mind import describe_own_mind, own_mind
from assistant.llm.plan import EngineSettings
from assistant.llm.transformers_model import TransformersModel


@pytest.fixture
def safetensors(tmp_path: Path) -> Path:
    folder = tmp_path / "wide"
    folder.mkdir()
    text = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 64}
    (folder / "config.json").write_text(json.dumps(text))
    (folder / "model.safetensors").write_bytes(b"x" * 1000)
    return folder


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "model.gguf").write_bytes(b"GGUF")
    return folder


def make(settings: MindSettings) -> object:
    return own_mind(settings, EngineSettings(), lambda _: None, lambda _, __: None)


def test_the_files_choose_the_engine(safetensors: Path, gguf: Path) -> None:
    assert isinstance(make(MindSettings(folder=str(safetensors))), TransformersModel)
    assert isinstance(make(MindSettings(folder=str(gguf))), LlamaServer)


def test_an_engine_that_the_files_are_not_made_for_is_refused(safetensors: Path) -> None:
    with pytest.raises(InputError, match=r"no model for llama\.cpp"):
        make(MindSettings(folder=str(safetensors), engine="llama.cpp"))


def test_doctor_says_which_why_and_what_it_needs(safetensors: Path, gguf: Path) -> None:
    pytest.importorskip("transformers")

    wide = describe_own_mind(MindSettings(folder=str(safetensors), device="cpu", weights="16-bit"))
    small = describe_own_mind(MindSettings(folder=str(gguf), engine="llama.cpp"))

    assert wide.startswith(
        "wide from your folder through transformers, because its files are safetensors. wide at 16 bits"
    )
    assert "= 0.5 GB" in wide
    assert small == (
        "small from your folder through llama.cpp, because you chose it. "
        "Without an mmproj file it cannot look at pictures."
    )
