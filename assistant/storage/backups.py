"""Copies of the database, one a day, thinned to seven days and four weeks. A copy is whole or does not exist."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from assistant.storage.turns import delete_conversation

DAYS = 7
WEEKS = 4
_DAILY = re.compile(r"vesper-(\d{4}-\d\d-\d\d)\.db")


def back_up(connection: sqlite3.Connection, folder: Path, today: date | None = None) -> bool:
    """Make today's copy unless there is one, and thin the older ones. False where nothing was to do or no room is.

    Raises sqlite3.Error or OSError; no half copy stays.
    """
    day = today or datetime.now(UTC).date()
    target = folder / f"vesper-{day.isoformat()}.db"
    if target.exists() or not _has_room(connection, folder):
        return False
    copy_database(connection, target)
    for old in superfluous(folder.glob("vesper-*.db")):
        old.unlink(missing_ok=True)
    return True


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        partial.chmod(0o600)
        partial.replace(target)
    except (OSError, sqlite3.Error):
        partial.unlink(missing_ok=True)
        raise


def newest_backups(folder: Path) -> list[Path]:
    """Newest first, those made before a migration included."""
    with contextlib.suppress(OSError):
        return sorted(folder.glob("*.db"), key=lambda path: path.stat().st_mtime, reverse=True)
    return []


def superfluous(copies: Iterable[Path]) -> list[Path]:
    """The daily copies that may go. Files that are not daily copies of ours are never among them."""
    dated = sorted(_dated(copies), reverse=True)
    kept = {path for _, path in dated[:DAYS]}
    weeks: dict[tuple[int, int], Path] = {}
    for day, path in dated:
        weeks.setdefault(day.isocalendar()[:2], path)
    kept.update(list(weeks.values())[:WEEKS])
    return [path for _, path in dated if path not in kept]


def forget(folder: Path, conversation_id: int, indexed: bool) -> None:
    """What the user deleted must not come back from a copy. A copy that cannot be changed is left as it is."""
    for path in newest_backups(folder):
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy,
        ):
            copy.execute("PRAGMA foreign_keys = ON")
            copy.execute("PRAGMA secure_delete = ON")
            delete_conversation(copy, conversation_id, indexed)


def _dated(copies: Iterable[Path]) -> Iterator[tuple[date, Path]]:
    for path in copies:
        match = _DAILY.fullmatch(path.name)
        if match:
            with contextlib.suppress(ValueError):  # the 31st of February
                yield date.fromisoformat(match[1]), path


def _has_room(connection: sqlite3.Connection, folder: Path) -> bool:
    """A copy must not be what fills the disk."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    size = pages * connection.execute("PRAGMA page_size").fetchone()[0]
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder.parent).free > 2 * int(size) + 50_000_000
    return False
