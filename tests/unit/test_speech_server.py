"""Speech through a server that refuses, lies, breaks off and never ends: a sentence each time. Real sockets."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.app import Engines
from assistant.audio import speech_address
from assistant.audio.server_ears import ServerEars
from assistant.audio.server_voice import ServerVoice, SoundStream
from assistant.core.errors import AssistantError, EngineError, InputError, NetworkError
from assistant.core.settings import HearingSettings, Settings, TalkSettings
from assistant.core.types import SPEECH_RATE, AudioFrame, Transcript
from assistant.llm.catalog import Catalog
from assistant.session.doorway import Recollection
from assistant.storage.paths import find_folders
from tests.speech import recording


class Server:
    """Gives raw responses one after another, the last one for ever, and keeps what it was sent."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.hung_up = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        length = next(int(line.split(":")[1]) for line in head.lower().split("\r\n") if "content-length" in line)
        self.bodies.append(await reader.readexactly(length))
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        if b"endless" in self.answers[0][:200]:
            try:
                while True:
                    writer.write(bytes(48_000))
                    await writer.drain()
            except ConnectionError:
                self.hung_up.set()
        writer.close()


@asynccontextmanager
async def server_of(*answers: bytes) -> AsyncIterator[Server]:
    server = Server(*answers)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
    yield server
    listener.close()


def reply(body: bytes | str, status: str = "200 OK", headers: str = "") -> bytes:
    data = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n".encode() + data


def wav(seconds: float = 1.0, rate: int = 16_000, channels: int = 1, kind: str = "WAV") -> bytes:
    tone = 0.5 * np.sin(np.arange(round(seconds * rate)) * 0.1)
    file = io.BytesIO()
    soundfile.write(file, np.repeat(tone[:, None], channels, axis=1), rate, format=kind)
    return file.getvalue()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_address, "BACK_OFF_SECONDS", 0.0)


@pytest.fixture(scope="module")
def speech() -> AudioFrame:
    return recording("go-forward.flac")


async def hear(url: str, audio: AudioFrame, language: str = "", times: bool = False) -> Transcript:
    ears = ServerEars(url, api_key="secret")
    try:
        return await ears.transcribe(audio, language, times=times)
    finally:
        await ears.close()


async def frames_of(url: str, clause: str = "Hello there.") -> list[AudioFrame]:
    voice = ServerVoice(url, api_key=lambda: "secret")
    try:
        return [frame async for frame in voice.synthesize(clause)]
    finally:
        await voice.close()


async def test_the_key_the_model_and_only_the_speech_are_sent(speech: AudioFrame) -> None:
    async with server_of(reply('{"text": " go forward "}')) as server:
        heard = await hear(server.url, speech, "en")

    assert heard.text == "go forward"
    assert "authorization: bearer secret" in server.heads[0].lower()
    assert b"whisper-1" in server.bodies[0]
    assert b'name="language"\r\n\r\nen' in server.bodies[0]


async def test_silence_is_never_sent() -> None:
    async with server_of(reply('{"text": "Thank you for watching."}')) as server:
        heard = await hear(server.url, AudioFrame(np.zeros(5 * SPEECH_RATE, np.float32), SPEECH_RATE))

    assert heard.text == ""
    assert server.bodies == []


async def test_a_server_without_times_is_asked_again_without_them(speech: AudioFrame) -> None:
    async with server_of(reply("{}", "400 Bad Request"), reply('{"text": "go forward"}')) as server:
        heard = await hear(server.url, speech, times=True)

    assert (heard.text, heard.words) == ("go forward", ())
    assert b"verbose_json" in server.bodies[0]
    assert b"verbose_json" not in server.bodies[1]


async def test_languages_written_out_are_understood(speech: AudioFrame) -> None:
    async with server_of(reply(json.dumps({"text": "vorwärts", "language": "german"}))) as server:
        assert (await hear(server.url, speech)).language == "de"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply("{}", "401 Unauthorized"), NetworkError, "refused the key"),
        (reply("{}", "404 Not Found"), EngineError, "no such speech model"),
        (reply("", "302 Found", "Location: http://evil.example/\r\n"), NetworkError, "another address"),
        (reply("{}", "503 Busy"), NetworkError, "503"),
        (reply("<html>hello</html>"), EngineError, "no answer"),
        (reply("garbage", headers="Content-Encoding: gzip\r\n"), EngineError, "no answer"),
        (reply('["text"]'), EngineError, "no answer"),
        (reply('{"text": 7}'), EngineError, "no answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", NetworkError, "broke off"),
        (b"nonsense\r\n\r\n", NetworkError, "does not answer"),
    ],
)
async def test_every_refusal_is_a_sentence(
    speech: AudioFrame, answer: bytes, kind: type[AssistantError], words: str
) -> None:
    async with server_of(answer) as server:
        with pytest.raises(kind, match=words):
            await hear(server.url, speech)


