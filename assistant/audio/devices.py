"""Which microphone and which loudspeaker: the devices there are, the choice among them, and the report on both.

Choosing is pure; only `list_devices` and `describe_devices` look at the machine.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

from assistant.core.errors import DeviceError
from assistant.core.settings import AudioSettings
from assistant.core.types import Samples

USUAL_RATE = 48_000  # Hz, where a device does not say


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """One device of the system's sound interface. `index` is PortAudio's and changes when devices come and go."""

    name: str
    index: int
    input_channels: int
    output_channels: int
    default_rate: int
    """Hz: the device's own rate, or its sound server's."""
    is_default_input: bool = False
    is_default_output: bool = False


@dataclass(frozen=True, slots=True)
class SoundSystem:
    """What the operating system offers at one moment."""

    devices: tuple[SoundDevice, ...]
    host_api: str = ""
    server: str = ""
    """Name of the sound server, where one stands between us and the hardware."""
    fingerprint: str = ""
    """Changes when the system's default microphone or loudspeaker does; empty where that cannot be seen cheaply."""
    listens_to_itself: bool = False
    """The default microphone is the monitor of a loudspeaker: there is no real one."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What to open: one side, or both in one stream. A side without a device is None."""

    sample_rate: int
    microphone: SoundDevice | None
    speaker: SoundDevice | None


class Process(Protocol):
    """Runs on the sound card's thread: take a block from the microphone, fill one for the loudspeaker.

    `heard` is one channel, `to_play` has all channels as columns; a side that is not open is None. The block will be
    heard `heard_in_seconds` from now.
    """

    def __call__(self, heard: Samples | None, to_play: Samples | None, heard_in_seconds: float) -> None: ...


class OpenStream(Protocol):
    @property
    def is_active(self) -> bool: ...

    @property
    def latency_seconds(self) -> tuple[float, float]:
        """Of the microphone and of the loudspeaker, as the system reports them."""
        ...

    def close(self) -> None: ...


class SoundDriver(Protocol):
    """The operating system's sound, blocking. All calls come from one thread."""

    def survey(self, refresh: bool = False) -> SoundSystem:
        """Look at the machine. `refresh` reads the device list anew, which breaks open streams. Raises DeviceError."""
        ...

    def fingerprint(self) -> str:
        """`SoundSystem.fingerprint` alone, safe while streams are open."""
        ...

    def open(self, request: StreamRequest, process: Process) -> OpenStream:
        """Raises DeviceError."""
        ...

    def forsake(self) -> None:
        """A call of this driver does not return: let the next driver share nothing with it. From any thread."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """The devices to open, and a sentence for each wish that could not be met: (what, advice)."""

    microphone: SoundDevice | None
    speaker: SoundDevice | None
    notices: tuple[tuple[str, str], ...] = ()
    behind_a_server: bool = False

    @property
    def has_one_rate(self) -> bool:
        """Both sides are there and agree on a rate: what is heard and what is played can be paired."""
        if self.microphone is None or self.speaker is None:
            return False
        return self.microphone.default_rate == self.speaker.default_rate

    @property
    def can_share_a_stream(self) -> bool:
        """One full-duplex stream, with one clock. Behind a sound server it would have none of the hardware's clock and
        the bridge's troubles: it spins, it ends under load, and a slow microphone stops the loudspeaker (ADR 0010)."""
        return self.has_one_rate and not self.behind_a_server


NO_MICROPHONE = ("No microphone was found.", "Plug one in; until then you can type.")
NO_SPEAKER = ("No loudspeaker was found.", "Plug one in; until then replies are shown as text.")


