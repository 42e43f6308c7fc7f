"""How two processes talk: two lengths, a JSON header, raw bytes. Nothing is ever unpickled.

Pure but for `read_frame` and `write_frame`, the blocking ends that a child uses on its pipes.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

Header = dict[str, Any]

LENGTHS = struct.Struct(">II")  # bytes of the header, bytes of the blob
LARGEST_HEADER = 16 * 1024 * 1024  # a page's worth of elements is below 1 MB
LARGEST_BLOB = 512 * 1024 * 1024  # 50 Mpx of RGBA are 200 MB


class BrokenFrame(Exception):
    """The other side does not keep to the format, or went away in the middle of a frame."""


def encode(header: Header, blob: bytes = b"") -> bytes:
    """Lengths and header; the blob itself follows separately, so that it is not copied."""
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(text) > LARGEST_HEADER or len(blob) > LARGEST_BLOB:
        raise BrokenFrame("frame too large")
    return LENGTHS.pack(len(text), len(blob)) + text


def decode_lengths(data: bytes) -> tuple[int, int]:
    header_length, blob_length = LENGTHS.unpack(data)
    if header_length > LARGEST_HEADER or blob_length > LARGEST_BLOB:
        raise BrokenFrame("frame too large")
    return header_length, blob_length


def decode_header(data: bytes) -> Header:
    try:
        header = json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise BrokenFrame("header is not JSON") from error
    if not isinstance(header, dict):
        raise BrokenFrame("header is not an object")
    return header


def read_frame(pipe: BinaryIO) -> tuple[Header, bytes] | None:
    """The next frame; None when the other side has closed the pipe between two frames."""
    lengths = pipe.read(LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < LENGTHS.size:
        raise BrokenFrame("cut off")
    header_length, blob_length = decode_lengths(lengths)
    header, blob = pipe.read(header_length), pipe.read(blob_length)
    if len(header) < header_length or len(blob) < blob_length:
        raise BrokenFrame("cut off")
    return decode_header(header), blob


def write_frame(pipe: BinaryIO, header: Header, blob: bytes = b"") -> None:
    pipe.write(encode(header, blob))
    pipe.write(blob)
    pipe.flush()
