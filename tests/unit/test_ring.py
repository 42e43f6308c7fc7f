from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.ring import Ring

STEPS = st.lists(st.tuples(st.sampled_from(["write", "read"]), st.integers(0, 12)), max_size=60)


@given(STEPS, st.integers(1, 9))
def test_what_is_read_is_what_was_written_in_order_and_both_columns_together(
    steps: list[tuple[str, int]], capacity: int
) -> None:
    ring = Ring(capacity, columns=2)
    offered, kept, read = 0, [], []
    lost = missing = 0
    for action, count in steps:
        if action == "write":
            block = np.arange(offered, offered + count, dtype=np.float32)
            taken = ring.write(block, -block)
            kept.extend(block[:taken])
            offered += count
            lost += count - taken
        else:
            left, right = np.full(count, np.nan, np.float32), np.full(count, np.nan, np.float32)
            got = ring.read_into(left, right)
            read.extend(left[:got])
            assert np.array_equal(right[:got], -left[:got])
            assert np.isnan(left[got:]).all()
            missing += count - got
        assert 0 <= ring.available <= capacity
    assert read == kept[: len(read)]
    assert len(kept) - len(read) == ring.available
    assert (ring.overruns, ring.underruns) == (lost, missing)


def test_skipping_forgets_only_what_is_there() -> None:
    ring = Ring(8)
    ring.write(np.arange(5, dtype=np.float32))

    ring.skip_to(3)
    ring.skip_to(1)

    out = np.zeros(1, np.float32)
    ring.read_into(out)
    assert out[0] == 3
    ring.skip_to(100)
    assert (ring.position, ring.available) == (5, 0)


def test_a_writer_and_a_reader_on_two_threads_lose_nothing() -> None:
    ring = Ring(1_000)
    total = 200_000
    read: list[np.ndarray] = []

    def write() -> None:
        position = 0
        while position < total:
            block = np.arange(position, min(total, position + 333), dtype=np.float32)
            position += ring.write(block[: ring.free])

    writer = threading.Thread(target=write)
    writer.start()
    while sum(map(len, read)) < total:
        block = np.zeros(max(1, min(257, ring.available)), np.float32)
        read.append(block[: ring.read_into(block)])
    writer.join()

    assert np.array_equal(np.concatenate(read), np.arange(total, dtype=np.float32))
