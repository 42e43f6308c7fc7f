"""Weights are judged by content: pickles under innocent names and headers that lie are refused unopened."""

import contextlib
import io
import json
import os
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.errors import Refused
from assistant.llm.gguf_header import check_gguf
from assistant.llm.onnx_header import check_onnx
from assistant.llm.reading import Malformed
from assistant.llm.verified_files import VerifiedFiles
from assistant.llm.weights import check_weights, file_sha256


class Attack:
    def __reduce__(self):
        return os.system, ("touch /tmp/owned",)


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO(content))
    return buffer.getvalue()


PICKLES = {
    **{f"protocol-{n}": pickle.dumps(Attack(), protocol=n) for n in range(6)},
    "harmless-looking": pickle.dumps({"weights": [1.0, 2.0]}, protocol=4),
    "torch-zip": zipped("archive/data.pkl", pickle.dumps(Attack(), protocol=2)),
    "torch-legacy": pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2) + pickle.dumps(Attack(), protocol=2),
    "keras-lambda": b"\x89HDF\r\n\x1a\n" + bytes(64),
    "tar": tarred("weights", pickle.dumps(Attack())),
    "gzip": b"\x1f\x8b\x08" + bytes(64),
    "numpy-objects": b"\x93NUMPY\x01\x00" + bytes(64),
    "code-before-rubbish": pickle.dumps(Attack(), protocol=0)[:-1] + b"\xff rubbish",
}
INNOCENT = {
    "model.gguf": "gguf",
    "model.bin": "ctranslate2",
    "model.onnx": "onnx",
    "config.json": "json",
    "af.bin": "floats",
}


@pytest.mark.parametrize("name", [*INNOCENT, "vocabulary.txt"])
@pytest.mark.parametrize("kind", PICKLES)
def test_a_pickle_is_refused_under_every_name(tmp_path: Path, kind: str, name: str):
    path = tmp_path / name
    path.write_bytes(PICKLES[kind])
    with pytest.raises(Refused, match="not opened"):
        check_weights(path, INNOCENT.get(name, "text"))
    with pytest.raises(Refused):
        check_weights(path)


@pytest.mark.parametrize(
    "text", ["one\ntwo\n", "cat\ndog\nRat\n", "(a list)\n", "import os\nos.system\n", "{}\n", "<|end|>\n!\n"]
)
def test_plain_text_is_not_taken_for_a_pickle(tmp_path: Path, text: str):
    path = tmp_path / "vocabulary.txt"
    path.write_text(text)
    assert check_weights(path, "text") == "text"


def test_another_format_than_expected_is_refused(tmp_path: Path):
    path = tmp_path / "model.onnx"
    path.write_bytes(gguf())
    with pytest.raises(Refused, match=r"model\.onnx is gguf, not onnx"):
        check_weights(path, "onnx")


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff" * 100, b"MZ" + bytes(100), b"\x7fELF" + bytes(100)])
def test_rubbish_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(Refused):
        check_weights(path)


