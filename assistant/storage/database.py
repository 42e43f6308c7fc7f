"""Opens the conversations' file: checks it, repairs it from its own pages and the newest copy, and migrates it.

A damaged file is never deleted: it is renamed with a date, and what can be read of it goes into a new one. Blocking.
"""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import StorageError
from assistant.core.events import NoticeShown
from assistant.storage import files
from assistant.storage.backups import copy_database, newest_backups
from assistant.storage.migrations import APPLICATION_ID, LATEST, ensure_search, migrate, version_of
from assistant.storage.salvage import SHAPES, Row, salvage

CHECK_SECONDS = 1.5  # a whole check of a large file takes longer; damage it misses shows when the page is read
CHECK_BYTES = 200_000_000  # from here on the check is left out: older SQLite cannot be stopped inside one tree
BUSY_SECONDS = 5.0
_MAGIC = b"SQLite format 3\x00"
_NEEDED_TABLES = frozenset(SHAPES)

_REPAIRED = NoticeShown("warning", "The conversations' file was damaged and has been repaired.", "The old one is kept.")


@dataclass(frozen=True, slots=True)
class OpenedDatabase:
    """`notices` tell the user what had to be repaired."""

    connection: sqlite3.Connection
    notices: tuple[NoticeShown, ...] = ()
    has_search: bool = True


class FutureError(StorageError):
    """The file is from a newer version: its rows may mean something else, so none are read."""


class _DamagedError(Exception):
    """The file holds no sound database of ours."""


def open_database(path: Path, backups: Path) -> OpenedDatabase:
    """Raises StorageError where the file is from a newer version or the disk refuses; then nothing has changed."""
    try:
        return _open(path, backups)
    except OSError as error:
        raise files.storage_error(error, path) from error
    except sqlite3.Error as error:
        raise database_error(error, path) from error


def open_in_memory(read_from: Path | None = None) -> OpenedDatabase:
    """Conversations that nothing keeps, for a session whose disk cannot be written; with the old ones, if readable."""
    rows: dict[str, dict[int, Row]] = {}
    if read_from is not None:
        with contextlib.suppress(OSError):
            rows = _salvage_file(read_from)
    connection = _connect(":memory:")
    migrate(connection)
    _fill(connection, rows)
    return OpenedDatabase(connection, has_search=ensure_search(connection))


def mark_damaged(path: Path) -> None:
    """Damage that was met while running: the next start repairs before it reads."""
    with contextlib.suppress(OSError):
        _mark(path).touch(mode=0o600)


def database_error(error: sqlite3.Error, path: Path) -> StorageError:
    """The failure as a sentence. A full disk reports as FULL or, under a size limit, as an input/output error."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return files.disk_full(path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return files.read_only(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageError(f'Another program is using "{path.name}".', "Close it; Vesper saves at your next message.")
    if is_damage(error):
        return StorageError(f'"{path.name}" is damaged.', "Restart Vesper: it keeps the file and repairs a copy.")
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return files.disk_failed(path)
    return StorageError(f'"{path.name}" could not be used: {error}.', "Restart Vesper, and please report this.")


def is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _open(path: Path, backups: Path) -> OpenedDatabase:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    notices = (_REPAIRED,) if _finish_repair(path) else _log_notices(path)
    try:
        connection, has_search = _open_sound(path, backups)
    except _DamagedError:
        notices = (_repair(path, backups), *notices)
        connection, has_search = _open_sound(path, backups)
    return OpenedDatabase(connection, notices, has_search)


def _open_sound(path: Path, backups: Path) -> tuple[sqlite3.Connection, bool]:
    """A checked and migrated connection. Raises _DamagedError for anything that is not a sound database of ours."""
    if not path.exists() and not path.is_symlink():
        if newest_backups(backups):
            raise _DamagedError  # somebody lost the file, not the conversations
        _build(path, lambda connection: None).replace(path)
        files.sync_folder(path.parent)
    _check_file(path)
    with contextlib.ExitStack() as failed:
        try:
            connection = failed.enter_context(contextlib.closing(_connect(path)))
            _refuse_future(connection, path)
            _check_content(connection, path.stat().st_size)
            if version_of(connection) < LATEST:
                copy_database(connection, backups / f"before-version-{LATEST}.db")
                migrate(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            has_search = ensure_search(connection)
        except sqlite3.Error as error:
            if is_damage(error):
                raise _DamagedError from error
            raise
        failed.pop_all()
    return connection, has_search


def _connect(path: Path | str) -> sqlite3.Connection:
    """A connection that commits when told and not before, and fsyncs every commit."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",
        "secure_delete = ON",  # deleted words leave the disk, and cannot come back through salvage
        "cache_spill = OFF",  # a transaction reaches the disk at its commit, not before
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _build(path: Path, fill: Callable[[sqlite3.Connection], None]) -> Path:
    """A new database, on disk under a temporary name: under its own it is whole or absent."""
    fresh = path.with_name(f".{path.name}.new")
    for leftover in (fresh, *_neighbours(fresh).values()):
        leftover.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    with contextlib.closing(_connect(fresh)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection)
        fill(connection)
    return fresh


