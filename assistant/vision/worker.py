"""The vision worker's function table: decode, read, describe, warm. Runs in a child process (assistant/workers).

Libraries that meet foreign bytes are imported here and nowhere in the window's process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2

from assistant.vision import pipeline
from assistant.vision.codec import reading_to_json
from assistant.vision.describe import describe_lines
from assistant.vision.image import decode as decode_file
from assistant.workers.child import Function

Answer = tuple[dict[str, Any], bytes]


def serve() -> Mapping[str, Function]:
    cv2.setNumThreads(2)  # the window and the models need the rest
    return {"warm": warm, "decode": decode, "read": read, "describe": describe}


def warm(arguments: dict[str, Any], blob: bytes) -> Answer:
    """Load the text reader."""
    pipeline.text_reader().warm()
    return {}, b""


def decode(arguments: dict[str, Any], blob: bytes) -> Answer:
    picture = decode_file(blob, str(arguments["name"]))
    return {"width": picture.width, "height": picture.height}, picture.png


def read(arguments: dict[str, Any], blob: bytes) -> Answer:
    return reading_to_json(pipeline.read_picture(blob)), b""


def describe(arguments: dict[str, Any], blob: bytes) -> Answer:
    image = pipeline.pixels(blob)
    lines = pipeline.text_reader().lines(image)
    return {"text": describe_lines(lines, image.shape[1], image.shape[0])}, b""
