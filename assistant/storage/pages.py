"""Generated pages and what was read of their sketches, as rows. A page's HTML is stored as it is shown.

Functions over an open database, for the store's thread.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import Any

from assistant.core.sketch import Box, Element, ElementType, Instruction, Page, SketchReading


def insert_page(
    connection: sqlite3.Connection, conversation_id: int, page: Page, reading: SketchReading | None, now: str
) -> int:
    """A new row for every call: earlier revisions stay."""
    values = (conversation_id, page.revision, page.element_count, now, page.title, page.html)
    cursor = connection.execute(
        "INSERT INTO pages (conversation_id, revision, element_count, created_at, title, html, reading) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*values, None if reading is None else reading_to_json(reading)),
    )
    return int(cursor.lastrowid or 0)


def pages_of(connection: sqlite3.Connection, conversation_id: int) -> tuple[tuple[int, Page], ...]:
    rows = connection.execute(
        "SELECT id, title, html, element_count, revision FROM pages WHERE conversation_id = ? ORDER BY id",
        (conversation_id,),
    )
    return tuple((row[0], Page(row[1], row[2], row[3], row[4])) for row in rows)


def reading_of(connection: sqlite3.Connection, page_id: int) -> SketchReading | None:
    row = connection.execute("SELECT reading FROM pages WHERE id = ?", (page_id,)).fetchone()
    return None if row is None or row[0] is None else reading_from_json(row[0])


def reading_to_json(reading: SketchReading) -> str:
    return json.dumps(asdict(reading), ensure_ascii=False, separators=(",", ":"))


def reading_from_json(text: str) -> SketchReading | None:
    """None for a reading of another version: the page is there without it."""
    try:
        value = json.loads(text)
        return SketchReading(
            width=value["width"],
            height=value["height"],
            elements=tuple(_element(element) for element in value["elements"]),
            instructions=tuple(
                Instruction(one["text"], Box(**one["box"]), one["target"]) for one in value["instructions"]
            ),
            language=value["language"],
            stage_seconds=value["stage_seconds"],
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _element(value: dict[str, Any]) -> Element:
    """`Any`: parsed JSON."""
    ready = {
        "type": ElementType(value["type"]),
        "box": Box(**value["box"]),
        "evidence": tuple(value["evidence"]),
    }
    return Element(**{**value, **ready})
