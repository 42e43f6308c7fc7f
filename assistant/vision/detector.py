"""A small trained network that sees the parts of a drawn page. Its recipe is in `training/sketch`.

The network answers on a grid of one cell per STRIDE pixels: a score per class, and how far the box reaches to each
side. Runs on onnxruntime; weights are read from a file whose hash the catalogue pins.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.errors import EngineError
from assistant.core.sketch import Box

Pixels = npt.NDArray[np.uint8]
Ink = npt.NDArray[np.float32]

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "models" / "sketch-detector.onnx"
STRIDE = 4
CLASSES = (
    "text",
    "paragraph",
    "button",
    "input",
    "textarea",
    "checkbox",
    "radio",
    "select",
    "image",
    "icon",
    "table",
    "card",
)
"""A checkbox or radio is the mark alone, without its label."""


@dataclass(frozen=True, slots=True)
class Detection:
    kind: str
    box: Box
    score: float


def detector_input(picture: Pixels, size: int) -> Ink:
    """Ink between 0 (paper) and 1, without shadows, scaled so that the long side is `size`, padded to a square.

    `picture` is grey (H, W) or BGR (H, W, 3).
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture
    scale = size / max(grey.shape)
    width, height = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    paper = cv2.medianBlur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), 31)
    ink = 1 - grey.astype(np.float32) / np.maximum(paper.astype(np.float32), 1)
    strongest = float(np.quantile(ink, 0.995))
    ink = np.clip((ink - 0.03) / max(strongest - 0.03, 0.08), 0, 1)
    square = np.zeros((size, size), np.float32)
    square[:height, :width] = ink
    return square


class Detector:
    """Blocking and not thread-safe: one owner. Loading takes about 0.1 s."""

    def __init__(self, path: Path, size: int = 640, threads: int = 2) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as trouble

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except (trouble.InvalidProtobuf, trouble.InvalidGraph, trouble.Fail, trouble.RuntimeException) as error:
            raise EngineError(
                f"The sketch detector {path.name} cannot be loaded.", "Fetch Vesper's files again."
            ) from error
        self._size = size

    def detect(self, picture: Pixels, threshold: float = 0.3) -> tuple[Detection, ...]:
        """Parts in the pixels of `picture`, best first."""
        ink = detector_input(picture, self._size)
        scores, sides = self._session.run(None, {"ink": ink[None, None]})
        return decode(scores[0], sides[0], self._size / max(picture.shape[:2]), threshold)


def decode(scores: Ink, sides: Ink, scale: float, threshold: float) -> tuple[Detection, ...]:
    """Peaks of the score map (classes, H, W) with their boxes (4, H, W), after non-maximum suppression per class."""
    found: list[Detection] = []
    kernel = np.ones((3, 3), np.uint8)
    for index, kind in enumerate(CLASSES):
        plane = scores[index]
        peaks = (plane == cv2.dilate(plane, kernel)) & (plane > threshold)
        rows, columns = np.nonzero(peaks)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            left, top, right, bottom = sides[:, row, column].tolist()
            x, y = (column + 0.5) * STRIDE, (row + 0.5) * STRIDE
            box = Box((x - left) / scale, (y - top) / scale, (left + right) / scale, (top + bottom) / scale)
            found.append(Detection(kind, box, float(plane[row, column])))
    return _suppressed(found)


def _suppressed(found: list[Detection], overlap: float = 0.5) -> tuple[Detection, ...]:
    kept: list[Detection] = []
    for detection in sorted(found, key=lambda item: -item.score):
        if all(detection.kind != other.kind or detection.box.overlap(other.box) < overlap for other in kept):
            kept.append(detection)
    return tuple(kept)
