"""The camera: a film stands in for the device, in the real child process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import cv2
import numpy as np
import pytest

from assistant.camera_watch import CameraWatch
from assistant.core.errors import DeviceError
from assistant.core.events import CameraSeen, Event
from assistant.gui.facts import CameraFailed, SheetPictureOpened
from assistant.vision.camera import Camera


@pytest.fixture
def film(tmp_path: Path) -> str:
    """Three black pictures, as a camera starts, then grey ones."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
    for number in range(200):
        writer.write(np.full((720, 1280, 3), 0 if number < 3 else 128, np.uint8))
    writer.release()
    return str(path)


async def test_a_photo_is_upright_bright_and_as_large_as_it_is_read(film: str) -> None:
    camera = Camera(film)
    try:
        preview, photo = await camera.picture(preview=True), await camera.picture()
    finally:
        await camera.close()
    assert (preview.width, preview.height) == (640, 360)
    assert (photo.width, photo.height) == (1280, 720)
    pixels = cv2.imdecode(np.frombuffer(photo.png, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None and abs(float(pixels.mean()) - 128) < 8


async def test_no_camera_is_one_sentence(tmp_path: Path) -> None:
    camera = Camera(str(tmp_path / "nothing.avi"))
    with pytest.raises(DeviceError, match="No camera was found"):
        await camera.picture()
    await camera.close()


async def test_looking_shows_pictures_until_the_photo_is_taken(film: str) -> None:
    told: list[Event] = []
    watch = CameraWatch(Camera(film), told.append)
    await watch.begin()
    async with asyncio.timeout(30):
        while sum(isinstance(event, CameraSeen) for event in told) < 2:  # noqa: ASYNC110 - events have no waiter
            await asyncio.sleep(0.05)
    await watch.end(takes_photo=True)
    seen = len(told)
    assert isinstance(told[-1], SheetPictureOpened) and told[-1].picture.width == 1280
    await asyncio.sleep(0.3)
    assert len(told) == seen


async def test_looking_without_a_camera_says_so_once(tmp_path: Path) -> None:
    told: list[Event] = []
    watch = CameraWatch(Camera(str(tmp_path / "nothing.avi")), told.append)
    await watch.begin()
    async with asyncio.timeout(30):
        while not told:  # noqa: ASYNC110 - events have no waiter
            await asyncio.sleep(0.05)
    await watch.end()
    assert [type(event) for event in told] == [CameraFailed]
