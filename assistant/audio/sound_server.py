"""What stands between ALSA and the hardware on most Linux desktops: a PulseAudio or PipeWire server.

It is asked through `pactl`. Traps that shaped this file: a microphone that is pulled out is silently replaced by the
loudspeaker's monitor, so that we would hear ourselves; and a server that dies can take our process with it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SERVER_SECONDS = 2.0  # pactl answers in milliseconds, or its server hangs
CLIENT_CONFIGURATION = "PULSE_CLIENTCONFIG"


@dataclass(frozen=True, slots=True)
class SoundServer:
    """What `pactl` says of a PulseAudio or PipeWire server."""

    name: str
    sink: str
    source: str

    @property
    def fingerprint(self) -> str:
        return f"{self.sink} {self.source}"


def find_server() -> SoundServer | None:
    """None where there is no server, or no `pactl` to ask it. Takes 5 ms."""
    facts = dict(line.split(": ", 1) for line in _pactl("info").splitlines() if ": " in line)
    if not facts:
        return None
    sink = os.environ.get("PULSE_SINK") or facts.get("Default Sink", "")
    source = os.environ.get("PULSE_SOURCE") or facts.get("Default Source", "")
    return SoundServer(facts.get("Server Name", ""), sink, source)


def rate_of(sink: str) -> int:
    """Hz of a server's sink; 0 if unknown. Takes 5 ms."""
    for line in _pactl("list", "short", "sinks").splitlines():
        fields = line.split("\t")  # index, name, driver, "s16le 2ch 48000Hz", state
        if len(fields) > 3 and fields[1] == sink:
            return int(fields[3].rpartition(" ")[2].removesuffix("Hz"))
    return 0


def _pactl(*arguments: str) -> str:
    if shutil.which("pactl") is None:
        return ""
    try:
        done = subprocess.run(
            ["pactl", *arguments],
            capture_output=True,
            text=True,
            timeout=SERVER_SECONDS,
            env=os.environ | {"LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def forgo_shared_memory() -> None:
    """Have libpulse pass audio through its socket. Call before the sound library is loaded; only Linux is touched.

    When the server dies, libpulse takes shared memory back and waits, holding its lock, until ALSA's plugin has let
    go of the block it is reading; the plugin waits for that lock. The stream then never ends and can never be closed
    (seen in 2 of 2 kills; without shared memory in 0 of 6). There is no call for it, only a configuration file: ours
    includes the user's own, and says `enable-shm = no`.
    """
    if not sys.platform.startswith("linux") or CLIENT_CONFIGURATION in os.environ:
        return
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "pulse" / "client.conf"
    own = home if home.is_file() else Path("/etc/pulse/client.conf")
    included = [own, *sorted(own.with_name("client.conf.d").glob("*.conf"))]
    lines = [f".include {path}" for path in included if path.is_file()]
    with tempfile.NamedTemporaryFile("w", prefix="vesper-pulse-", suffix=".conf", delete=False) as file:
        file.write("\n".join([*lines, "enable-shm = no", ""]))
    atexit.register(Path(file.name).unlink, missing_ok=True)
    os.environ[CLIENT_CONFIGURATION] = file.name
