"""The store of conversations: every turn on disk before it is acknowledged, or kept in memory until the disk has room.

One thread of its own runs all SQL. Order: what could not be saved before goes first.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from assistant.core.aio import EngineThread
from assistant.core.errors import NotSavedYet, StorageError
from assistant.core.events import NoticeShown
from assistant.core.history import Turn
from assistant.core.sketch import Page, SketchReading, WorkRecord
from assistant.storage import backups, pages, turns, works
from assistant.storage.database import (
    FutureError,
    OpenedDatabase,
    database_error,
    is_damage,
    mark_damaged,
    open_database,
    open_in_memory,
)
from assistant.storage.files import storage_error
from assistant.storage.migrations import rebuild_search
from assistant.storage.paths import Folders
from assistant.storage.turns import ConversationSummary, Hit

T = TypeVar("T")
Resolve = Callable[[int], int]
Write = Callable[[sqlite3.Connection, Resolve], int]
"""Does its SQL and returns a row's id. It may run more than once: a failed transaction is undone and tried again."""

MOST_UNSAVED = 5_000  # turns kept in memory on a full disk: days of talking


@dataclass(frozen=True, slots=True)
class _Unsaved:
    """A write that waits. `number` is negative: the id the caller holds until there is a real one."""

    number: int
    write: Write
    replaces: int = 0
    """The turn whose text it sets: a later text makes an earlier one needless."""


class ConversationFile:
    """The blocking half: one connection, one thread at a time."""

    def __init__(self, opened: OpenedDatabase, path: Path, backup_folder: Path) -> None:
        self._connection = opened.connection
        self._has_search = opened.has_search
        self._path = path
        self._backups = backup_folder
        self._unsaved: list[_Unsaved] = []
        self._real_ids: dict[int, int] = {}
        self._last_number = 0

    @property
    def pending(self) -> int:
        return len(self._unsaved)

    @property
    def is_in_memory(self) -> bool:
        """The file could not be used; ids of this run mean nothing in the next."""
        return not self._connection.execute("PRAGMA database_list").fetchone()[2]

    def write(self, write: Write, replaces: int = 0) -> int:
        """Commit and return the id, or keep the write in memory and raise NotSavedYet with a stand-in for it."""
        replaces = self._resolve(replaces)
        if replaces:
            self._unsaved = [one for one in self._unsaved if one.replaces != replaces]
        if len(self._unsaved) >= MOST_UNSAVED:
            self.save()
        self._last_number -= 1
        number = self._last_number
        self._unsaved.append(_Unsaved(number, write, replaces))
        try:
            self.save()
        except StorageError as error:
            raise NotSavedYet(error.what, f"{error.advice} Until then it is kept in memory.", number) from error
        if number not in self._real_ids:
            raise StorageError("This conversation has been deleted.", "Start a new one.")
        return self._real_ids[number]

    def save(self) -> None:
        """Write what waits, all or nothing. Raises StorageError while the disk refuses."""
        if not self._unsaved:
            return
        try:
            self._commit()
        except sqlite3.Error as error:
            if is_damage(error):
                mark_damaged(self._path)
            raise database_error(error, self._path) from error
        self._unsaved.clear()

    def read(self, query: Callable[[sqlite3.Connection, Resolve], T]) -> T:
        """What a reader sees includes what waits to be saved."""
        try:
            if not self._unsaved:
                return query(self._connection, self._resolve)
            with self._replayed("ROLLBACK") as ids:
                return query(self._connection, lambda number: ids.get(number, self._resolve(number)))
        except sqlite3.Error as error:
            if is_damage(error):
                mark_damaged(self._path)
            raise database_error(error, self._path) from error

    def search(self, words: str, limit: int) -> tuple[Hit, ...]:
        return self.read(lambda connection, _: turns.search(connection, words, limit, self._has_search))

    def delete(self, conversation_id: int) -> None:
        """Also from the copies, and its words from the freed pages, the index and the log."""

        def write(connection: sqlite3.Connection, ids: Resolve) -> int:
            turns.delete_conversation(connection, ids(conversation_id), self._has_search)
            return 0

        real_id = self._resolve(conversation_id)
        self.write(write)
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        backups.forget(self._backups, real_id, self._has_search)

    def back_up(self) -> bool:
        try:
            return backups.back_up(self._connection, self._backups)
        except OSError as error:
            raise storage_error(error, self._path) from error
        except sqlite3.Error as error:
            raise database_error(error, self._path) from error

    def close(self) -> None:
        """One last try for what waits; the caller has told the user long ago that it is not saved."""
        with contextlib.suppress(StorageError):
            self.save()
        self._connection.close()

    def real_id(self, number: int) -> int:
        """The id of a row that was a stand-in; negative while it still is."""
        return self._resolve(number)

    def _resolve(self, number: int) -> int:
        return self._real_ids.get(number, number)

    def _commit(self) -> None:
        try:
            with self._replayed("COMMIT") as ids:
                pass
        except sqlite3.Error as error:
            if not self._has_search or not (is_damage(error) or isinstance(error, sqlite3.IntegrityError)):
                raise
            rebuild_search(self._connection)  # the index of words: the part that can be made again
            with self._replayed("COMMIT") as ids:
                pass
        self._real_ids.update(ids)

    @contextlib.contextmanager
    def _replayed(self, end: str) -> Iterator[dict[int, int]]:
        """A transaction that has written all that waits; `end` is COMMIT or ROLLBACK. Gives the new ids by number."""
        ids: dict[int, int] = {}
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for one in self._unsaved:
                try:
                    ids[one.number] = one.write(self._connection, lambda number: ids.get(number, self._resolve(number)))
                except sqlite3.IntegrityError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
                        raise  # else its conversation was deleted: no place is left for it
            yield ids
            self._connection.execute(end)
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


