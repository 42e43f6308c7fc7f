from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import numpy as np
import pytest

from assistant.audio import sound_card
from assistant.audio.devices import Process, SoundSystem, StreamRequest
from assistant.audio.sound_card import SoundCard
from assistant.core.events import Event, LevelMeasured, NoticeShown
from assistant.core.settings import AudioSettings
from assistant.core.types import AudioFrame
from tests.fakes import FakeSoundDriver, FakeStream, microphone_device, speaker_device

BOTH = SoundSystem((microphone_device(), speaker_device()))
NONE = SoundSystem(())


class Desk:
    """A sound card at work on a machine of fakes, with its waits cut short."""

    def __init__(self, system: SoundSystem) -> None:
        self.driver = FakeSoundDriver(system)
        self.events: list[Event] = []
        self.card = SoundCard(AudioSettings(volume=0.5), self.events.append, self.driver.make)
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.card.run())

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                for stream in self.driver.open_streams:
                    if stream.is_active and stream not in self.stalled:
                        stream.tick()
                await asyncio.sleep(0.005)

    stalled: tuple[object, ...] = ()

    @property
    def told(self) -> list[str]:
        return [event.what for event in self.events if isinstance(event, NoticeShown)]

    def is_open(self) -> bool:
        return self.card.speaker.is_open and bool(self.card.microphone.device)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[SoundSystem], Desk]]:
    for name in ("RETRY_SECONDS", "LOOK_AROUND_SECONDS", "TICK_SECONDS", "MISSING_SECONDS"):
        monkeypatch.setattr(sound_card, name, 0.01)
    monkeypatch.setattr(sound_card, "START_SECONDS", 0.2)
    monkeypatch.setattr(sound_card, "STALLED_SECONDS", 0.1)
    started: list[Desk] = []

    def start(system: SoundSystem) -> Desk:
        started.append(Desk(system))
        return started[-1]

    yield start
    for one in started:
        if one.task is not None:
            one.task.cancel()
            await asyncio.wait({one.task})
        assert one.driver.open_streams == []


