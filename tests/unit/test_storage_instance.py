"""One instance per folder, whatever happens to the first."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.core.aio import cancel_and_wait
from assistant.storage.instance_lock import acquire, ask_first_to_show

# Says what it became; the first then serves until it is told to end.
START = """
import asyncio, sys
from pathlib import Path
from assistant.storage.instance_lock import acquire, ask_first_to_show

folder = Path(sys.argv[1])
lock = acquire(folder)
if lock is None:
    print("second", ask_first_to_show(folder), flush=True)
else:
    print("first", flush=True)
    asyncio.run(lock.serve(lambda: print("shown", flush=True)))
"""


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", START, str(folder)], stdout=subprocess.PIPE, text=True)


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_twenty_double_starts_have_one_winner_each_and_leave_nothing_behind(tmp_path: Path) -> None:
    for _ in range(20):
        both = [start(tmp_path), start(tmp_path)]
        said = {line(process): process for process in both}
        assert set(said) == {"first", "second True"}
        assert line(said["first"]) == "shown"
        said["second True"].communicate()
        kill(said["first"])  # the next round starts over its remains


async def test_a_second_lock_is_refused_until_the_first_is_released(tmp_path: Path) -> None:
    lock = acquire(tmp_path)
    assert lock is not None
    assert acquire(tmp_path) is None
    lock.release()
    lock.release()
    again = acquire(tmp_path)
    assert again is not None
    again.release()


@pytest.mark.parametrize("depth", [0, 12], ids=["short", "longer than a socket's name may be"])
async def test_only_the_owner_may_ask_and_nonsense_is_ignored(tmp_path: Path, depth: int) -> None:
    folder = tmp_path.joinpath(*["long folder name"] * depth)
    folder.mkdir(parents=True, exist_ok=True)
    lock = acquire(folder)
    assert lock is not None
    shown: list[bool] = []
    serving = asyncio.create_task(lock.serve(lambda: shown.append(True)))
    assert await asyncio.to_thread(ask_first_to_show, folder)
    address = lock._address
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "instance.lock").stat().st_mode) == 0o600

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
        stranger.setblocking(False)
        await asyncio.get_running_loop().sock_connect(stranger, os.fsencode(address))
        await asyncio.get_running_loop().sock_sendall(stranger, b"quit\n" * 1000)
    assert await asyncio.to_thread(ask_first_to_show, folder)

    assert shown == [True, True]
    await cancel_and_wait(serving)
    assert not address.exists()
    lock.release()


def test_nobody_there_is_told_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.storage.instance_lock.ASK_SECONDS", 0.2)
    assert not ask_first_to_show(tmp_path)
