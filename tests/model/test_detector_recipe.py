"""The recipe of the sketch detector in a short form: it draws labelled pages, learns from them and can be resumed."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from assistant.vision.detector import CLASSES
from training.sketch import dataset

FONTS = sorted(Path("/usr/share/fonts").rglob("DejaVuSans*.ttf"))[:2]
pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset, "SHARD", 8)
        dataset.write_shard(0, FONTS, folder)
    return folder


def test_a_sample_is_a_function_of_its_number():
    (one, labels), (again, same) = dataset.sample(7, FONTS), dataset.sample(7, FONTS)
    assert np.array_equal(one, again)
    assert labels == same
    assert labels
    assert not np.array_equal(one, dataset.sample(8, FONTS)[0])


def test_labels_lie_on_ink(shard: Path):
    """What is drawn past the edge of its sheet has no label."""
    drawn = np.load(shard / "shard0000.npz")
    inked = []
    for image, boxes in zip(drawn["images"], drawn["boxes"], strict=True):
        for kind, x, y, w, h in boxes[boxes[:, 0] >= 0]:
            assert 0 <= kind < len(CLASSES)
            inside = image[max(0, int(y)) : int(y + h) + 2, max(0, int(x)) : int(x + w) + 2]
            inked.append(inside.max() > 40)
    assert len(inked) > 50
    assert all(inked)


def test_training_moves_the_weights_and_goes_on_from_its_checkpoint(
    shard: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    torch = pytest.importorskip("torch", reason="training needs PyTorch, the product does not")
    from training.sketch.train import train

    options = argparse.Namespace(data=shard, out=tmp_path, steps=2, batch=2, rate=1e-3, seed=1)
    train(options)
    first = torch.load(tmp_path / "network.pt", weights_only=True)
    train(argparse.Namespace(**{**vars(options), "steps": 3}))
    second = torch.load(tmp_path / "network.pt", weights_only=True)
    assert any(not torch.equal(first[name], second[name]) for name in first)
    assert all(bool(torch.isfinite(value).all()) for value in second.values())
    steps = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("step")]
    assert steps == ["2", "3"]
