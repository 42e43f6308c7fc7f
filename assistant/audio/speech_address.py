"""An OpenAI-compatible server that hears or speaks: its address, its key, and what its refusals mean.

Sound goes to the address the user named and nowhere else: redirects are not followed, certificates are verified.
Nothing is repeated once the first byte of an answer is here.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from assistant.core.address import host_of
from assistant.core.errors import AssistantError, EngineError, NetworkError

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0  # without a byte: half a minute of speech takes a slow server ten
TRIES = 2  # somebody waits for a word; a third try would come too late
BACK_OFF_SECONDS = 0.5
BUSY = frozenset((408, 429, 500, 502, 503, 504))
MOST_BYTES = 64 << 20  # of one answer


class SpeechAddress:
    """`base_url` ends in "/v1". Use an instance on one event loop only."""

    def __init__(self, base_url: str, api_key: str | Callable[[], str] = "") -> None:
        """`api_key` may be a function that fetches it: it is called once, on a thread, before the first question."""
        self.host = host_of(base_url, "address of a speech server")
        self._api_key: str | Callable[[], str] | None = api_key
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout, follow_redirects=False)

    async def close(self) -> None:
        await self._client.aclose()

    @asynccontextmanager
    async def post(self, path: str, **content: object) -> AsyncIterator[httpx.Response]:
        """A successful response, its first bytes here. Leaving the block hangs up. Raises AssistantError.

        `content` is what httpx takes: `json`, or `data` and `files`.
        """
        await self._unlock()
        for attempt in range(1, TRIES + 1):
            request = self._client.build_request("POST", path, **content)  # type: ignore[arg-type]  # handed on
            try:
                response = await self._client.send(request, stream=True)
            except httpx.RequestError as error:
                if attempt == TRIES:
                    raise self._unreachable(error) from error
                await asyncio.sleep(BACK_OFF_SECONDS)
                continue
            try:
                if response.is_success:
                    try:
                        yield response
                    except httpx.DecodingError as error:
                        raise self.no_sense() from error
                    except httpx.RequestError as error:
                        what = f"The connection to {self.host} broke off in the middle of the answer."
                        raise NetworkError(what, "Try once more.") from error
                    return
                if response.status_code not in BUSY or attempt == TRIES:
                    raise self._failure(response)
            finally:
                await response.aclose()
            await asyncio.sleep(BACK_OFF_SECONDS)

    def no_sense(self) -> EngineError:
        return EngineError(
            f"{self.host} sent something that is no answer.", "Check that the address leads to a speech server."
        )

    async def _unlock(self) -> None:
        if self._api_key is None:
            return
        key = self._api_key if isinstance(self._api_key, str) else await asyncio.to_thread(self._api_key)
        self._api_key = None
        if key:
            self._client.headers["Authorization"] = f"Bearer {key}"

    def _failure(self, response: httpx.Response) -> AssistantError:
        """The server's own words are not shown: they are not ours to vouch for."""
        status = response.status_code
        if status in (401, 403):
            return NetworkError(f"{self.host} refused the key.", "Store it again: `vesper key` and the address.")
        if response.is_redirect:
            return NetworkError(f"{self.host} points to another address.", "Enter that one if you trust it.")
        if status == 404:
            return EngineError(f"{self.host} offers no such speech model.", "Check the model and the address.")
        if status in BUSY:
            return NetworkError(f"{self.host} cannot take more speech now (code {status}).", "Try again later.")
        return RefusedFormError(f"{self.host} refused the request (code {status}).", "Check the model and the voice.")

    def _unreachable(self, error: httpx.RequestError) -> NetworkError:
        if isinstance(_root(error), ssl.SSLError):
            return NetworkError(f"The certificate of {self.host} cannot be trusted.", "Check the address.")
        advice = "Start it, or choose an engine on this computer in the settings."
        return NetworkError(f"The speech server {self.host} does not answer.", advice)


class RefusedFormError(EngineError):
    """The server does not take the request in this form; it may take a plainer one."""


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
