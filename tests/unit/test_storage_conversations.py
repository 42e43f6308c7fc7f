"""What was said comes back as it was, in order, and only what the user deleted is gone."""

import sqlite3
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.core.errors import NotSavedYet, StorageError
from assistant.core.history import Turn
from assistant.core.sketch import Box, Element, ElementType, Instruction, Page, SketchReading
from assistant.core.types import Origin, Picture
from assistant.storage.backups import back_up, superfluous
from assistant.storage.conversations import Conversations, open_conversations
from assistant.storage.migrations import LATEST, MIGRATIONS, migrate
from assistant.storage.paths import Folders, find_folders

PICTURE = Picture(b"\x89PNG" + b"\0" * 9_000, 40, 30, "a box")
READING = SketchReading(
    100,
    80,
    (Element("e1", ElementType.BUTTON, Box(1, 2, 3, 4), "Go", 0.5, evidence=("ocr",)),),
    (Instruction("make it red", Box(0, 0, 1, 1), "e1"),),
    stage_seconds={"ocr": 0.5},
)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return find_folders({"VESPER_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture
async def store(folders: Folders) -> AsyncIterator[Conversations]:
    store, notices = await open_conversations(folders)
    assert notices == ()
    yield store
    await store.close()


async def reopened(store: Conversations, folders: Folders) -> Conversations:
    await store.close()
    return (await open_conversations(folders))[0]


async def test_turns_come_back_as_they_were(folders: Folders) -> None:
    store, _ = await open_conversations(folders)
    conversation = await store.open_conversation()
    said = [
        Turn("user", "What is this?\nწ 漢字 🜂", (PICTURE, replace(PICTURE, png=b"2")), Origin.USER),
        Turn("assistant", "A box.", (), Origin.MODEL, interrupted=True),
        Turn("user", "", (PICTURE,), Origin.IMAGE),
    ]
    ids = [await store.add_turn(conversation, turn) for turn in said]

    store = await reopened(store, folders)

    assert await store.turns(conversation) == tuple(
        replace(turn, turn_id=turn_id) for turn, turn_id in zip(said, ids, strict=True)
    )
    assert await store.latest_conversation() == conversation
    await store.close()


async def test_a_reply_is_begun_kept_in_part_and_finished(store: Conversations) -> None:
    conversation = await store.open_conversation()
    reply = await store.add_turn(conversation, Turn("assistant", "", (), Origin.MODEL, interrupted=True))
    assert await store.turns(conversation) == ()  # begun, and not a word said

    await store.checkpoint_turn(reply, "Once")
    assert await store.turns(conversation) == (Turn("assistant", "Once", (), Origin.MODEL, True, reply),)

    await store.finish_turn(reply, "Once upon a time.", interrupted=False)
    assert await store.turns(conversation) == (Turn("assistant", "Once upon a time.", (), Origin.MODEL, False, reply),)


async def test_the_latest_conversation_is_the_one_last_spoken_in(store: Conversations) -> None:
    assert await store.latest_conversation() is None
    first = await store.open_conversation()
    second = await store.open_conversation()
    assert await store.latest_conversation() == second
    await store.add_turn(first, Turn("user", "again"))
    assert await store.latest_conversation() == first
    assert [one.conversation_id for one in await store.list_conversations()] == [first]


async def test_a_list_shows_the_first_words_and_the_last_used_first(store: Conversations) -> None:
    for words in ("short", "a long question " * 10):
        await store.add_turn(await store.open_conversation(), Turn("user", words))
    titles = [one.title for one in await store.list_conversations()]
    assert titles[1] == "short"
    assert titles[0].startswith("a long question a long")
    assert len(titles[0]) <= 60


@pytest.mark.parametrize(
    ("looked_for", "found"),
    [
        ("kettle", [1]),
        ("KETT", [1]),
        ("ettle", [1]),  # inside a word
        ("cafe", [2]),
        ("漢字", [3]),
        ("boil kettle", [1]),
        ('"quoted" AND (', []),
        ("ff 50%", [4]),
        ("   ", []),
        ("nowhere", []),
    ],
)
async def test_words_are_found(store: Conversations, looked_for: str, found: list[int]) -> None:
    conversation = await store.open_conversation()
    for text in ("boil the Kettle", "a café", "彼は漢字を書く", "off by 50%", "off by 500"):
        await store.add_turn(conversation, Turn("user", text))
    assert [hit.turn_id for hit in await store.search(looked_for)] == found


async def test_a_changed_reply_is_found_by_its_new_words_only(store: Conversations) -> None:
    conversation = await store.open_conversation()
    reply = await store.add_turn(conversation, Turn("assistant", "aardvark", interrupted=True))
    await store.finish_turn(reply, "badger", interrupted=False)
    assert await store.search("aardvark") == ()
    assert [hit.turn_id for hit in await store.search("badger")] == [reply]


async def test_pages_keep_their_revisions_and_readings(store: Conversations) -> None:
    conversation = await store.open_conversation()
    page = Page("Shop", "<!doctype html><p>" + "x" * 50_000, 12)
    first = await store.save_page(conversation, page, READING)
    second = await store.save_page(conversation, replace(page, revision=1), None)
    assert await store.pages(conversation) == ((first, page), (second, replace(page, revision=1)))
    assert await store.reading(first) == READING
    assert await store.reading(second) is None


async def test_what_is_deleted_is_nowhere_on_the_disk(store: Conversations, folders: Folders) -> None:
    kept = await store.open_conversation()
    gone = await store.open_conversation()
    await store.add_turn(kept, Turn("user", "ordinary"))
    await store.add_turn(gone, Turn("user", "unmentionable zebra", (replace(PICTURE, png=b"zebrapixels" * 999),)))
    await store.save_page(gone, Page("zebra", "<p>zebra"), None)
    await store.back_up()

    await store.delete(gone)

    assert [one.conversation_id for one in await store.list_conversations()] == [kept]
    assert await store.search("zebra") == ()
    for path in folders.data.rglob("*"):
        if path.is_file():
            assert b"zebra" not in path.read_bytes(), path.name
    with pytest.raises(StorageError, match="deleted") as error:
        await store.add_turn(gone, Turn("user", "more"))
    assert not isinstance(error.value, NotSavedYet)
    assert store.pending == 0


async def test_an_export_reads_like_a_conversation(store: Conversations) -> None:
    conversation = await store.open_conversation()
    await store.add_turn(conversation, Turn("user", "Hello", (PICTURE,)))
    await store.add_turn(conversation, Turn("assistant", "Hi", (), Origin.MODEL, interrupted=True))
    assert await store.export_markdown(conversation) == (
        "**You**\n\nHello\n\n*Picture, 40 × 30*\n\n**Vesper** *(interrupted)*\n\nHi\n"
    )


async def test_text_that_is_no_unicode_is_still_saved(store: Conversations) -> None:
    conversation = await store.open_conversation()
    await store.add_turn(conversation, Turn("user", "caf\udce9 \0 end"))
    assert [turn.text for turn in await store.turns(conversation)] == ["caf? \0 end"]


async def test_two_stores_on_one_file_lose_nothing(store: Conversations, folders: Folders) -> None:
    other, _ = await open_conversations(folders)
    conversation = await store.open_conversation()
    for number in range(20):
        await (store, other)[number % 2].add_turn(conversation, Turn("user", str(number)))
    assert [turn.text for turn in await other.turns(conversation)] == [str(number) for number in range(20)]
    await other.close()


async def test_only_the_owner_may_read_the_files(store: Conversations, folders: Folders) -> None:
    await store.add_turn(await store.open_conversation(), Turn("user", "mine"))
    await store.back_up()
    for path in folders.data.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_copies_are_thinned_to_seven_days_and_four_weeks() -> None:
    last = date(2026, 3, 31)
    copies = [Path(f"vesper-{(last - timedelta(days=age)).isoformat()}.db") for age in range(60)]
    strangers = [Path("vesper-2026-02-31.db"), Path("vesper-mine.db"), Path("before-version-2.db")]

    gone = superfluous([*copies, *strangers])

    kept = [path for path in copies if path not in gone]
    assert kept[:7] == copies[:7]
    assert [path.stem[7:] for path in kept[7:]] == ["2026-03-22", "2026-03-15"]
    assert not set(gone) & set(strangers)


def test_a_copy_a_day_is_enough(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db", isolation_level=None) as connection:
        migrate(connection)
        assert back_up(connection, tmp_path / "backups", date(2026, 1, 1))
        assert not back_up(connection, tmp_path / "backups", date(2026, 1, 1))
        assert back_up(connection, tmp_path / "backups", date(2026, 1, 2))
    connection.close()
    assert len(list((tmp_path / "backups").iterdir())) == 2


def test_a_migration_that_fails_has_not_happened(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    bad = "CREATE TABLE extra (x);\nINSERT INTO extra VALUES (1);\nCREATE TABLE turns (again);"
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection, (*MIGRATIONS, bad))
    assert connection.execute("PRAGMA user_version").fetchone() == (LATEST,)
    assert connection.execute("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'extra'").fetchone() == (0,)
    migrate(connection, (*MIGRATIONS, "CREATE TABLE extra (x);"))
    assert connection.execute("PRAGMA user_version").fetchone() == (LATEST + 1,)
    connection.close()
