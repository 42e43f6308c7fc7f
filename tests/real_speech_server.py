"""A real speech server in a process of its own: whisper-base and hibari behind OpenAI's audio API, on the loopback.

Run as a program it prints its address, and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

KEY = "key-of-the-test"


@contextmanager
def running_speech_server() -> Iterator[str]:
    """Its base URL, while it runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.real_speech_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "2"},
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


class Engines:
    """Both engines on one loop in a thread; one request at a time."""

    def __init__(self) -> None:
        from assistant.audio.hibari import Hibari
        from assistant.audio.whisper_ct2 import FasterWhisper
        from tests.speech import model_folder

        self.ears, self.voice = FasterWhisper(model_folder("whisper-base")), Hibari
        self.loop = asyncio.new_event_loop()
        self.lock = Lock()
        Thread(target=self.loop.run_forever, daemon=True).start()

    def wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)


class Handler(BaseHTTPRequestHandler):
    engines: Engines
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            self._answer(401, {"error": {"message": "wrong key"}})
        elif self.path == "/v1/audio/transcriptions":
            self._hear(body)
        elif self.path == "/v1/audio/speech":
            self._speak(json.loads(body))
        else:
            self._answer(404, {"error": {"message": "no such thing"}})

    def _hear(self, body: bytes) -> None:
        import soundfile

        from assistant.core.errors import AssistantError
        from assistant.core.types import AudioFrame

        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form: dict[str, Any] = {}
        for part in message_from_bytes(head + body, policy=HTTP).iter_parts():
            name = part.get_param("name", header="content-disposition")
            form[str(name)] = part.get_payload(decode=True)
        if form["model"] != b"whisper-1":
            self._answer(404, {"error": {"message": "no such model"}})
            return
        samples, rate = soundfile.read(io.BytesIO(form["file"]), dtype="float32")
        language = form.get("language", b"").decode()
        with self.engines.lock:
            try:
                heard = self.engines.wait(self.engines.ears.transcribe(AudioFrame(samples, rate), language, times=True))
            except AssistantError as error:
                self._answer(400, {"error": {"message": error.what}})
                return
        answer: dict[str, Any] = {"text": heard.text}
        if form["response_format"] == b"verbose_json":
            words = [{"word": w.text, "start": w.start_seconds, "end": w.end_seconds} for w in heard.words]
            answer |= {"language": "english" if heard.language == "en" else heard.language, "words": words}
        self._answer(200, answer)

    def _speak(self, wish: dict[str, Any]) -> None:
        """The sound clause by clause, in chunks, with a header that does not know the length."""
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._chunk(_endless_header(24_000))
        voice = self.engines.voice(rate=wish["speed"])

        async def all_frames(text: str) -> list[bytes]:
            return [(f.samples * 32_767).astype("<i2").tobytes() async for f in voice.synthesize(text)]

        try:
            for clause in wish["input"].replace(". ", ".\n").split("\n"):
                with self.engines.lock:
                    frames = self.engines.wait(all_frames(clause))
                for frame in frames:
                    self._chunk(frame)
            self._chunk(b"")
        except ConnectionError:
            self.close_connection = True
        finally:
            voice.close()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def _endless_header(rate: int) -> bytes:
    import struct

    form = struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16)
    return b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + form + b"data\xff\xff\xff\xff"


if __name__ == "__main__":
    Handler.engines = Engines()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    sys.stdin.read()