async def test_both_sides_share_one_stream(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(BOTH)
    one.start()
    await one.until(one.is_open)

    assert len(one.driver.streams) == 1
    assert one.card.has_reference
    assert one.card.latency_seconds == pytest.approx(0.05)
    assert one.told == []


async def test_what_is_played_stands_beside_what_is_heard(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(BOTH)
    one.start()
    await one.until(one.is_open)
    blocks = one.card.microphone.blocks()
    waiting = asyncio.ensure_future(anext(blocks))
    await asyncio.sleep(0.03)
    await one.card.speaker.play(AudioFrame(np.full(960, 0.4, np.float32), 48_000))

    played = one.driver.streams[0].tick(loudness=0.3)
    _, heard, reference = await waiting

    assert list(played) == pytest.approx([0.2] * 960), "at half volume"
    assert np.array_equal(reference[-960:], played)
    assert list(heard[-960:]) == pytest.approx([0.3] * 960)
    await blocks.aclose()


async def test_different_rates_are_opened_apart(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(SoundSystem((microphone_device(rate=16_000), speaker_device())))
    one.start()
    await one.until(one.is_open)

    assert sorted(stream.request.sample_rate for stream in one.driver.streams) == [16_000, 48_000]
    assert not one.card.has_reference


async def test_behind_a_sound_server_two_streams_are_opened_and_still_paired(
    desk: Callable[[SoundSystem], Desk],
) -> None:
    one = desk(replace(BOTH, server="pulseaudio"))
    one.start()
    await one.until(one.is_open)
    speaker, microphone = one.driver.streams
    await one.card.speaker.play(AudioFrame(np.full(96_000, 0.4, np.float32), 48_000))
    blocks = one.card.microphone.blocks()
    waiting = asyncio.ensure_future(anext(blocks))
    await asyncio.sleep(0.03)

    for _ in range(5):
        speaker.tick()
        microphone.tick(loudness=0.3)
    _, heard, reference = await waiting

    assert one.card.has_reference
    assert len(heard) == len(reference) == 5 * 960
    assert list(reference[-4 * 960 :]) == pytest.approx([0.2] * 4 * 960)
    await blocks.aclose()


async def test_a_microphone_that_fails_does_not_cut_the_loudspeaker(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(replace(BOTH, server="pulseaudio"))
    one.start()
    await one.until(one.is_open)
    await one.card.speaker.play(AudioFrame(np.ones(48_000, np.float32), 48_000))

    one.driver.streams[1].is_active = False
    await asyncio.sleep(0.1)
    assert len(one.driver.streams) == 2
    one.card.speaker.flush()
    one.driver.streams[0].tick()
    await one.until(lambda: len(one.driver.streams) == 4)


async def test_a_broken_microphone_leaves_the_loudspeaker(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(BOTH)
    one.driver.broken = {"mic"}
    one.start()
    await one.until(lambda: one.card.speaker.is_open)

    assert one.card.microphone.device == ""
    assert one.told == ["“mic” cannot be opened."]


async def test_a_missing_device_is_told_once_and_found_when_it_comes(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(SoundSystem((speaker_device(),)))
    one.start()
    await one.until(lambda: len(one.driver.streams) >= 3)  # it has looked again, twice

    assert one.told == ["No microphone was found."]
    one.driver.system = BOTH
    await one.until(one.is_open)
    assert one.told == ["No microphone was found.", "Sound is back."]


async def test_a_stream_that_ends_is_told_and_opened_again(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(BOTH)
    one.start()
    await one.until(one.is_open)
    await one.card.speaker.play(AudioFrame(np.zeros(48_000, np.float32), 48_000))

    one.driver.system = NONE
    one.driver.streams[0].is_active = False
    await one.until(lambda: not one.card.speaker.is_open)
    await asyncio.wait_for(one.card.speaker.drain(), 1)
    await asyncio.sleep(0.05)
    one.driver.system = BOTH
    await one.until(one.is_open)

    assert one.told == ["The sound device went away.", "Sound is back."]


async def test_a_stream_that_stalls_is_opened_as_two(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(BOTH)
    one.start()
    await one.until(one.is_open)

    one.stalled = (one.driver.streams[0],)
    await one.until(lambda: len(one.driver.streams) == 3)
    await one.until(one.is_open)

    assert [stream.is_closed for stream in one.driver.streams] == [True, False, False]


async def test_a_driver_that_spins_is_opened_as_two(
    desk: Callable[[SoundSystem], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk(BOTH)
    spent = 0.0

    def thread_time() -> float:
        nonlocal spent
        spent += 0.02  # a whole core, at one block in 20 ms
        return spent

    monkeypatch.setattr("assistant.audio.streams.time.thread_time", thread_time)
    one.start()
    await one.until(lambda: len(one.driver.streams) == 3)
    await one.until(one.is_open)

    assert [stream.is_closed for stream in one.driver.streams] == [True, False, False]


async def test_a_changed_default_device_is_followed_when_nothing_plays(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(replace(BOTH, fingerprint="built-in"))
    one.start()
    await one.until(one.is_open)

    one.driver.system = SoundSystem((microphone_device("headset"), speaker_device()), fingerprint="headset")
    await one.until(lambda: one.card.microphone.device == "headset")

    assert one.told == []


async def test_after_the_machine_slept_stale_sound_is_left_behind(
    desk: Callable[[SoundSystem], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_card, "SLEPT_SECONDS", 0.2)
    one = desk(BOTH)
    one.start()
    await one.until(one.is_open)
    await one.card.speaker.play(AudioFrame(np.ones(48_000, np.float32), 48_000))

    time.sleep(0.3)  # noqa: ASYNC251 - nothing runs meanwhile, as when a laptop's lid is closed
    await one.until(lambda: len(one.driver.streams) == 2)

    assert one.card.speaker.queued_seconds == 0


async def test_devices_are_opened_anew_when_asked_and_nothing_is_told_of_it(
    desk: Callable[[SoundSystem], Desk],
) -> None:
    one = desk(BOTH)
    one.start()
    await one.until(one.is_open)
    await one.card.speaker.play(AudioFrame(np.ones(48_000, np.float32), 48_000))

    one.card.reopen()
    await one.until(lambda: len(one.driver.streams) == 2 and one.is_open())

    assert one.card.speaker.queued_seconds == 0
    assert one.told == []


async def test_settings_change_the_volume_at_once_and_the_device_soon(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(SoundSystem((*BOTH.devices, replace(speaker_device("headset"), is_default_output=False))))
    one.start()
    await one.until(one.is_open)

    one.card.apply(AudioSettings(output_device="headset", volume=1.2))

    assert one.card.speaker.volume == 1.2
    await one.until(lambda: one.card.speaker.device == "headset")


async def test_a_missing_sound_library_is_a_sentence(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(NONE)
    one.driver.has_library = False
    one.start()
    await one.until(lambda: bool(one.told))
    await asyncio.sleep(0.05)

    assert one.told == ["The sound library PortAudio is not installed."]


async def test_levels_are_told_only_when_they_change(desk: Callable[[SoundSystem], Desk]) -> None:
    one = desk(BOTH)
    one.start()
    await one.until(one.is_open)
    one.driver.streams[0].tick(loudness=1.0)
    await asyncio.sleep(0.1)

    assert [event for event in one.events if isinstance(event, LevelMeasured)] == [LevelMeasured(1.0, 0.0)]


class Stuck(FakeSoundDriver):
    """The first closing does not return before `let_go`."""

    def __init__(self, system: SoundSystem) -> None:
        super().__init__(system)
        self.let_go = threading.Event()
        self.is_first = True

    def open(self, request: StreamRequest, process: Process) -> FakeStream:
        stream = super().open(request, process)
        if self.is_first:
            self.is_first = False
            close = stream.close

            def hang() -> None:
                self.let_go.wait(20)
                close()

            stream.close = hang  # type: ignore[method-assign]
        return stream


async def test_a_driver_that_never_returns_is_left_to_itself_and_sound_comes_back(
    desk: Callable[[SoundSystem], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_card, "CLOSE_SECONDS", 0.1)
    one = desk(BOTH)
    driver = one.driver = Stuck(BOTH)
    one.card = SoundCard(AudioSettings(), one.events.append, driver.make)
    one.start()
    await one.until(one.is_open)
    first = driver.streams[0]
    one.stalled = (first,)

    await one.until(lambda: one.is_open() and len(driver.streams) > 1)
    assert driver.forsaken == 1
    assert one.card.is_stuck
    assert one.told == ["The sound system does not answer.", "Sound is back."]

    driver.let_go.set()
    await one.until(lambda: not one.card.is_stuck)
    assert one.is_open(), "what comes back late takes nothing with it"
    assert first.is_closed and not driver.streams[1].is_closed
