"""Pictures on their way in: decoded by the worker, then handed on, or refused in a sentence."""

from __future__ import annotations

from assistant.app import Engines
from assistant.core.errors import AssistantError
from assistant.core.events import NoticeShown, PictureAttached, PictureRefused
from assistant.core.ports import Emit
from assistant.gui.facts import SheetPictureOpened


class Incoming:
    """`publish` tells the window, `post` the session."""

    def __init__(self, engines: Engines, publish: Emit, post: Emit) -> None:
        self._engines = engines
        self._publish = publish
        self._post = post

    async def attach(self, data: bytes, name: str) -> None:
        """For the next turn."""
        try:
            picture = await self._engines.eyes.get().decode(data, name)
        except AssistantError as error:
            self._publish(PictureRefused(name, error.what, error.advice))
            return
        if picture.note:
            self._publish(NoticeShown("info", picture.note))
        self._post(PictureAttached(name, picture))

    async def open_on_sheet(self, data: bytes, name: str) -> None:
        """To draw on."""
        try:
            self._publish(SheetPictureOpened(await self._engines.eyes.get().decode(data, name)))
        except AssistantError as error:
            self._publish(PictureRefused(name, error.what, error.advice))
