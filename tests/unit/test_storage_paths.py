"""Folders: one place by environment, private, and a temporary one where home cannot be used."""

import os
import stat
from pathlib import Path

import pytest

from assistant.core.errors import StorageError
from assistant.storage.files import disk_full, disk_name, write_atomically
from assistant.storage.paths import find_folders


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path / "all")})
    assert folders.data == tmp_path / "all"
    assert folders.models == tmp_path / "all" / "models"
    assert folders.settings_file == tmp_path / "all" / "config" / "settings.toml"
    assert not folders.is_temporary
    for folder in (folders.data, folders.config, folders.cache, folders.runtime):
        assert folder.is_relative_to(tmp_path)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_relative_folder_stays_where_it_was_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_folders({"VESPER_DATA_DIR": "here"}).data == tmp_path / "here"


@pytest.mark.parametrize("name", ["with space", "quote'\"", "%41 #?", "naïve 漢字", "-rf"])
def test_odd_names_are_names(tmp_path: Path, name: str) -> None:
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path / name)})
    assert folders.data == tmp_path / name
    assert not folders.is_temporary


def test_a_file_in_the_folders_place_gives_a_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "file").write_text("")
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path / "file")})
    assert folders.is_temporary
    assert folders.data.is_dir()
    assert stat.S_IMODE(folders.data.parent.stat().st_mode) == 0o700


def test_a_home_that_is_no_text_gives_a_temporary_one(tmp_path: Path) -> None:
    home = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    folders = find_folders({"VESPER_DATA_DIR": home})
    assert folders.is_temporary
    assert str(folders.models).encode()


def test_no_home_gives_a_temporary_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # what Python does for a user without an entry
    folders = find_folders({})
    assert folders.is_temporary
    assert not Path("~").exists()


def test_a_read_only_home_keeps_its_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    monkeypatch.setattr("assistant.storage.paths._make_usable", lambda folder: False)
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path)})
    assert folders.is_temporary
    assert folders.models == tmp_path / "models"


def test_nowhere_at_all_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="temporary folder"):
        find_folders({"VESPER_DATA_DIR": str(tmp_path / "file")})


def test_messages_name_the_disk_but_not_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = disk_full(tmp_path / "vesper.db")
    assert disk_name(tmp_path / "x") in error.what
    assert "MB" in error.advice
    assert str(tmp_path) not in str(error)
    monkeypatch.setenv("HOME", "/")
    assert disk_name(Path("/x")) == 'the disk "/"'
    monkeypatch.setenv("HOME", "/proc")
    assert disk_name(Path("/proc/x")) == "the disk of your home folder"


def test_a_link_to_a_settings_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "dotfiles" / "real")
    write_atomically(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "dotfiles" / "real").read_bytes() == b"x"
