"""Picture files from anywhere: what can be opened is opened upright on white, everything else is refused in words."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from assistant.core.errors import InputError
from assistant.vision.image import LONGEST_SIDE, decode, read_file

NOISE = Image.fromarray(np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(io.BytesIO(decode(data, "a").png)))


def png_with_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"IDAT" + zlib.compress(bytes(10))
    chunks = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_common_formats_open(kind: str):
    picture = decode(encoded(NOISE, kind), "a")
    assert (picture.width, picture.height) == (80, 60)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_every_colour_mode_opens_as_colour(mode: str):
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    image = Image.fromarray(np.full((60, 80), 30_000, np.uint16)) if mode == "I;16" else NOISE.convert(mode)
    assert pixels(encoded(image, kind)).shape == (60, 80, 3)


def test_sixteen_bits_keep_their_brightness():
    half = Image.fromarray(np.full((60, 80), 32_768, np.uint16))
    assert abs(int(pixels(encoded(half, "PNG")).mean()) - 128) <= 2


def test_transparency_becomes_white_paper():
    clear = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    assert pixels(encoded(clear, "PNG")).min() == 255


def test_the_camera_note_turns_the_picture():
    note = Image.Exif()
    note[0x0112] = 6
    picture = decode(encoded(NOISE, "JPEG", exif=note), "a.jpg")
    assert (picture.width, picture.height) == (60, 80)


def test_only_the_first_frame_of_an_animation_counts():
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert pixels(data)[15, 15].tolist() == [255, 0, 0]


def test_large_photos_are_shrunk():
    picture = decode(encoded(Image.new("RGB", (6000, 8000), "white"), "JPEG"), "big.jpg")
    assert (picture.width, picture.height) == (LONGEST_SIDE * 3 // 4, LONGEST_SIDE)


def test_a_wrong_extension_does_not_matter():
    assert decode(encoded(NOISE, "PNG"), "letter.docx").width == 80


def test_a_single_pixel_opens():
    assert decode(encoded(Image.new("RGB", (1, 1)), "PNG"), "dot.png").width == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"hello " * 100, "not a picture"),
        (b"PK\x03\x04" + bytes(200), "not a picture"),
        (b"%PDF-1.7 ...", "PDF"),
        (b'<?xml version="1.0"?><svg xmlns="x"/>', "SVG"),
        (b"\n<SVG>", "SVG"),
        (encoded(NOISE, "JPEG")[:2000], "damaged"),
        (encoded(NOISE, "PNG")[:2000], "damaged"),
        (png_with_header(60_000, 60_000), "million pixels"),
        (png_with_header(10_000, 10), "strip"),
        (png_with_header(0, 10), "damaged|not a picture|no pixels"),
        (bytes(40_000_001), "larger than 40 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_in_one_sentence(data: bytes, says: str):
    with pytest.raises(InputError, match=says) as caught:
        decode(data, "/home/someone/pictures/sketch.png")
    assert "someone" not in str(caught.value)
    assert "sketch.png" in caught.value.what


def test_a_name_cannot_spoil_the_message():
    with pytest.raises(InputError) as caught:
        decode(b"", "a\x1b[31m\n" + "x" * 500)
    assert caught.value.what.isprintable() and len(caught.value.what) < 120


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_damage_anywhere_is_a_picture_or_an_input_error(noise: bytes, at: int):
    data = bytearray(encoded(NOISE, "PNG"))
    data[at : at + len(noise)] = noise
    try:
        decode(bytes(data), "a.png")
    except InputError as error:
        assert error.advice


def test_files_are_read_from_disk(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(b"abc")
    assert read_file(path) == b"abc"


def test_folders_and_missing_files_are_refused(tmp_path: Path):
    for path, says in ((tmp_path, "is not a file"), (tmp_path / "gone.png", "was not found")):
        with pytest.raises(InputError, match=says):
            read_file(path)


def test_a_heic_photo_is_named_as_what_it_is() -> None:
    with pytest.raises(InputError, match="HEIC") as told:
        decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), "IMG_1.heic")
    assert told.value.advice == "Send it from the phone as JPEG."
