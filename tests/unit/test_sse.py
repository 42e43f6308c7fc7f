"""Server-sent events come out the same however the network cuts them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.sse import MalformedStream, payloads

events = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3), max_size=5)


async def read(*chunks: bytes) -> list[dict[str, Any]]:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [payload async for payload in payloads(stream())]


@given(events, st.integers(1, 20), st.sampled_from(["\n", "\r\n"]))
async def test_any_chunking_gives_the_same_events(sent: list[dict[str, Any]], size: int, newline: str) -> None:
    lines = ": heartbeat\nevent: delta\n\n" + "".join(
        f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in sent
    )
    data = lines.replace("\n", newline).encode("utf-8", "replace")

    assert await read(*(data[start : start + size] for start in range(0, len(data), size))) == json.loads(
        json.dumps(sent).encode("utf-8", "replace")
    )


async def test_done_ends_the_stream() -> None:
    assert await read(b'data: {"a": 1}\n\ndata: [DONE]\n\ndata: {"b": 2}\n') == [{"a": 1}]


@pytest.mark.parametrize(
    ("last", "expected"), [(b'data: {"b": 2}', [{"a": 1}, {"b": 2}]), (b"data: [DONE]", [{"a": 1}])]
)
async def test_the_last_line_needs_no_end(last: bytes, expected: list[dict[str, Any]]) -> None:
    assert await read(b'data:{"a": 1}\n', last) == expected


async def test_an_error_event_is_passed_on() -> None:
    assert await read(b'error: {"error": {"code": 500}}\n') == [{"error": {"code": 500}}]


@pytest.mark.parametrize("data", [b"data: <html>\n", b"data: 7\n", b"x" * 1_000_001])
async def test_what_is_no_stream_of_objects_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedStream):
        await read(data)
