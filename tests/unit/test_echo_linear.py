"""The room filter takes our own voice out and leaves the user's as it was."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.echo_convergence import TRUST_SECONDS, Trust
from assistant.audio.echo_linear import BLOCK_SAMPLES, Drift, RoomFilter
from assistant.core.types import SPEECH_RATE, Samples
from benchmarks.rooms import Room, RoomEcho
from tests.unit.test_echo import murmur, power


def heard_in(room: Room, played: Samples, user: Samples | None = None) -> Samples:
    echo = RoomEcho(room, SPEECH_RATE)
    blocks = [echo.push(played[at : at + BLOCK_SAMPLES]) for at in range(0, len(played), BLOCK_SAMPLES)]
    return np.asarray(np.concatenate(blocks) + (0 if user is None else user), np.float32)


@pytest.mark.parametrize("delay_seconds", [0.02, 0.15, 0.3])
def test_it_learns_the_room_whatever_the_delay(delay_seconds: float) -> None:
    played = murmur(8)
    heard = heard_in(Room(delay_seconds=delay_seconds, echo_decibel=0, saturation=0.0), played)
    last = slice(5 * SPEECH_RATE, None)
    assert power(RoomFilter().clean(heard, played).residual[last]) < power(heard[last]) / 30


@pytest.mark.parametrize("drift_ppm", [50.0, 100.0, -100.0])
def test_a_clock_that_runs_off_is_followed(drift_ppm: float) -> None:
    played = murmur(16)
    heard = heard_in(Room(drift_ppm=drift_ppm, echo_decibel=0, saturation=0.0), played)
    last = slice(13 * SPEECH_RATE, None)
    assert power(RoomFilter().clean(heard, played).residual[last]) < power(heard[last]) / 25


def test_clocks_that_agree_are_left_alone() -> None:
    drift, response = Drift(), np.exp(-np.arange(800.0) / 50).astype(np.float32) * np.sin(np.arange(800.0))
    for _ in range(20):
        while not drift.pass_over(1, is_sounding=True):
            pass
        drift.look(response.astype(np.float32))
    assert drift.samples == 0


def test_another_reflection_is_no_drift() -> None:
    drift = Drift()
    for peak in (100, 180, 100, 180):
        while not drift.pass_over(1, is_sounding=True):
            pass
        response = np.zeros(400, np.float32)
        response[peak] = 1.0
        drift.look(response)
    assert drift.samples == 0


def test_who_speaks_over_an_echo_as_loud_as_they_are_stays_whole() -> None:
    played, user = murmur(8), np.zeros(8 * SPEECH_RATE, np.float32)
    over = slice(6 * SPEECH_RATE, 7 * SPEECH_RATE)
    user[over] = murmur(1, seed=1)
    cleaned = RoomFilter().clean(heard_in(Room(echo_decibel=0), played, user), played)
    for kept in (cleaned.residual, cleaned.words):
        assert power(kept[over] - user[over]) < power(user[over]) / 5


def test_where_nothing_is_played_nothing_is_changed() -> None:
    user = murmur(2)
    cleaned = RoomFilter().clean(user, np.zeros_like(user))
    for same in (cleaned.residual, cleaned.words, cleaned.strict):
        np.testing.assert_allclose(same, user, atol=1e-6)


def test_what_is_known_of_the_room_outlives_a_pause() -> None:
    room, played = Room(echo_decibel=0, saturation=0.0), murmur(6)
    filter_ = RoomFilter()
    filter_.clean(heard_in(room, played), played)
    filter_.rest(3 * SPEECH_RATE)
    first = slice(SPEECH_RATE // 4, SPEECH_RATE)
    heard = heard_in(room, played)
    assert power(filter_.clean(heard, played).residual[first]) < power(heard[first]) / 10


def test_a_room_that_changed_makes_nothing_louder() -> None:
    played = murmur(6)
    filter_ = RoomFilter()
    filter_.clean(heard_in(Room(echo_decibel=6), played), played)
    heard = heard_in(Room(echo_decibel=6, delay_seconds=0.2, seed=1), played)
    assert power(filter_.clean(heard, played).residual[:SPEECH_RATE]) <= power(heard[:SPEECH_RATE])


def test_an_echo_that_clips_does_no_harm() -> None:
    played = murmur(6)
    heard = np.clip(heard_in(Room(echo_decibel=20), played), -1, 1)
    cleaned = RoomFilter().clean(heard, played)
    for left in (cleaned.residual, cleaned.words, cleaned.strict):
        assert np.isfinite(left).all()
        assert power(left) <= power(heard)


def test_nothing_in_gives_nothing() -> None:
    empty = np.zeros(0, np.float32)
    assert not len(RoomFilter().clean(empty, empty).words)


def pushed(
    trust: Trust, residual_gain: float, seconds: float, crushed_gain: float = 0.01, noise_level: float = 1e-4
) -> Trust:
    """An echo that comes and goes four times a second, in a room that is never quite silent."""
    noise = np.full(BLOCK_SAMPLES, noise_level, np.float32)
    for start in range(0, round(seconds * SPEECH_RATE), BLOCK_SAMPLES):
        echo = np.full(BLOCK_SAMPLES, 0.1 * abs(np.sin(4 * np.pi * start / SPEECH_RATE)), np.float32)
        trust.push(echo + noise, crushed_gain * echo + noise, residual_gain * echo + noise)
    return trust


def test_trust_is_earned_by_half_a_second_of_good_work() -> None:
    assert not pushed(Trust(), 0.2, TRUST_SECONDS / 2).is_earned
    assert pushed(Trust(), 0.2, 2 * TRUST_SECONDS).is_earned
    assert not pushed(Trust(), 0.7, 5.0).is_earned


def test_the_noise_of_the_room_is_not_held_against_the_filter() -> None:
    assert pushed(Trust(), 0.1, 5.0, noise_level=0.02).is_earned
    assert not pushed(Trust(), 0.7, 5.0, noise_level=0.02).is_earned


def test_trust_is_lost_when_the_room_changes_and_comes_back() -> None:
    trust = pushed(Trust(), 0.1, 3.0)
    assert not pushed(trust, 1.0, 3.0).is_earned
    assert pushed(trust, 0.1, 6.0).is_earned


def test_moments_in_which_somebody_speaks_say_nothing_about_trust() -> None:
    trust = pushed(Trust(), 0.1, 3.0)
    assert pushed(trust, 1.0, 30.0, crushed_gain=0.5).is_earned
    silence = np.zeros(BLOCK_SAMPLES, np.float32)
    trust.push(silence, silence, silence)
    assert trust.is_earned
    trust.push(silence[:0], silence[:0], silence[:0])
    assert Trust().decibel == 0