def _check_file(path: Path) -> None:
    """What can be told before SQLite opens the file, and might change it."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise StorageError(f'"{path.name}" is not a file.', "Move it away, so that Vesper can make its own.")
    if _mark(path).exists():
        raise _DamagedError
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise _DamagedError
    if not _neighbours(path)["wal"].exists() and _is_cut(header, path.stat().st_size):
        raise _DamagedError
    journal = _neighbours(path)["journal"]
    if journal.exists() and header[18] == 2:  # in WAL mode nobody writes one: it would roll back good pages
        files.set_aside(journal, "foreign")


def _is_cut(header: bytes, size: int) -> bool:
    """Is the file shorter than its header says? SQLite would take the missing end for zeros."""
    page_size, changed, pages, counted_at = struct.unpack(">16xH6xII60xI4x", header)
    return bool(changed == counted_at and size < pages * (65536 if page_size == 1 else page_size))


def _log_notices(path: Path) -> tuple[NoticeShown, ...]:
    """A write-ahead log that is no log would be thrown away without a word: keep it and say so."""
    log = _neighbours(path)["wal"]
    if not log.is_file() or log.stat().st_size == 0:
        return ()
    with log.open("rb") as file:
        header = file.read(32)
    if len(header) == 32 and header[:3] == b"\x37\x7f\x06" and header[3] in (0x82, 0x83):
        return ()
    kept = files.set_aside(log, "damaged")
    return (
        NoticeShown(
            "warning",
            "The last changes to your conversations could not be read.",
            f'They may be missing; the unreadable part is kept as "{kept.name}".',
        ),
    )


def _refuse_future(connection: sqlite3.Connection, path: Path) -> None:
    version = version_of(connection)
    if version > LATEST:
        raise FutureError(
            f'"{path.name}" was written by a newer Vesper (format {version}, this one reads {LATEST}).',
            "Install the newer version; your conversations are untouched.",
        )


def _check_content(connection: sqlite3.Connection, size: int) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise _DamagedError
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if version_of(connection) == LATEST and not tables >= _NEEDED_TABLES:
        raise _DamagedError
    if size > CHECK_BYTES:
        return
    until = time.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
    try:
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise _DamagedError
        for _ in connection.execute("PRAGMA foreign_key_check"):
            raise _DamagedError
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        connection.set_progress_handler(None, 0)


def _repair(path: Path, backups: Path) -> NoticeShown:
    """Make a new file from the readable rows and the newest readable copy, then let it take the damaged one's place.

    Until the new file is whole nothing is moved; from then on `_finish_repair` completes what a crash interrupts.
    """
    rows = _salvage_file(path)
    readable = len(rows["turns"])
    for backup in newest_backups(backups):
        copied = _read_copy(backup)
        if copied["turns"] or copied["conversations"]:
            rows = {table: {**copied[table], **rows[table]} for table in SHAPES}
            break
    _build(path, lambda connection: _fill(connection, rows)).replace(_repaired(path))
    kept = files.set_aside(path, "damaged") if path.exists() else None
    _finish_repair(path)
    return _repair_notice(kept, readable, len(rows["turns"]))


def _finish_repair(path: Path) -> bool:
    """A repaired file waits while the database's own name is free: give it that name. The log is the old file's."""
    if not _repaired(path).exists() or path.exists():
        return False
    for neighbour in _neighbours(path).values():
        if neighbour.exists():
            files.set_aside(neighbour, "damaged")
    _repaired(path).replace(path)
    files.sync_folder(path.parent)
    _mark(path).unlink(missing_ok=True)
    return True


def _repair_notice(kept: Path | None, readable: int, restored: int) -> NoticeShown:
    saved = f"{readable} messages were read from it and {restored - readable} from the newest backup"
    if kept is None:
        return NoticeShown("warning", f"The conversations' file was missing; {restored} messages came from a backup.")
    return NoticeShown(
        "warning", f"The conversations' file was damaged; {saved}.", f'The old file is kept as "{kept.name}".'
    )


def _salvage_file(path: Path) -> dict[str, dict[int, Row]]:
    log = _neighbours(path)["wal"]
    return salvage(path.read_bytes() if path.is_file() else b"", log.read_bytes() if log.is_file() else b"")


def _read_copy(path: Path) -> dict[str, dict[int, Row]]:
    """A backup's rows: by SQL where it is sound, which is quicker, else like any damaged file's."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as copy:
        if version_of(copy) == LATEST:
            return {
                table: {row[0]: tuple(row[1:]) for row in copy.execute(f"SELECT * FROM {table}")} for table in SHAPES
            }
    return _salvage_file(path)


def _fill(connection: sqlite3.Connection, rows: dict[str, dict[int, Row]]) -> None:
    """Rows into an empty database. One whose conversation is lost gets a conversation of that number again."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN")
    for table, found in rows.items():
        marks = ", ".join("?" * len(SHAPES[table]))
        connection.executemany(
            f"INSERT OR IGNORE INTO {table} VALUES ({marks})", ((key, *row) for key, row in sorted(found.items()))
        )
    connection.execute(
        "INSERT OR IGNORE INTO conversations SELECT DISTINCT conversation_id, '', created_at FROM "
        "(SELECT conversation_id, created_at FROM turns UNION ALL SELECT conversation_id, created_at FROM pages)"
    )
    connection.execute("DELETE FROM pictures WHERE turn_id NOT IN (SELECT id FROM turns)")
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")


def _neighbours(path: Path) -> dict[str, Path]:
    return {name: path.with_name(f"{path.name}-{name}") for name in ("wal", "shm", "journal")}


def _repaired(path: Path) -> Path:
    return path.with_name(f".{path.name}.repaired")


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")
