"""Loading in the worker: smaller where memory says so, whatever the plan said; and weights of eight bits."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.core.errors import EngineError
from assistant.llm.fit import Device, Fit
from assistant.llm.torch_engine import Wish
from assistant.llm.torch_loading import weight_bytes
from assistant.llm.torch_prompt import Word
from assistant.llm.torch_worker import load_first_that_fits
from tests.tiny_minds import make_mind

WIDE, HALF, EIGHT = Fit(32, 2048, 0, 0), Fit(16, 1024, 0, 0), Fit(8, 1024, 0, 0)
PLENTY = Device("cpu", 10**9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_mind("qwen2.5-vl", tmp_path_factory.mktemp("minds") / "tiny")


def test_what_does_not_fit_after_all_is_loaded_in_the_next_smaller_way(folder: Path) -> None:
    wide = weight_bytes(load_first_that_fits(folder, PLENTY, (WIDE, HALF)).engine.model)

    loaded = load_first_that_fits(folder, Device("cpu", wide - 1), (WIDE, HALF))

    assert loaded.fit == HALF
    assert loaded.engine.context_tokens == 1024
    assert weight_bytes(loaded.engine.model) < 0.6 * wide


def test_what_fits_in_no_way_is_a_sentence(folder: Path) -> None:
    with pytest.raises(EngineError, match="does not fit into memory"):
        load_first_that_fits(folder, Device("cpu", 1000), (WIDE, HALF))


def test_eight_bit_weights_are_smaller_and_write(folder: Path) -> None:
    pytest.importorskip("torchao")
    wide = weight_bytes(load_first_that_fits(folder, PLENTY, (WIDE,)).engine.model)

    engine = load_first_that_fits(folder, PLENTY, (EIGHT,)).engine

    slot = engine.begin(0, (Word("user", "Hello."),), ())
    while engine.read(slot):
        pass
    engine.answer(slot, Wish(max_tokens=4))
    engine.write(slot)
    assert slot.answer.tokens > 0
    assert weight_bytes(engine.model) < 0.8 * wide
