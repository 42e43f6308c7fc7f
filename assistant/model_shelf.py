"""Models that come and go while the window is open: fetched, cancelled, removed. Belongs to the session's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from assistant.app import Engines
from assistant.core.errors import AssistantError
from assistant.core.events import DownloadProgressed, NoticeShown
from assistant.core.ports import Emit
from assistant.listings import models_listed


class ModelShelf:
    def __init__(
        self, engines: Engines, publish: Emit, ended: Callable[[], Awaitable[None]], load: Callable[[], Awaitable[None]]
    ) -> None:
        """`ended` is called when a fetch has ended, however it did; `load` when it was not cancelled."""
        self._engines = engines
        self._publish = publish
        self._ended = ended
        self._load = load

    async def fetch(self, ids: tuple[str, ...]) -> None:
        from assistant.llm.catalog import hub_url
        from assistant.llm.download import Downloader, DownloadOptions

        catalog, offline = self._engines.catalog, self._engines.settings.privacy.offline
        loop = asyncio.get_running_loop()

        def report(progress: DownloadProgressed) -> None:
            loop.call_soon_threadsafe(self._publish, progress)

        if not offline:
            self._engines.record("Connection", {"to": hub_url(), "why": f"the models {', '.join(ids)}"})
        try:
            await Downloader(catalog, DownloadOptions(hub_url(), offline)).fetch(ids, report)
        except AssistantError as error:
            self._publish(NoticeShown("error", error.what, error.advice))
        finally:
            self._publish(models_listed(catalog))
            await self._ended()
        await self._load()

    async def remove(self, model_id: str) -> None:
        from assistant.llm.catalog import hub_url
        from assistant.llm.download import Downloader, DownloadOptions

        catalog = self._engines.catalog
        try:
            await asyncio.to_thread(Downloader(catalog, DownloadOptions(hub_url())).remove, model_id)
        except AssistantError as error:
            self._publish(NoticeShown("error", error.what, error.advice))
        self._publish(models_listed(catalog))
