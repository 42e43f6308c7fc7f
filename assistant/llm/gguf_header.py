"""Checks a GGUF header against the limits of ADR 0001 before llama.cpp sees the file.

The counts, lengths and offsets in it come from strangers. Pure: looks at bytes, allocates next to nothing.
"""

from __future__ import annotations

import math
import mmap

from assistant.llm.reading import Malformed, Reader

METADATA_BYTES = 64 * 1024**2
ARRAY_ITEMS = 4_000_000  # the largest vocabulary seen has 262,144 pieces
ENTRIES = 65_536
KEY_BYTES = 256
NAME_BYTES = 64  # GGML_MAX_NAME
DIMENSIONS = 4  # GGML_MAX_DIMS
LARGEST_ALIGNMENT = 1024**2

FIXED_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes per metadata value
STRING, ARRAY = 8, 9
UINT32, INT32 = 4, 5
WHOLE = (UINT32, INT32)
MOST_LAYERS = 1024

TENSOR_TYPES = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # ggml type: items and bytes per block  # fmt: skip


def check_gguf(data: mmap.mmap | bytes) -> None:
    """Raises Malformed where a count, a length, a type or an offset cannot be true."""
    reader = Reader(data, METADATA_BYTES)
    if reader.take(4) != b"GGUF" or reader.u32() not in (2, 3):
        raise Malformed("is not a GGUF file of version 2 or 3")
    tensors = reader.count(reader.u64(), ENTRIES)
    alignment = _check_metadata(reader, reader.count(reader.u64(), ENTRIES))
    spans = sorted(_tensor_span(reader, alignment) for _ in range(tensors))
    start_of_data = reader.at + -reader.at % alignment
    end = 0
    for offset, size in spans:
        if offset < end:
            raise Malformed("has tensors that overlap")
        end = offset + size
    if start_of_data + end > len(data):
        raise Malformed("has tensors outside the file")


def read_numbers(data: mmap.mmap | bytes) -> dict[str, tuple[int, ...]]:
    """The metadata that are 32-bit numbers, one or a short list of them (one for each layer), by key."""
    reader = Reader(data, METADATA_BYTES)
    reader.skip(16)  # magic, version and the number of tensors
    numbers: dict[str, tuple[int, ...]] = {}
    for _ in range(reader.count(reader.u64(), ENTRIES)):
        key = reader.take(reader.count(reader.u64(), KEY_BYTES)).decode("utf-8", "replace")
        kind = reader.u32()
        start = reader.at
        if kind == UINT32:
            numbers[key] = (reader.u32(),)
            continue
        if kind == ARRAY and reader.u32() in WHOLE and (items := reader.u64()) <= MOST_LAYERS:
            numbers[key] = tuple(reader.u32() for _ in range(items))
            continue
        reader.at = start
        _skip_value(reader, kind)
    return numbers


def _check_metadata(reader: Reader, entries: int) -> int:
    """Walks the key-value pairs; returns the alignment of the tensors."""
    alignment = 32
    keys = set()
    for _ in range(entries):
        key = reader.take(reader.count(reader.u64(), KEY_BYTES))
        if key in keys:
            raise Malformed("names a metadata key twice")
        keys.add(key)
        kind = reader.u32()
        if key == b"general.alignment":
            if kind != UINT32:
                raise Malformed("has an alignment that is no number")
            alignment = reader.u32()
            if not 8 <= alignment <= LARGEST_ALIGNMENT or alignment & (alignment - 1):
                raise Malformed("has an impossible alignment")
        else:
            _skip_value(reader, kind)
    return alignment


def _skip_value(reader: Reader, kind: int) -> None:
    if kind == STRING:
        reader.skip(reader.u64())
    elif kind == ARRAY:
        item = reader.u32()
        items = reader.count(reader.u64(), ARRAY_ITEMS)
        if item == STRING:
            for _ in range(items):
                reader.skip(reader.u64())
        else:
            reader.skip(items * _fixed_size(item))  # arrays of arrays are refused: no model has them
    else:
        reader.skip(_fixed_size(kind))


def _fixed_size(kind: int) -> int:
    if kind not in FIXED_SIZES:
        raise Malformed("has metadata of an unknown type")
    return FIXED_SIZES[kind]


def _tensor_span(reader: Reader, alignment: int) -> tuple[int, int]:
    """Offset and size of the next tensor, in bytes from the start of the tensor data."""
    reader.take(reader.count(reader.u64(), NAME_BYTES))
    shape = [reader.u64() for _ in range(reader.count(reader.u32(), DIMENSIONS))]
    kind = reader.u32()
    offset = reader.u64()
    if kind not in TENSOR_TYPES:
        raise Malformed("has a tensor of an unknown type")
    block_items, block_bytes = TENSOR_TYPES[kind]
    items = math.prod(shape)
    if not shape or not 0 < items < 2**48 or shape[0] % block_items or offset % alignment:
        raise Malformed("describes a tensor wrongly")
    return offset, items // block_items * block_bytes