def choose(system: SoundSystem, settings: AudioSettings) -> Choice:
    """The devices named in the settings, or else the system's defaults. Raises DeviceError if there is no device."""
    if not system.devices:
        raise DeviceError(
            "No sound device was found.",
            "Plug in a headset or start the sound server (PulseAudio or PipeWire); until then you can type.",
        )
    microphones = tuple(device for device in system.devices if device.input_channels > 0)
    speakers = tuple(device for device in system.devices if device.output_channels > 0)
    default_microphone = next((device for device in microphones if device.is_default_input), None)
    default_speaker = next((device for device in speakers if device.is_default_output), None)
    if system.listens_to_itself:
        default_microphone = None
    notices: list[tuple[str, str]] = []
    microphone = _named(microphones, settings.input_device, default_microphone, "microphone", notices)
    speaker = _named(speakers, settings.output_device, default_speaker, "loudspeaker", notices)
    if microphone is None:
        notices.append(NO_MICROPHONE)
    if speaker is None:
        notices.append(NO_SPEAKER)
    return Choice(microphone, speaker, tuple(notices), behind_a_server=bool(system.server))


def _named(
    devices: tuple[SoundDevice, ...],
    name: str,
    default: SoundDevice | None,
    role: str,
    notices: list[tuple[str, str]],
) -> SoundDevice | None:
    if not name:
        return default
    for device in devices:
        if device.name == name:
            return device
    if default is not None:
        notices.append((f"The {role} “{name}” is not there.", f"The system's default {role} is used instead."))
    return default


def list_devices(driver: SoundDriver | None = None) -> tuple[SoundDevice, ...]:
    """Blocking. Raises DeviceError where there is no sound library; no devices are an empty tuple."""
    return (driver or _portaudio()).survey().devices


def describe_devices(settings: AudioSettings | None = None, driver: SoundDriver | None = None) -> dict[str, Any]:
    """The report of `vesper doctor`, ready for JSON. Blocking; opens the chosen devices for a moment."""
    report: dict[str, Any] = {
        "devices": [],
        "microphone": "",
        "speaker": "",
        "host_api": "",
        "sound_server": "",
        "full_duplex": False,
        "sample_rate": 0,
        "microphone_latency_seconds": 0.0,
        "speaker_latency_seconds": 0.0,
        "problem": "",
    }
    try:
        driver = driver or _portaudio()
        system = driver.survey()
        choice = choose(system, settings or AudioSettings())
        report |= {
            "devices": [asdict(device) for device in system.devices],
            "microphone": choice.microphone.name if choice.microphone else "",
            "speaker": choice.speaker.name if choice.speaker else "",
            "host_api": system.host_api,
            "sound_server": system.server,
            "problem": " ".join(f"{what} {advice}" for what, advice in choice.notices),
        }
        report |= _measure(driver, choice)
    except DeviceError as error:
        report["problem"] = str(error)
    return report


def _measure(driver: SoundDriver, choice: Choice) -> dict[str, Any]:
    rate = rate_of(choice)
    if choice.can_share_a_stream:
        requests = [StreamRequest(rate, choice.microphone, choice.speaker)]
    else:
        requests = [StreamRequest(rate, device, None) for device in (choice.microphone,) if device]
        requests += [StreamRequest(rate, None, device) for device in (choice.speaker,) if device]
    measured: dict[str, Any] = {"full_duplex": choice.can_share_a_stream, "sample_rate": rate}
    for request in requests:
        stream = driver.open(request, _silence)
        heard, played = stream.latency_seconds
        stream.close()
        if request.microphone:
            measured["microphone_latency_seconds"] = round(heard, 4)
        if request.speaker:
            measured["speaker_latency_seconds"] = round(played, 4)
    return measured


def rate_of(choice: Choice) -> int:
    device = choice.speaker or choice.microphone
    return device.default_rate if device else USUAL_RATE


def _silence(heard: Samples | None, to_play: Samples | None, heard_in_seconds: float) -> None:
    if to_play is not None:
        to_play.fill(0.0)


def _portaudio() -> SoundDriver:
    from assistant.audio.portaudio import PortAudio  # here, because loading the sound library takes 0.2 s

    return PortAudio()
