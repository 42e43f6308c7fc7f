"""Reads handwriting: RapidOCR with the PP-OCRv6 weights of its own wheel, so nothing is ever downloaded.

Blocking; the networks are loaded when they are first needed, which takes about a second. Boxes are in pixels of the
array that was read.
"""

from __future__ import annotations

import logging
import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.sketch import Box

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]

THREADS = 2  # more slows the window down on a two-core laptop, and gains little
DETECT_SIDE = 1280  # px, longer side seen by the text detector: 1600 costs 60 % more time and finds no more lines
CROP_HEIGHT = 48  # px, what the recogniser was trained on
MAX_LINES = 250  # a photographed book page; a sketch has 10 to 60
READ_SECONDS = 5.0  # after this the lines that are left become placeholders: a page of prose, not a sketch
BATCH = 12  # crops between two looks at the clock
UNREAD = "~"
"""The text of a line that was found but not read: it is shown as a placeholder."""
UNREAD_CONFIDENCE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class OcrLine:
    """One line of text. `quad` is 4 x 2: clockwise from the text's own top left."""

    quad: Points
    text: str
    confidence: float

    @property
    def box(self) -> Box:
        left, top = self.quad.min(axis=0)
        right, bottom = self.quad.max(axis=0)
        return Box(float(left), float(top), float(right - left), float(bottom - top))

    def middle_at(self, x: float) -> float:
        """The height on the page of the line's middle, at `x`: lines slant."""
        (left, low), (right, high) = (self.quad[0] + self.quad[3]) / 2, (self.quad[1] + self.quad[2]) / 2
        share = (x - left) / (right - left) if right - left > 1 else 0.5
        return float(low + (high - low) * min(1.0, max(0.0, share)))

    @property
    def height(self) -> float:
        """Of the slanted line itself, not of its upright box."""
        down_left, down_right = self.quad[3] - self.quad[0], self.quad[2] - self.quad[1]
        return float((np.linalg.norm(down_left) + np.linalg.norm(down_right)) / 2)

    @property
    def width(self) -> float:
        return float((np.linalg.norm(self.quad[1] - self.quad[0]) + np.linalg.norm(self.quad[2] - self.quad[3])) / 2)


class Reads(Protocol):
    """What the pipeline needs of a reader: TextReader, or a stand-in in tests."""

    def lines(self, image: Pixels) -> list[OcrLine]: ...

    def recognise(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]: ...


class TextReader:
    """Finds lines of text and reads them. Not thread-safe."""

    def __init__(self, seconds: float = READ_SECONDS) -> None:
        self._seconds = seconds

    @cached_property
    def _engine(self) -> Any:
        import rapidocr

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        models = Path(rapidocr.__file__).parent / "models"
        return rapidocr.RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,
                "Global.text_score": 0.0,
                "Global.model_root_dir": str(models),
                "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
                "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def warm(self) -> None:
        """Load both networks and run them once."""
        blank = np.full((64, 256, 3), 255, np.uint8)
        cv2.putText(blank, "warm", (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2)
        self.lines(blank)
        self.recognise([blank])

    def lines(self, image: Pixels) -> list[OcrLine]:
        """Lines of text in a BGR picture, in no particular order. Empty lines are left out.

        Short lines are read first. Where time runs out, the text of the others is UNREAD.
        """
        quads = sorted(self._detect(image), key=_aspect)
        started = time.monotonic()
        lines: list[OcrLine] = []
        for first in range(0, len(quads), BATCH):
            batch = quads[first : first + BATCH]
            if time.monotonic() - started > self._seconds:
                lines += [OcrLine(quad, UNREAD, UNREAD_CONFIDENCE) for quad in batch]
                continue
            read = self.recognise([_cut(image, quad) for quad in batch])
            lines += [OcrLine(quad, text, sure) for quad, (text, sure) in zip(batch, read, strict=True)]
        return [line for line in lines if line.text and line.confidence > 0.2]  # below it is a drawing, not writing

    def recognise(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
        """The text in each crop of one line, with a confidence of 0 to 1."""
        if not crops:
            return []
        result = self._engine.recognize_txt(list(crops))
        return [(clean(text), float(score)) for text, score in zip(result.txts, result.scores, strict=True)]

    def _detect(self, image: Pixels) -> list[Points]:
        scale = min(1.0, DETECT_SIDE / max(image.shape[:2]))
        small = image if scale == 1.0 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        if min(small.shape[:2]) < 16:
            return []
        found = self._engine(small, use_det=True, use_cls=False, use_rec=False)
        boxes = getattr(found, "boxes", None)
        if boxes is None:
            return []
        return [np.asarray(box, np.float32) / scale for box in list(boxes)[:MAX_LINES]]


def clean(text: str) -> str:
    """Without control characters, with full-width forms folded and single spaces."""
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in folded)
    return re.sub(r"\s+", " ", kept).strip()


def _aspect(quad: Points) -> float:
    sides = [float(np.linalg.norm(quad[i] - quad[i - 1])) for i in range(2)]
    return max(sides) / max(1.0, min(sides))


def _cut(image: Pixels, quad: Points) -> Pixels:
    """The quad's inside, upright. A line written downwards is turned like the detector's own crops are."""
    top, right, bottom, left = (float(np.linalg.norm(quad[i] - quad[(i + 1) % 4])) for i in range(4))
    width, height = int(max(top, bottom, 1.0)), int(max(right, left, 1.0))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad, target)
    cut = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.rot90(cut) if height >= 1.5 * width else cut, np.uint8)