async def test_a_refused_language_is_named(speech: AudioFrame) -> None:
    async with server_of(reply("{}", "400 Bad Request")) as server:
        with pytest.raises(InputError, match="language “xx”"):
            await hear(server.url, speech, "xx")


async def test_a_server_that_is_off_is_a_sentence(speech: AudioFrame) -> None:
    with pytest.raises(NetworkError, match="does not answer") as caught:
        await hear("http://127.0.0.1:9/v1", speech)
    assert "on this computer" in caught.value.advice


async def test_a_busy_server_is_asked_once_more(speech: AudioFrame) -> None:
    async with server_of(reply("", "503 Busy"), reply('{"text": "go forward"}')) as server:
        assert (await hear(server.url, speech, "en")).text == "go forward"


@pytest.mark.parametrize("url", ["", "lab", "ftp://lab/v1", "file:///etc/passwd"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no address"):
        ServerEars(url)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG"])
@pytest.mark.parametrize("channels", [1, 2])
async def test_sound_in_any_format_is_played_at_its_own_rate(kind: str, channels: int) -> None:
    async with server_of(reply(wav(rate=16_000, channels=channels, kind=kind))) as server:
        frames = await frames_of(server.url)

    assert {frame.sample_rate for frame in frames} == {16_000}
    assert sum(frame.seconds for frame in frames) == pytest.approx(1.0, abs=0.01)
    assert 0.4 < max(np.abs(frame.samples).max() for frame in frames) <= 0.6


async def test_sound_without_a_header_has_the_promised_rate() -> None:
    async with server_of(reply(bytes(48_000), headers="Content-Type: audio/pcm\r\n")) as server:
        frames = await frames_of(server.url)

    assert sum(frame.seconds for frame in frames) == pytest.approx(1.0)


async def test_what_is_no_sound_is_a_sentence() -> None:
    async with server_of(reply("<html>" + "x" * 100)) as server:
        with pytest.raises(EngineError, match="no answer"):
            await frames_of(server.url)


async def test_a_voice_without_end_is_cut_and_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with server_of(reply(b"", headers="X: endless\r\nContent-Type: audio/pcm\r\n")) as server:
        frames = await asyncio.wait_for(frames_of(server.url), 30)
        await asyncio.wait_for(server.hung_up.wait(), 5)

    assert sum(frame.seconds for frame in frames) < 130


async def test_an_interrupted_voice_hangs_up() -> None:
    async with server_of(reply(b"", headers="X: endless\r\nContent-Type: audio/pcm\r\n")) as server:
        voice = ServerVoice(server.url)
        async with aclosing(voice.synthesize("Hello.")) as stream:  # type: ignore[type-var]  # it is a generator
            await anext(stream)
        await asyncio.wait_for(server.hung_up.wait(), 5)
        await voice.close()


def test_the_first_sound_is_there_before_the_last_byte_whatever_the_chunks() -> None:
    whole = wav(seconds=2.0)
    stream, frames = SoundStream("audio/wav"), []
    for start in range(0, len(whole) // 2, 7):
        frames += stream.push(whole[start : start + 7])

    assert 0.7 < sum(frame.seconds for frame in frames) <= 1.0


class Ears:
    def __init__(self) -> None:
        self.asked = 0

    async def transcribe(
        self, audio: AudioFrame, language: str = "", draft: bool = False, times: bool = False
    ) -> Transcript:
        self.asked += 1
        return Transcript("Vesper, hello")


async def test_while_the_name_is_waited_for_nothing_is_sent_away(speech: AudioFrame) -> None:
    distant, local = Ears(), Ears()
    recollection = Recollection(distant, TalkSettings(way="name"), lambda: local)

    looked = await recollection.look_at(speech, "en")
    recollection.keep(speech, looked)
    assert (distant.asked, local.asked) == (0, 1)

    assert (await recollection.transcribe(speech)).text == "Hello"
    assert distant.asked == 1


async def test_a_server_is_only_asked_where_it_was_chosen(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/v1"
    named = HearingSettings(server_url=url)
    engines = Engines(Settings(hearing=named), find_folders({"VESPER_DATA_DIR": str(tmp_path)}), Catalog.load())
    connections: list[object] = []
    engines.record = lambda name, values: connections.append(values["to"])

    assert not isinstance(engines.hearing.get(), ServerEars)
    assert engines.doorkeeper() is None
    await engines.apply(Settings(hearing=HearingSettings(engine="server", server_url=url)))
    assert isinstance(engines.hearing.get(), ServerEars)
    assert engines.doorkeeper() is not None
    assert connections == [url]
    await engines.close()
