"""Benchmarks are reached through the command line."""

from __future__ import annotations

from importlib import import_module

import pytest

from assistant.cli import BENCHMARKS


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_can_be_asked_what_it_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        import_module(f"benchmarks.{name}").run(["--help"])

    assert leaving.value.code == 0
    assert f"vesper bench {name}" in capsys.readouterr().out
