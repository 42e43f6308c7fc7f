"""Hearing and voice on a server that the user named, with its key from the keyring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.address import host_in
from assistant.core.settings import HearingSettings, VoiceSettings
from assistant.llm.server_key import find_key

if TYPE_CHECKING:
    from assistant.audio.server_ears import ServerEars
    from assistant.audio.server_voice import ServerVoice

Record = Callable[[str, Mapping[str, object]], None]


def distant_ears(settings: HearingSettings, vad: Path | None, record: Record) -> ServerEars:
    from assistant.audio.server_ears import ServerEars

    record("Connection", {"to": settings.server_url, "why": "the speech recogniser you named"})
    return ServerEars(settings.server_url, settings.server_model, partial(find_key, settings.server_url), vad)


def distant_voice(settings: VoiceSettings, record: Record) -> ServerVoice:
    from assistant.audio.server_voice import ServerVoice

    record("Connection", {"to": settings.server_url, "why": "the voice's server you named"})
    key = partial(find_key, settings.server_url)
    return ServerVoice(settings.server_url, settings.server_model, settings.voice, key, settings.rate)


def place_of(server_url: str) -> str:
    """ "on host:port"."""
    return f"on {host_in(server_url)}"
