"""Our own voice does not come back through the microphone, and the user's does."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from assistant.audio.devices import SoundSystem
from assistant.audio.echo import BLOCK_SAMPLES, DEAF_SECONDS, Canceller, Chain, EchoCanceller, EchoSafeMicrophone, Way
from assistant.audio.sound_card import SoundCard
from assistant.core.errors import EngineError
from assistant.core.events import Event, NoticeShown
from assistant.core.settings import AudioSettings
from assistant.core.types import SPEECH_RATE, AudioFrame, Cleaning, Samples
from benchmarks.rooms import Room, RoomEcho
from tests.fakes import FakeSoundDriver, microphone_device, speaker_device

BLOCK = SPEECH_RATE // 50


def murmur(seconds: float, seed: int = 0) -> Samples:
    """Noise with the rhythm and the colour of speech."""
    random = np.random.default_rng(seed)
    noise = np.cumsum(random.standard_normal(round(seconds * SPEECH_RATE)))
    noise = noise - np.convolve(noise, np.ones(80) / 80, "same")
    times = np.arange(len(noise)) / SPEECH_RATE
    syllables = np.clip(np.sin(2 * np.pi * 4 * times), 0, 1)
    return np.asarray(0.1 * noise / noise.std() * syllables, np.float32)


def power(samples: Samples) -> float:
    return float(np.mean(samples**2))


def through_a_room(chain: Chain, played: Samples, room: Room, user: Samples | None = None) -> tuple[Samples, Samples]:
    """What the microphone heard and what was left of it."""
    echo, heard, clean = RoomEcho(room, SPEECH_RATE), [], []
    for start in range(0, len(played), BLOCK):
        block = played[start : start + BLOCK]
        heard.append(echo.push(block) + (user[start : start + BLOCK] if user is not None else 0))
        clean.extend(frame.samples for frame in chain.push(heard[-1], block, Way.CLEANED))
    return np.concatenate(heard), np.concatenate(clean)


@pytest.mark.parametrize("delay_seconds", [0.02, 0.08, 0.3])
def test_the_own_voice_is_taken_out_at_any_delay(delay_seconds: float) -> None:
    chain = Chain(SPEECH_RATE, EchoCanceller())
    heard, clean = through_a_room(chain, murmur(6), Room(delay_seconds=delay_seconds))
    last = slice(3 * SPEECH_RATE, len(clean))
    assert power(clean[last]) < power(heard[last]) / 100
    assert chain.convergence.is_settled
    assert chain.convergence.erle_decibel > 15


def test_the_user_is_still_heard_over_the_own_voice() -> None:
    played, user = murmur(8), np.zeros(8 * SPEECH_RATE, np.float32)
    user[5 * SPEECH_RATE :] = 2 * murmur(3, seed=1)
    _, clean = through_a_room(Chain(SPEECH_RATE, EchoCanceller()), played, Room(), user)
    alone, both = clean[3 * SPEECH_RATE : 5 * SPEECH_RATE], clean[5 * SPEECH_RATE :]
    assert power(both) > 100 * power(alone)


def test_where_there_is_no_echo_the_user_passes() -> None:
    user = murmur(4)
    _, clean = through_a_room(Chain(SPEECH_RATE, EchoCanceller()), np.zeros(len(user), np.float32), Room(), user)
    assert power(clean) == pytest.approx(power(user), rel=0.3)


def test_no_sample_is_lost_or_doubled_whatever_the_blocks() -> None:
    class Nothing:
        def clean(self, heard: Samples, played: Samples) -> Samples:
            assert len(heard) == len(played)
            assert len(heard) % BLOCK_SAMPLES == 0
            return heard

    chain = Chain(SPEECH_RATE, Nothing())
    heard = murmur(2)
    frames: list[AudioFrame] = []
    start = 0
    for length in np.random.default_rng(1).integers(1, 900, 200):
        block = heard[start : start + length]
        frames += chain.push(block, np.zeros_like(block), Way.CLEANED)
        start += length
    joined = np.concatenate([frame.samples for frame in frames])
    assert np.array_equal(joined, heard[: len(joined)])
    assert len(heard) - len(joined) < 512 + BLOCK_SAMPLES


def test_once_the_room_is_known_the_user_is_whole_for_the_detector_and_the_recogniser() -> None:
    played, user = murmur(10), np.zeros(10 * SPEECH_RATE, np.float32)
    user[8 * SPEECH_RATE :] = murmur(2, seed=1)
    echo, chain = RoomEcho(Room(echo_decibel=0), SPEECH_RATE), Chain(SPEECH_RATE, EchoCanceller())
    frames: list[AudioFrame] = []
    for at in range(0, len(played), BLOCK):
        block = slice(at, at + BLOCK)
        frames += chain.push(echo.push(played[block]) + user[block], played[block], Way.CLEANED)
    over = slice(8 * SPEECH_RATE, len(frames) * 512)
    words = np.concatenate([frame.words for frame in frames if frame.words is not None])
    detected = np.concatenate([frame.samples for frame in frames])
    assert power(words[over] - user[over]) < power(user[over]) / 4
    assert power(detected[over]) > power(user[over]) / 4
    assert frames[0].cleaning is Cleaning.CRUSHED
    assert frames[-1].cleaning is Cleaning.CLEARED


def test_broken_numbers_from_a_driver_do_not_stay_in_the_filters() -> None:
    chain, broken = Chain(SPEECH_RATE, EchoCanceller()), murmur(1)
    broken[::100] = np.nan
    broken[50::100] = np.inf
    chain.push(broken, murmur(1), Way.CLEANED)
    heard, clean = through_a_room(chain, murmur(6), Room())
    last = slice(3 * SPEECH_RATE, len(clean))
    assert power(clean[last]) < power(heard[last]) / 10


def test_a_switched_off_microphone_stays_exactly_silent() -> None:
    chain = Chain(SPEECH_RATE, EchoCanceller())
    frames = chain.push(np.zeros(16_000, np.float32), murmur(1), Way.CLEANED)
    assert not any(frame.samples.any() for frame in frames)


# The microphone ---------------------------------------------------------------------------------------------------


class Desk:
    """A sound card whose callback is ticked by hand, and the frames that come out of the safe microphone."""

    def __init__(self, settings: AudioSettings, rates: tuple[int, int], make_canceller: type[Canceller] | None) -> None:
        self.events: list[Event] = []
        system = SoundSystem((microphone_device(rate=rates[0]), speaker_device(rate=rates[1])))
        self.driver = FakeSoundDriver(system)
        self.card = SoundCard(settings, self.events.append, self.driver.make)
        make = make_canceller or EchoCanceller
        self.microphone = EchoSafeMicrophone(self.card, settings, self.events.append, make)
        self.frames: list[Samples] = []

    async def run(self, seconds: float, loudness: float = 0.3) -> Samples:
        """Everything that was heard while a room as loud as that was ticked, 20 ms at a time."""
        self.frames.clear()
        for _ in range(round(seconds * 50)):
            for stream in self.driver.open_streams:
                stream.tick(loudness=loudness)
            await asyncio.sleep(0.012)
        return np.concatenate([*self.frames, np.zeros(0, np.float32)])

    async def listen(self) -> None:
        async for frame in self.microphone.frames():
            self.frames.append(frame.samples)

    @property
    def told(self) -> list[str]:
        return [event.what for event in self.events if isinstance(event, NoticeShown)]


async def run_desk(desk: Desk) -> tuple[Samples, Samples]:
    """What is heard before a reply is played, and while it is."""
    card, listening = asyncio.create_task(desk.card.run()), asyncio.create_task(desk.listen())
    try:
        await asyncio.sleep(0.1)
        before = await desk.run(0.5)
        await desk.card.speaker.play(AudioFrame(murmur(5), SPEECH_RATE))
        await desk.run(0.1)
        during = await desk.run(0.5)
        desk.card.speaker.flush()
        await desk.run(DEAF_SECONDS + 0.5)
        assert desk.frames
        assert desk.frames[-1].any()
        return before, during
    finally:
        for task in (listening, card):
            task.cancel()
            await asyncio.wait({task})


class Missing:
    def __init__(self) -> None:
        raise EngineError("The echo canceller is not installed.", "Install it.")

    def clean(self, heard: Samples, played: Samples) -> Samples:
        raise NotImplementedError


async def test_without_the_library_it_is_deaf_while_the_loudspeaker_plays_and_says_so() -> None:
    desk = Desk(AudioSettings(), (48_000, 48_000), Missing)
    before, during = await run_desk(desk)
    assert power(before) > 0.01
    assert 0 < np.abs(during).max() < 1e-5
    assert "The echo canceller is not installed." in desk.told


async def test_devices_of_different_rates_make_it_deaf_too() -> None:
    desk = Desk(AudioSettings(), (16_000, 48_000), None)
    _, during = await run_desk(desk)
    assert np.abs(during).max() < 1e-5
    assert any("different rates" in what for what in desk.told)


async def test_with_a_headset_nothing_is_taken_out() -> None:
    desk = Desk(AudioSettings(headset=True), (16_000, 48_000), Missing)
    before, during = await run_desk(desk)
    assert power(during) == pytest.approx(power(before), rel=0.1)


async def test_devices_that_are_opened_anew_are_learnt_anew() -> None:
    desk = Desk(AudioSettings(), (48_000, 48_000), None)
    card, listening = asyncio.create_task(desk.card.run()), asyncio.create_task(desk.listen())
    try:
        await asyncio.sleep(0.1)
        await desk.run(0.3)
        learnt = desk.microphone.convergence
        desk.card.reopen()
        await desk.run(0.6)
        assert len(desk.driver.streams) == 2
        assert desk.microphone.convergence is not learnt
        assert len(await desk.run(0.3)) > 0
    finally:
        for task in (listening, card):
            task.cancel()
            await asyncio.wait({task})


def test_long_after_the_last_sound_nothing_is_taken_out_and_the_next_sound_is() -> None:
    counted = CountingCanceller()
    chain = Chain(SPEECH_RATE, counted)
    heard = np.full(SPEECH_RATE, 0.1, np.float32)
    silence, sound = np.zeros(SPEECH_RATE, np.float32), np.full(SPEECH_RATE, 0.1, np.float32)

    for _ in range(10):
        frames = chain.push(heard, silence, Way.CLEANED)
    before = counted.samples
    chain.push(heard, sound, Way.CLEANED)

    assert chain.is_hushed is False
    assert before <= 3 * SPEECH_RATE
    assert counted.samples == before + SPEECH_RATE
    assert np.allclose(np.concatenate([frame.samples for frame in frames])[-100:], 0.1, atol=0.01)


class CountingCanceller:
    """Takes nothing out, and counts what it was shown."""

    def __init__(self) -> None:
        self.samples = 0

    def clean(self, heard: Samples, played: Samples) -> Samples:
        self.samples += len(heard)
        return heard
