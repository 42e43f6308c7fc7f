"""Conversations, turns and their pictures as rows. Order is a sequence number; dates are for display only.

Functions over an open database, for the store's thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.core.history import Turn
from assistant.core.types import Origin, Picture

TITLE_CHARACTERS = 60
_ESCAPED = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A line of the list of conversations. `created_at` is UTC, ISO 8601, for display."""

    conversation_id: int
    title: str
    created_at: str
    turn_count: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A turn that holds the words looked for. `excerpt` is one line of it."""

    conversation_id: int
    turn_id: int
    role: str
    excerpt: str


def insert_conversation(connection: sqlite3.Connection, now: str) -> int:
    cursor = connection.execute("INSERT INTO conversations (title, created_at) VALUES ('', ?)", (now,))
    return int(cursor.lastrowid or 0)


def insert_turn(connection: sqlite3.Connection, conversation_id: int, turn: Turn, now: str) -> int:
    cursor = connection.execute(
        "INSERT INTO turns (conversation_id, sequence, role, text, origin, interrupted, created_at) VALUES "
        "(?, (SELECT COALESCE(MAX(sequence), 0) + 1 FROM turns WHERE conversation_id = ?), ?, ?, ?, ?, ?)",
        (conversation_id, conversation_id, turn.role, _clean(turn.text), turn.origin, turn.interrupted, now),
    )
    turn_id = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO pictures (turn_id, width, height, description, png) VALUES (?, ?, ?, ?, ?)",
        ((turn_id, one.width, one.height, _clean(one.description), one.png) for one in turn.pictures),
    )
    return turn_id


def update_turn(connection: sqlite3.Connection, turn_id: int, text: str, interrupted: bool) -> None:
    connection.execute("UPDATE turns SET text = ?, interrupted = ? WHERE id = ?", (_clean(text), interrupted, turn_id))


def turns_of(connection: sqlite3.Connection, conversation_id: int) -> tuple[Turn, ...]:
    """In order. A reply that was begun and never said a word is left out."""
    pictures: dict[int, list[Picture]] = {}
    for turn_id, *picture in connection.execute(
        "SELECT turn_id, png, width, height, description FROM pictures "
        "WHERE turn_id IN (SELECT id FROM turns WHERE conversation_id = ?) ORDER BY id",
        (conversation_id,),
    ):
        pictures.setdefault(turn_id, []).append(Picture(*picture))
    rows = connection.execute(
        "SELECT id, role, text, origin, interrupted FROM turns WHERE conversation_id = ? "
        "AND NOT (role = 'assistant' AND text = '' AND interrupted) ORDER BY sequence",
        (conversation_id,),
    )
    return tuple(
        Turn(role, text, tuple(pictures.get(turn_id, ())), _origin(origin), bool(interrupted), turn_id)
        for turn_id, role, text, origin, interrupted in rows
    )


def latest_conversation(connection: sqlite3.Connection) -> int | None:
    """The one that was last spoken in; else the last one opened."""
    row = connection.execute("SELECT conversation_id FROM turns ORDER BY id DESC LIMIT 1").fetchone()
    row = row or connection.execute("SELECT id FROM conversations ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else int(row[0])


def list_conversations(connection: sqlite3.Connection, limit: int) -> tuple[ConversationSummary, ...]:
    """Those with something in them, last used first. An untitled one is called by its first words."""
    rows = connection.execute(
        "SELECT id, title, created_at, "
        "(SELECT text FROM turns WHERE conversation_id = c.id AND text <> '' ORDER BY sequence LIMIT 1), "
        "(SELECT COUNT(*) FROM turns WHERE conversation_id = c.id), "
        "(SELECT MAX(id) FROM turns WHERE conversation_id = c.id) AS last_turn "
        "FROM conversations AS c WHERE last_turn IS NOT NULL "
        "OR EXISTS (SELECT 1 FROM pages WHERE conversation_id = c.id) ORDER BY last_turn DESC, id DESC LIMIT ?",
        (limit,),
    )
    return tuple(ConversationSummary(row[0], row[1] or _title(row[3] or ""), row[2], row[4]) for row in rows)


def delete_conversation(connection: sqlite3.Connection, conversation_id: int, indexed: bool) -> None:
    """Inside a transaction; needs `foreign_keys` and `secure_delete` on."""
    connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
    if indexed:  # the index keeps deleted words until it is merged
        connection.execute("INSERT INTO turn_words (turn_words) VALUES ('optimize')")


def search(connection: sqlite3.Connection, words: str, limit: int, indexed: bool) -> tuple[Hit, ...]:
    """Turns with all the words, newest first. Parts of words, and scripts without spaces, are found by reading all."""
    terms = words.split()
    if not terms:
        return ()
    hits: tuple[Hit, ...] = ()
    if indexed:
        quoted = " ".join('"{}"*'.format(term.replace('"', '""')) for term in terms)
        hits = _hits(
            connection.execute(
                "SELECT conversation_id, id, role, text FROM turns WHERE id IN "
                "(SELECT rowid FROM turn_words WHERE turn_words MATCH ?) ORDER BY id DESC LIMIT ?",
                (quoted, limit),
            ),
            terms,
        )
    if hits:
        return hits
    condition = " AND ".join(["text LIKE ? ESCAPE '\\'"] * len(terms))
    patterns = [f"%{term.translate(_ESCAPED)}%" for term in terms]
    return _hits(
        connection.execute(
            f"SELECT conversation_id, id, role, text FROM turns WHERE {condition} ORDER BY id DESC LIMIT ?",
            (*patterns, limit),
        ),
        terms,
    )


def markdown(connection: sqlite3.Connection, conversation_id: int) -> str:
    """The conversation to read elsewhere. Pictures are named, not contained."""
    names = {"user": "You", "assistant": "Vesper"}
    parts: list[str] = []
    for turn in turns_of(connection, conversation_id):
        cut = " *(interrupted)*" if turn.interrupted else ""
        pictures = "".join(f"\n\n*Picture, {one.width} × {one.height}*" for one in turn.pictures)
        parts.append(f"**{names.get(turn.role, turn.role)}**{cut}\n\n{turn.text}{pictures}\n")
    return "\n".join(parts)


def _hits(rows: Iterable[tuple[int, int, str, str]], terms: list[str]) -> tuple[Hit, ...]:
    return tuple(Hit(row[0], row[1], row[2], _excerpt(row[3], terms[0])) for row in rows)


def _excerpt(text: str, term: str) -> str:
    line = " ".join(text.split())
    at = max(0, line.casefold().find(term.casefold()) - 40)
    cut = line[at : at + 120]
    return f"{'…' if at else ''}{cut}{'…' if len(line) > at + 120 else ''}"


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_CHARACTERS else f"{line[: TITLE_CHARACTERS - 1].rstrip()}…"


def _clean(text: str) -> str:
    """Half a surrogate pair, as a file name may hold, is no text that a database takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _origin(value: str) -> Origin:
    try:
        return Origin(value)
    except ValueError:
        return Origin.FILE  # unknown means untrusted
