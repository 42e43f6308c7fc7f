"""Trains the detector: `python -m training.sketch.train --data DIR --out DIR [--steps N]`. Resumes from its checkpoint.

Focal loss on the score map (CenterNet, arXiv 1904.07850) and generalised IoU on the boxes (arXiv 1902.09630).
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assistant.vision.detector import CLASSES, STRIDE
from training.sketch.network import Network

CROP = 384  # pixels; half the work of a whole sample, and the network is convolutional anyway

Targets = tuple[Tensor, Tensor, Tensor]


def targets(boxes: npt.NDArray[np.float32], side: int) -> tuple[npt.NDArray[np.float32], ...]:
    """Score map (C, side, side), box sides (4, side, side) and their weight (side, side) of one sample."""
    heat = np.zeros((len(CLASSES), side, side), np.float32)
    reach = np.zeros((4, side, side), np.float32)
    weight = np.zeros((side, side), np.float32)
    centres = (np.arange(side) + 0.5) * STRIDE
    order = np.argsort(-boxes[:, 3] * boxes[:, 4])  # small boxes last: they win their cells
    for kind, x, y, w, h in boxes[order]:
        if kind < 0:
            continue
        cx, cy = x + w / 2, y + h / 2
        sx, sy = max(w * 0.11, 2.0), max(h * 0.11, 2.0)
        spread = np.exp(-(((centres[None] - cx) / sx) ** 2 + ((centres[:, None] - cy) / sy) ** 2) / 2)
        column = int(np.clip(cx // STRIDE, 0, side - 1))
        row = int(np.clip(cy // STRIDE, 0, side - 1))
        plane = heat[int(kind)]
        np.maximum(plane, spread.astype(np.float32), out=plane)
        plane[row, column] = 1.0
        r0, r1, c0, c1 = max(0, row - 1), min(side, row + 2), max(0, column - 1), min(side, column + 2)
        for r in range(r0, r1):
            for c in range(c0, c1):
                edges = (centres[c] - x, centres[r] - y, x + w - centres[c], y + h - centres[r])
                if min(edges) > 0 or (r == row and c == column):
                    reach[:, r, c] = np.maximum(edges, 0.3)
                    weight[r, c] = 1.0
    return heat, reach, weight


class Samples:
    """Random batches from the shards written so far, with cheap variation: scale, shift, ink strength, erasing."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._rng = np.random.default_rng(seed)
        self._images: list[npt.NDArray[np.uint8]] = []
        self._boxes: list[npt.NDArray[np.float32]] = []
        self._known: set[str] = set()
        self.look()

    def look(self) -> int:
        """Take in new shards; returns the number of samples."""
        for path in sorted(self._folder.glob("shard????.npz")):
            if path.name not in self._known:
                self._known.add(path.name)
                shard = np.load(path)
                self._images.append(shard["images"])
                self._boxes.append(shard["boxes"])
        return sum(len(images) for images in self._images)

    def batch(self, count: int) -> tuple[Tensor, Targets]:
        made = [self._one() for _ in range(count)]
        ink = torch.from_numpy(np.stack([image for image, _ in made]))[:, None]
        parts = [targets(boxes, ink.shape[-1] // STRIDE) for _, boxes in made]
        heat, reach, weight = (torch.from_numpy(np.stack(part)) for part in zip(*parts, strict=True))
        return ink, (heat, reach, weight)

    def _one(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        rng = self._rng
        shard = int(rng.integers(len(self._images)))
        index = int(rng.integers(len(self._images[shard])))
        image = self._images[shard][index].astype(np.float32) / 255
        boxes = self._boxes[shard][index].copy()
        boxes = boxes[boxes[:, 0] >= 0]
        image, boxes = self._moved(image, boxes)
        if rng.random() < 0.5:
            image = image ** float(rng.uniform(0.6, 1.6))
        if rng.random() < 0.3:
            image = np.clip(image + rng.normal(0, 0.04, image.shape), 0, 1)
        return image.astype(np.float32), boxes

    def _moved(
        self, image: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        import cv2

        rng, size = self._rng, CROP
        sx = float(rng.uniform(0.62, 1.35))
        sy = sx * float(rng.uniform(0.85, 1.18))
        dx, dy = (
            rng.uniform(0.1, 1.0) * min(0.0, size - image.shape[1] * sx),
            rng.uniform(0, 1) * min(0.0, size - image.shape[0] * sy),
        )
        flip = rng.random() < 0.15
        matrix = np.array(
            [[-sx if flip else sx, 0, (image.shape[1] * sx if flip else 0) + dx], [0, sy, dy]], np.float32
        )
        moved = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_AREA)
        x = boxes[:, 1] * matrix[0, 0] + matrix[0, 2]
        x = x + boxes[:, 3] * matrix[0, 0] if flip else x
        y, w, h = boxes[:, 2] * sy + dy, boxes[:, 3] * sx, boxes[:, 4] * sy
        shown = np.clip(np.minimum(x + w, size) - np.maximum(x, 0), 0, None)
        shown = shown * np.clip(np.minimum(y + h, size) - np.maximum(y, 0), 0, None)
        keep = shown > 0.6 * w * h
        return moved, np.stack([boxes[:, 0], x, y, w, h], axis=1)[keep].astype(np.float32)


def score_loss(logits: Tensor, heat: Tensor) -> Tensor:
    positive = heat.eq(1.0)
    probability = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    hit = torch.log(probability) * (1 - probability) ** 2 * positive
    miss = torch.log(1 - probability) * probability**2 * (1 - heat) ** 4 * ~positive
    return -(hit.sum() + miss.sum()) / positive.sum().clamp(min=1)


def box_loss(sides: Tensor, reach: Tensor, weight: Tensor) -> Tensor:
    left, top, right, bottom = sides.unbind(1)
    l2, t2, r2, b2 = reach.unbind(1)
    width = torch.minimum(left, l2) + torch.minimum(right, r2)
    height = torch.minimum(top, t2) + torch.minimum(bottom, b2)
    shared = width.clamp(min=0) * height.clamp(min=0)
    union = (left + right) * (top + bottom) + (l2 + r2) * (t2 + b2) - shared
    hull_width = torch.maximum(left, l2) + torch.maximum(right, r2)
    hull_height = torch.maximum(top, t2) + torch.maximum(bottom, b2)
    hull = hull_width * hull_height
    giou = shared / union.clamp(min=1e-3) - (hull - union) / hull.clamp(min=1e-3)
    return ((1 - giou) * weight).sum() / weight.sum().clamp(min=1)


def learning_rate(step: int, steps: int) -> float:
    """Share of the full rate: a short rise, then half a cosine."""
    return min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = Network(len(CLASSES)).to(device).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=1e-4)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint, step = options.out / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    samples = Samples(options.data, options.seed + step)
    began, losses = time.monotonic(), []
    network.train()
    while step < options.steps:
        for group in optimizer.param_groups:
            group["lr"] = options.rate * learning_rate(step, options.steps)
        ink, (heat, reach, weight) = samples.batch(options.batch)
        ink = ink.to(device).to(memory_format=torch.channels_last)
        with torch.autocast(device, dtype=torch.bfloat16):
            logits, sides = network(ink)
        loss_score = score_loss(logits.float(), heat.to(device))
        loss_box = box_loss(sides.float(), reach.to(device), weight.to(device))
        optimizer.zero_grad(set_to_none=True)
        (loss_score + 2 * loss_box).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        step += 1
        losses.append((float(loss_score.detach()), float(loss_box.detach())))
        if step % 50 == 0 or step == options.steps:
            mean = np.mean(losses[-50:], axis=0)
            print(
                f"step {step} score {mean[0]:.3f} box {mean[1]:.3f} samples {samples.look()} "
                f"{(time.monotonic() - began) / len(losses):.2f} s/step",
                flush=True,
            )
            state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            torch.save(state, checkpoint.with_suffix(".part"))
            checkpoint.with_suffix(".part").replace(checkpoint)
    torch.save(network.state_dict(), options.out / "network.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
