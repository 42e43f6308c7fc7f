"""A settings file that people edit: bad values cost themselves only, and nothing of theirs is lost by saving."""

import dataclasses
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from assistant.core.errors import StorageError
from assistant.core.settings import AudioSettings, PrivacySettings, Settings, VoiceSettings
from assistant.storage import files
from assistant.storage.settings_file import CHOICES, PATTERNS, RANGES, load_settings, save_settings

GOOD = "[audio]\nvolume = 0.25\n"

ONE_BAD_KEY = {
    "wrong type": ('[voice]\nrate = "fast"\n', "voice.rate", 2),
    "boolean as number": ("[voice]\nrate = true\n", "voice.rate", 2),
    "number as boolean": ("[voice]\nspoken_replies = 1\n", "voice.spoken_replies", 2),
    "number as text": ("[mind]\n# note\nmodel = 7\n", "mind.model", 3),
    "above the range": ("[voice]\nrate = 9.0\n", "voice.rate", 2),
    "below the range": ("[endpoint]\nsilence_seconds = -1\n", "endpoint.silence_seconds", 2),
    "not a number": ("[endpoint]\nsilence_seconds = nan\n", "endpoint.silence_seconds", 2),
    "infinite": ("[mind]\ntemperature = inf\n", "mind.temperature", 2),
    "astronomic": (f"[mind]\ntemperature = {10**400}\n", "mind.temperature", 2),
    "unknown choice": ('[voice]\nengine = "parrot"\n', "voice.engine", 2),
    "no address": ('[mind]\nserver_url = "file:///etc/passwd"\n', "mind.server_url", 2),
    "no port": ('[mind]\nserver_url = "http://127.0.0.1:99999999/v1"\n', "mind.server_url", 2),
    "no brackets": ('[voice]\nserver_url = "http://[::1/v1"\n', "voice.server_url", 2),
    "a control character in an address": ('[hearing]\nserver_url = "http://a\\u0000b/v1"\n', "hearing.server_url", 2),
    "a control character in a folder": ('[privacy]\nmodels_folder = "a\\u0000b"\n', "privacy.models_folder", 2),
    "a folder no disk takes": (f'[voice]\nfolder = "/{"x" * 300}/y"\n', "voice.folder", 2),
    "an endless folder": (f'[mind]\nfolder = "{"/x" * 5_000}"\n', "mind.folder", 2),
    "no language": ('[hearing]\nlanguage = "../../x"\n', "hearing.language", 2),
    "a list": ("[window]\ntheme = []\n", "window.theme", 2),
    "a table": ("[window.theme]\nname = 1\n", "window.theme", 0),
    "a date": ("[mind]\ntemperature = 2026-01-01\n", "mind.temperature", 2),
    "endless text": (f'[mind]\ninstructions = "{"x" * 30_000}"\n', "mind.instructions", 2),
    "dotted": ("voice.rate = 0\n", "voice.rate", 1),
}

NOT_A_FILE_OF_SETTINGS = {
    "cut": b"[audio\nvolume = 1",
    "twice the same key": b"[audio]\nvolume = 1.0\nvolume = 0.5\n",
    "binary": bytes(range(256)),
    "latin-1": "[voice]\nvoice = 'é'\n".encode("latin-1"),
    "huge": b"# " + b"x" * 2_000_000,
    "deep": b"a = " + b"[" * 5_000 + b"]" * 5_000,
    "null bytes": b"\0" * 4096,
    "JSON": b'{"audio": {"volume": 1}}',
}


@pytest.mark.parametrize(("bad", "name", "line"), ONE_BAD_KEY.values(), ids=ONE_BAD_KEY)
def test_a_bad_key_is_named_and_costs_only_itself(tmp_path: Path, bad: str, name: str, line: int) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"{bad}{GOOD}")

    settings, notices = load_settings(path)

    assert settings == Settings(audio=AudioSettings(volume=0.25))
    assert len(notices) == 1
    assert name in notices[0]
    assert not line or f"line {line})" in notices[0]
    assert str(tmp_path) not in notices[0]


@pytest.mark.parametrize("content", NOT_A_FILE_OF_SETTINGS.values(), ids=NOT_A_FILE_OF_SETTINGS)
def test_a_file_that_is_no_settings_gives_defaults_on_the_safe_side(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)

    settings, notices = load_settings(path)

    assert settings == Settings(privacy=PrivacySettings(offline=True))
    assert len(notices) == 1
    save_settings(path, Settings())
    assert load_settings(path) == (Settings(), ())
    assert content in [kept.read_bytes() for kept in tmp_path.iterdir() if kept != path]


