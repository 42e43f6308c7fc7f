"""How much context fits: keys and values are counted for the layers that have some."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.core.errors import EngineError
from assistant.llm.gguf_fit import OVERHEAD_BYTES, fitting_context
from tests.tiny_gguf import gguf_bytes

PLAIN = {"block_count": 16, "embedding_length": 2048, "attention.head_count": 32, "attention.head_count_kv": 8}
HYBRID = PLAIN | {"attention.head_count_kv": [0, 0, 8, 0, 0, 8, 0, 0, 8, 0, 8, 0, 8, 0, 8, 0]}
OF_ONE_HEAD = 2 * 64 * 2  # a key and a value of 64 numbers in two bytes each


def header(path: Path, said: dict[str, object]) -> Path:
    path.write_bytes(gguf_bytes({f"any.{key}": value for key, value in said.items()}, {}))
    return path


@pytest.mark.parametrize(
    ("said", "heads"), [(PLAIN, 16 * 8), (HYBRID, 6 * 8), (PLAIN | {"attention.head_count_kv": 1}, 16)]
)
def test_the_context_is_the_largest_that_fits(tmp_path: Path, said: dict[str, object], heads: int) -> None:
    model = header(tmp_path / "model.gguf", said)
    free = model.stat().st_size + OVERHEAD_BYTES + 4096 * heads * OF_ONE_HEAD

    assert fitting_context(model, 8192, 1, free) == 4096
    assert fitting_context(model, 8192, 2, free) == 2048
    with pytest.raises(EngineError, match="is free"):
        fitting_context(model, 8192, 1, OVERHEAD_BYTES)


def test_a_header_that_does_not_say_leaves_it_to_the_engine(tmp_path: Path) -> None:
    assert fitting_context(header(tmp_path / "model.gguf", {"block_count": 16}), 8192, 2, 2 * OVERHEAD_BYTES) == 8192
