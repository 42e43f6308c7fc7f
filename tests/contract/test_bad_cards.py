"""A graphics card that cannot be used: its driver is missing, hangs, lies or is too old, or torch knows no CUDA."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.core.errors import EngineError  # noqa: E402
from assistant.core.types import ChatRequest, Message  # noqa: E402
from assistant.llm import machine  # noqa: E402
from assistant.llm.fit import Device  # noqa: E402
from assistant.llm.machine import graphics_card  # noqa: E402
from assistant.llm.model_folder import open_folder  # noqa: E402
from assistant.llm.torch_worker import unused_card  # noqa: E402
from assistant.llm.transformers_model import TorchSettings, TransformersModel  # noqa: E402
from tests.tiny_minds import make_mind  # noqa: E402

pytestmark = [
    pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a card that works"),
    pytest.mark.skipif(os.name == "nt", reason="the driver's program is a shell script here"),
]


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of the driver's. It says nothing yet."""
    place = tmp_path / "bin"
    place.mkdir()
    program = place / "nvidia-smi"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    return program


def says(driver: Path, script: str) -> None:
    driver.write_text(f"#!/bin/sh\n{script}\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_mind("llama", tmp_path_factory.mktemp("minds") / "tiny")


async def first_words(mind: TransformersModel) -> str:
    try:
        return "".join([d.text async for d in mind.stream(ChatRequest((Message("user", "Hi."),), max_tokens=3))])
    finally:
        await mind.close()


async def test_torch_without_cuda_on_a_machine_with_a_card_goes_on_and_says_so(driver: Path, folder: Path) -> None:
    says(driver, "echo 'Some Card, 8192, 8000'")
    told: list[tuple[str, str]] = []
    mind = TransformersModel(open_folder(folder), notice=lambda state, words: told.append((state, words)))

    await first_words(mind)

    ready = [words for state, words in told if state == "ready"]
    assert len(ready) == 1
    assert ready[0].startswith("The model runs on the processor, because torch ")
    assert ready[0].endswith(" was built without CUDA.")


async def test_a_card_that_was_asked_for_is_refused_in_a_sentence_and_not_replaced(driver: Path, folder: Path) -> None:
    says(driver, "echo 'Some Card, 8192, 8000'")

    with pytest.raises(EngineError, match=r"finds no cuda device\. This torch was built without CUDA: install"):
        await first_words(TransformersModel(open_folder(folder), TorchSettings("cuda")))


def test_a_driver_too_old_for_torch_is_named(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "13.0")  # a CUDA build, which finds no card it can use

    assert unused_card(Device("cpu", 1)).endswith("finds no card: its driver may be too old.")


def test_without_a_driver_there_is_nothing_to_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert graphics_card() is None
    assert unused_card(Device("cpu", 1)) == ""


@pytest.mark.parametrize(
    "script",
    [
        "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18",
        "echo 'No devices were found'; exit 6",
        "echo 'No devices were found'",
        "echo 'Card, a lot, some'",
        "printf '\\377\\376'",
        "true",
        "kill -9 $$",
    ],
)
def test_a_driver_that_says_something_else_counts_as_no_card(driver: Path, script: str) -> None:
    says(driver, script)

    assert graphics_card() is None


def test_a_driver_that_hangs_is_left_alone(driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "DRIVER_SECONDS", 0.3)
    says(driver, "exec sleep 60")

    assert graphics_card() is None
