"""`vesper doctor`: what runs where and why, and what is missing, as sentences or JSON."""

from __future__ import annotations

import importlib.util
import json
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil

from assistant import __version__, app
from assistant.core.errors import AssistantError

PACKAGES = (
    "PySide6-Essentials",
    "PySide6-WebEngine",
    "faster-whisper",
    "openai-whisper",
    "torch",
    "transformers",
    "coqui-tts",
    "xllamacpp",
    "hibari-tts",
    "sounddevice",
    "rapidocr",
    "opencv-python",
    "onnxruntime",
)


def run_doctor(engines: app.Engines, as_json: bool) -> int:
    report = examine(engines)
    if as_json:
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
        return 0
    for section, entries in report.items():
        sys.stdout.write(f"{section}\n")
        for name, value in entries.items():
            sys.stdout.write(f"  {name:<18} {_plain(value)}\n")
    return 0


def examine(engines: app.Engines) -> dict[str, Mapping[str, Any]]:
    """Loads no model; opens the sound devices for a moment."""
    return {
        "machine": _machine(),
        "engines": _engines(engines),
        "models": {card.id: _model_state(engines, card.id) for card in engines.catalog.cards},
        "sound": _sound(engines),
        "safety": _safety(),
        "files": {
            "data": str(engines.folders.data),
            "settings": str(engines.folders.settings_file),
            "saved": "no: a temporary folder is used" if engines.folders.is_temporary else "yes",
        },
        "versions": {"vesper": __version__, "python": platform.python_version()} | {p: _version(p) for p in PACKAGES},
    }


def _machine() -> dict[str, Any]:
    memory = psutil.virtual_memory()
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": psutil.cpu_count(logical=False) or 1,
        "memory": f"{memory.total / 1024**3:.1f} GiB, {memory.available / 1024**3:.1f} GiB free",
        "graphics": _graphics(),
    }


def _graphics() -> str:
    if shutil.which("nvidia-smi") is None:
        return "no NVIDIA driver: everything runs on the processor"
    if importlib.util.find_spec("torch") is None:
        return "an NVIDIA driver is there, but torch is not installed: install the gpu extra to use it"
    import torch

    if not torch.cuda.is_available():
        return f"an NVIDIA driver is there, but torch {torch.__version__} was built without CUDA: the processor is used"
    return f"{torch.cuda.get_device_name(0)} through torch {torch.__version__}"


def _engines(engines: app.Engines) -> dict[str, str]:
    from assistant.llm.machine import this_machine
    from assistant.llm.plan import plan

    settings = engines.settings
    mind = (
        f"{settings.mind.server_model or 'its default model'} on the server you named"
        if settings.mind.server_url
        else plan(this_machine(), settings.mind.model).reason
    )
    return {
        "hearing": f"{app.hearing_engine(settings.hearing)} with {settings.hearing.model}",
        "mind": mind,
        "voice": f"{settings.voice.engine}, voice {settings.voice.voice}, on the processor",
        "eyes": "rapidocr and shape analysis in a worker process, on the processor",
    }


def _model_state(engines: app.Engines, model_id: str) -> str:
    card = engines.catalog.card(model_id)
    state = "here" if engines.catalog.is_present(model_id) else f"not here: vesper models fetch {model_id}"
    return f"{card.task}, {card.bytes / 1e6:,.0f} MB, {card.licence}, {state}"


def _sound(engines: app.Engines) -> dict[str, Any]:
    from assistant.audio.devices import describe_devices

    try:
        return describe_devices(engines.settings.audio)
    except AssistantError as error:
        return {"problem": str(error)}


def _safety() -> dict[str, str]:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return {
        "page preview": "QtWebEngine, off the record, without network",
        "pictures": "decoded in a worker process with a memory limit",
        "language model": "a child process behind a private socket",
        "screenshots": f"{browser.rsplit('/', 1)[-1]} of this system" if browser else "by the app's own preview",
        "bubblewrap": "found" if shutil.which("bwrap") else "not found",
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_plain(item) for item in value) or "none"
    return str(value)
