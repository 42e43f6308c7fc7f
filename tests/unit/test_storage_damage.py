"""Damaged files: the start is quick, the old file is kept, what can be read is read, and nothing is deleted."""

import contextlib
import os
import random
import shutil
import sqlite3
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.errors import StorageError
from assistant.core.history import Turn
from assistant.core.sketch import Page
from assistant.core.types import Picture
from assistant.storage import backups
from assistant.storage.conversations import open_conversations
from assistant.storage.database import mark_damaged, open_database
from assistant.storage.migrations import LATEST
from assistant.storage.paths import Folders, find_folders
from assistant.storage.salvage import SHAPES, salvage

TURNS = 300
PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A data folder as a clean exit leaves it."""
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path_factory.mktemp("sound"))})
    connection = open_database(folders.database, folders.backups).connection
    connection.execute("BEGIN")
    connection.execute("INSERT INTO conversations VALUES (1, 'kept title', '2026-01-01')")
    for number in range(1, TURNS + 1):
        connection.execute(
            "INSERT INTO turns VALUES (?, 1, ?, 'user', ?, 'user', 0, '2026-01-01')",
            (number, number, f"turn {number} " + "words " * (number % 60) * (40 if number % 50 == 0 else 1)),
        )
    connection.execute("INSERT INTO pictures VALUES (1, 7, 3, 4, 'd', ?)", (bytes(range(256)) * 80,))
    connection.execute("INSERT INTO pages VALUES (1, 1, 0, 3, '2026-01-01', 'page', '<p>', NULL)")
    connection.execute("COMMIT")
    connection.close()
    return folders


@pytest.fixture
def folders(sound: Folders, tmp_path: Path) -> Folders:
    shutil.copytree(sound.data, tmp_path / "data")
    return find_folders({"VESPER_DATA_DIR": str(tmp_path / "data")})


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def pages_of_turns(path: Path) -> list[int]:
    """Offsets of the leaf pages of the turns' table."""
    data = path.read_bytes()
    found = []
    for at in range(0, len(data), PAGE):
        rows = salvage(b"SQLite format 3\0" + struct.pack(">H", PAGE) + bytes(PAGE - 18) + data[at : at + PAGE])
        if rows["turns"]:
            found.append(at)
    return found


def random_page(path: Path) -> None:
    overwrite(path, pages_of_turns(path)[3], random.Random(1).randbytes(PAGE))


def random_everywhere(path: Path) -> None:
    chance = random.Random(2)
    for _ in range(12):
        overwrite(path, chance.randrange(PAGE, path.stat().st_size - 64), chance.randbytes(64))


def foreign_journal(path: Path) -> None:
    """A hot rollback journal that would put garbage onto a good page."""
    header = bytes.fromhex("d9d505f920a163d7") + struct.pack(">IIIII", 1, 0, 50, 512, PAGE)
    page = b"\xa5" * PAGE
    total = sum(page[at] for at in range(PAGE - 200, 0, -200))
    path.with_name(f"{path.name}-journal").write_bytes(
        header.ljust(512, b"\0") + struct.pack(">I", 5) + page + struct.pack(">I", total)
    )


