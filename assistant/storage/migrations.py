"""The database's shape, as numbered steps that are never edited once released.

Each step runs in one transaction together with its number, so an interrupted one has not happened. A step that adds a
table or a column of the user's words also tells `salvage.SHAPES`.
"""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x56535052  # "VSPR": tells our file from another program's

_FIRST = """
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    origin TEXT NOT NULL,
    interrupted INTEGER NOT NULL,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX turns_in_order ON turns (conversation_id, sequence);
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    turn_id INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    description TEXT NOT NULL,
    png BLOB NOT NULL
);
CREATE INDEX pictures_of_turn ON pictures (turn_id);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    element_count INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    title TEXT NOT NULL,
    html TEXT NOT NULL,
    reading TEXT
);
CREATE INDEX pages_of_conversation ON pages (conversation_id);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST,)
LATEST = len(MIGRATIONS)

_SEARCH = """
CREATE VIRTUAL TABLE turn_words USING fts5 (
    text, content = 'turns', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER turn_words_added AFTER INSERT ON turns BEGIN
    INSERT INTO turn_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER turn_words_removed AFTER DELETE ON turns BEGIN
    INSERT INTO turn_words (turn_words, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER turn_words_changed AFTER UPDATE OF text ON turns BEGIN
    INSERT INTO turn_words (turn_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO turn_words (rowid, text) VALUES (new.id, new.text);
END;
INSERT INTO turn_words (turn_words) VALUES ('rebuild');
"""

_TRIGGERS = ("turn_words_added", "turn_words_removed", "turn_words_changed")


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: tuple[str, ...] = MIGRATIONS) -> None:
    """Run the steps this database has not seen. Raises sqlite3.Error; the step that failed is undone."""
    for number, step in enumerate(steps[version_of(connection) :], start=version_of(connection) + 1):
        run_script(connection, f"{step}\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};")


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Statements in one transaction. `executescript` would commit in between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    statements = [""]
    for line in script.splitlines():
        statements[-1] += f"{line}\n"
        if sqlite3.complete_statement(statements[-1]):
            statements.append("")
    return [statement for statement in statements if statement.strip()]


def ensure_search(connection: sqlite3.Connection) -> bool:
    """Keep the index of words, which is made from the turns and may be made again at any time.

    False where this SQLite has no FTS5; then its triggers must go, or no turn could be saved.
    """
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if not _has_fts5(connection):
        for trigger in _TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        return False
    if not names.issuperset({*_TRIGGERS, "turn_words"}):
        rebuild_search(connection)
    return True


def rebuild_search(connection: sqlite3.Connection) -> None:
    drops = [f"DROP TRIGGER IF EXISTS {trigger};" for trigger in _TRIGGERS]
    run_script(connection, "\n".join([*drops, "DROP TABLE IF EXISTS turn_words;", _SEARCH]))


def _has_fts5(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone() is not None