class Conversations:
    """The ConversationStore of the program, and what a list of conversations needs. Use from one asyncio loop."""

    def __init__(self, file: ConversationFile, thread: EngineThread, works_folder: Path | None = None) -> None:
        self._file = file
        self._thread = thread
        self._works = works_folder

    @property
    def pending(self) -> int:
        """Turns and pages that are only in memory, because the disk refused."""
        return self._file.pending

    async def save_pending(self) -> int:
        """Try again to save them, as every later write does by itself. Returns how many still wait; never raises."""
        with contextlib.suppress(StorageError):
            await self._thread.call(self._file.save)
        return self.pending

    async def open_conversation(self) -> int:
        """Never raises for a full disk: the first turn will."""
        try:
            return await self._write(lambda connection, ids: turns.insert_conversation(connection, _now()))
        except NotSavedYet as error:
            return error.turn_id

    async def add_turn(self, conversation_id: int, turn: Turn) -> int:
        now = _now()
        return await self._write(lambda connection, ids: turns.insert_turn(connection, ids(conversation_id), turn, now))

    async def checkpoint_turn(self, turn_id: int, text: str) -> None:
        await self.finish_turn(turn_id, text, interrupted=True)

    async def finish_turn(self, turn_id: int, text: str, interrupted: bool) -> None:
        def write(connection: sqlite3.Connection, ids: Resolve) -> int:
            turns.update_turn(connection, ids(turn_id), text, interrupted)
            return ids(turn_id)

        await self._write(write, replaces=turn_id)

    async def save_page(self, conversation_id: int, page: Page, reading: SketchReading | None) -> int:
        now = _now()
        return await self._write(
            lambda connection, ids: pages.insert_page(connection, ids(conversation_id), page, reading, now)
        )

    async def save_work(self, conversation_id: int, work: WorkRecord) -> None:
        await self._thread.call(self._at, conversation_id, lambda folder: works.save_work(folder, work))

    async def save_thumbnail(self, conversation_id: int, number: int, index: int, png: bytes) -> None:
        def save(folder: Path) -> None:
            works.save_thumbnail(folder, number, index, png)

        await self._thread.call(self._at, conversation_id, save)

    async def works(self, conversation_id: int) -> tuple[WorkRecord, ...]:
        found: list[WorkRecord] = []
        await self._thread.call(self._at, conversation_id, lambda folder: found.extend(works.read_works(folder)))
        return tuple(found)

    def _at(self, conversation_id: int, act: Callable[[Path], None]) -> None:
        """In the conversation's folder. One that is only in memory has none."""
        real_id = self._file.real_id(conversation_id)
        if self._works is not None and real_id > 0 and not self._file.is_in_memory:
            act(self._works / str(real_id))

    async def turns(self, conversation_id: int) -> tuple[Turn, ...]:
        return await self._read(lambda connection, ids: turns.turns_of(connection, ids(conversation_id)))

    async def pages(self, conversation_id: int) -> tuple[tuple[int, Page], ...]:
        """Pages with their ids, oldest first."""
        return await self._read(lambda connection, ids: pages.pages_of(connection, ids(conversation_id)))

    async def reading(self, page_id: int) -> SketchReading | None:
        return await self._read(lambda connection, ids: pages.reading_of(connection, ids(page_id)))

    async def latest_conversation(self) -> int | None:
        return await self._read(lambda connection, ids: turns.latest_conversation(connection))

    async def list_conversations(self, limit: int = 200) -> tuple[ConversationSummary, ...]:
        return await self._read(lambda connection, ids: turns.list_conversations(connection, limit))

    async def search(self, words: str, limit: int = 50) -> tuple[Hit, ...]:
        return await self._thread.call(self._file.search, words, limit)

    async def export_markdown(self, conversation_id: int) -> str:
        return await self._read(lambda connection, ids: turns.markdown(connection, ids(conversation_id)))

    async def delete(self, conversation_id: int) -> None:
        """The conversation with its pictures and pages, here and in the backups."""
        await self._thread.call(self._file.delete, conversation_id)
        await self._thread.call(self._at, conversation_id, works.forget_works)

    async def back_up(self) -> bool:
        """Today's copy, unless there is one. Call it some time after the start, when nobody waits for a commit."""
        return await self._thread.call(self._file.back_up)

    async def close(self) -> None:
        await self._thread.call(self._file.close)
        self._thread.close()

    async def _write(self, write: Write, replaces: int = 0) -> int:
        return await self._thread.call(self._file.write, write, replaces)

    async def _read(self, query: Callable[[sqlite3.Connection, Resolve], T]) -> T:
        return await self._thread.call(self._file.read, query)


