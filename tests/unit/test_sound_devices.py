from __future__ import annotations

import json

import pytest

from assistant.audio.devices import SoundSystem, choose, describe_devices, list_devices
from assistant.core.errors import DeviceError
from assistant.core.settings import AudioSettings
from tests.fakes import FakeSoundDriver, microphone_device, speaker_device

BOTH = SoundSystem((microphone_device(), speaker_device()), host_api="ALSA")


def test_defaults_are_chosen_and_share_a_stream() -> None:
    choice = choose(BOTH, AudioSettings())

    assert (choice.microphone, choice.speaker) == BOTH.devices
    assert choice.can_share_a_stream
    assert choice.notices == ()


def test_different_rates_need_two_streams() -> None:
    assert not choose(
        SoundSystem((microphone_device(rate=16_000), speaker_device())), AudioSettings()
    ).can_share_a_stream


def test_behind_a_sound_server_streams_are_apart_but_of_one_rate() -> None:
    choice = choose(SoundSystem(BOTH.devices, server="pulseaudio"), AudioSettings())

    assert choice.has_one_rate
    assert not choice.can_share_a_stream


def test_a_device_is_chosen_by_its_name() -> None:
    other = microphone_device("headset")
    system = SoundSystem((*BOTH.devices, other))

    assert choose(system, AudioSettings(input_device="headset")).microphone is other


def test_a_named_device_that_is_gone_is_told_and_the_default_is_taken() -> None:
    choice = choose(BOTH, AudioSettings(input_device="headset", output_device="headset"))

    assert (choice.microphone, choice.speaker) == BOTH.devices
    assert [what for what, _ in choice.notices] == [
        "The microphone “headset” is not there.",
        "The loudspeaker “headset” is not there.",
    ]


def test_a_missing_side_is_told() -> None:
    choice = choose(SoundSystem((speaker_device(),)), AudioSettings(input_device="headset"))

    assert choice.microphone is None
    assert [what for what, _ in choice.notices] == ["No microphone was found."]
    assert [what for what, _ in choose(SoundSystem((microphone_device(),)), AudioSettings()).notices] == [
        "No loudspeaker was found."
    ]


def test_the_monitor_of_the_loudspeaker_is_no_microphone() -> None:
    choice = choose(SoundSystem(BOTH.devices, listens_to_itself=True), AudioSettings())

    assert choice.microphone is None
    assert choice.speaker is not None


def test_no_device_at_all_is_an_error_with_advice() -> None:
    with pytest.raises(DeviceError) as caught:
        choose(SoundSystem(()), AudioSettings())
    assert caught.value.advice


def test_the_report_is_json_and_closes_what_it_opened() -> None:
    driver = FakeSoundDriver(BOTH)

    report = json.loads(json.dumps(describe_devices(driver=driver)))

    assert report["full_duplex"] is True
    assert report["speaker_latency_seconds"] == 0.03
    assert report["microphone_latency_seconds"] == 0.02
    assert report["problem"] == ""
    assert driver.open_streams == []
    assert [device.name for device in list_devices(driver)] == ["mic", "speaker"]


@pytest.mark.parametrize(
    ("system", "broken", "problem"),
    [
        (SoundSystem(()), set(), "No sound device was found."),
        (SoundSystem((speaker_device(),)), set(), "No microphone was found."),
        (BOTH, {"mic"}, "“mic” cannot be opened."),
    ],
)
def test_the_report_says_what_is_wrong(system: SoundSystem, broken: set[str], problem: str) -> None:
    assert problem in describe_devices(driver=FakeSoundDriver(system, broken))["problem"]
