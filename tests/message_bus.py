"""A message bus of its own for a test (a real dbus-daemon), and the base of services that live on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection

PROGRAM = "dbus-daemon"


@contextmanager
def running_bus() -> Iterator[str]:
    """Its address. Skips the test where no message bus is installed."""
    if not sys.platform.startswith("linux") or shutil.which(PROGRAM) is None:
        pytest.skip(f"needs {PROGRAM}")
    command = [PROGRAM, "--session", "--nofork", "--nopidfile", "--print-address=1"]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert daemon.stdout is not None
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.wait(10)
        daemon.stdout.close()


class BusService:
    """Answers method calls to one name, on a thread. Subclasses say how, in `answer`."""

    def __init__(self, address: str, name: str) -> None:
        self._name = name
        self._connection = open_dbus_connection(address)
        self._sending = threading.Lock()
        reply = self._connection.send_and_get_reply(message_bus.RequestName(name))
        assert reply.body == (1,), "the name is taken"
        self._is_over = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def answer(self, call: Message) -> tuple[str, tuple[Any, ...]] | None:
        """Signature and values of the reply; None refuses the method as unknown."""
        raise NotImplementedError

    def signal(self, path: str, interface: str, name: str, signature: str, body: tuple[Any, ...]) -> None:
        self.send(new_signal(DBusAddress(path, interface=interface), name, signature, body))

    def send(self, message: Message) -> None:
        with self._sending:
            self._connection.send(message)

    def close(self) -> None:
        """Leave the bus, as a service that ends."""
        self._is_over = True
        self._thread.join(5)
        self._connection.close()

    def _serve(self) -> None:
        while not self._is_over:
            try:
                message = self._connection.receive(timeout=0.05)
            except TimeoutError:
                continue
            except OSError:
                return
            if message.header.message_type is MessageType.method_call:
                self._reply(message)

    def _reply(self, call: Message) -> None:
        answer = self.answer(call)
        if answer is None:
            member = call.header.fields[HeaderFields.member]
            self.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod", "s", (f"no {member}",)))
        else:
            self.send(new_method_return(call, *answer))