async def open_conversations(folders: Folders) -> tuple[Conversations, tuple[NoticeShown, ...]]:
    """The store, and what the user must know. Never fails: where the disk cannot be used, nothing is saved."""
    thread = EngineThread("store")
    file, notices = await thread.call(open_file, folders)
    return Conversations(file, thread, folders.works), notices


def open_file(folders: Folders) -> tuple[ConversationFile, tuple[NoticeShown, ...]]:
    """The blocking half of `open_conversations`."""
    notices: tuple[NoticeShown, ...]
    old = folders.home_data / folders.database.name
    if folders.is_temporary:
        opened = open_in_memory(old)
        notices = (
            NoticeShown(
                "warning",
                "Your data folder cannot be written: this conversation is not saved.",
                "Allow writing there, or set VESPER_DATA_DIR to another folder.",
            ),
        )
    else:
        try:
            opened = open_database(folders.database, folders.backups)
            notices = opened.notices
        except FutureError as error:
            opened = open_in_memory()
            notices = (_not_saved(error),)
        except StorageError as error:
            opened = open_in_memory(old)
            notices = (_not_saved(error),)
    return ConversationFile(opened, folders.database, folders.backups), notices


def _not_saved(error: StorageError) -> NoticeShown:
    return NoticeShown("error", error.what, f"{error.advice} Until then nothing is saved.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
