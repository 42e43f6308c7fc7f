"""Makes labelled pictures of hand-drawn pages: `python -m training.sketch.dataset --out DIR --count N --fonts DIR`.

Every sample is a function of its number alone, so a set can be made again, in parts and in parallel.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.vision.detector import detector_input
from training.sketch.camera import Label, shoot
from training.sketch.composer import compose
from training.sketch.pen import Pen
from training.sketch.widgets import Sheet

SIZE = 512  # side of a sample in pixels
SHARD = 200
FAINT = 40  # darkest ink of what nobody can see
LARGEST = 240  # labels kept per sample


def sample(number: int, fonts: list[Path]) -> tuple[npt.NDArray[np.uint8], list[Label]]:
    """Sample `number`: ink as uint8 (SIZE, SIZE), and labels in its pixels."""
    rng = np.random.default_rng([20261122, number])
    aspect = rng.choice([0.62, 0.75, 1.0, 1.33, 1.6])
    long_side = int(rng.uniform(700, 1150))
    width, height = (long_side, int(long_side / aspect)) if aspect > 1 else (int(long_side * aspect), long_side)
    ink = np.zeros((height, width), np.uint8)
    pen = Pen(
        rng,
        ink,
        fonts,
        thickness=int(rng.choice([1, 2, 2, 3, 3, 4, 5])),
        wobble=float(rng.uniform(0.15, 1.7)),
        gap=float(rng.uniform(0, 0.25)),
        overshoot=float(rng.uniform(0, 5)),
        pressure=int(rng.uniform(120, 255)),
        tilt=float(rng.normal(0, 1.2)),
    )
    sheet = Sheet(pen, unit=float(rng.uniform(0.026, 0.06)) * max(height, width) ** 0.8 * 3.2)
    margin = float(rng.uniform(0.02, 0.12))
    compose(sheet, (width * margin, height * margin, width * (1 - 2 * margin), height * (1 - 2 * margin)))
    drawn = [label for label in sheet.labels if _is_drawn(label, ink)]
    picture, labels = shoot(rng, ink, drawn)
    scale = SIZE / max(picture.shape)
    image = np.round(detector_input(picture, SIZE) * 255).astype(np.uint8)
    scaled = [(kind, (x * scale, y * scale, w * scale, h * scale)) for kind, (x, y, w, h) in labels]
    return image, [label for label in scaled if _is_drawn(label, image)]


def _is_drawn(label: Label, ink: npt.NDArray[np.uint8]) -> bool:
    """Is most of it on the sheet, and ink there? What was drawn past the edge has left none, or a scan wore it out."""
    if not _visible(label, ink.shape):
        return False
    _, (x, y, w, h) = label
    left, top = max(0, int(x) - 1), max(0, int(y) - 1)
    return bool(ink[top : int(y + h) + 2, left : int(x + w) + 2].max(initial=0) > FAINT)


def _visible(label: Label, shape: tuple[int, ...]) -> bool:
    _, (x, y, w, h) = label
    shown = max(0.0, min(x + w, shape[1]) - max(x, 0)) * max(0.0, min(y + h, shape[0]) - max(y, 0))
    return w >= 3 and h >= 2 and shown > 0.6 * w * h


def write_shard(index: int, fonts: list[Path], out: Path) -> None:
    images = np.zeros((SHARD, SIZE, SIZE), np.uint8)
    boxes = np.full((SHARD, LARGEST, 5), -1, np.float32)
    for i in range(SHARD):
        images[i], labels = sample(index * SHARD + i, fonts)
        for j, (kind, box) in enumerate(labels[:LARGEST]):
            boxes[i, j] = (kind, *box)
    partial = out / f"shard{index:04d}.part.npz"
    np.savez_compressed(partial, images=images, boxes=boxes)
    partial.rename(out / f"shard{index:04d}.npz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fonts", type=Path, required=True, help="folder of handwriting fonts")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first-shard", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    fonts = sorted(path for path in options.fonts.iterdir() if path.suffix in (".woff", ".ttf", ".otf"))
    for index in range(options.first_shard, options.first_shard + options.count // SHARD):
        if not (options.out / f"shard{index:04d}.npz").exists():
            write_shard(index, fonts, options.out)
            print(f"shard {index}", flush=True)


if __name__ == "__main__":
    main()
