"""Reads rows out of a damaged database page by page, trusting neither its schema nor its trees.

The file format is SQLite's own (https://www.sqlite.org/fileformat.html). A row is told by its shape: the number and
the types of its columns, which is why no two tables of the user's words have the same. Deleted rows do not come back,
because the database zeroes what it frees (`PRAGMA secure_delete`). Pure: bytes in, rows out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = tuple[Value, ...]

# i: integer, t: text, b: blob, T: text or NULL. The first column is the row's number; SQLite stores NULL for it.
SHAPES: Mapping[str, str] = {
    "conversations": "itt",
    "turns": "iiitttit",
    "pictures": "iiiitb",
    "pages": "iiiitttT",
}

_LEAF = 0x0D  # a page that holds rows of a table
_WAL_MAGIC = (0x377F0682, 0x377F0683)
_LONGEST_VALUE = 100_000_000  # more is a damaged length, not a picture


@dataclass(frozen=True, slots=True)
class _File:
    """The database with what its write-ahead log adds."""

    main: memoryview
    newer: Mapping[int, memoryview]
    page_size: int
    usable: int

    @property
    def page_count(self) -> int:
        return max(-(-len(self.main) // self.page_size), max(self.newer, default=0))

    def page(self, number: int) -> memoryview:
        if number in self.newer:
            return self.newer[number]
        return self.main[(number - 1) * self.page_size : number * self.page_size]


def salvage(main: bytes, log: bytes = b"") -> dict[str, dict[int, Row]]:
    """Rows by table and row number, without the number; from the bytes of the file and of its `-wal` neighbour."""
    found: dict[str, dict[int, Row]] = {table: {} for table in SHAPES}
    page_size = _page_size(main, log)
    reserved = main[20] if len(main) > 100 and main[20] <= 32 and main.startswith(b"SQLite format 3") else 0
    file = _File(memoryview(main), _log_pages(log, page_size), page_size, page_size - reserved)
    for number in range(1, file.page_count + 1):
        for rowid, row in _rows(file, number):
            table = _table_of(row)
            if table is not None:
                found[table][rowid] = row[1:]
    return found


def _page_size(main: bytes, log: bytes) -> int:
    """From the header; else from the log's header; else what SQLite makes by default."""
    size = int.from_bytes(main[16:18], "big") if main.startswith(b"SQLite format 3") else 0
    if not size and len(log) >= 32 and struct.unpack(">I", log[:4])[0] in _WAL_MAGIC:
        size = int.from_bytes(log[8:12], "big")
    size = 65536 if size == 1 else size
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else 4096


def _log_pages(log: bytes, page_size: int) -> dict[int, memoryview]:
    """Pages of the log up to its last whole transaction: the frames whose checksums hold."""
    if len(log) < 32 or struct.unpack(">I", log[:4])[0] not in _WAL_MAGIC:
        return {}
    order = ">" if log[3] & 1 else "<"
    view = memoryview(log)
    sums = _checksum(view[:24], (0, 0), order)
    salts = log[16:24]
    committed: dict[int, memoryview] = {}
    open_transaction: dict[int, memoryview] = {}
    for start in range(32, len(log) - page_size - 23, page_size + 24):
        header, page = view[start : start + 24], view[start + 24 : start + 24 + page_size]
        number, pages_after_commit = struct.unpack(">II", header[:8])
        sums = _checksum(page, _checksum(header[:8], sums, order), order)
        if header[8:16] != salts or sums != struct.unpack(">II", header[16:24]):
            break
        open_transaction[number] = page
        if pages_after_commit:
            committed.update(open_transaction)
            open_transaction.clear()
    return committed


def _checksum(data: memoryview, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for left, right in zip(words[::2], words[1::2], strict=True):
        first = (first + left + second) & 0xFFFFFFFF
        second = (second + right + first) & 0xFFFFFFFF
    return first, second


def _rows(file: _File, number: int) -> Iterator[tuple[int, Row]]:
    page = file.page(number)
    start = 100 if number == 1 else 0
    if len(page) < start + 8 or page[start] != _LEAF:
        return
    cells = int.from_bytes(page[start + 3 : start + 5], "big")
    for index in range(cells):
        pointer = page[start + 8 + 2 * index : start + 10 + 2 * index]
        try:
            yield _cell(file, page, int.from_bytes(pointer, "big"))
        except (IndexError, ValueError, struct.error):  # this cell is damaged; its neighbours may not be
            continue


def _cell(file: _File, page: memoryview, at: int) -> tuple[int, Row]:
    if at < 8:
        raise ValueError("a cell inside the page's header")
    size, at = _varint(page, at)
    rowid, at = _varint(page, at)
    if not 0 < size <= _LONGEST_VALUE or rowid <= 0:
        raise ValueError("no row")
    return rowid, (rowid, *_record(_payload(file, page, at, size))[1:])


def _payload(file: _File, page: memoryview, at: int, size: int) -> bytes:
    """A row's bytes: inside the page, and from there along its chain of overflow pages."""
    local = size
    if size > file.usable - 35:
        least = (file.usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (file.usable - 4)
        local = least if local > file.usable - 35 else local
    payload = bytearray(page[at : at + local])
    following = int.from_bytes(page[at + local : at + local + 4], "big") if size > local else 0
    while len(payload) < size and following:
        overflow = file.page(following)
        following = int.from_bytes(overflow[:4], "big")
        content = overflow[4 : min(file.usable, 4 + size - len(payload))]
        if not content:
            break
        payload += content
    if len(payload) != size:
        raise ValueError("a broken chain")
    return bytes(payload)


def _record(payload: bytes) -> Row:
    length, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < length:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[Value] = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    if not values or at != len(payload):
        raise ValueError("not a record")
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind in (0, 8, 9):
        return (None if kind == 0 else kind - 8), at
    if kind in (10, 11):
        raise ValueError("a reserved type")
    width = (0, 1, 2, 3, 4, 6, 8, 8)[kind] if kind < 8 else (kind - 12) // 2
    content = payload[at : at + width]
    if len(content) != width:
        raise ValueError("cut")
    if kind == 7:
        return float(struct.unpack(">d", content)[0]), at + width
    if kind < 8:
        return int.from_bytes(content, "big", signed=True), at + width
    return (content.decode("utf-8") if kind % 2 else content), at + width


def _varint(data: memoryview | bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return value << 8 | data[at + 8], at + 9


def _table_of(row: Row) -> str | None:
    """The table whose shape the row has. Names of tables and pages of the word index have none."""
    for table, shape in SHAPES.items():
        if len(shape) == len(row) and all(map(_fits, row, shape)):
            return table
    return None


def _fits(value: Value, kind: str) -> bool:
    if kind == "T":
        return value is None or isinstance(value, str)
    return isinstance(value, {"i": int, "t": str, "b": bytes}[kind])
