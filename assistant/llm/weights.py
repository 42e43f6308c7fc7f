"""Is this file what it claims to be? Weights are judged by their content, before any library opens them.

Accepted are GGUF, ONNX, CTranslate2 and safetensors, beside JSON, plain text and raw float tables. Whatever could run
code when it is loaded (pickles under any name, archives that hold them) is refused, and so is a header that promises
more than the file has.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from assistant.core.errors import InputError, Refused
from assistant.llm.gguf_header import check_gguf
from assistant.llm.onnx_header import check_onnx
from assistant.llm.pickles import refuse_code
from assistant.llm.reading import Malformed, Reader

TEXT_BYTES = 64 * 1024**2  # the largest tokenizer seen is 17 MB
SAFETENSORS_HEADER_BYTES = 100_000_000  # the limit of the safetensors library itself
PICKLE_HEAD_BYTES = 1024**2  # an attack has to come before the tensors it pretends to be
CHUNK_BYTES = 1024**2

SAFETENSORS_TYPES = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # bits per item  # fmt: skip
CTRANSLATE2_TYPES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}  # bytes per item: f32 i8 i16 i32 f16 bf16


def check_weights(path: Path, expected: str = "") -> str:
    """The file's format, by its content. Raises Refused where it is none of ours, or not the `expected` one.

    Reads headers only, save for text and float tables, which are read whole.
    """
    try:
        with path.open("rb") as file:
            head = file.read(PICKLE_HEAD_BYTES)
            if not head:
                raise Malformed("is empty")
            refuse_code(head)
            kind = expected if expected in FREE_FORMATS else detect(head, path.name)
            if expected and kind != expected:
                raise Malformed(f"is {kind}, not {expected}")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                FORMATS[kind](data)
    except (Malformed, RecursionError) as error:
        raise Refused(
            f"The model file {path.name} {error}.", "It was not opened. Fetch it again from a source you trust."
        ) from error
    except OSError as error:
        raise InputError(
            f"The model file {path.name} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    return kind


def detect(head: bytes, name: str) -> str:
    """The format a file's first bytes speak of."""
    if head.startswith(b"GGUF"):
        return "gguf"
    if len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= SAFETENSORS_HEADER_BYTES:
        return "safetensors"
    if head[:1] in (b"{", b"["):
        return "json"
    if head[1:4] == b"\x00\x00\x00" and head[0] <= 32 and b"Spec\x00" in head[:64]:
        return "ctranslate2"
    if head[:1] == b"\x08" and not name.endswith(".txt"):  # field 1, varint: ir_version comes first in every ONNX file
        return "onnx"
    if _is_text(head[: CHUNK_BYTES // 16]):
        return "text"
    raise Malformed("is of no format that is accepted here")


def _is_text(head: bytes) -> bool:
    try:
        return "\x00" not in head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and error.start > 0  # a character cut in two


def check_text(data: mmap.mmap) -> None:
    if len(data) > TEXT_BYTES:
        raise Malformed("is too large for a text")
    try:
        text = data[:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("is not UTF-8 text") from error
    if "\x00" in text:
        raise Malformed("is not text")


def check_json(data: mmap.mmap) -> None:
    check_text(data)
    try:
        json.loads(data[:])
    except ValueError as error:
        raise Malformed("is not valid JSON") from error


def check_floats(data: mmap.mmap) -> None:
    """A table of float32 values. It has no header, so the values themselves must make sense."""
    if len(data) % 4:
        raise Malformed("is not a table of 32-bit numbers")
    values = np.frombuffer(data[:], dtype="<f4")
    if not (np.isfinite(values).all() and (np.abs(values) < 1e6).all()):
        raise Malformed("holds numbers that are not finite")


def check_safetensors(data: mmap.mmap) -> None:
    length = int.from_bytes(data[:8], "little")
    if length > SAFETENSORS_HEADER_BYTES or 8 + length > len(data):
        raise Malformed("promises a header longer than the file")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError as error:
        raise Malformed("has a header that is not valid JSON") from error
    if not isinstance(header, dict):
        raise Malformed("has a header that is not a table")
    header.pop("__metadata__", None)
    spans = sorted(_safetensors_span(name, entry) for name, entry in header.items())
    end = 0
    for start, stop in spans:
        if start != end:
            raise Malformed("has tensors that overlap or leave gaps")
        end = stop
    if 8 + length + end != len(data):
        raise Malformed("has tensors outside the file")


def _safetensors_span(name: str, entry: object) -> tuple[int, int]:
    match entry:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [int(start), int(stop)]}:
            sizes = [size for size in shape if isinstance(size, int) and 0 <= size < 2**48]
            bits = math.prod(sizes) * SAFETENSORS_TYPES.get(kind, -1)
            if len(sizes) == len(shape) and 0 <= start <= stop and bits == 8 * (stop - start):
                return start, stop
    raise Malformed(f"describes its tensor {name[:64]!r} wrongly")


def check_ctranslate2(data: mmap.mmap) -> None:
    reader = Reader(data)
    if not 1 <= reader.u32() <= 16:
        raise Malformed("has an unknown CTranslate2 version")
    reader.skip(reader.u16())  # the model's kind, "WhisperSpec"
    reader.u32()
    for _ in range(reader.count(reader.u32(), 100_000)):
        reader.skip(reader.u16())
        rank = reader.count(reader.u8(), 8)
        items = math.prod(reader.u32() for _ in range(rank))
        item_bytes = CTRANSLATE2_TYPES.get(reader.u8())
        size = reader.u32()
        if item_bytes is None or items * item_bytes != size:
            raise Malformed("describes a tensor wrongly")
        reader.skip(size)
    for _ in range(reader.count(reader.u32(), 100_000)):  # aliases: two names each
        reader.skip(reader.u16())
        reader.skip(reader.u16())
    if reader.at != len(data):
        raise Malformed("has bytes after its end")


FORMATS: Mapping[str, Callable[[mmap.mmap], None]] = {
    "gguf": check_gguf,
    "onnx": check_onnx,
    "ctranslate2": check_ctranslate2,
    "safetensors": check_safetensors,
    "json": check_json,
    "text": check_text,
    "floats": check_floats,
}
FREE_FORMATS = (
    "text",
    "floats",
    "json",
)  # no magic number of their own: the catalogue says which, the check says whether


def file_sha256(path: Path, stopped: Callable[[], bool] = lambda: False) -> str:
    """Hash of a file; blocks for about a second per gigabyte. Returns "" when `stopped` says so on the way."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if stopped():
                return ""
            digest.update(chunk)
    return digest.hexdigest()
