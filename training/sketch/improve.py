"""Teaches the detector from sketches that its user has corrected: it goes on from the weights in use.

Needs torch and onnx. The examples are parted by name into those that are learned from and those kept apart; the new
weights are judged on the kept-apart ones only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from assistant.core.sketch import Box, Element, ElementType
from assistant.storage.examples import Example
from assistant.vision.detector import CLASSES, Detection, Detector, detector_input
from training.sketch.dataset import LARGEST, SIZE
from training.sketch.export import export
from training.sketch.network import Network
from training.sketch.train import Samples, box_loss, score_loss

APART = 3  # one of so many examples is kept apart
FEWEST = 6  # examples; of two kept apart nothing can be said
RATE = 2e-4  # a tenth of what it was trained with: it shall learn more, not other things
THRESHOLD = 0.5
AS_TEXT = (ElementType.HEADING, ElementType.TEXT, ElementType.LINK)
MARKS = (ElementType.CHECKBOX, ElementType.RADIO)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """F1 at an overlap of 0.5 on the examples that were kept apart, before and after."""

    before: float
    after: float
    learned_from: int
    kept_apart: int

    @property
    def is_better(self) -> bool:
        return self.after > self.before


def improve(examples: Sequence[Example], weights: Path, candidate: Path, steps: int, say: Say) -> Judged:
    """Writes the new weights to `candidate`, and compares them with `weights`. There are at least FEWEST examples."""
    apart = [example for index, example in enumerate(examples) if index % APART == 1]
    learned = [example for index, example in enumerate(examples) if index % APART != 1]
    torch.manual_seed(1)
    network = weights_of(weights)
    _learn(network, learned, candidate.parent, steps, say)
    export(network, candidate)
    before, after = (f1(Detector(path), apart) for path in (weights, candidate))
    return Judged(before, after, len(learned), len(apart))


def weights_of(path: Path) -> Network:
    """The network of an ONNX file. Its normalisation was folded into the convolutions, and stays so."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(path))
    values = {item.name: torch.from_numpy(numpy_helper.to_array(item).copy()) for item in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type == "Conv"]
    network = Network(len(CLASSES)).eval()
    order = _in_use(network)
    with torch.no_grad():
        for (convolution, norm), node in zip(order, nodes, strict=True):
            convolution.weight.copy_(values[node.input[1]])
            bias = values[node.input[2]]
            if norm is None:
                if convolution.bias is not None:
                    convolution.bias.copy_(bias)
                continue
            norm.weight.copy_(torch.sqrt(torch.ones_like(bias) + norm.eps))
            norm.bias.copy_(bias)
    return network


def _in_use(network: Network) -> list[tuple[nn.Conv2d, nn.BatchNorm2d | None]]:
    """Convolutions in the order they are computed in, each with the normalisation behind it."""
    order: list[tuple[nn.Conv2d, nn.BatchNorm2d | None]] = []

    def note(module: nn.Module, *_: object) -> None:
        if isinstance(module, nn.Conv2d):
            order.append((module, None))
        elif isinstance(module, nn.BatchNorm2d):
            order[-1] = (order[-1][0], module)

    hooks = [module.register_forward_hook(note) for module in network.modules()]
    network(torch.zeros(1, 1, 64, 64))
    for hook in hooks:
        hook.remove()
    return order


def _learn(network: Network, examples: Sequence[Example], folder: Path, steps: int, say: Say) -> None:
    write_shard(examples, folder)
    samples = Samples(folder, seed=1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4)
    for step in range(1, steps + 1):
        ink, (heat, reach, weight) = samples.batch(4)
        logits, sides = network(ink)  # in eval mode: the folded normalisation has nothing to count
        loss = score_loss(logits, heat) + 2 * box_loss(sides, reach, weight)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        if step % 20 == 0 or step == steps:
            say(f"step {step} of {steps}, loss {float(loss.detach()):.3f}")


def write_shard(examples: Sequence[Example], folder: Path) -> None:
    """The examples as training.sketch.dataset writes its drawings."""
    images = np.zeros((len(examples), SIZE, SIZE), np.uint8)
    boxes = np.full((len(examples), LARGEST, 5), -1, np.float32)
    for index, example in enumerate(examples):
        picture = _pixels(example)
        scale = SIZE / max(picture.shape[:2])
        images[index] = np.round(detector_input(picture, SIZE) * 255).astype(np.uint8)
        for number, (kind, box) in enumerate(labels(example.reading.elements)[:LARGEST]):
            values = (box.x * scale, box.y * scale, box.width * scale, box.height * scale)
            boxes[index, number] = (kind, *values)
    np.savez_compressed(folder / "shard0000.npz", images=images, boxes=boxes)


def labels(elements: Sequence[Element]) -> list[tuple[int, Box]]:
    """Classes and boxes as the detector means them: marks without their words, all writing alike."""
    found = []
    for element in elements:
        kind = "text" if element.type in AS_TEXT else element.type.value
        if kind not in CLASSES:
            continue
        box = element.box
        if element.type in MARKS:
            side = min(box.height, box.width)
            found.append((CLASSES.index(kind), Box(box.x, box.y + (box.height - side) / 2, side, side)))
        else:
            found.append((CLASSES.index(kind), box))
    return found


def f1(detector: Detector, examples: Sequence[Example]) -> float:
    """Of all parts in all pictures, class and place right."""
    right = found = drawn = 0
    for example in examples:
        seen = detector.detect(_pixels(example), THRESHOLD)
        wanted = labels(example.reading.elements)
        right += _hits(wanted, seen)
        found, drawn = found + len(seen), drawn + len(wanted)
    return 2 * right / max(1, found + drawn)


def _hits(wanted: Sequence[tuple[int, Box]], seen: Sequence[Detection]) -> int:
    left = list(seen)
    hits = 0
    for kind, box in wanted:
        match = max((d for d in left if d.kind == CLASSES[kind]), key=lambda d: d.box.overlap(box), default=None)
        if match is not None and match.box.overlap(box) >= 0.5:
            left.remove(match)
            hits += 1
    return hits


def _pixels(example: Example) -> npt.NDArray[np.uint8]:
    picture = cv2.imread(str(example.picture))
    if picture is None:
        return np.full((64, 64, 3), 255, np.uint8)
    return np.asarray(picture, np.uint8)
