"""The SketchReader of the session: every picture is decoded and read in a worker process, never in this one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assistant.core.sketch import SketchReading
from assistant.core.types import Picture
from assistant.vision.codec import reading_from_json
from assistant.vision.pdf import is_pdf
from assistant.workers.supervisor import Report
from assistant.workers.worker import Lifecycle, Worker

SERVE = "assistant.vision.worker:serve"
MEMORY_BYTES = 6_000_000_000  # address space, of which onnxruntime reserves half; pictures use 0.6 GB at most
DECODE_SECONDS = 20.0
PDF_SECONDS = 8.0  # pdfium cannot be stopped while it takes a page apart; real ones take a tenth of a second
READ_SECONDS = 40.0  # twenty times the usual: an old laptop under load


class SketchReader:
    """Implements core.ports.SketchReader. Use on one event loop."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def start(self) -> None:
        """Start the process and load the text reader ahead of the first picture."""
        await self._worker.start()

    async def decode(self, data: bytes, name: str) -> Picture:
        seconds = PDF_SECONDS if is_pdf(data) else DECODE_SECONDS
        answer, png = await self._worker.call("decode", {"name": name}, data, seconds)
        return Picture(png, int(answer["width"]), int(answer["height"]), note=str(answer["note"]))

    async def read(self, picture: Picture) -> SketchReading:
        answer, _ = await self._worker.call("read", {}, picture.png, READ_SECONDS)
        return reading_from_json(answer)

    async def look_again(self, picture: Picture) -> SketchReading | None:
        answer, _ = await self._worker.call("look_again", {}, picture.png, 2 * READ_SECONDS)
        return reading_from_json(answer) if answer else None

    async def rectified(self, picture: Picture) -> Picture:
        answer, png = await self._worker.call("rectified", {}, picture.png, READ_SECONDS)
        return replace(picture, png=png, width=int(answer["width"]), height=int(answer["height"])) if png else picture

    async def describe(self, picture: Picture) -> str:
        answer, _ = await self._worker.call("describe", {}, picture.png, READ_SECONDS)
        return str(answer["text"])

    async def close(self) -> None:
        await self._worker.close()


def vision_worker(report: Report = lambda _: None, weights: Path | None = None) -> Worker:
    """The process this reader needs; `warm` runs after every start, so that a crash costs only one picture.

    `weights` are the detector's, where they are not the shipped ones.
    """
    arguments = {"weights": str(weights)} if weights is not None else {}
    lifecycle = Lifecycle(first_method="warm", first_arguments=arguments, report=report)
    return Worker(SERVE, "picture", MEMORY_BYTES, READ_SECONDS, lifecycle)
