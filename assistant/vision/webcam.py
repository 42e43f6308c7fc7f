"""The camera's function table: one picture after the other. Runs in a child process, because drivers may crash or hang.

The device is opened with the first picture and closed with the process.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from assistant.core.errors import DeviceError
from assistant.workers.child import Function

Answer = tuple[dict[str, Any], bytes]
WIDTH, HEIGHT = 1920, 1080  # asked for; a camera gives what it can
LONGEST_SIDE = 1600  # px, as for every picture that is read
PREVIEW_SIDE = 640
MOST_BLACK = 15  # pictures a camera may take to open its eye
DARK = 4.0  # mean value of a picture that shows nothing yet


def serve() -> Mapping[str, Function]:
    os.environ["OPENCV_LOG_LEVEL"] = "SILENT"
    return {"picture": Desk().picture}


class Desk:
    def __init__(self) -> None:
        self._device: cv2.VideoCapture | None = None

    def picture(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        """`source` is the camera's number, or a film's path in tests; `preview` asks for a small one."""
        frame = self._seen(arguments["source"])
        longest = PREVIEW_SIDE if arguments["preview"] else LONGEST_SIDE
        scale = longest / max(frame.shape[:2])
        if scale < 1:
            frame = np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        fast = [cv2.IMWRITE_PNG_COMPRESSION, 1]
        png = cv2.imencode(".png", frame, fast)[1].tobytes()
        return {"width": frame.shape[1], "height": frame.shape[0]}, png

    def _seen(self, source: int | str) -> np.ndarray[Any, Any]:
        if self._device is None:
            self._device = self._opened(source)
        for _ in range(MOST_BLACK):
            there, frame = self._device.read()
            if not there or frame is None:
                raise DeviceError("The camera gave no picture.", "Check that no other program uses it, and try again.")
            if float(frame.mean()) > DARK:
                break
        return np.asarray(frame, np.uint8)

    def _opened(self, source: int | str) -> cv2.VideoCapture:
        device = cv2.VideoCapture(source)
        if not device.isOpened():
            raise DeviceError("No camera was found.", "Plug one in and allow its use, or choose a photo instead.")
        device.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
        device.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
        return device