def test_a_protecting_key_with_a_bad_value_protects(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[privacy]\noffline = "yes"\n')
    settings, notices = load_settings(path)
    assert settings.privacy.offline
    assert "privacy.offline" in notices[0]


def test_no_file_is_no_problem_and_a_folder_is_one_sentence(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml") == (Settings(), ())
    settings, notices = load_settings(tmp_path)
    assert settings == Settings(privacy=PrivacySettings(offline=True))
    assert len(notices) == 1


def test_comments_and_keys_of_other_versions_survive_saving(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("# mine\n[audio]\nvolume = 0.5 # quiet\nfuture = 3\n\n[plugins]\nx = 1\n")

    save_settings(path, Settings(audio=AudioSettings(volume=0.75), voice=VoiceSettings(rate=1.5)))

    text = path.read_text()
    assert "# mine" in text
    assert "volume = 0.75 # quiet" in text
    assert "future = 3" in text
    assert "[plugins]\nx = 1" in text
    assert load_settings(path)[0].voice.rate == 1.5


def test_saving_what_was_loaded_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    text = "# mine\nmind.model = 'auto'   # yes\n[audio]\nvolume = 1\n"
    path.write_text(text)
    save_settings(path, load_settings(path)[0])
    assert path.read_text() == text


def test_a_file_only_its_owner_may_read_is_written_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.toml"
    save_settings(path, Settings(voice=VoiceSettings(rate=1.5)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failing_step_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(GOOD)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    owner = {"write": files.tempfile, "fsync": files.os, "replace": files.Path}[call]
    monkeypatch.setattr(owner, {"write": "mkstemp", "fsync": "fsync", "replace": "replace"}[call], fail)

    with pytest.raises(StorageError, match="no room"):
        save_settings(path, Settings(audio=AudioSettings(volume=0.75)))

    assert path.read_text() == GOOD
    assert [one.name for one in tmp_path.iterdir()] == ["settings.toml"]


def _values(section: str, field: dataclasses.Field[object], default: object) -> st.SearchStrategy[object]:
    name = f"{section}.{field.name}"
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, float):
        least, most = RANGES[name]
        return st.floats(least, most)
    if isinstance(default, int):
        return st.integers(*map(int, RANGES[name]))
    if name in CHOICES:
        return st.sampled_from(CHOICES[name])
    if name.endswith(".server_url"):
        return st.sampled_from(["", "http://127.0.0.1:80/v1", "https://[::1]:8000/v1"])
    if name.endswith("folder"):
        return st.sampled_from(["", "/srv/models", "C:\\Models", "voices of mine", "/日本語/\u00a0"])
    if name in PATTERNS:
        valid = {"hearing.language": ["", "de", "en"], "talk.name": ["Vesper", "Zoë Max"]}
        return st.sampled_from(valid.get(name, ["", "http://127.0.0.1:80/v1"]))
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def _sections() -> st.SearchStrategy[Settings]:
    built = {}
    for section in dataclasses.fields(Settings):
        defaults = getattr(Settings(), section.name)
        built[section.name] = st.builds(
            type(defaults),
            **{
                one.name: _values(section.name, one, getattr(defaults, one.name))
                for one in dataclasses.fields(defaults)
            },
        )
    return st.builds(Settings, **built)


@effort(max_examples=30, deadline=None)
@given(_sections(), _sections())
def test_any_settings_come_back_as_they_were(first: Settings, second: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.toml"
        for settings in (first, second):
            save_settings(path, settings)
            assert load_settings(path) == (settings, ())


@effort(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="[]{}=.\"'#,\n\\audioml10-:T", max_size=120).map(str.encode))
def test_any_bytes_load_and_are_sound_once_saved(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.toml"
        path.write_bytes(content)
        settings, _ = load_settings(path)
        save_settings(path, settings)
        assert load_settings(path) == (settings, ())


@pytest.mark.parametrize(
    ("content", "name", "meant"),
    [
        ("[pages]\nkeep_corections = true\n", "pages.keep_corections", "pages.keep_corrections"),
        ("[privacy]\nofline = true\n", "privacy.ofline", "privacy.offline"),
        ("[privcy]\noffline = true\n", "privcy", "privacy"),
    ],
)
def test_a_slip_of_the_finger_is_told(tmp_path: Path, content: str, name: str, meant: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(content)

    assert load_settings(path)[1] == (f'"{name}" in "settings.toml" is no setting; “{meant}” is.',)


def test_names_of_other_versions_are_let_be(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[holograms]\nbrightness = 7\n\n[audio]\nsmell = true\n")

    assert load_settings(path) == (Settings(), ())
