"""`vesper improve`: the reader of sketches learns from corrections, and stays as it was unless it got better."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import shutil
import sys
import tempfile
from pathlib import Path

from assistant import app
from assistant.core.errors import EngineError, InputError, StorageError
from assistant.storage.examples import kept

ROOT = Path(__file__).resolve().parents[1]


def run_improve(engines: app.Engines, options: argparse.Namespace) -> int:
    folder = options.examples or engines.folders.examples
    examples = kept(folder)
    if not (ROOT / "training").is_dir():
        raise InputError("The training is not part of this installation.", "Run it from a clone of the repository.")
    for package in ("torch", "onnx"):
        if importlib.util.find_spec(package) is None:
            raise EngineError(f"Learning needs {package}, which is not installed.", "Install Vesper's extra “gpu”.")
    sys.path.insert(0, str(ROOT))
    training = importlib.import_module("training.sketch.improve")
    if len(examples) < training.FEWEST:
        raise InputError(
            f"There are {len(examples)} corrected sketches; {training.FEWEST} are the fewest to learn from.",
            "Turn on “Keep my corrections”, and correct what is read wrongly in your sketches.",
        )
    detector = engines.folders.detector
    weights = detector if detector.is_file() else app.shipped_detector()
    with tempfile.TemporaryDirectory(prefix="vesper-improve-") as scratch:
        candidate = Path(scratch) / "candidate.onnx"
        judged = training.improve(examples, weights, candidate, options.steps, say)
        if judged.is_better:
            _take_over(candidate, detector)
    result = {"before": judged.before, "after": judged.after, "accepted": judged.is_better}
    if options.json:
        sys.stdout.write(
            json.dumps(result | {"learned_from": judged.learned_from, "kept_apart": judged.kept_apart}) + "\n"
        )
        return 0
    verdict = "The new weights are in use from the next start on." if judged.is_better else "The old weights stay."
    say(
        f"F1 on {judged.kept_apart} sketches kept apart: {judged.before:.3f} before, {judged.after:.3f} after learning "
        f"from {judged.learned_from}. {verdict}"
    )
    return 0


def _take_over(candidate: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        shutil.copyfile(candidate, part)
        part.replace(target)
    except OSError as error:
        raise StorageError("The new weights could not be written.", "Free some space and run it again.") from error


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
