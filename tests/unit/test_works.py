"""Pages with all their versions outlive the program: as text and back, and on disk whatever happens in between."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.core.errors import StorageError
from assistant.core.history import Turn
from assistant.core.sketch import Correction, VersionRecord, WorkRecord
from assistant.pages.archive import recorded, restored
from assistant.pages.page_maker import PageMaker
from assistant.storage import works
from assistant.storage.conversations import open_conversations
from assistant.storage.paths import find_folders
from tests.gui.samples import reading
from tests.page_outline import bakery

WORDS = (
    "make the second button green", "add a contact form", "make the header sticky", "use the dark theme",
    "make the first button required", "add a table with 3 columns and 2 rows", "undo",
)  # fmt: skip


async def work(number: int = 1) -> WorkRecord:
    page = PageMaker().open(reading(), "jokes.jpg")
    for words in WORDS:
        await page.change(words, "", None)
    page.correct(Correction("e7", text="Another"))
    page.step(-1)
    return WorkRecord(number, "jokes.jpg", page.records(), page.versions.current, b"picture", (900, 640))


async def test_every_version_comes_back_as_it_was() -> None:
    page = PageMaker().open(reading(), "jokes.jpg")
    sources = [page.page(0).html]
    for words in WORDS[:-1]:
        edited = await page.change(words, "", None)
        sources += [page.page(0).html] if edited.changed else []
    again = PageMaker().reopen(WorkRecord(1, "x", page.records(), page.versions.current))
    assert again is not None
    assert again.versions == page.versions
    assert again.reading == page.reading
    for source in reversed(sources):
        assert again.page(0).html == source
        again.step(-1)


async def test_versions_that_are_known_are_not_written_again() -> None:
    page = PageMaker().open(reading(), "jokes.jpg")
    first = page.records()
    await page.change(WORDS[0], "", None)
    assert page.records()[0] is first[0]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"format": 99}', '{"format": 1, "version": {}}', '{"format": 1, "version": {"x": 1}}'],
)
async def test_a_text_that_does_not_fit_gives_no_page(body: str) -> None:
    good = await work()
    assert restored(replace(good, versions=(VersionRecord("x", body), *good.versions[1:]))) is None
    assert restored(replace(good, current=99)) is None
    assert restored(replace(good, versions=())) is None


async def test_wrong_types_inside_are_noticed() -> None:
    good = await work()
    data = json.loads(good.versions[0].body)
    for path, value in (
        (("document", "title"), 5),
        (("document", "frame", "x"), "NaN"),
        (("document", "look", "spacing"), float("nan")),
        (("document", "slots", "actions"), {"e1": "format_disk"}),
        (("document", "root", "kind"), "script"),
        (("sentence",), None),
    ):
        broken = json.loads(json.dumps(data))
        place = broken["version"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        assert restored(replace(good, versions=(VersionRecord("x", json.dumps(broken)),), current=0)) is None, path


def test_a_page_made_of_everything_can_be_recorded() -> None:
    page = PageMaker().open(reading(), "x")
    version = replace(page._versions.present, document=bakery())
    back = restored(WorkRecord(1, "x", (recorded(version),), 0))
    assert back is not None and back.present == version


async def test_a_work_is_on_disk_with_its_pictures_until_it_is_forgotten(tmp_path: Path) -> None:
    kept = await work()
    works.save_work(tmp_path, kept)
    works.save_thumbnail(tmp_path, 1, 2, b"small")
    works.save_thumbnail(tmp_path, 1, 99, b"late")
    works.save_thumbnail(tmp_path, 7, 0, b"nobody's")
    (back,) = works.read_works(tmp_path)
    assert back == replace(kept, thumbnails=tuple(b"small" if i == 2 else b"" for i in range(len(kept.versions))))
    works.forget_works(tmp_path)
    assert works.read_works(tmp_path) == ()


async def test_what_an_edit_after_an_undo_leaves_behind_goes(tmp_path: Path) -> None:
    kept = await work()
    works.save_work(tmp_path, kept)
    works.save_work(tmp_path, replace(kept, versions=kept.versions[:2], current=1))
    assert len(list((tmp_path / "1").glob("*.json"))) == 3  # two versions and the list of them
    (back,) = works.read_works(tmp_path)
    assert back.versions == kept.versions[:2]


async def test_a_crash_between_a_version_and_its_name_loses_only_the_last_edit(tmp_path: Path) -> None:
    kept = await work()
    works.save_work(tmp_path, replace(kept, versions=kept.versions[:2], current=1))
    (tmp_path / "1" / "0123.json").write_text("half a ver")
    (back,) = works.read_works(tmp_path)
    assert back.versions == kept.versions[:2]


async def test_a_damaged_work_is_left_out_and_the_others_are_there(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        works.save_work(tmp_path, await work(number))
    (tmp_path / "2" / "work.json").write_text("{")
    next((tmp_path / "3").glob("[0-9a-f]*.json")).unlink()
    (tmp_path / "rubbish").mkdir()
    assert [one.number for one in works.read_works(tmp_path)] == [1]


async def test_a_disk_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "1").write_text("a file where the folder should be")
    with pytest.raises(StorageError):
        works.save_work(tmp_path, await work())


async def test_pages_live_and_go_with_their_conversation(tmp_path: Path) -> None:
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path)})
    store, _ = await open_conversations(folders)
    conversation = await store.open_conversation()
    await store.add_turn(conversation, Turn("user", "hello"))
    await store.save_work(conversation, await work())
    await store.save_thumbnail(conversation, 1, 0, b"small")
    await store.close()
    store, _ = await open_conversations(folders)
    (back,) = await store.works(conversation)
    assert back.thumbnails[0] == b"small"
    assert await store.works(conversation + 1) == ()
    await store.delete(conversation)
    assert await store.works(conversation) == ()
    assert not list(folders.works.glob(f"{conversation}/*"))
    await store.close()
