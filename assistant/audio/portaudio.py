"""The sound driver on PortAudio (sounddevice).

The rule: PortAudio's shape of things ends here. Traps that shaped this file: the device list is read once, until
PortAudio is terminated; a server that is killed only ends the callbacks; errors go to stderr line by line.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.audio.devices import USUAL_RATE, OpenStream, Process, SoundDevice, SoundSystem, StreamRequest
from assistant.audio.sound_server import SoundServer, find_server, forgo_shared_memory, rate_of
from assistant.core.errors import DeviceError

BLOCK_SECONDS = 0.02  # shorter blocks gave dropouts on a busy two-core machine (ADR 0010)
LATENCY_SECONDS = 0.05  # silence within 150 ms of a stop; 0.08 took 165, and "low" drifted up to 300 (ADR 0010)
LONGEST_LATENCY_SECONDS = 0.5  # a driver that claims more is not believed

_LOADING = threading.Lock()
_loaded: list[Library] = []
"""The last one is in use."""


@dataclass(slots=True)
class Library:
    """One copy of PortAudio in this process. It has one state: a list that is read while it is re-read is garbage."""

    sounddevice: Any
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_forsaken: bool = False


class PortAudio:
    """Loads the sound library at once; raises DeviceError where there is none."""

    def __init__(self) -> None:
        forgo_shared_memory()
        with _LOADING, quiet_stderr():
            if not _loaded:
                _loaded.append(Library(_first_copy()))
            elif _loaded[-1].is_forsaken:
                _loaded.append(Library(_another_copy(_loaded[0].sounddevice)))
        self._library = _loaded[-1]
        self._sounddevice = self._library.sounddevice

    def survey(self, refresh: bool = False) -> SoundSystem:
        server = find_server()  # before the list: a change while that is read is seen as one, and read again
        with self._library.lock:
            if refresh:
                with quiet_stderr():
                    self._sounddevice._terminate()
                    self._sounddevice._initialize()
            return self._look(server)

    def _look(self, server: SoundServer | None) -> SoundSystem:
        apis = self._sounddevice.query_hostapis()
        if not apis:
            return SoundSystem(())
        # One interface only: the others list the same hardware again under other names.
        api = apis[max(0, self._sounddevice.default.hostapi)]
        rate = rate_of(server.sink) if server else 0
        devices = tuple(self._device(index, api, rate) for index in api["devices"])
        return SoundSystem(
            devices,
            host_api=api["name"],
            server=server.name if server else "",
            fingerprint=server.fingerprint if server else "",
            listens_to_itself=server is not None and server.source.endswith(".monitor"),
        )

    def fingerprint(self) -> str:
        server = find_server()
        return server.fingerprint if server else ""

    def forsake(self) -> None:
        self._library.is_forsaken = True
        atexit.unregister(self._sounddevice._exit_handler)  # it would wait for the call that does not return
        hush_stderr()

    def open(self, request: StreamRequest, process: Process) -> OpenStream:
        try:
            with self._library.lock, quiet_stderr():
                return _Stream(self._sounddevice, request, process)
        except (self._sounddevice.PortAudioError, ValueError) as error:
            names = {device.name for device in (request.microphone, request.speaker) if device}
            role = "loudspeaker" if request.microphone is None else "microphone"
            raise DeviceError(
                f"The {role} “{'” and “'.join(sorted(names))}” cannot be opened.",
                "See whether another program holds it, or choose another device in the settings.",
            ) from error

    def _device(self, index: int, api: dict[str, Any], server_rate: int) -> SoundDevice:
        device = self._sounddevice.query_devices(index)
        rate = round(device["default_samplerate"]) or USUAL_RATE
        if server_rate and device["name"] in ("pulse", "default"):
            rate = server_rate  # PortAudio says 44100 for every server
        return SoundDevice(
            name=device["name"],
            index=index,
            input_channels=device["max_input_channels"],
            output_channels=device["max_output_channels"],
            default_rate=rate,
            is_default_input=index == api["default_input_device"],
            is_default_output=index == api["default_output_device"],
        )


def _first_copy() -> Any:
    try:
        import sounddevice
    except OSError as error:  # what sounddevice raises when the shared library is missing
        raise DeviceError(
            "The sound library PortAudio is not installed.",
            "Install it (Debian, Ubuntu: `apt install libportaudio2`) and start again.",
        ) from error
    hush_alsa()
    return sounddevice


def _another_copy(first: Any) -> Any:
    """PortAudio anew, with a state of its own: the same library under another name, which the loader takes for another.

    Only on Linux; elsewhere no call was ever seen that does not return.
    """
    if not sys.platform.startswith("linux"):
        return first
    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    paths = (line.split(maxsplit=5)[-1] for line in maps if "libportaudio" in line)
    original = next((path for path in paths if Path(path).is_file()), "")  # the copies are deleted already
    origin = importlib.util.find_spec("sounddevice")
    if not original or origin is None or origin.origin is None:
        return first
    spec = importlib.util.spec_from_file_location(f"sounddevice_{len(_loaded)}", origin.origin)
    assert spec is not None and spec.loader is not None  # it has just been found
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with tempfile.TemporaryDirectory(prefix="vesper-sound-") as folder:
        module._lib = module._ffi.dlopen(shutil.copy(original, f"{folder}/libportaudio-{len(_loaded)}.so"))
    module._initialized = 0
    module._initialize()
    return module


class _Stream:
    def __init__(self, sounddevice: Any, request: StreamRequest, process: Process) -> None:
        self._request = request
        self._process = process
        rate = request.sample_rate
        options: dict[str, Any] = {
            "samplerate": rate,
            "blocksize": round(BLOCK_SECONDS * rate),
            "latency": LATENCY_SECONDS,
            "dtype": "float32",
        }
        # One microphone channel is enough for speech. A voice on one channel would come out of the left side only.
        channels = min(2, request.speaker.output_channels) if request.speaker else 0
        if request.microphone and request.speaker:
            devices = (request.microphone.index, request.speaker.index)
            self._stream = sounddevice.Stream(device=devices, channels=(1, channels), callback=self._both, **options)
        elif request.speaker:
            index = request.speaker.index
            self._stream = sounddevice.OutputStream(device=index, channels=channels, callback=self._out, **options)
        elif request.microphone:
            index = request.microphone.index
            self._stream = sounddevice.InputStream(device=index, channels=1, callback=self._in, **options)
        else:
            raise ValueError("neither a microphone nor a loudspeaker")
        self._start(sounddevice)

    def _start(self, sounddevice: Any) -> None:
        latency = self._stream.latency
        heard, played = latency if isinstance(latency, tuple) else (latency, latency)
        self.latency_seconds = (_believable(heard), _believable(played))
        try:
            self._stream.start()
        except sounddevice.PortAudioError:
            self._stream.close(ignore_errors=True)
            raise

    @property
    def is_active(self) -> bool:
        return bool(self._stream.active)

    def close(self) -> None:
        self._stream.close(ignore_errors=True)

    # On PortAudio's thread: hand on, return None.

    def _both(self, heard: Any, to_play: Any, frames: int, times: Any, status: Any) -> None:
        self._process(heard[:, 0], to_play, self._heard_in(times))

    def _out(self, to_play: Any, frames: int, times: Any, status: Any) -> None:
        self._process(None, to_play, self._heard_in(times))

    def _in(self, heard: Any, frames: int, times: Any, status: Any) -> None:
        self._process(heard[:, 0], None, 0.0)

    def _heard_in(self, times: Any) -> float:
        ahead = float(times.outputBufferDacTime - times.currentTime)
        return ahead if 0.0 < ahead < LONGEST_LATENCY_SECONDS else self.latency_seconds[1]


def _believable(latency: float) -> float:
    return latency if 0.0 < latency < LONGEST_LATENCY_SECONDS else LATENCY_SECONDS


def hush_alsa() -> None:
    """ALSA writes a line to stderr for each block that came late, which PortAudio makes up for by itself."""
    if not sys.platform.startswith("linux"):
        return
    try:
        alsa = ctypes.CDLL("libasound.so.2")  # the copy that PortAudio has loaded
    except OSError:
        return
    # Its handler is called on the sound card's thread, so it is a C function, and one that does nothing.
    alsa.snd_lib_error_set_handler(ctypes.CDLL(None).getpid)


def hush_stderr() -> None:
    """For good: a stream whose server was killed may spin in C and write an error each time, gigabytes a minute.

    Vesper's own log is a file and goes on.
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    except OSError:
        return  # there is no stderr to hush


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send the process's error output nowhere for the moment in which PortAudio and ALSA describe, line by line, each
    device that is not there. They write to the file descriptor, so Python's own redirection does not reach them.

    The price: what another thread writes to stderr in that moment (10 to 100 ms) is lost. So it surrounds loading,
    re-reading and opening, and nothing else. Where stderr is closed (a window without a console) it does nothing.
    """
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
