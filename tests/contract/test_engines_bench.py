"""The short form of `vesper bench engines`: three real engines, each in a process, on tiny random weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.core.errors import EngineError
from benchmarks import engines, results
from tests.tiny_gguf import make_gguf


@pytest.fixture(autouse=True)
def kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")


def test_one_conversation_with_a_picture_goes_through_every_engine(tmp_path: Path) -> None:
    result = engines.run(["--tokens", "4", "--json"])

    assert set(result) == set(engines.ENGINES)
    for figures in result.values():
        assert len(figures["said"]) == 6
        assert figures["weights"] == "tiny, random"
        assert figures["cached_tokens"] > figures["picture_tokens"] > 0
        assert figures["memory_gb"] > 0.01
    kept = json.loads(next((tmp_path / "results").glob("engines-*.json")).read_text())
    assert kept["engines"].keys() == result.keys()


def test_an_engine_that_fails_is_told_of_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, projector = make_gguf(tmp_path / "mine")
    projector.write_bytes(model.read_bytes())

    with pytest.raises(EngineError, match=r"No whole conversation through llama\.cpp\."):
        engines.run(["--engine", "llama.cpp", "--engine", "transformers", "--folder", str(tmp_path / "mine")])

    shown = capsys.readouterr().out
    assert "llama.cpp: The model says that it cannot look at pictures." in shown
    assert "transformers: three questions" in shown
