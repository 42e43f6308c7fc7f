"""A page as a picture, by a Chromium of the system, without network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from assistant.core.errors import EngineError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
RENDER_SECONDS = 40
SWITCHES = (
    "--headless=new",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
)


def find_browser() -> str | None:
    """Path of a Chromium, if there is one that may be used: it does not start sandboxed as root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and os.environ.get("VESPER_TEST") != "1":
        return None
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def render(page: Path, target: Path, width: int = 1280, height: int = 900) -> None:
    """Write a PNG of the page. Raises EngineError where the browser fails or takes too long."""
    browser = find_browser()
    if browser is None:
        raise EngineError("No browser was found to take a picture of the page.", "Install Chromium, or open the page.")
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # tests only: see find_browser
    with tempfile.TemporaryDirectory(prefix="vesper-render-") as profile:
        command = [
            browser,
            *SWITCHES,
            *sandbox,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            f"--screenshot={target.absolute()}",
            page.absolute().as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=RENDER_SECONDS, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError("The browser could not take a picture of the page.", "Open the page instead.") from error
    if not target.exists():
        raise EngineError("The browser took no picture of the page.", "Open the page instead.")
