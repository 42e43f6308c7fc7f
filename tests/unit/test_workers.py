"""Worker processes: what goes in comes back, and nothing a child does harms the parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from assistant.core.errors import EngineError, InputError
from assistant.workers.log import open_log
from assistant.workers.supervisor import ChildState, clean_environment
from assistant.workers.worker import Lifecycle, Worker

TABLE = "tests.unit.worker_table:serve"


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VESPER_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker(TABLE, "test")
    yield worker
    await worker.close()


async def test_dictionary_and_bytes_come_back_unchanged(worker: Worker) -> None:
    blob = os.urandom(3_000_000)

    answer = await worker.call("echo", {"name": "žluťoučký ⟦x⟧ \ud800", "n": [1, 2.5, None]}, blob)

    assert answer == ({"name": "žluťoučký ⟦x⟧ \ud800", "n": [1, 2.5, None]}, blob)


async def test_an_error_in_the_child_keeps_its_class_and_words(worker: Worker) -> None:
    with pytest.raises(InputError) as raised:
        await worker.call("refuse", {})

    assert (raised.value.what, raised.value.advice) == ("“a.png” is no picture.", "Choose another file.")


async def test_an_error_class_that_is_not_ours_becomes_an_engine_error(worker: Worker) -> None:
    with pytest.raises(EngineError, match="Nothing is what it seems"):
        await worker.call("lie", {})


async def test_a_bug_becomes_a_sentence_and_its_text_stays_out_of_the_log(worker: Worker, data_folder: Path) -> None:
    with pytest.raises(EngineError, match="Something went wrong"):
        await worker.call("bug", {"text": "what the user said"})

    log = (data_folder / "logs" / "test.log").read_text()
    assert "KeyError" in log
    assert "what the user said" not in log
    assert await worker.call("echo", {"still": "here"}) == ({"still": "here"}, b"")


async def test_a_crash_is_a_sentence_and_the_next_call_works(worker: Worker) -> None:
    before = await worker.pid()

    with pytest.raises(EngineError, match="stopped while it worked"):
        await worker.call("crash", {})

    assert await worker.call("echo", {}) == ({}, b"")
    assert await worker.pid() != before


async def test_three_crashes_in_a_minute_keep_it_down() -> None:
    states: list[ChildState] = []
    worker = Worker(TABLE, "test", lifecycle=Lifecycle(report=states.append))
    for _ in range(3):
        with pytest.raises(EngineError, match="stopped while it worked"):
            await worker.call("crash", {})

    with pytest.raises(EngineError, match=r"3 times within a minute.*smaller model"):
        await worker.call("echo", {})

    await worker.close()
    assert states == [ChildState.STARTED, ChildState.DIED] * 3 + [ChildState.GAVE_UP]


async def test_a_child_that_dies_at_its_start_is_given_up() -> None:
    worker = Worker("tests.unit.worker_table:die_at_start", "test")

    with pytest.raises(EngineError, match="3 times within a minute"):
        await worker.start()

    await worker.close()


async def test_an_idle_child_that_is_killed_comes_back_by_itself(worker: Worker) -> None:
    before = await worker.pid()
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while await worker.pid() == before:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)

    assert await worker.call("echo", {"again": 1}) == ({"again": 1}, b"")


async def test_a_table_that_cannot_be_loaded_says_why() -> None:
    worker = Worker("tests.unit.worker_table:serve_after", "test")

    with pytest.raises(InputError, match="cannot be loaded"):
        await worker.call("echo", {})

    await worker.close()


async def test_a_call_that_takes_too_long_is_ended() -> None:
    worker = Worker(TABLE, "test", timeout_seconds=0.3)
    await worker.start()
    start = time.monotonic()

    with pytest.raises(EngineError, match="no answer within"):
        await worker.call("sleep", {"seconds": 30})

    assert time.monotonic() - start < 3
    assert await worker.call("echo", {}, timeout_seconds=10) == ({}, b"")
    await worker.close()


async def test_a_cancelled_long_call_returns_at_once_and_its_child_is_replaced(worker: Worker) -> None:
    before = await worker.pid()
    call = asyncio.create_task(worker.call("sleep", {"seconds": 30}))
    await asyncio.sleep(0.1)
    start = time.monotonic()

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert time.monotonic() - start < 3  # not the thirty seconds of the call
    assert await worker.call("echo", {}) == ({}, b"")
    assert await worker.pid() != before


async def test_a_cancelled_short_call_spares_the_child(worker: Worker) -> None:
    before = await worker.pid()
    call = asyncio.create_task(worker.call("sleep", {"seconds": 0.15}))
    await asyncio.sleep(0.05)

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert await worker.call("echo", {"n": 1}) == ({"n": 1}, b"")
    assert await worker.pid() == before


async def test_calls_from_many_tasks_get_their_own_answers(worker: Worker) -> None:
    answers = await asyncio.gather(*(worker.call("echo", {"n": n}, bytes([n])) for n in range(20)))

    assert answers == [({"n": n}, bytes([n])) for n in range(20)]


async def test_what_libraries_print_does_not_spoil_the_channel(worker: Worker, data_folder: Path) -> None:
    assert await worker.call("chatter", {}) == ({}, b"")
    assert b"native noise" in (data_folder / "logs" / "test.log").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="no address-space limit there")
async def test_memory_is_limited() -> None:
    worker = Worker(TABLE, "test", memory_limit_bytes=1_000_000_000)

    with pytest.raises(EngineError, match="not enough memory"):
        await worker.call("eat_memory", {"bytes": 2_000_000_000})

    assert await worker.call("eat_memory", {"bytes": 1000}) == ({"length": 1000}, b"")
    await worker.close()


async def test_the_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "planted-secret")
    worker = Worker(TABLE, "test")

    environment, _ = await worker.call("environment", {})

    assert "planted-secret" not in str(environment)
    assert environment["VESPER_DATA_DIR"] == os.environ["VESPER_DATA_DIR"]
    await worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_child_inherits_no_descriptors(tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        worker = Worker(TABLE, "test")
        descriptors, _ = await worker.call("descriptors", {})
    await worker.close()

    assert len(descriptors["open"]) <= 6  # 0, 1, 2, the two moved pipes, and the folder being listed


@pytest.mark.skipif(sys.platform != "linux", reason="parent-death signal")
def test_a_busy_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import asyncio\nfrom assistant.workers.worker import Worker\n"
        "async def main():\n"
        f"    worker = Worker({TABLE!r}, 'test')\n"
        "    print(await worker.pid(), flush=True)\n"
        "    await worker.call('sleep', {'seconds': 60})\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.wait()

    psutil.wait_procs([child], timeout=3)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    parent.stdout.close()


async def test_closing_leaves_no_process() -> None:
    worker = Worker(TABLE, "test")
    child = psutil.Process(await worker.pid())

    await worker.close()

    assert not child.is_running()
    with pytest.raises(EngineError, match="shut down"):
        await worker.call("echo", {})


async def test_the_first_call_is_made_after_every_start() -> None:
    worker = Worker(TABLE, "test", lifecycle=Lifecycle("echo", {"model": "small"}))

    assert await worker.start() == ({"model": "small"}, b"")
    await worker.close()


def test_unknown_variables_are_not_passed_on() -> None:
    kept = clean_environment({"PATH": "/bin", "AWS_SECRET": "x", "LC_ALL": "C", "GOMP_SPINCOUNT": "1000", "TOKEN": "y"})

    assert {"PATH", "LC_ALL", "GOMP_SPINCOUNT"} <= kept.keys()
    assert not {"AWS_SECRET", "TOKEN"} & kept.keys()


async def test_a_child_that_cannot_be_started_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    worker = Worker(TABLE, "test")

    with pytest.raises(EngineError, match="could not be started"):
        await worker.start()
    await worker.close()


async def test_a_child_works_where_no_log_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VESPER_DATA_DIR", str(tmp_path / "file"))
    worker = Worker(TABLE, "test")

    assert await worker.call("echo", {"n": 1}) == ({"n": 1}, b"")
    await worker.close()


def test_a_large_log_is_set_aside(data_folder: Path) -> None:
    path = data_folder / "logs" / "test.log"
    path.parent.mkdir()
    path.write_bytes(bytes(1_000_001))

    with open_log("test") as log:
        log.write(b"new")

    assert path.read_bytes() == b"new"
    assert (data_folder / "logs" / "test.log.1").stat().st_size == 1_000_001


async def test_closing_while_a_call_is_running_ends_it() -> None:
    worker = Worker(TABLE, "test")
    call = asyncio.create_task(worker.call("sleep", {"seconds": 60}))
    await worker.start()
    await asyncio.sleep(0.1)

    await worker.close()

    with pytest.raises(EngineError):
        await asyncio.wait_for(call, 5)