# GGUF -------------------------------------------------------------------------------------------------------------


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def entry(key: bytes, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: bytes = b"w", shape: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def gguf(
    entries: tuple[bytes, ...] = (), tensors: tuple[bytes, ...] = (tensor(),), counts: tuple[int, int] | None = None
) -> bytes:
    tensor_count, entry_count = counts or (len(tensors), len(entries))
    head = b"GGUF" + struct.pack("<IQQ", 3, tensor_count, entry_count) + b"".join(entries) + b"".join(tensors)
    return head + bytes(-len(head) % 32) + bytes(128)


GOOD_ENTRIES = (
    entry(b"general.architecture", 8, text(b"qwen2")),
    entry(b"general.alignment", 4, struct.pack("<I", 32)),
    entry(b"tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 2) + text(b"a") + text(b"b")),
    entry(b"tokenizer.ggml.scores", 9, struct.pack("<IQ", 6, 2) + bytes(8)),
)


def test_a_sound_gguf_passes():
    check_gguf(gguf(GOOD_ENTRIES))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (gguf()[:20], "ends too early"),
        (gguf(counts=(2**63, 0)), "promises"),
        (gguf(counts=(1, 2**40)), "promises"),
        (gguf(counts=(5, 0)), "wrongly"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version"),
        (gguf((text(b"k" * 300) + struct.pack("<I", 4) + bytes(4),)), "promises"),
        (gguf((struct.pack("<Q", 2**62),)), "promises"),
        (gguf((entry(b"k", 8, struct.pack("<Q", 2**63)),)), "too early"),
        (gguf((entry(b"k", 9, struct.pack("<IQ", 8, 2**61)),)), "promises"),
        (gguf((entry(b"k", 9, struct.pack("<IQ", 4, 4_000_001)),)), "promises"),
        (gguf((entry(b"k", 9, struct.pack("<IQ", 9, 1) + bytes(64)),)), "unknown type"),
        (gguf((entry(b"k", 99, bytes(8)),)), "unknown type"),
        (gguf((entry(b"k", 4, bytes(4)), entry(b"k", 4, bytes(4)))), "twice"),
        (gguf((entry(b"general.alignment", 4, struct.pack("<I", 0)),)), "alignment"),
        (gguf((entry(b"general.alignment", 4, struct.pack("<I", 33)),)), "alignment"),
        (gguf((entry(b"general.alignment", 8, text(b"32")),)), "alignment"),
        (gguf(tensors=(tensor(name=b"n" * 65),)), "promises"),
        (gguf(tensors=(tensor(shape=(1, 1, 1, 1, 32)),)), "promises"),
        (gguf(tensors=(tensor(shape=(2**40, 2**40)),)), "wrongly"),
        (gguf(tensors=(tensor(shape=(0,)),)), "wrongly"),
        (gguf(tensors=(tensor(shape=()),)), "wrongly"),
        (gguf(tensors=(tensor(shape=(33,), kind=2),)), "wrongly"),
        (gguf(tensors=(tensor(kind=77),)), "unknown type"),
        (gguf(tensors=(tensor(offset=2**40),)), "outside"),
        (gguf(tensors=(tensor(offset=2**63),)), "outside"),
        (gguf(tensors=(tensor(offset=5),)), "wrongly"),
        (gguf(tensors=(tensor(), tensor(b"v", offset=32))), "overlap"),
        (gguf(tensors=(tensor(shape=(64,)),)), "outside"),
    ],
)
def test_a_gguf_header_that_lies_is_refused(data: bytes, complaint: str):
    with pytest.raises(Malformed, match=complaint):
        check_gguf(data)


@given(st.integers(4, 400), st.binary(min_size=1, max_size=9))
@settings(max_examples=300, deadline=None)
def test_a_gguf_changed_anywhere_passes_or_is_refused_and_nothing_else(at: int, change: bytes):
    data = bytearray(gguf(GOOD_ENTRIES))
    data[at : at + len(change)] = change
    with contextlib.suppress(Malformed):
        check_gguf(bytes(data))


# safetensors ------------------------------------------------------------------------------------------------------


def safetensors(header: object, data: bytes = bytes(16), length: int | None = None) -> bytes:
    packed = json.dumps(header).encode()
    return struct.pack("<Q", len(packed) if length is None else length) + packed + data


GOOD_TENSOR = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}


def test_a_sound_safetensors_file_passes(tmp_path: Path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors({"__metadata__": {"format": "pt"}, "w": GOOD_TENSOR}))
    assert check_weights(path) == "safetensors"


@pytest.mark.parametrize(
    "data",
    [
        safetensors({"w": GOOD_TENSOR})[:30],
        safetensors({"w": GOOD_TENSOR}, data=bytes(8)),
        safetensors({"w": GOOD_TENSOR}, data=bytes(24)),
        safetensors({"w": GOOD_TENSOR}, length=2**40),
        safetensors({"w": GOOD_TENSOR}, length=99_000_000),
        safetensors({"w": {**GOOD_TENSOR, "data_offsets": [0, 2**60]}}),
        safetensors({"w": {**GOOD_TENSOR, "data_offsets": [16, 0]}}),
        safetensors({"w": {**GOOD_TENSOR, "data_offsets": [-16, 0]}}),
        safetensors({"w": {**GOOD_TENSOR, "shape": [2**62, 2**62]}}),
        safetensors({"w": {**GOOD_TENSOR, "shape": [-2, -2]}}),
        safetensors({"w": {**GOOD_TENSOR, "dtype": "PICKLE"}}),
        safetensors({"w": GOOD_TENSOR, "v": GOOD_TENSOR}),
        safetensors({"w": [1, 2]}),
        struct.pack("<Q", 200_000) + b'{"w":' * 40_000,
        struct.pack("<Q", 4) + b"{oh}" + bytes(16),
    ],
)
def test_a_safetensors_header_that_lies_is_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(Refused):
        check_weights(path)


