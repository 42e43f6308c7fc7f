"""One window per data folder: the second start asks the first to show itself.

The lock is the operating system's and dies with its process. The socket is private (mode 0600) and understands one
word. Where there are no Unix sockets the second start can only say that the first is running.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from assistant.core.errors import StorageError
from assistant.storage.files import storage_error

ASK_SECONDS = 6.0  # the first instance may still be loading when the second asks
LONGEST_ADDRESS = 100  # bytes; the kernel's limit is 104 (macOS) or 108 (Linux)
_WORD = b"show\n"
_ANSWER = b"ok\n"


class InstanceLock:
    """Held until `release` or the end of the process, however it ends."""

    def __init__(self, descriptor: int, address: Path) -> None:
        self._descriptor = descriptor
        self._address = address

    async def serve(self, on_show: Callable[[], None]) -> None:
        """Answer later starts until cancelled. `on_show` is called on the loop; it may be called many times."""
        listener = self._listen()
        if listener is None:
            await asyncio.get_running_loop().create_future()
            return

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, TimeoutError, asyncio.LimitOverrunError):
                if await asyncio.wait_for(reader.read(len(_WORD)), ASK_SECONDS) == _WORD:
                    on_show()
                    writer.write(_ANSWER)
                    await writer.drain()
            writer.close()

        async with await asyncio.start_unix_server(answer, sock=listener) as server:
            try:
                await server.serve_forever()
            finally:
                self._address.unlink(missing_ok=True)

    def release(self) -> None:
        """May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _listen(self) -> socket.socket | None:
        """None where this file system or system has no such sockets."""
        if not hasattr(socket, "AF_UNIX"):
            return None
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._address.unlink(missing_ok=True)  # left by a killed instance: we hold its lock
            listener.bind(os.fsencode(self._address))
            self._address.chmod(0o600)
        except OSError:
            listener.close()
            return None
        return listener


def acquire(folder: Path) -> InstanceLock | None:
    """The lock of a data folder, or None where another process holds it. Raises StorageError where none can be made."""
    path = folder / "instance.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        if not _lock(descriptor):
            os.close(descriptor)
            return None
    except OSError as error:
        os.close(descriptor)
        raise storage_error(error, path) from error
    return InstanceLock(descriptor, _address(folder))


def ask_first_to_show(folder: Path) -> bool:
    """Ask the instance that holds the folder to raise its window; True when it said it did.

    Blocks for ASK_SECONDS at most.
    """
    until = time.monotonic() + ASK_SECONDS
    while hasattr(socket, "AF_UNIX") and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
            asker.settimeout(max(0.05, until - time.monotonic()))
            asker.connect(os.fsencode(_address(folder)))
            asker.sendall(_WORD)
            if asker.recv(len(_ANSWER)) == _ANSWER:
                return True
        time.sleep(0.05)
    return False


def _address(folder: Path) -> Path:
    """The socket's path: in the data folder, or in a private temporary one where that name is too long or no place."""
    address = folder / "instance.sock"
    if len(os.fsencode(address)) <= LONGEST_ADDRESS:
        return address
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"vesper-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StorageError("Another user holds Vesper's temporary folder.", "Use a shorter data folder.")
    return private / f"{name}.sock"


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        """`flock`: belongs to the open file, which is closed on exec and so never outlives us in a worker."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
