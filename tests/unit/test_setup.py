"""The set-up script and the locks it installs from."""

import importlib
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "requirements").glob("*.lock"))}
PINNED = re.compile(r"^([a-z0-9.-]+)==(\S+)( ; [^\\]*)? \\$", re.MULTILINE)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch):
    """Imports a module of scripts/."""
    monkeypatch.syspath_prepend(ROOT / "scripts")

    def load(name: str) -> ModuleType:
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return load


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version, _ in PINNED.findall(LOCKS[lock]):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path(lock: str):
    assert not re.search(r"https?:|file:|index-url|find-links|(^|\s)/", LOCKS[lock])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash_and_none_is_left_to_the_platform(lock: str):
    entries = re.split(r"^(?=[a-z0-9])", LOCKS[lock], flags=re.MULTILINE)[1:]
    assert entries and all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert not pins(lock).keys() & {"torch", "triton", "opencv-python-headless"}


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock != "base"])
def test_locks_that_share_an_environment_agree(lock: str):
    base = pins("base")
    assert {name: versions for name, versions in pins(lock).items() if name in base and versions != base[name]} == {}


def test_every_dependency_of_the_project_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=]", dependency)[0].lower() for dependency in project["dependencies"]}
    assert names <= pins("base").keys()


def test_nothing_is_done_twice_and_a_changed_lock_is_noticed(scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    setup = scripts("setup")
    for name in (*setup.INPUTS, *setup.MORE_INPUTS["dev"]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "pyproject.toml")
    done: list[str] = []
    monkeypatch.setattr(setup.system_packages, "install", lambda for_tests: "")
    monkeypatch.setattr(setup, "make_venv", lambda: None)
    monkeypatch.setattr(setup, "install_python_packages", done.append)
    monkeypatch.setattr(setup, "fetch_models", lambda goal: [str(tmp_path)])
    assert not setup.is_done("base")
    setup.set_up("dev")
    assert setup.is_done("dev")
    assert setup.is_done("base"), "what the tests need includes what running needs"
    (tmp_path / "requirements/base.lock").write_text("changed")
    assert not setup.is_done("base")


def test_models_that_have_gone_are_noticed(scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    setup = scripts("setup")
    models = tmp_path / "models"
    models.mkdir()
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(setup, "PYTHON", ROOT / "pyproject.toml")
    stamp = {"base": {"fingerprint": setup.fingerprint("base"), "models": [str(models)]}}
    (tmp_path / "stamp.json").write_text(setup.json.dumps(stamp))
    assert setup.is_done("base")
    models.rmdir()
    assert not setup.is_done("base")


def test_an_unsuitable_python_is_told_in_one_line(scripts, monkeypatch: pytest.MonkeyPatch, capsys):
    setup = scripts("setup")
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "argv", ["setup.py"])
    monkeypatch.setenv("PATH", "/nonexistent")
    assert setup.main() == 1
    assert capsys.readouterr().out.count("\n") == 1


def test_without_root_the_missing_packages_are_one_line_to_copy(
    scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    system_packages = scripts("system_packages")
    listing = tmp_path / "dpkg-query"
    listing.write_text("#!/bin/sh\necho 'ffmpeg installed'\necho 'libnss3 half-installed'\n")
    listing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(system_packages, "root_command", lambda: None)
    monkeypatch.setattr(sys, "platform", "linux")
    advice = system_packages.install(for_tests=False)
    assert "sudo apt-get install --no-install-recommends libegl1" in advice
    assert "libnss3" in advice and "ffmpeg" not in advice and "|" not in advice and "\n" not in advice
