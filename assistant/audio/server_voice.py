"""A Synthesizer on another machine: /v1/audio/speech of a server that the user named. What is spoken is sent to it.

WAV is asked for, because its first bytes say the rate and the rest can be played while it still comes. What arrives in
another format is decoded when it is whole; sound without any header is taken for what the API promises.
"""

from __future__ import annotations

import io
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import numpy as np

from assistant.audio.hibari import FASTEST, SLOWEST
from assistant.audio.speech_address import MOST_BYTES, SpeechAddress
from assistant.core.types import AudioFrame, Samples

USUAL_MODEL = "tts-1"
USUAL_VOICE = "alloy"
RAW_RATE = 24_000  # Hz: 16-bit mono, what the API calls "pcm"
FRAME_SECONDS = 0.2  # sound is handed on in parts of at least so much
LONGEST_SECONDS = 120.0  # of one clause; a server that says more is not asked for it
HEADER_BYTES = 4096  # of a WAV file with notes before the sound
RATES = range(8_000, 96_001)


class ServerVoice:
    """`rate` is the speaking rate, 0.5 to 2."""

    def __init__(
        self, base_url: str, model: str = "", voice: str = "", api_key: str | Callable[[], str] = "", rate: float = 1.0
    ) -> None:
        self._server = SpeechAddress(base_url, api_key)
        self._model = model or USUAL_MODEL
        self._voice = voice or USUAL_VOICE
        self._rate = min(max(rate, SLOWEST), FASTEST)

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        if not any(letter.isalnum() for letter in clause):
            return
        body = {
            "model": self._model,
            "voice": self._voice,
            "input": clause.encode("utf-8", "replace").decode(),
            "response_format": "wav",
            "speed": self._rate,
        }
        async with self._server.post("audio/speech", json=body) as response:
            stream = SoundStream(response.headers.get("content-type", ""))
            async for chunk in response.aiter_bytes():
                for frame in stream.push(chunk):
                    yield frame
                if stream.is_full:
                    return
            try:
                rest = stream.finish()
            except (RuntimeError, ValueError) as error:
                raise self._server.no_sense() from error
            for frame in rest:
                yield frame

    async def close(self) -> None:
        await self._server.close()


class SoundStream:
    """Bytes of a sound in, frames out. Pure."""

    def __init__(self, content_type: str) -> None:
        self._is_raw = any(name in content_type.lower() for name in ("pcm", "l16", "raw"))
        self._bytes = bytearray()
        self._layout = Layout(RAW_RATE, 1, 0) if self._is_raw else None
        self._is_encoded = False
        self._seconds = 0.0

    @property
    def is_full(self) -> bool:
        return self._seconds >= LONGEST_SECONDS or len(self._bytes) > MOST_BYTES

    def push(self, chunk: bytes) -> list[AudioFrame]:
        self._bytes += chunk
        if self._layout is None and not self._is_encoded and (len(self._bytes) >= 12):
            if self._bytes[:4] != b"RIFF":
                self._is_encoded = True
            elif (layout := read_layout(bytes(self._bytes[:HEADER_BYTES]))) is not None:
                self._layout = layout
                del self._bytes[: layout.start]
            elif len(self._bytes) > HEADER_BYTES:
                self._is_encoded = True
        return self._ready(FRAME_SECONDS)

    def finish(self) -> list[AudioFrame]:
        """What is left. Raises what the decoder raises where it is no sound."""
        if self._layout is not None:
            return self._ready(0.0)
        if not self._bytes:
            return []
        import soundfile

        samples, rate = soundfile.read(io.BytesIO(bytes(self._bytes)), dtype="float32", always_2d=True)
        if rate not in RATES:
            raise ValueError("no rate for speech")
        return [AudioFrame(samples[: round(LONGEST_SECONDS * rate)].mean(axis=1).astype(np.float32), rate)]

    def _ready(self, least_seconds: float) -> list[AudioFrame]:
        layout = self._layout
        if layout is None:
            return []
        step = 2 * layout.channels
        whole = len(self._bytes) // step * step
        if whole == 0 or whole < least_seconds * layout.rate * step:
            return []
        samples = samples_of(bytes(self._bytes[:whole]), layout.channels)
        del self._bytes[:whole]
        self._seconds += len(samples) / layout.rate
        return [AudioFrame(samples, layout.rate)]


@dataclass(frozen=True, slots=True)
class Layout:
    """Of 16-bit sound: Hz, channels, and where in the file it begins."""

    rate: int
    channels: int
    start: int


def read_layout(header: bytes) -> Layout | None:
    """None where the sound has not begun, or is not plain 16-bit. A length is not believed: streams do not know it."""
    at, rate, channels = 12, 0, 0
    while at + 8 <= len(header):
        name, length = header[at : at + 4], struct.unpack_from("<I", header, at + 4)[0]
        if name == b"data":
            return Layout(rate, channels, at + 8) if rate in RATES and 1 <= channels <= 2 else None
        if name == b"fmt " and at + 24 <= len(header):
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", header, at + 8)
            if bits != 16 or kind not in (1, 0xFFFE):
                return None
        at += 8 + length + length % 2
    return None


def samples_of(pcm: bytes, channels: int) -> Samples:
    sound = np.frombuffer(pcm, "<i2").reshape(-1, channels).mean(axis=1)
    return np.asarray(sound / 32_768, np.float32)