def foreign_database(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()


def drop_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'turns'")
    connection.close()


def log_of_noise(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(random.Random(3).randbytes(50_000))


def wrong_index(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'turns_in_order'").fetchone()[0]
    connection.close()
    overwrite(path, (root - 1) * PAGE + 200, bytes(300))


# What is done to the file, and how many of the turns must come back without any backup.
DAMAGE: dict[str, tuple[Callable[[Path], None], int]] = {
    "cut in half": (lambda path: os.truncate(path, path.stat().st_size // 2 // PAGE * PAGE), 20),
    "cut inside a page": (lambda path: os.truncate(path, path.stat().st_size - 1500), TURNS - 60),
    "cut after the first page": (lambda path: os.truncate(path, PAGE), 0),
    "cut inside the header": (lambda path: os.truncate(path, 60), 0),
    "empty": (lambda path: os.truncate(path, 0), 0),
    "zeroed whole": (lambda path: overwrite(path, 0, bytes(path.stat().st_size)), 0),
    "zeroed header": (lambda path: overwrite(path, 0, bytes(100)), TURNS),
    "zeroed first page": (lambda path: overwrite(path, 0, bytes(PAGE)), TURNS),
    "zeroed page of turns": (lambda path: overwrite(path, pages_of_turns(path)[2], bytes(PAGE)), TURNS - 60),
    "noise on a page of turns": (random_page, TURNS - 60),
    "noise in many places": (random_everywhere, TURNS - 120),
    "noise as the header": (lambda path: overwrite(path, 0, random.Random(4).randbytes(100)), TURNS),
    "wrong page size": (lambda path: overwrite(path, 16, struct.pack(">H", 3)), TURNS),
    "wrong schema": (drop_table, TURNS),
    "wrong index": (wrong_index, TURNS),
    "another program's": (foreign_database, 0),
    "not a database": (lambda path: path.write_text("Dear diary, " * 999) and None, 0),
    "a picture": (lambda path: path.write_bytes(b"\x89PNG\r\n" + bytes(5_000)) and None, 0),
    "marked while running": (mark_damaged, TURNS),
}


@pytest.mark.parametrize(("harm", "readable"), DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("backed_up", [False, True], ids=["alone", "with a backup"])
async def test_damage_is_repaired(
    folders: Folders, harm: Callable[[Path], None], readable: int, backed_up: bool
) -> None:
    if backed_up:
        store, _ = await open_conversations(folders)
        assert await store.back_up()
        await store.close()
    harm(folders.database)
    harmed = folders.database.read_bytes()

    started = time.monotonic()
    store, notices = await open_conversations(folders)
    taken = time.monotonic() - started

    assert taken < 5
    assert [notice.level for notice in notices] == ["warning"]
    assert str(folders.data) not in f"{notices[0]}"
    kept = [path.read_bytes() for path in folders.data.glob("vesper-damaged-*.db")]
    assert harmed in kept
    turns = await store.turns(1)
    assert (TURNS if backed_up else readable) <= len(turns) <= TURNS
    assert all(turn.text.startswith(f"turn {turn.turn_id} ") for turn in turns)
    conversation = await store.open_conversation()
    new = await store.add_turn(conversation, Turn("user", "going on", (Picture(b"p", 1, 1),)))
    await store.save_page(conversation, Page("t", "h"), None)
    assert [turn.turn_id for turn in await store.turns(conversation)] == [new]
    assert [hit.turn_id for hit in await store.search("going")] == [new]
    await store.close()
    store, notices = await open_conversations(folders)
    assert notices == ()
    await store.close()


async def test_a_log_of_noise_is_kept_and_told(folders: Folders) -> None:
    log_of_noise(folders.database)
    noise = folders.database.with_name("vesper.db-wal").read_bytes()
    store, notices = await open_conversations(folders)
    assert len(notices) == 1
    assert len(await store.turns(1)) == TURNS
    assert [path.read_bytes() for path in folders.data.glob("*-damaged-*")] == [noise]
    await store.close()


async def test_a_foreign_journal_is_not_played_back(folders: Folders) -> None:
    foreign_journal(folders.database)
    store, notices = await open_conversations(folders)
    assert notices == ()
    assert len(await store.turns(1)) == TURNS
    assert len(list(folders.data.glob("*-foreign-*"))) == 1
    await store.close()


async def test_a_lost_file_comes_back_from_its_copy(folders: Folders) -> None:
    store, _ = await open_conversations(folders)
    await store.back_up()
    await store.close()
    folders.database.unlink()
    store, notices = await open_conversations(folders)
    assert "missing" in notices[0].what
    assert len(await store.turns(1)) == TURNS
    await store.close()


async def test_a_newer_format_is_refused_and_untouched(folders: Folders) -> None:
    with sqlite3.connect(folders.database) as connection:
        connection.execute(f"PRAGMA user_version = {LATEST + 7}")
    connection.close()
    before = folders.database.read_bytes()
    with pytest.raises(StorageError, match="newer Vesper"):
        open_database(folders.database, folders.backups)

    store, notices = await open_conversations(folders)

    assert notices[0].level == "error"
    await store.add_turn(await store.open_conversation(), Turn("user", "unsaved"))
    assert len(await store.list_conversations()) == 1
    await store.close()
    assert folders.database.read_bytes() == before
    assert [path.name for path in folders.data.glob("vesper*")] == ["vesper.db"]


async def test_something_else_in_the_files_place_is_said(tmp_path: Path) -> None:
    folders = find_folders({"VESPER_DATA_DIR": str(tmp_path)})
    os.mkfifo(folders.database)
    store, notices = await open_conversations(folders)
    assert "not a file" in notices[0].what
    await store.close()


async def test_a_damaged_index_of_words_does_not_stop_a_turn(folders: Folders) -> None:
    store, _ = await open_conversations(folders)
    with sqlite3.connect(folders.database) as connection:
        connection.execute("UPDATE turn_words_data SET block = x'00'")
    connection.close()
    conversation = await store.open_conversation()
    turn = await store.add_turn(conversation, Turn("user", "zebra"))
    assert [hit.turn_id for hit in await store.search("zebra")] == [turn]
    assert store.pending == 0
    await store.close()


def test_salvage_reads_what_only_the_log_holds(tmp_path: Path) -> None:
    opened = open_database(tmp_path / "a.db", tmp_path / "backups")
    opened.connection.execute("PRAGMA wal_autocheckpoint = 0")
    opened.connection.execute("INSERT INTO conversations VALUES (5, 'in the log', '')")
    rows = salvage((tmp_path / "a.db").read_bytes(), (tmp_path / "a.db-wal").read_bytes())
    opened.connection.close()
    assert rows["conversations"] == {5: ("in the log", "")}


@pytest.fixture(scope="module")
def small_file(sound: Folders) -> Iterator[bytes]:
    yield sound.database.read_bytes()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_salvage_reads_any_bytes(small_file: bytes, data: st.DataObject) -> None:
    harmed = bytearray(small_file)
    for _ in range(data.draw(st.integers(0, 20))):
        at = data.draw(st.integers(0, len(harmed) - 1))
        noise = data.draw(st.binary(min_size=1, max_size=16))
        harmed[at : at + len(noise)] = noise
    rows = salvage(bytes(harmed[: data.draw(st.integers(0, len(harmed)))]))
    assert set(rows) == set(SHAPES)


def test_every_table_of_the_users_words_has_its_own_shape(sound: Folders) -> None:
    connection = sqlite3.connect(sound.database)
    kinds = {"INTEGER": "i", "TEXT": "t", "BLOB": "b"}
    for table, shape in SHAPES.items():
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        found = "".join(kinds[kind] if required or key else "T" for _, _, kind, required, _, key in columns)
        assert found == shape
    assert len(set(SHAPES.values())) == len(SHAPES)
    connection.close()


class Killed(BaseException):
    """Stands for SIGKILL: no handler of ours catches it."""


@pytest.mark.parametrize("harm", ["zeroed header", "empty"])
def test_a_repair_that_is_killed_goes_on_at_the_next_start(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    copied = open_database(folders.database, folders.backups).connection
    backups.back_up(copied, folders.backups)
    writer = "INSERT INTO turns VALUES (1000, 1, 1000, 'user', 'only in the log', 'user', 0, '')"
    copied.execute(writer)
    log = folders.database.with_name("vesper.db-wal").read_bytes()
    copied.close()
    rename = Path.rename
    for step in range(1, 9):
        for path in folders.data.glob("*vesper*"):
            path.unlink()
        shutil.copy(next(folders.backups.iterdir()), folders.database)
        DAMAGE[harm][0](folders.database)
        folders.database.with_name("vesper.db-wal").write_bytes(log)
        left = [step]

        def move(self: Path, target: Path, left: list[int] = left) -> Path:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return rename(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", move)
            patch.setattr(Path, "replace", move)
            with contextlib.suppress(Killed):
                open_database(folders.database, folders.backups).connection.close()
        opened = open_database(folders.database, folders.backups)
        texts = {row[0] for row in opened.connection.execute("SELECT text FROM turns")}
        opened.connection.close()
        assert len(texts) == TURNS + 1
        assert "only in the log" in texts
        assert len(list(folders.data.glob("vesper-damaged-*.db"))) == 1
        if left[0] > 0:
            return  # every step has been the one that was killed
    pytest.fail("a repair takes more steps than were tried")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=9_000)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 2**62), texts, st.binary(max_size=20_000)), max_size=8, unique_by=lambda row: row[0]
    )
)
def test_salvage_of_a_sound_file_is_what_sql_reads(rows: list[tuple[int, str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        connection = open_database(path, Path(folder) / "backups").connection
        for key, text, blob in rows:
            connection.execute("INSERT INTO conversations VALUES (?, ?, '')", (key, text))
            connection.execute("INSERT INTO turns VALUES (?, ?, 0, '', ?, '', 1, '')", (key, key, text))
            connection.execute("INSERT INTO pictures VALUES (?, ?, 1, -5, ?, ?)", (key, key, text, blob))
            connection.execute("INSERT INTO pages VALUES (?, ?, 300, 70000, '', ?, ?, NULL)", (key, key, text, text))
        expected = {
            table: {row[0]: tuple(row[1:]) for row in connection.execute(f"SELECT * FROM {table}")} for table in SHAPES
        }
        log = path.with_name("a.db-wal")
        assert salvage(path.read_bytes(), log.read_bytes()) == expected
        connection.close()
        assert salvage(path.read_bytes()) == expected
