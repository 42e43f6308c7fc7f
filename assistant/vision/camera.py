"""The camera, as pictures from a child process. Nothing is kept and nothing runs while nobody looks."""

from __future__ import annotations

from assistant.core.types import Picture
from assistant.workers.worker import Worker

SERVE = "assistant.vision.webcam:serve"
MEMORY_BYTES = 3_000_000_000
PICTURE_SECONDS = 12.0  # some drivers take as long to open


class Camera:
    """Use on one event loop. `source` is the camera's number; tests give a film."""

    def __init__(self, source: int | str = 0) -> None:
        self._source = source
        self._worker: Worker | None = None

    async def picture(self, preview: bool = False) -> Picture:
        """What the camera sees now. Raises DeviceError without one, EngineError when its process dies."""
        if self._worker is None:
            self._worker = Worker(SERVE, "camera", MEMORY_BYTES, PICTURE_SECONDS)
        arguments = {"source": self._source, "preview": preview}
        answer, png = await self._worker.call("picture", arguments, b"", PICTURE_SECONDS)
        return Picture(png, int(answer["width"]), int(answer["height"]))

    async def close(self) -> None:
        """The device is free again."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.close()
