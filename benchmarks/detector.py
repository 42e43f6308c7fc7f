"""The sketch detector alone on drawings it never saw, per class: precision and recall at an overlap of 0.5.

    python -m benchmarks.detector --model FILE.onnx --fonts DIR [--count 100] [--threshold 0.5]

The drawings come from the generator it was trained with, by numbers that training never uses.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from assistant.core.sketch import Box
from assistant.vision.detector import CLASSES, Detector
from benchmarks.elements import Counts, Item, count
from training.sketch.dataset import sample

HELD_OUT = 1_000_000  # training counts from 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--fonts", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--threshold", type=float, default=0.5)
    options = parser.parse_args()
    detector = Detector(options.model)
    fonts = sorted(path for path in options.fonts.iterdir() if path.suffix in (".woff", ".ttf", ".otf"))
    total, seconds = Counts(), []
    for number in range(HELD_OUT, HELD_OUT + options.count):
        ink, labels = sample(number, fonts)
        began = time.perf_counter()
        found = detector.detect(255 - ink, options.threshold)
        seconds.append(time.perf_counter() - began)
        drawn = [Item(CLASSES[kind], Box(*box), "") for kind, box in labels]
        total.add(count(drawn, [Item(d.kind, d.box, "") for d in found], by_class=True))
    for kind in CLASSES:
        precision, recall, f1 = total.scores([kind])
        print(f"{kind:10} P {precision:.2f} R {recall:.2f} F1 {f1:.2f}  of {total.drawn[kind]}")
    print("micro P {:.3f} R {:.3f} F1 {:.3f}".format(*total.scores(CLASSES)))
    print(f"median {1000 * statistics.median(seconds):.0f} ms")


if __name__ == "__main__":
    main()
