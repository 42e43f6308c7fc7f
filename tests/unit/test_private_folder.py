"""Private folders are private, and leave nothing behind for long."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.workers.private import private_folder


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_only_the_user_may_enter(runtime: Path) -> None:
    folder = private_folder()

    assert folder.parent == runtime
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_folders_of_dead_processes_go_and_all_others_stay(runtime: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    orphan, alive, foreign = (runtime / f"vesper-{name}" for name in (f"{dead.pid}-a", f"{os.getpid()}-b", "notes"))
    for folder in (orphan, alive, foreign):
        folder.mkdir()
    target = runtime / "target"
    target.mkdir()
    (runtime / f"vesper-{dead.pid}-link").symlink_to(target)

    private_folder()

    assert not orphan.exists()
    assert alive.exists() and foreign.exists() and target.exists()


def test_a_runtime_folder_that_does_not_exist_is_not_used(monkeypatch: pytest.MonkeyPatch, runtime: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime / "gone"))

    folder = private_folder()

    assert folder.is_dir()
    folder.rmdir()
