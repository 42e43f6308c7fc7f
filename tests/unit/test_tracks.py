from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.tracks import QUEUE_SECONDS, CaptureTrack, PlaybackTrack, meter

RATE = 1_000
BLOCK = 20


def fill(track: PlaybackTrack, heard_at: float, length: int = BLOCK) -> np.ndarray:
    out = np.full(length, 9.0, np.float32)
    track.fill(out, heard_at)
    return out


def test_the_clock_counts_samples_that_left_and_not_the_silence_between() -> None:
    track = PlaybackTrack(RATE)
    track.queue(np.full(30, 0.5, np.float32))

    fill(track, heard_at=1.00)  # 20 samples of the reply
    fill(track, heard_at=1.02)  # 10, then silence
    fill(track, heard_at=1.04)  # silence
    track.queue(np.full(10, 0.5, np.float32))
    fill(track, heard_at=2.00)

    assert track.played(0.9) == 0
    assert track.played(1.01) == pytest.approx(10)
    assert track.played(1.025) == pytest.approx(25)
    assert track.played(1.5) == 30
    assert track.played(2.005) == pytest.approx(35)
    assert track.played(1.0) == pytest.approx(35), "the clock never goes back"


@given(st.lists(st.tuples(st.sampled_from(["queue", "fill", "flush"]), st.integers(1, 50)), max_size=40))
def test_every_sample_is_queued_played_or_dropped(steps: list[tuple[str, int]]) -> None:
    track = PlaybackTrack(RATE)
    accepted, now, dropped = 0, 0.0, 0.0
    for action, count in steps:
        if action == "queue":
            accepted += track.queue(np.full(count, 0.1, np.float32))
        elif action == "fill":
            before = track.queued(now) + track.played(now)
            now += BLOCK / RATE
            fill(track, now + 0.05)
            faded = track.queued(now) + track.played(now) - before
            assert 0 <= faded <= 5, "only the fade of a flush is played after it"
            dropped -= faded
        else:
            before = track.queued(now)
            track.flush()
            dropped += before - track.queued(now)
        assert track.played(now) + track.queued(now) + dropped == pytest.approx(accepted)


@given(st.lists(st.tuples(st.sampled_from(["queue", "fill", "fill", "flush", "hold", "go on"]), st.integers(1, 50))))
def test_a_block_that_is_left_out_because_all_is_silent_changes_nothing(steps: list[tuple[str, int]]) -> None:
    whole, short = PlaybackTrack(RATE), PlaybackTrack(RATE)
    now = 0.0
    for action, count in steps:
        for track in (whole, short):
            if action == "queue":
                track.queue(np.full(count, 0.1, np.float32))
            elif action == "flush":
                track.flush()
            elif action != "fill":
                track.is_held = action == "hold"
        if action == "fill":
            now += BLOCK / RATE
            heard = fill(whole, now + 0.05)
            assert (np.zeros(BLOCK) if short.is_silent else fill(short, now + 0.05)).tolist() == heard.tolist()
        assert (short.played(now), short.queued(now), short.level) == (
            whole.played(now),
            whole.queued(now),
            whole.level,
        )


def test_flush_fades_in_5_ms_and_what_is_queued_after_it_follows_at_once() -> None:
    track = PlaybackTrack(RATE)
    track.queue(np.full(500, 0.5, np.float32))
    fill(track, 0.0)

    track.flush()
    track.queue(np.full(8, 0.25, np.float32))
    out = fill(track, 0.02)

    assert list(out[:5]) == pytest.approx([0.5, 0.375, 0.25, 0.125, 0.0])
    assert list(out[5:13]) == [0.25] * 8
    assert not out[13:].any()


def test_a_full_queue_takes_no_more() -> None:
    track = PlaybackTrack(RATE)
    room = round(QUEUE_SECONDS * RATE)

    assert track.queue(np.zeros(room + 7, np.float32)) == room
    assert track.queue(np.zeros(1, np.float32)) == 0


@pytest.mark.parametrize("volume", [0.0, 0.5, 1.0, 1.5])
def test_volume_applies_and_nothing_passes_full_scale(volume: float) -> None:
    track = PlaybackTrack(RATE)
    track.volume = volume
    track.queue(np.array([0.1, -0.1, 1.0, -1.0, 5.0, 0.5], np.float32))

    out = fill(track, 0.0, length=6)

    assert out[0] == pytest.approx(0.1 * volume)
    assert np.abs(out).max() <= 1.0
    assert out[2] == pytest.approx(-out[3])
    assert out[4] >= out[2] >= out[5]


def test_heard_and_played_stay_side_by_side() -> None:
    track = CaptureTrack(RATE)

    track.write(np.full(4, 0.5, np.float32), np.full(4, 0.2, np.float32))
    track.write(np.full(2, 0.25, np.float32), None)
    heard, played = track.read()

    assert list(heard) == [0.5] * 4 + [0.25] * 2
    assert list(played) == pytest.approx([0.2] * 4 + [0.0] * 2)
    assert track.level == 0.25
    assert len(track.read()[0]) == 0


def test_the_meter_is_linear_in_decibels() -> None:
    assert [meter(x) for x in (0.0, 1e-5, 1.0, 2.0)] == [0.0, 0.0, 1.0, 1.0]
    assert meter(10 ** (-30 / 20)) == pytest.approx(0.5)


def test_a_held_reply_is_silent_and_goes_on_without_losing_a_sample() -> None:
    track = PlaybackTrack(1000)
    track.queue(np.full(300, 0.5, np.float32))
    out = np.zeros(100, np.float32)
    track.fill(out, 0.0)
    track.is_held = True
    track.fill(out, 0.1)
    assert out[0] > 0.3
    assert not out[5:].any(), "a fade of 5 ms"
    track.fill(out, 0.2)
    assert not out.any()
    assert track.played(1.0) == 105
    assert track.queued(1.0) == 195
    track.is_held = False
    track.fill(out, 0.3)
    assert out[0] < 0.2
    assert out[10:] == pytest.approx(0.5)
    track.fill(out, 0.4)
    assert out[:95] == pytest.approx(0.5)
    assert not out[95:].any()


def test_what_is_flushed_while_it_is_held_is_never_heard() -> None:
    track = PlaybackTrack(1000)
    track.queue(np.full(300, 0.5, np.float32))
    out = np.zeros(100, np.float32)
    track.fill(out, 0.0)
    track.is_held = True
    track.fill(out, 0.1)
    track.flush()
    track.is_held = False
    track.fill(out, 0.2)
    assert not out.any()
    assert track.queued(1.0) == 0


def test_a_change_of_volume_does_not_click() -> None:
    track = PlaybackTrack(1000)
    track.queue(np.full(300, 0.4, np.float32))
    out = np.zeros(100, np.float32)
    track.fill(out, 0.0)
    track.volume = 0.25
    track.fill(out, 0.1)
    assert np.abs(np.diff(np.concatenate([[0.4], out]))).max() < 0.1
    assert out[5:] == pytest.approx(0.1)
