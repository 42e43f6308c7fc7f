"""The vision worker's function table: decode, read, look_again, rectified, describe, warm. Runs in a child process.

Libraries that meet foreign bytes are imported here and nowhere in the window's process (assistant/workers).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from assistant.core.sketch import SketchReading
from assistant.vision import pipeline
from assistant.vision.agreement import agreed
from assistant.vision.codec import reading_to_json
from assistant.vision.describe import describe_lines
from assistant.vision.detector import SHIPPED
from assistant.vision.image import decode as decode_file
from assistant.vision.looks import LOOKS, look_again
from assistant.vision.pipeline import Perception
from assistant.workers.child import Function

Answer = tuple[dict[str, Any], bytes]


def serve() -> Mapping[str, Function]:
    cv2.setNumThreads(2)  # the window and the models need the rest
    desk = ReadingDesk()
    return {
        "warm": desk.warm,
        "decode": decode,
        "read": desk.read,
        "look_again": desk.look_again,
        "rectified": desk.rectified,
        "describe": describe,
    }


def decode(arguments: dict[str, Any], blob: bytes) -> Answer:
    picture = decode_file(blob, str(arguments["name"]))
    return {"width": picture.width, "height": picture.height, "note": picture.note}, picture.png


class ReadingDesk:
    """Keeps what was read last: its flat picture is asked for next."""

    def __init__(self) -> None:
        self._png = b""
        self._seen: Perception | None = None
        self._looks: list[SketchReading] = []
        self._weights = SHIPPED

    def warm(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        """Load the text reader and the network."""
        self._weights = Path(str(arguments.get("weights") or SHIPPED))
        pipeline.text_reader().warm()
        pipeline.detector(self._weights)
        return {}, b""

    def read(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        return reading_to_json(self._look(blob).reading), b""

    def look_again(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        """What all looks at the picture say together, after one more. Nothing when every way was tried."""
        seen = self._seen if self._seen is not None and blob == self._png else self._look(blob)
        if len(self._looks) > len(LOOKS):
            return {}, b""
        look = LOOKS[len(self._looks) - 1]
        network = pipeline.detector(self._weights) or pipeline.detector()
        self._looks.append(look_again(seen, look, pipeline.text_reader(), network))
        return reading_to_json(agreed(self._looks)), b""

    def rectified(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        """The flat picture as PNG; no bytes where the picture was flat already."""
        seen = self._seen if self._seen is not None and blob == self._png else self._look(blob)
        height, width = seen.image.shape[:2]
        is_flat = np.array_equal(seen.matrix, np.eye(3))
        fast = [cv2.IMWRITE_PNG_COMPRESSION, 1]  # for this machine's window only: 40 ms instead of 200
        png = b"" if is_flat else cv2.imencode(".png", seen.image, fast)[1].tobytes()
        return {"width": width, "height": height}, png

    def _look(self, blob: bytes) -> Perception:
        self._seen = pipeline.perceive_picture(blob, self._weights)
        self._png = blob
        self._looks = [self._seen.reading]
        return self._seen


def describe(arguments: dict[str, Any], blob: bytes) -> Answer:
    image = pipeline.pixels(blob)
    lines = pipeline.text_reader().lines(image)
    return {"text": describe_lines(lines, image.shape[1], image.shape[0])}, b""
