"""Learning from corrections, in a short form: the weights in use go on, and nothing worse is taken over."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from assistant.cli import main
from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.storage.examples import Example, keep, kept
from assistant.vision.detector import CLASSES, SHIPPED, Detector
from training.sketch import dataset

FONTS = sorted(Path("/usr/share/fonts").rglob("DejaVuSans*.ttf"))[:2]
pytestmark = pytest.mark.model
torch = pytest.importorskip("torch", reason="learning needs PyTorch, the product does not")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven drawings of the generator, as if their user had put every box right."""
    folder = tmp_path_factory.mktemp("examples")
    for number in range(7):
        ink, labels = dataset.sample(2_000_000 + number, FONTS)
        png = cv2.imencode(".png", 255 - ink)[1].tobytes()
        elements = tuple(
            Element(f"e{i}", ElementType(CLASSES[kind]), Box(*map(float, box))) for i, (kind, box) in enumerate(labels)
        )
        keep(folder, png, SketchReading(512, 512, elements))
    return folder


def test_the_shipped_weights_come_back_out_of_their_file() -> None:
    from training.sketch.improve import weights_of

    ink = np.random.default_rng(1).random((1, 1, 640, 640), np.float32)
    scores, sides = Detector(SHIPPED)._session.run(None, {"ink": ink})
    with torch.no_grad():
        logits, reach = weights_of(SHIPPED)(torch.from_numpy(ink))
    assert np.allclose(torch.sigmoid(logits).numpy(), scores, atol=1e-3)
    assert np.allclose(reach.numpy(), sides, rtol=1e-2, atol=1e-2)


def test_a_few_steps_give_a_detector_that_is_judged(folder: Path, tmp_path: Path) -> None:
    from training.sketch.improve import improve

    said: list[str] = []
    judged = improve(kept(folder), SHIPPED, tmp_path / "candidate.onnx", 3, said.append)
    assert (judged.learned_from, judged.kept_apart) == (5, 2)
    assert judged.before > 0.3
    assert 0 <= judged.after <= 1
    assert Detector(tmp_path / "candidate.onnx").detect(np.full((64, 64, 3), 255, np.uint8)) == ()
    assert said[-1].startswith("step 3 of 3")


def test_marks_are_learned_without_their_words() -> None:
    from training.sketch.improve import labels

    choice = Element("e1", ElementType.CHECKBOX, Box(10, 20, 200, 30), "Remember me")
    divider = Element("e2", ElementType.DIVIDER, Box(0, 90, 300, 3))
    assert labels([choice, divider]) == [(CLASSES.index("checkbox"), Box(10, 20, 30, 30))]


def test_the_command_keeps_the_old_weights_unless_the_new_ones_are_better(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(tmp_path)]
    assert main(["improve", "--examples", str(folder), "--steps", "1", "--json", *where]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["accepted"] == (result["after"] > result["before"])
    assert (tmp_path / "detector" / "sketch-detector.onnx").exists() == result["accepted"]


def test_too_few_examples_are_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["improve", "--data-dir", str(tmp_path)]) == 2
    assert "0 corrected sketches" in capsys.readouterr().err


def test_nothing_to_see_scores_nothing(folder: Path) -> None:
    from training.sketch.improve import f1

    example = kept(folder)[0]
    empty = Example(example.name, example.picture, replace(example.reading, elements=()))
    assert f1(Detector(SHIPPED), [empty]) == 0
