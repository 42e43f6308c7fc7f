"""QtWebEngine shut off from everything: model-written pages run here and reach nothing outside their rectangle.

Layers, each with its own test: Chromium flags without a network, a scheme of our own with a Content-Security-Policy
header, a profile per page that keeps nothing, an interceptor, a navigation veto, and no windows, dialogs, downloads
or permissions. An interceptor alone leaks speculation rules and WebRTC, so none of these is optional.

The Qt module is imported on the first page, not at start: it costs 150 ms and 200 MB.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache

from PySide6.QtCore import QCoreApplication, Qt

from assistant.core.page_policy import PAGE_POLICY

SCHEME = b"preview"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; media-src data: blob:; form-action 'none'; base-uri 'none'; "
    "sandbox allow-scripts allow-modals allow-forms"
)
META_POLICY = POLICY.split("; sandbox")[0]  # a meta element cannot carry the sandbox directive
OWN_POLICY = re.compile(
    r'\s*<!doctype html>\s*<html(?: lang="[\w-]*")?>\s*<head>\s*<meta charset="utf-8">\s*'
    r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">'
)
FLAGS = (
    '--host-resolver-rules="MAP * ~NOTFOUND"',
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",  # without it loopback, where model servers live, goes around the dead proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # its name in newer Chromiums, which ignore the one above
    "--disable-background-networking",
    "--dns-prefetch-disable",
    "--disable-quic",
    "--disable-speech-api",  # one line of SpeechRecognition kills the renderer of this Qt build
    "--disable-features=SpeculationRulesPrefetchFuture,Prerender2,WebTransport",
)
SANDBOX_PROBE_SECONDS = 2.0


def prepare_web_engine(environment: Mapping[str, str] = os.environ) -> None:
    """Set what Chromium reads once, before QApplication exists. Call it first thing in `app.py`; it imports nothing.

    As root Chromium has no sandbox: then only a test run (`VESPER_TEST=1`) gets a preview, any other has none.
    """
    os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join(FLAGS)
    for name in ("QTWEBENGINE_DISABLE_SANDBOX", "QTWEBENGINE_REMOTE_DEBUGGING"):
        os.environ.pop(name, None)
    if _is_root() and environment.get("VESPER_TEST") == "1":
        os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)


@cache
def preview_refusal() -> str:
    """Why pages cannot be shown safely on this machine, as one sentence; empty when they can.

    Takes up to two seconds on a loaded machine: call it off the GUI thread.
    """
    if os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS") != " ".join(FLAGS):
        return "The preview is off because its network block was not set up."
    if _is_root():
        if os.environ.get("QTWEBENGINE_DISABLE_SANDBOX") == "1":
            return ""
        return "The preview is off because Vesper runs as root, where a page could not be sandboxed."
    if not _has_namespaces():
        return "The preview is off because this system does not let Vesper sandbox a page."
    return ""


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _has_namespaces() -> bool:
    """Can an ordinary process make the namespaces that Chromium's sandbox needs? Without, Chromium ends the process."""
    unshare = shutil.which("unshare")
    if os.name != "posix" or unshare is None:
        return True
    try:
        probe = subprocess.run([unshare, "--user", "true"], capture_output=True, timeout=SANDBOX_PROBE_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


def with_policy(html: str) -> str:
    """The page with our policy as its first element, for when it leaves the preview as a file."""
    begin = OWN_POLICY.match(html)
    if begin is not None and begin[1] in (META_POLICY, PAGE_POLICY):
        return html
    meta = f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{META_POLICY}">'
    start = html.lstrip()
    if start[:9].lower() == "<!doctype":
        end = start.index(">") + 1 if ">" in start else len(start)
        return f"<!doctype html>\n<html><head>\n{meta}{start[end:]}"
    return f"<!doctype html>\n<html><head>\n{meta}\n{html}"
