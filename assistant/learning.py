"""What becomes of a corrected sketch: an example to learn from, where the user has said so."""

from __future__ import annotations

import asyncio

from assistant import app
from assistant.core.errors import AssistantError
from assistant.core.events import NoticeShown
from assistant.core.ports import Emit
from assistant.core.sketch import SketchReading
from assistant.core.types import Picture
from assistant.pages.corrections import BY_USER
from assistant.session.jobs import Learn
from assistant.storage.examples import forget, keep


def learner(engines: app.Engines, publish: Emit) -> Learn:
    """Asks the settings each time; forgets the example when all corrections are taken back."""

    async def learn(picture: Picture, reading: SketchReading) -> None:
        folder = engines.folders.examples
        is_corrected = any(BY_USER in element.evidence for element in reading.elements)
        if not is_corrected:
            await asyncio.to_thread(forget, folder, picture.png)
        elif engines.settings.pages.keep_corrections:
            try:
                await asyncio.to_thread(keep, folder, picture.png, reading)
            except AssistantError as error:
                publish(NoticeShown("warning", error.what, error.advice))

    return learn
