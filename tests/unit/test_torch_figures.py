"""What a token costs to read, counted on models that see; and how the next token is drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.llm.torch_figures import bytes_per_token  # noqa: E402
from assistant.llm.torch_loading import load_folder, weight_bytes  # noqa: E402
from assistant.llm.torch_sampling import CANDIDATES, Sampler  # noqa: E402
from tests.tiny_minds import SEEING, make_mind  # noqa: E402


@pytest.mark.parametrize("kind", SEEING)
def test_a_token_costs_the_language_part_and_neither_eyes_nor_table(kind: str, tmp_path: Path) -> None:
    model, _ = load_folder(make_mind(kind, tmp_path / kind), "cpu", 32, "float32")
    table, output = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    layers = {id(weight): weight for weight in model.get_decoder().parameters() if weight is not table}
    expected = sum(weight.numel() * 4 for weight in ({id(output): output} | layers).values())
    assert bytes_per_token(model) == expected < weight_bytes(model)
    assert not any(part._forward_hooks for part in model.modules())


def test_memory_is_what_the_process_occupies_where_there_is_no_card() -> None:
    code = (  # in a process of its own: what this one has long not touched may be swapped out meanwhile
        "import numpy; from assistant.llm.torch_figures import most_memory; before = most_memory('cpu');"
        "block = numpy.ones(100_000_000, numpy.uint8); print(most_memory('cpu') - before)"
    )
    grown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(grown) > 90_000_000


def test_words_are_drawn_as_often_as_they_are_likely() -> None:
    shares = torch.tensor([0.5, 0.3, 0.16, 0.04])  # the last is beyond 95 %
    sampler = Sampler(1.0, 3)
    drawn = np.bincount([sampler.choose(shares.log()) for _ in range(4000)], minlength=4) / 4000
    assert np.allclose(drawn, np.array([0.5, 0.3, 0.16, 0.0]) / 0.96, atol=0.03)


def test_a_low_temperature_prefers_the_likeliest() -> None:
    sampler = Sampler(0.2, 3)
    drawn = [sampler.choose(torch.tensor([0.4, 0.35, 0.25]).log()) for _ in range(1000)]
    assert drawn.count(0) / 1000 == pytest.approx(0.63, abs=0.05)  # 0.4 ** 5 / sum of such powers


def test_only_the_likeliest_words_are_drawn_from_a_wide_vocabulary() -> None:
    logits = torch.linspace(0, 1e-3, 20 * CANDIDATES)
    sampler = Sampler(1.0, 3)
    assert min(sampler.choose(logits) for _ in range(200)) >= 19 * CANDIDATES
