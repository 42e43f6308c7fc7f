"""Picture files from anywhere: what can be opened is opened upright on white, everything else is refused in words."""

from __future__ import annotations

import io
import os
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


def test_white_strokes_on_nothing_can_still_be_seen():
    chalk = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    chalk.paste((255, 255, 255, 255), (10, 10, 50, 14))
    seen = pixels(encoded(chalk, "PNG"))
    assert seen[12, 30].min() == 255 and seen[30, 30].max() == 0


def test_a_white_window_with_clear_corners_stays_on_white():
    window = Image.new("RGBA", (60, 40), (255, 255, 255, 255))
    window.paste((0, 0, 0, 0), (0, 0, 4, 4))
    assert pixels(encoded(window, "PNG")).min() == 255


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


@pytest.mark.skipif(not Path("/proc/kmsg").exists(), reason="a file of Linux")
@pytest.mark.parametrize("name", ["/proc/kmsg", "/proc/self/mem", "/proc/uptime", "/dev/zero"])
def test_files_of_the_system_that_never_end_or_begin_are_refused_at_once(name: str):
    with pytest.raises(InputError):
        read_file(Path(name))


def test_a_pipe_and_a_file_with_a_hole_of_a_terabyte_are_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.png")
    with (tmp_path / "hole.png").open("wb") as file:
        file.truncate(1 << 40)
    for name in ("pipe.png", "hole.png"):
        with pytest.raises(InputError):
            read_file(tmp_path / name)


def test_folders_and_missing_files_are_refused(tmp_path: Path):
    for path, says in ((tmp_path, "is not a file"), (tmp_path / "gone.png", "was not found")):
        with pytest.raises(InputError, match=says):
            read_file(path)


PHOTO = Path(__file__).parents[1] / "data" / "small.heic"  # 60 x 80, a gradient


def test_a_heic_photo_opens():
    picture = decode(PHOTO.read_bytes(), "IMG_1.heic")
    assert (picture.width, picture.height) == (60, 80)
    assert pixels(PHOTO.read_bytes())[0].mean() < 60 < 190 < pixels(PHOTO.read_bytes())[-1].mean()


@given(st.binary(max_size=60), st.integers(0, 500))
def test_a_damaged_heic_photo_is_a_picture_or_an_input_error(noise: bytes, at: int):
    data = bytearray(PHOTO.read_bytes())
    data[at : at + len(noise)] = noise
    try:
        decode(bytes(data), "a.heic")
    except InputError as error:
        assert error.advice


def test_a_heic_photo_that_claims_a_giant_size_is_refused():
    data = bytearray(PHOTO.read_bytes())
    size = data.find(b"ispe") + 8
    data[size : size + 8] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(InputError):
        decode(bytes(data), "a.heic")


def pdf(content: bytes = b"2 w 60 60 200 100 re S", box: str = "0 0 600 800", pages: int = 1) -> bytes:
    """A PDF with one stream that all its pages show."""
    numbers = range(3, 3 + pages)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {3 + pages} 0 R>>".encode()
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode()]
    objects += [page] * pages
    objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    body = b"".join(b"%d 0 obj%s endobj\n" % (n, o) for n, o in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


def test_the_first_page_of_a_pdf_is_drawn_on_white_and_the_others_are_told_of():
    one, three = decode(pdf(), "a.pdf"), decode(pdf(pages=3), "plan.pdf")
    assert (one.width, one.height, one.note) == (1200, 1600, "")
    drawn = pixels(pdf())
    assert drawn[0, 0].tolist() == [255, 255, 255] and drawn.min() < 60
    assert three.note == "Only the first of 3 pages of “plan.pdf” is shown."


def test_a_locked_pdf_is_named_as_one():
    page = Image.new("RGB", (60, 80), "white")
    data = encoded(page, "PDF")
    locked = data.replace(
        b"trailer\n<<",
        b"trailer\n<</Encrypt<</Filter/Standard/V 1/R 2/P -4/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>/ID[(a)(a)]",
    )
    assert locked != data
    with pytest.raises(InputError, match="password"):
        decode(locked, "a.pdf")


@pytest.mark.parametrize("box", ["0 0 900000000 900000000", "0 0 600 1", "0 0 nan 600"])
def test_a_pdf_page_of_no_sheet_is_refused_or_drawn_small(box: str):
    try:
        picture = decode(pdf(box=box), "a.pdf")
    except InputError as error:
        assert error.advice
    else:
        assert max(picture.width, picture.height) <= LONGEST_SIDE


@given(st.binary(max_size=80), st.integers(0, 400))
def test_a_damaged_pdf_is_a_picture_or_an_input_error(noise: bytes, at: int):
    data = bytearray(pdf(pages=2))
    data[at : at + len(noise)] = noise
    try:
        decode(b"%PDF-1.4" + bytes(data)[8:], "a.pdf")
    except InputError as error:
        assert error.advice
