"""Debian packages that Vesper's wheels expect. Installs the missing ones where that needs no password."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"


def install(for_tests: bool) -> str:
    """Install what is missing. Returns advice for the user, empty when nothing is left to do."""
    if sys.platform != "linux":
        return ""
    wanted = names_in("debian-run.txt") + (names_in("debian-test.txt") if for_tests else [])
    if shutil.which("dpkg-query") is None:
        return "this is no Debian system: install PortAudio, ffmpeg and Qt's xcb libraries with its own tools."
    installed = installed_packages()
    missing = [names for names in wanted if not installed.intersection(names.split("|"))]
    if for_tests and shutil.which("npm") is None:
        missing.append("npm")  # a voice for the tests is published as an npm package only
    if not missing:
        return ""
    root = root_command()
    if root is None:
        names = " ".join(names.split("|")[-1] for names in missing)
        return f"some system packages are missing; run: sudo apt-get install --no-install-recommends {names}"
    print(f"setup: installing {len(missing)} system packages")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.call([*root, "apt-get", "update", "-qq"], env=environment)
    chosen = [known_name(names) for names in missing]
    command = [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *chosen]
    if subprocess.call(command, env=environment, stdout=subprocess.DEVNULL) != 0:
        return f"apt-get could not install everything; run: {' '.join(command)}"
    return ""


def names_in(file: str) -> list[str]:
    lines = (REQUIREMENTS / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def installed_packages() -> set[str]:
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n"], capture_output=True, text=True
    )
    return {line.split()[0] for line in listing.stdout.splitlines() if line.endswith(" installed")}


def known_name(names: str) -> str:
    *others, last = names.split("|")
    for name in others:
        if subprocess.call(["apt-cache", "show", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return name
    return last


def root_command() -> list[str] | None:
    """How to run something as root without a password; None where that cannot be."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return ["sudo", "-n"]
    return None
