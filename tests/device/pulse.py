"""A PulseAudio server of a test's own: a virtual loudspeaker to record, a virtual microphone to speak into."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve

RECORD_RATE = 16_000
CHUNK_SECONDS = 0.01
SPEAKER = "module-null-sink sink_name=speaker rate={rate} channels={channels}"
MICROPHONE = (
    "module-null-sink sink_name=micbus rate=48000 channels=1",
    "module-remap-source source_name=mic master=micbus.monitor",
)


class PulseServer:
    """Not started by its constructor. `environment` is what a client, this process included, needs to find it."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
            raise AssertionError("PulseAudio is not installed: `apt install pulseaudio pulseaudio-utils`")
        self._folder = folder
        self._socket = folder / "pulse" / "native"
        self._socket.parent.mkdir(parents=True, mode=0o700)
        self.environment = {"XDG_RUNTIME_DIR": str(folder), "PULSE_SERVER": f"unix:{self._socket}"}
        self._server: subprocess.Popen[bytes] | None = None
        self._clients: list[subprocess.Popen[bytes]] = []

    def start(self, microphone: bool = True, rate: int = 48_000, channels: int = 2, keep_awake: bool = True) -> None:
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        command += ["--realtime=no", "--high-priority=no", f"--log-target=file:{self._folder}/pulse.log"]
        modules = [f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"]
        modules.append(SPEAKER.format(rate=rate, channels=channels))
        modules += MICROPHONE if microphone else []
        for module in modules:
            command += ["-L", module]
        self._server = subprocess.Popen(command, env=self._environment(), stderr=subprocess.DEVNULL)
        self._wait_until_ready()
        self.pactl("set-default-sink", "speaker")
        if microphone:
            self.pactl("set-default-source", "mic")
        if microphone and keep_awake:
            self.keep_microphone_awake()

    def plug_microphone(self) -> None:
        for module in MICROPHONE:
            self.pactl("load-module", *module.split())
        self.pactl("set-default-source", "mic")
        self.keep_microphone_awake()

    def keep_microphone_awake(self) -> None:
        """Feed silence: a null sink that nobody plays to hands out its time in lumps of two seconds."""
        arguments = ["--device=micbus", "--latency-msec=30", "--raw", "--rate=16000", "--channels=1", "/dev/zero"]
        self._clients.append(subprocess.Popen(["paplay", *arguments], env=self._environment()))

    def say(self, recording: Path) -> None:
        """Speak a file into the virtual microphone; returns when it has been heard."""
        command = ["paplay", "--device=micbus", "--latency-msec=30", str(recording)]
        subprocess.run(command, env=self._environment(), check=True, timeout=60)

    def pactl(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self._environment(), capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout

    def freeze(self) -> None:
        """It takes no more calls, and does not say so."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """At once, as a crash would."""
        for process in [*self._clients, self._server]:
            if process is not None:
                process.kill()
                process.wait(timeout=10)
        self._clients, self._server = [], None

    def _environment(self) -> dict[str, str]:
        return os.environ | self.environment

    def _wait_until_ready(self) -> None:
        for _ in range(100):
            try:
                self.pactl("info")
            except subprocess.CalledProcessError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("PulseAudio did not start: " + (self._folder / "pulse.log").read_text()[-500:])


class Recorder:
    """Hears the virtual loudspeaker, and remembers when each sample arrived (time.monotonic)."""

    def __init__(self, server: PulseServer) -> None:
        arguments = ["--device=speaker.monitor", "--raw", "--format=s16le", f"--rate={RECORD_RATE}", "--channels=1"]
        command = ["parec", *arguments, "--latency-msec=10"]
        self._process = subprocess.Popen(command, env=os.environ | server.environment, stdout=subprocess.PIPE)
        self._chunks: list[np.ndarray] = []
        self._times: list[float] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        size = 2 * round(CHUNK_SECONDS * RECORD_RATE)
        while chunk := stream.read(size):
            self._times.append(time.monotonic())
            self._chunks.append(np.frombuffer(chunk, np.int16).astype(np.float32) / 32768)

    @property
    def samples(self) -> np.ndarray:
        return np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.float32)

    def sound_times(self, threshold: float = 0.01) -> list[float]:
        """When the chunks that hold sound arrived."""
        return [at for at, chunk in zip(self._times, self._chunks, strict=False) if np.abs(chunk).max() > threshold]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        self._thread.join(timeout=10)


def likeness(recording: np.ndarray, clip: np.ndarray) -> float:
    """How well a recording holds a clip, 0 to 1: the median over quarter seconds of the clip, each found by its highest
    normalised cross-correlation. The median, because a starved machine may drop a block somewhere."""
    length = RECORD_RATE // 4
    energy = np.maximum(fftconvolve(recording**2, np.ones(length), mode="valid"), 1e-6)
    found = []
    for start in range(0, len(clip) - length, length):
        part = clip[start : start + length]
        if np.abs(part).max() > 0.02:
            matches = fftconvolve(recording, part[::-1], mode="valid")
            found.append(float(np.max(matches / np.sqrt(energy * np.dot(part, part)))))
    return float(np.median(found))
