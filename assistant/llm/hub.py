"""The model hub: single files over HTTP, resumed where they broke off. What arrives is not trusted yet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import httpx

from assistant.llm.packages import SourceFailed, WrongBytes

log = logging.getLogger(__name__)

HUB_PROBE_SECONDS = 3.0  # a machine without the hub should not wait for it
READ_SECONDS = 20.0
TRIES_WITHOUT_PROGRESS = 4
RETRY_SECONDS = 0.5


class Hub:
    """Files over HTTP with ranges. Whether the hub answers at all is asked once, with little patience."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._answers: asyncio.Task[bool] | None = None
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(READ_SECONDS, connect=HUB_PROBE_SECONDS),
            headers={"Accept-Encoding": "identity"},  # ranges count the file's own bytes
            follow_redirects=True,
        )

    async def close(self) -> None:
        if self._answers is not None:
            self._answers.cancel()
        await self._client.aclose()

    async def answers(self) -> bool:
        if self._answers is None:
            self._answers = asyncio.create_task(self._probe())
        return await asyncio.shield(self._answers)

    async def _probe(self) -> bool:
        try:
            await self._client.head(self._url, timeout=HUB_PROBE_SECONDS)
        except httpx.HTTPError as error:
            log.info("the model hub does not answer: %s", type(error).__name__)
            return False
        return True

    async def download(self, path: str, target: Path, size: int, on_bytes: Callable[[int], None]) -> None:
        """Bring `target` to `size` bytes, going on from those it has. `on_bytes` gets the bytes there are so far."""
        fruitless = 0
        on_bytes(min(_size(target), size))
        while (before := _size(target)) < size:
            try:
                await self._download_rest(f"{self._url}/{path}", target, size, on_bytes)
            except httpx.TransportError as error:
                log.info("transfer of %s broke off: %s", target.name, type(error).__name__)
            fruitless = 0 if _size(target) > before else fruitless + 1
            if fruitless >= TRIES_WITHOUT_PROGRESS:
                raise SourceFailed("the connection keeps breaking")
            if _size(target) < size:
                await asyncio.sleep(RETRY_SECONDS * 2**fruitless)
        if _size(target) > size:
            await asyncio.to_thread(target.unlink)
            raise WrongBytes("the file is longer than it should be")

    async def _download_rest(self, url: str, target: Path, size: int, on_bytes: Callable[[int], None]) -> None:
        have = _size(target)
        async with self._client.stream("GET", url, headers={"Range": f"bytes={have}-"} if have else {}) as response:
            if response.status_code not in (200, 206):
                raise SourceFailed(f"the hub answered {response.status_code}")
            goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            if response.status_code == 200 or not goes_on:
                have = 0  # the server knows no ranges: start again
            with target.open("r+b" if have else "wb") as file:
                file.seek(have)
                async for chunk in response.aiter_bytes():  # as it arrives: a buffer would be lost with the line
                    await asyncio.to_thread(file.write, chunk)
                    have += len(chunk)
                    on_bytes(min(have, size))
                    if have > size:
                        return


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
