"""No acknowledged turn is lost: not to SIGKILL at any moment, not to a full disk, not to a failing call."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.core.history import Turn
from assistant.core.settings import Settings, VoiceSettings
from assistant.storage.conversations import open_conversations
from assistant.storage.paths import find_folders
from assistant.storage.settings_file import save_settings
from tests.scenario.store_child import CLAUSES

KILLS = 50
KILLS_AT_START = 12
CHILD = [sys.executable, "-m", "tests.scenario.store_child"]
REPLY = "".join(CLAUSES)

Acknowledged = dict[int, tuple[str, bool]]


def lines(process: subprocess.Popen[bytes]) -> Iterator[dict[str, object]]:
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith(b"\n"):
            yield json.loads(line)


def talk_and_kill(data: Path, after_lines: int, pause_seconds: float) -> list[dict[str, object]]:
    """What was acknowledged before the kill, which comes some time after a number of lines."""
    said: list[dict[str, object]] = []
    with subprocess.Popen([*CHILD, "talk", str(data)], stdout=subprocess.PIPE) as process:
        for fact in lines(process):
            said.append(fact)
            if len(said) > after_lines:
                break
        time.sleep(pause_seconds)
        process.kill()
        said.extend(lines(process))  # written before it died
    return said


def kill_at_start(data: Path, pause_seconds: float) -> None:
    with subprocess.Popen([*CHILD, "talk", str(data)], stdout=subprocess.PIPE) as process:
        while not data.exists() and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(pause_seconds)
        process.kill()


def run_with_fault(data: Path, fault: str) -> dict[str, Any]:
    """A few turns while strace makes a system call fail."""
    traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={fault.split(':')[0]}", "-e", f"inject={fault}"]
    done = subprocess.run([*traced, *CHILD, "few", str(data)], stdout=subprocess.PIPE, check=True, timeout=60)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


async def check(data: Path, acknowledged: Acknowledged, pages: set[int]) -> None:
    folders = find_folders({"VESPER_DATA_DIR": str(data)})
    started = time.monotonic()
    store, notices = await open_conversations(folders)
    assert time.monotonic() - started < 5
    assert notices == ()
    found: dict[int, tuple[str, bool]] = {}
    found_pages: set[int] = set()
    for conversation in await store.list_conversations(10_000):
        for turn in await store.turns(conversation.conversation_id):
            found[turn.turn_id] = (turn.text, not turn.interrupted)
            if turn.role == "assistant":
                assert REPLY.startswith(turn.text)
                assert turn.interrupted or turn.text == REPLY
        found_pages.update(page_id for page_id, _ in await store.pages(conversation.conversation_id))
    await store.close()
    for turn_id, (text, done) in acknowledged.items():
        assert found[turn_id][0].startswith(text)
        assert not done or found[turn_id] == (text, True)
    assert pages <= found_pages
    connection = sqlite3.connect(folders.database)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


async def test_fifty_kills_lose_no_acknowledged_turn(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    acknowledged: Acknowledged = {}
    pages: set[int] = set()
    for _ in range(KILLS):
        for fact in talk_and_kill(tmp_path, chance.randrange(1, 60), chance.uniform(0, 0.004)):
            if "turn" in fact:
                acknowledged[int(str(fact["turn"]))] = (str(fact["text"]), bool(fact["done"]))
            elif "page" in fact:
                pages.add(int(str(fact["page"])))
            else:
                assert fact["notices"] == []
        await check(tmp_path, acknowledged, pages)
    assert len(acknowledged) > KILLS
    assert sum(not done for _, done in acknowledged.values()) > KILLS / 4  # replies were cut in the middle too


async def test_a_kill_while_starting_leaves_a_file_or_none(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number in range(KILLS_AT_START):
        data = tmp_path / str(number)
        kill_at_start(data, chance.uniform(0, 0.02))
        await check(data, {}, set())


def test_whatever_a_file_may_not_outgrow_is_kept_and_saved_later(tmp_path: Path) -> None:
    limits = [0, 100, *range(4_000, 220_000, 9_000)]
    done = subprocess.run(
        [*CHILD, "limited", str(tmp_path), *map(str, limits)], stdout=subprocess.PIPE, check=True, timeout=120
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    expected = [f"{who} {number}" for number in range(12) for who in ("question", "reply")]
    assert [result["limit"] for result in results] == limits
    assert results[0]["refused"] == 36
    assert any(0 < result["refused"] < 36 for result in results)
    for result in results:
        assert result["seen_while_full"] == expected
        assert result["texts"] == expected
        assert result["left"] == 0
        assert result["notices"] == 0
        assert bool(result["waiting"]) == bool(result["refused"])


def run_mounted(data: Path, mount: str, command: str) -> dict[str, Any]:
    """Run the child where something is mounted on its data folder, which needs a user namespace."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk of their own")
    script = ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$@"', "sh", *CHILD, command, str(data)]
    done = subprocess.run(script, stdout=subprocess.PIPE, check=True, timeout=60)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_full_disk_is_named_and_what_waited_is_saved_when_there_is_room(tmp_path: Path) -> None:
    result = run_mounted(tmp_path, f'mount -t tmpfs -o size=600k none "{tmp_path}"', "filled")
    assert "There is no room to write" in result["what"]
    assert str(tmp_path.name) in result["what"]
    assert "kept in memory" in result["what"]
    assert result["last"] > 0
    assert result["pending"] == 0
    assert result["texts"] == ["xxxxxxxx", "the last"]


async def test_a_read_only_folder_is_read_and_said_not_to_be_saved(tmp_path: Path) -> None:
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path)})
    save_settings(folders.settings_file, Settings(voice=VoiceSettings(rate=0.75)))
    store, _ = await open_conversations(folders)
    await store.add_turn(await store.open_conversation(), Turn("user", "an old question"))
    await store.close()

    result = run_mounted(tmp_path, f'mount --bind "{tmp_path}" "{tmp_path}" -o ro', "read-only")

    assert result["temporary"]
    assert "not saved" in result["notices"][0]
    assert result["old"] == ["an old question"]
    assert result["now"] == 2
    assert "read-only" in result["settings"]
    assert result["rate"] == 0.75


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to make system calls fail")
@pytest.mark.parametrize(
    "fault", ["fdatasync:error=EIO:when={}", "pwrite64:error=ENOSPC:when={}+", "pwrite64:error=EIO:when={}"]
)
async def test_a_failing_call_loses_nothing_acknowledged(tmp_path: Path, fault: str) -> None:
    refusals = 0
    for call in (1, 2, 3, 8, 13, 21, 34, 55):
        folders = find_folders({"VESPER_DATA_DIR": str(tmp_path / str(call))})
        store, _ = await open_conversations(folders)
        await store.close()

        result = run_with_fault(folders.data, fault.format(call))

        store, notices = await open_conversations(folders)
        found = {turn.turn_id for turn in await store.turns(await store.latest_conversation() or 0)}
        await store.close()
        assert notices == ()
        if not result["notices"]:  # else the disk refused at the start, and nothing was said to be saved
            assert found >= set(result["saved"]), call
        refusals += result["refused"] + result["notices"]
    assert refusals, "the fault never struck"
