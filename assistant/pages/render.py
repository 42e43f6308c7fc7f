"""A page as a picture, by a Chromium of the system, without network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
RENDER_SECONDS = 40
SWITCHES = (
    "--headless=new",
    "--disable-gpu",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # its name in newer Chromiums, which ignore the one above
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
)


SCRIPT_ERROR = re.compile(r':CONSOLE[:(]\d+\)?\] "((?:Uncaught|Refused) .*?)", source:')
NOBODY = 65534  # uid and gid of the user who owns nothing, on Linux


def find_browser() -> str | None:
    """Path of a Chromium of this system."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def render(page: Path, target: Path, width: int = 1280, height: int = 900) -> tuple[str, ...]:
    """Write a PNG of the page, and return the errors its scripts made. Raises EngineError where the browser fails."""
    with tempfile.TemporaryDirectory(prefix="vesper-render-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        copy, shot = work / "page.html", work / "page.png"
        shutil.copyfile(page, copy)
        said = _browse([f"--window-size={width},{height}", f"--screenshot={shot}", copy.as_uri()], work).stderr
        try:
            shutil.copyfile(shot, target)
        except OSError as error:
            raise EngineError("The browser could not take a picture of the page.", "Open the page instead.") from error
    return tuple(SCRIPT_ERROR.findall(said))


def run_browser(arguments: list[str], work: Path) -> str:
    """What a headless browser wrote on its output. `work` is a folder of its own, with `page.html` in it."""
    return str(_browse(arguments, work).stdout)


def _browse(arguments: list[str], work: Path) -> subprocess.CompletedProcess[str]:
    """Chromium has no sandbox under root, so for root it is run by the user who owns nothing."""
    browser = find_browser()
    if browser is None:
        raise EngineError("No browser was found to take a picture of the page.", "Install Chromium, or open the page.")
    environment = {"HOME": str(work), "PATH": os.environ.get("PATH", os.defpath)}
    user: dict[str, Any] = {}
    try:
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            os.chown(work, NOBODY, NOBODY)
            (work / "page.html").chmod(0o644)
            user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        return subprocess.run(
            [browser, *SWITCHES, f"--user-data-dir={work / 'profile'}", *arguments],
            env=environment,
            capture_output=True,
            timeout=RENDER_SECONDS,
            check=True,
            text=True,
            errors="replace",
            **user,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError("The browser could not open the page.", "Open the page yourself instead.") from error
