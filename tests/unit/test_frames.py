"""Frames survive any content and any chunking, and nothing malformed is taken for one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.workers import frames
from assistant.workers.frames import LENGTHS, BrokenFrame, read_frame, write_frame

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.dictionaries(st.text(), values), st.binary()), max_size=4))
def test_what_is_written_is_read(sent: list[tuple[dict[str, Any], bytes]]) -> None:
    pipe = io.BytesIO()
    for header, blob in sent:
        write_frame(pipe, header, blob)
    pipe.seek(0)

    assert [read_frame(pipe) for _ in sent] == sent
    assert read_frame(pipe) is None


@given(st.binary(min_size=1))
def test_noise_is_broken_or_honest(data: bytes) -> None:
    try:
        frame = read_frame(io.BytesIO(data))
    except BrokenFrame:
        return
    assert frame is not None and isinstance(frame[0], dict)


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0",
        LENGTHS.pack(0xFFFFFFFF, 0),
        LENGTHS.pack(2, 0xFFFFFFFF) + b"{}",
        LENGTHS.pack(2, 5) + b"{}abc",
        LENGTHS.pack(2, 0) + b"[]",
        LENGTHS.pack(2, 0) + b"{:",
        LENGTHS.pack(200_000, 0) + b"[" * 200_000,
    ],
)
def test_a_malformed_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(data))


def test_a_frame_too_large_to_be_meant_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "LARGEST_BLOB", 10)

    with pytest.raises(BrokenFrame):
        write_frame(io.BytesIO(), {}, bytes(11))
