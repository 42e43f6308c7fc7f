"""A web server on the loopback that serves files the way a bad connection does: cut short, stalled or changed."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class FileServer:
    """Serves `files` by path. The first `cuts` answers break off after `cut_after` bytes; `stall` makes them hang."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.cuts = 0
        self.cut_after = 0
        self.knows_ranges = True
        self.ranges: list[str] = []
        """Range headers of the requests for files, "" where there was none."""
        self.stall = threading.Event()
        self.stall.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FileServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stall.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.send_response(200)
                self.end_headers()

            def do_GET(self) -> None:
                server.ranges.append(self.headers.get("Range", ""))
                content = server.files.get(self.path.lstrip("/"))
                if content is None:
                    self.send_error(404)
                    return
                start = 0
                if server.knows_ranges and "Range" in self.headers:
                    start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
                else:
                    self.send_response(200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                end = len(content)
                if server.cuts:
                    server.cuts -= 1
                    end = start + server.cut_after
                self.wfile.write(content[start:end])
                self.wfile.flush()
                server.stall.wait(10)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler
