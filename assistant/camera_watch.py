"""Looking through the camera until a photo is taken: pictures for the window, one after the other."""

from __future__ import annotations

import asyncio

from assistant.core.aio import cancel_and_wait
from assistant.core.errors import AssistantError
from assistant.core.events import CameraSeen
from assistant.core.ports import Emit
from assistant.gui.facts import CameraFailed, SheetPictureOpened
from assistant.vision.camera import Camera

PAUSE_SECONDS = 0.1  # between two pictures: enough to hold a sheet still


class CameraWatch:
    """Use on one event loop. The camera is open only between `begin` and `end`."""

    def __init__(self, camera: Camera, publish: Emit) -> None:
        self._camera = camera
        self._publish = publish
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        await self.end()
        self._task = asyncio.create_task(self._look())

    async def end(self, takes_photo: bool = False) -> None:
        await cancel_and_wait(self._task)
        self._task = None
        try:
            if takes_photo:
                self._publish(SheetPictureOpened(await self._camera.picture()))
        except AssistantError as error:
            self._publish(CameraFailed(error.what, error.advice))
        await self._camera.close()

    async def _look(self) -> None:
        try:
            while True:
                self._publish(CameraSeen(await self._camera.picture(preview=True)))
                await asyncio.sleep(PAUSE_SECONDS)
        except AssistantError as error:
            self._publish(CameraFailed(error.what, error.advice))