# ONNX, CTranslate2, tables ----------------------------------------------------------------------------------------


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def onnx(graph: bytes) -> bytes:
    return b"\x08\x08" + field(7, graph) + field(8, b"\x10\x11")


def test_a_sound_onnx_file_passes():
    check_onnx(onnx(field(5, field(8, b"weight") + field(9, bytes(8)))))


@pytest.mark.parametrize(
    "data",
    [
        b"\x08\x08",
        onnx(b"")[:-1],
        b"\x08\x08" + varint(7 << 3 | 2) + varint(2**50) + b"short",
        b"\x08" + b"\xff" * 20,
        b"\x08\x08" + field(99, b"") + onnx(b""),
        b"\x08\x08\x3b" + bytes(8),
        onnx(b"\x2a\x7f"),
        onnx(field(5, field(13, b"location=/etc/passwd"))),
    ],
)
def test_an_onnx_file_that_lies_or_reaches_out_is_refused(data: bytes):
    with pytest.raises(Malformed):
        check_onnx(data)


def ctranslate2(rank: int = 1, size: int = 8, count: int = 1, tail: bytes = b"") -> bytes:
    head = struct.pack("<IH", 6, 12) + b"WhisperSpec\0" + struct.pack("<II", 3, count)
    variable = struct.pack("<H", 2) + b"w\0" + struct.pack(f"<B{rank}IBI", rank, *([2] * rank), 0, size) + bytes(8)
    return head + variable + struct.pack("<I", 0) + tail


def test_a_sound_ctranslate2_file_passes(tmp_path: Path):
    path = tmp_path / "model.bin"
    path.write_bytes(ctranslate2())
    assert check_weights(path) == "ctranslate2"


@pytest.mark.parametrize(
    "data",
    [
        ctranslate2()[:40],
        ctranslate2(size=2**31),
        ctranslate2(count=2**31),
        ctranslate2(count=2),
        ctranslate2(rank=9),
        ctranslate2(tail=b"more"),
    ],
)
def test_a_ctranslate2_file_that_lies_is_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "model.bin"
    path.write_bytes(data)
    with pytest.raises(Refused):
        check_weights(path, "ctranslate2")


@pytest.mark.parametrize("values", [[np.nan], [np.inf], [1e30]])
def test_a_table_of_impossible_numbers_is_refused(tmp_path: Path, values: list[float]):
    path = tmp_path / "voice.bin"
    path.write_bytes(np.array([0.5, *values], dtype=np.float32).tobytes())
    with pytest.raises(Refused):
        check_weights(path, "floats")


def test_text_that_is_no_text_is_refused(tmp_path: Path):
    path = tmp_path / "vocabulary.txt"
    for content in (b"a\x00b", b"\xff\xfe\xfd", b"caf\xe9"):
        path.write_bytes(content)
        with pytest.raises(Refused):
            check_weights(path, "text")


def test_json_nested_too_deep_is_refused(tmp_path: Path):
    path = tmp_path / "config.json"
    path.write_bytes(b"[" * 200_000)
    with pytest.raises(Refused):
        check_weights(path, "json")


# Remembered hashes ------------------------------------------------------------------------------------------------


def test_a_verified_file_is_hashed_again_only_after_it_changed(tmp_path: Path):
    path = tmp_path / "words.txt"
    path.write_text("right")
    sha256 = file_sha256(path)
    verified = VerifiedFiles(tmp_path / "verified.json")
    assert verified.check(path, sha256, "text")
    stamp = path.stat().st_mtime_ns
    path.write_text("wrong")
    os.utime(path, ns=(stamp, stamp))
    assert verified.check(path, sha256, "text"), "same size and time: trusted"
    os.utime(path, ns=(stamp, stamp + 1))
    assert not verified.check(path, sha256, "text")


def test_a_damaged_list_of_verified_files_is_only_forgotten(tmp_path: Path):
    path = tmp_path / "words.txt"
    path.write_text("right")
    (tmp_path / "verified.json").write_text("{ not json")
    assert VerifiedFiles(tmp_path / "verified.json").check(path, file_sha256(path), "text")
