"""`vesper doctor`: what runs where and why, and what is missing, as sentences or JSON."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import sys
import textwrap
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from assistant import __version__, app
from assistant.core.errors import AssistantError
from assistant.core.settings import VoiceSettings
from assistant.distant_speech import place_of
from assistant.listings import mind_in_words
from assistant.storage.settings_file import load_settings
from assistant.storage.sound_memory import measured

COLUMNS = 96
NAME_COLUMNS = 20
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

Report = dict[str, Mapping[str, Any]]


def run_doctor(engines: app.Engines, as_json: bool) -> int:
    report = examine(engines)
    if as_json:
        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
        return 0
    for section, entries in report.items():
        sys.stdout.write(f"{section}\n")
        for name, value in entries.items():
            sys.stdout.write(_entry(name, value))
    return 0


def examine(engines: app.Engines) -> Report:
    """Loads no model; opens the sound devices for a moment. Empty values are left out."""
    report: Report = {
        "machine": _machine(),
        "engines": _engines(engines),
        "models": {card.id: _model_state(engines, card.id) for card in engines.catalog.cards},
        "sound": _sound(engines),
        "safety": _safety(engines),
        "files": _files(engines),
        "versions": {"vesper": __version__, "python": platform.python_version()} | {p: _version(p) for p in PACKAGES},
    }
    return {
        section: {name: value for name, value in entries.items() if value != ""} for section, entries in report.items()
    }


def _machine() -> dict[str, Any]:
    from assistant.llm.machine import free_memory_bytes, physical_cores

    memory = psutil.virtual_memory()
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": f"{physical_cores()} cores, {os.cpu_count()} threads",
        "memory": f"{memory.total / 1024**3:.1f} GiB, {free_memory_bytes() / 1024**3:.1f} GiB free",
        "graphics": _graphics(),
        "display": _display(),
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


def _display() -> str:
    if sys.platform.startswith("linux"):
        found = next((name for name in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(name)), "")
        return f"{found} is {os.environ[found]}" if found else "none: no window, but every command works"
    return "the desktop's"


def _engines(engines: app.Engines) -> dict[str, str]:
    settings = engines.settings
    return {
        "hearing": _hearing(engines),
        "mind": mind_in_words(settings.mind, engines.catalog),
        "voice": _voice(settings.voice),
        "model that sees": _vision(),
        "eyes": "rapidocr and shape analysis in a process of their own, on the processor",
    }


def _voice(settings: VoiceSettings) -> str:
    if settings.is_elsewhere:
        return f"{_speech_server(settings.server_url, settings.server_model)}: what is spoken is sent to it"
    if settings.engine == "coqui":
        from assistant.audio.coqui import licence_of

        folder = Path(settings.folder).expanduser()
        missing = (
            ""
            if importlib.util.find_spec("TTS")
            else " But Coqui TTS is not installed: python3 scripts/setup.py --gpu."
        )
        return f"coqui with the voice in {folder.name}; its licence: {licence_of(folder)}.{missing}"
    if settings.engine == "kokoro":
        from assistant.audio.compute import place_for

        place = place_for("kokoro", settings.device)
        return f"kokoro, voice {settings.voice}, on {place.in_words}, {place.why}"
    return f"{settings.engine}, voice {settings.voice}, on the processor"


def _hearing(engines: app.Engines) -> str:
    settings = engines.settings.hearing
    if settings.is_elsewhere:
        return f"{_speech_server(settings.server_url, settings.server_model)}: recordings are sent to it"
    from assistant.audio.compute import place_for

    engine = app.hearing_engine(settings)
    if settings.engine != "auto":
        why = "because you chose it"
    elif engine == "openai-whisper":
        why = "because torch sees a CUDA device"
    else:
        why = "the quickest on a processor"
    place = place_for(engine, settings.device)
    return f"{engine} with {settings.model}, {why}; on {place.in_words}, {place.why}"


def _speech_server(url: str, model: str) -> str:
    from assistant.llm.server_key import describe_key

    if not url:
        return "a server without an address yet"
    return f"{model or 'the usual model'} {place_of(url)}, {describe_key(url)}"


def _vision() -> str:
    from assistant.llm.machine import graphics_card, processor
    from assistant.llm.vision_models import recommend

    device = graphics_card() or processor()
    choice = recommend(device)
    if choice is None:
        return "a model that sees would not fit into memory; pictures reach the language model as words"
    return f"for this machine: {choice.in_words()} Put the files into a folder and name it as [mind] folder."


def _model_state(engines: app.Engines, model_id: str) -> str:
    catalog = engines.catalog
    card = catalog.card(model_id)
    if catalog.is_present(model_id):
        state = "here"
    elif model_id in catalog.default_ids(psutil.virtual_memory().total):
        state = f"MISSING; run: vesper models fetch {model_id}"
    else:
        state = f"not here, and not needed; to get it: vesper models fetch {model_id}"
    return f"{card.task}, {card.bytes / 1e6:,.0f} MB, {card.licence}, {state}"


def _sound(engines: app.Engines) -> dict[str, Any]:
    from assistant.audio.devices import describe_devices

    try:
        found = describe_devices(engines.settings.audio)
    except AssistantError as error:
        return {"problem": str(error)}
    from assistant.gui.global_key import key_in_words
    from assistant.suspend_watch import sleep_in_words

    report: dict[str, Any] = {
        "microphone": _device(found["microphone"], found["microphone_latency_seconds"]),
        "loudspeaker": _device(found["speaker"], found["speaker_latency_seconds"]),
    }
    if found["devices"]:
        together = "one stream for both" if found["full_duplex"] else "a stream for each"
        report["streams"] = f"{together}, {found['sample_rate'] / 1000:g} kHz"
        report["interface"] = ", ".join(name for name in (found["host_api"], found["sound_server"]) if name)
        report["devices"] = [
            f"{device['name']}, {device['default_rate'] / 1000:g} kHz, {_directions(device)}"
            for device in found["devices"]
        ]
        report["echo"] = _echo(engines, found["microphone"], found["speaker"])
    report["way to talk"] = _way(engines)
    report["key for all windows"] = key_in_words()
    report["sleep"] = sleep_in_words()
    return report | {"problem": found["problem"]}


def _directions(device: Mapping[str, Any]) -> str:
    sides = (("microphone", device["input_channels"]), ("loudspeaker", device["output_channels"]))
    return " and ".join(f"{name} ({channels} ch)" for name, channels in sides if channels) or "no channels"


def _echo(engines: app.Engines, microphone: str, speaker: str) -> str:
    """What was measured of these two devices on the sound page of the settings."""
    if engines.settings.audio.headset:
        return "headset mode: nothing is taken out of what the microphone hears"
    known = measured(engines.folders.data, microphone, speaker)
    cancelled = "our own voice is taken out" if importlib.util.find_spec("livekit") else "deaf while the voice speaks"
    if known is None:
        return f"{cancelled}; not measured: Settings, Sound, “Measure the echo”"
    return f"{cancelled}; measured {known.delay_seconds * 1000:.0f} ms round trip at {known.level_decibel:.0f} dB"


def _way(engines: app.Engines) -> str:
    talk, window = engines.settings.talk, engines.settings.window
    return {
        "open": "open microphone",
        "name": f"called by “{talk.call}”, then {talk.follow_up_seconds:g} s without it",
        "key": f"hold {window.push_to_talk_key}",
        "text": "typing only",
    }[talk.way] + ("" if window.open_microphone or talk.way in ("key", "text") else "; the microphone starts closed")


def _device(name: str, latency_seconds: float) -> str:
    if not name:
        return "none"
    return f"{name}, {latency_seconds * 1000:.0f} ms" if latency_seconds else name


def _safety(engines: app.Engines) -> dict[str, str]:
    from assistant.gui.web_engine import prepare_web_engine, preview_refusal
    from assistant.pages.render import find_browser

    prepare_web_engine()
    browser = find_browser()
    return {
        "page preview": preview_refusal() or "on, in Chromium's sandbox, off the record and without network",
        "screenshots": f"by {Path(browser).name} of this system" if browser else "by the app's own preview",
        "pictures": "decoded in a process of their own with a memory limit",
        "language model": "a process of its own behind a private socket",
        "bubblewrap": shutil.which("bwrap") or "not found",
        "network": "off: nothing is downloaded" if engines.settings.privacy.offline else "only for models you fetch",
    }


def _files(engines: app.Engines) -> dict[str, Any]:
    folders = engines.folders
    return {
        "data": str(folders.data),
        "models": str(engines.catalog.own_folder or engines.catalog.models_folder),
        "free disk": f"{shutil.disk_usage(folders.data).free / 1e9:.1f} GB",
        "saved": "no: the data folder cannot be written, a temporary one is used" if folders.is_temporary else "yes",
        "settings": str(folders.settings_file) if folders.settings_file.exists() else "the defaults: there is no file",
        "settings problems": list(load_settings(folders.settings_file)[1]) or "",
        "log": str(folders.data / "logs" / "vesper.log"),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _entry(name: str, value: object) -> str:
    """One entry, wrapped under its own name."""
    lead = f"  {name:<{NAME_COLUMNS}} "
    texts = value if isinstance(value, list) else [value]
    return "".join(_wrapped(lead if index == 0 else " " * len(lead), str(text)) for index, text in enumerate(texts))


def _wrapped(lead: str, text: str) -> str:
    return (
        textwrap.fill(text, COLUMNS, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False)
        + "\n"
    )
