"""Checks that a file is an ONNX model that keeps to itself: sound protobuf framing, a graph, no data in other files."""

from __future__ import annotations

import mmap

from assistant.llm.reading import Malformed, Reader

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # protobuf wire types
MODEL_FIELDS = {1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26}  # of ModelProto
IR_VERSION, GRAPH, OPERATOR_SETS = 1, 7, 8
INITIALIZER = 5  # in GraphProto
EXTERNAL_DATA = 13  # in TensorProto


def check_onnx(data: mmap.mmap | bytes) -> None:
    """Raises Malformed where lengths do not add up, or where a tensor points at another file."""
    fields = _fields(data, 0, len(data))
    numbers = [number for number, _, _ in fields]
    if not {IR_VERSION, GRAPH, OPERATOR_SETS} <= set(numbers) <= MODEL_FIELDS:
        raise Malformed("is not an ONNX model")
    for number, start, end in fields:
        if number == GRAPH:
            _check_graph(data, start, end)


def _check_graph(data: mmap.mmap | bytes, start: int, end: int) -> None:
    for number, first, last in _fields(data, start, end):
        if number == INITIALIZER and any(n == EXTERNAL_DATA for n, _, _ in _fields(data, first, last)):
            raise Malformed("takes weights from another file, which is not accepted")


def _fields(data: mmap.mmap | bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """Number, start and end of every field of a message."""
    reader = Reader(data, end)
    reader.at = start
    fields = []
    while reader.at < end:
        key = _varint(reader)
        number, wire = key >> 3, key & 7
        first = reader.at
        if wire == VARINT:
            _varint(reader)
        elif wire == BYTES:
            size = _varint(reader)
            first = reader.at
            reader.skip(size)
        elif wire in (FIXED32, FIXED64):
            reader.skip(4 if wire == FIXED32 else 8)
        else:
            raise Malformed("is not sound protobuf")
        fields.append((number, first, reader.at))
    return fields


def _varint(reader: Reader) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = reader.u8()
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise Malformed("is not sound protobuf")
