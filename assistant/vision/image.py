"""Opens a picture file from anywhere without trusting it: checked from the header, then turned, flattened and shrunk.

Runs in the vision worker. Limits are from SAFETY.md: 40 MB, 50 million pixels, checked before any pixel is decoded.
"""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.errors import InputError
from assistant.core.types import Picture
from assistant.vision.pdf import first_page, is_pdf

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 40_000_000
MOST_PIXELS = 50_000_000  # a 48-megapixel phone photo passes
LONGEST_SIDE = 1600  # px: handwriting on a page stays readable, and reading takes under two seconds
LONGEST_STRIP = 60  # times the shorter side: nothing drawable on is narrower
CHALK = 235  # mean grey of strokes on nothing: pale pencil stays below
MOST_STROKES = 0.3  # share of a picture that strokes cover; more is a window with round corners
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "MPO")
DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, ZeroDivisionError,
    RuntimeError,  # libheif's
)  # fmt: skip
"""What decoders raise on damaged files, by Pillow's own issue tracker."""
ADVICE = "Save it as PNG or JPEG and try again."


def decode(data: bytes, name: str) -> Picture:
    """A picture file's first frame or page, upright on white, at most LONGEST_SIDE pixels long. Raises InputError."""
    import PIL.Image

    label = _label(name)
    _check_bytes(data, label)
    if is_pdf(data):
        page, count = first_page(data, label, LONGEST_SIDE)
        return _encoded(page, f"Only the first of {count} pages of {label} is shown." if count > 1 else "")
    if data[4:8] == b"ftyp":
        import pi_heif  # what phones write; the wheel holds a decoder only

        pi_heif.register_heif_opener()
    PIL.Image.MAX_IMAGE_PIXELS = None  # our own limit is checked first, with our own words
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata; it is not shown to anyone
            PIL.Image.init()
            formats = [f for f in FORMATS if f in PIL.Image.OPEN]
            with PIL.Image.open(io.BytesIO(data), formats=formats) as image:
                _check_size(image, label)
                upright = _shrunk(image)
                return _encoded(upright)
    except PIL.UnidentifiedImageError as error:
        raise InputError(f"{label} is not a picture that can be opened here.", ADVICE) from error
    except MemoryError as error:
        raise InputError(f"{label} needs more memory than there is.", "Make it smaller and try again.") from error
    except DAMAGE as error:
        raise InputError(f"{label} is damaged or cut off.", ADVICE) from error


def read_file(path: Path) -> bytes:
    """The bytes of a regular file within the limit. Raises InputError; never opens devices or pipes."""
    label = _label(path.name)
    try:
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        if not path.is_file():  # before it is opened: opening some devices does something
            what = "is not a file" if path.exists() else "was not found"
            raise InputError(f"{label} {what}.", "Choose a picture file.")
        with os.fdopen(os.open(path, flags), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MOST_BYTES:
                raise _too_large(label)
            data = file.read(size)  # no more: some files of the system never end
    except OSError as error:
        raise InputError(f"{label} could not be read.", "Check that you may open it.") from error
    _check_bytes(data, label)
    return data


def _label(name: str) -> str:
    """The file's name for a message: no folders, no control characters, not endless."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in base if c.isprintable())[:80]
    return f"“{shown}”" if shown else "The picture"


def _check_bytes(data: bytes, label: str) -> None:
    if not data:
        raise InputError(f"{label} is empty.", "Choose another file.")
    if len(data) > MOST_BYTES:
        raise _too_large(label)
    head = data[:1024].lstrip().lower()
    if b"<svg" in head or (head.startswith(b"<?xml") and b"svg" in head):
        raise InputError(f"{label} is an SVG drawing, and only pictures made of pixels can be read.", ADVICE)


def _check_size(image: Image, label: str) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise InputError(
            f"{label} has {width * height / 1e6:.0f} million pixels; {MOST_PIXELS // 1_000_000} are the most.",
            "Make it smaller and try again.",
        )
    if min(width, height) < 1:
        raise InputError(f"{label} has no pixels.", "Choose another file.")
    if max(width, height) > LONGEST_STRIP * min(width, height) and max(width, height) > LONGEST_SIDE:
        raise InputError(f"{label} is a strip of {width} × {height} pixels.", "Choose a picture of a whole page.")


def _too_large(label: str) -> InputError:
    return InputError(f"{label} is larger than {MOST_BYTES // 1_000_000} MB.", "Make it smaller and try again.")


def _shrunk(image: Image) -> Image:
    """The first frame, decoded no larger than needed, turned by its camera's note, on white."""
    from PIL import ImageOps

    longest = max(image.size)
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # lets the decoder skip detail: 48 Mpx in 0.2 s
    image.load()
    if longest > 2 * LONGEST_SIDE and image.mode not in ("I", "F", "I;16", "I;16B", "P", "1", "PA"):
        factor = max(image.size) // LONGEST_SIDE
        image = image.reduce(factor) if factor > 1 else image
    image = ImageOps.exif_transpose(image)
    image = _flattened(image)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return image


def _flattened(image: Image) -> Image:
    """RGB, with 16-bit values scaled and transparency turned into white paper."""
    import PIL.Image

    if image.mode.startswith("I") or image.mode == "F":
        low, high = image.getextrema()
        if not isinstance(low, int | float) or not isinstance(high, int | float):
            raise ValueError("extrema of several bands")
        top = 65535.0 if 255 < high <= 65535 and low >= 0 else max(float(high), 1.0)
        image = image.convert("F").point(lambda value: value * (255.0 / top)).convert("L")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        clear = image.convert("RGBA")
        paper = PIL.Image.new("RGBA", clear.size, "black" if _is_chalk(clear) else "white")
        image = PIL.Image.alpha_composite(paper, clear)
    return image.convert("RGB")


def _is_chalk(clear: Image) -> bool:
    """Are there only light strokes on nothing? On white paper no trace of them would be left."""
    from PIL import ImageStat

    seen = clear.getchannel("A").point(lambda value: 255 * (value > 127))
    share = ImageStat.Stat(seen).mean[0] / 255
    return 0 < share < MOST_STROKES and bool(ImageStat.Stat(clear.convert("L"), seen).mean[0] > CHALK)


def _encoded(image: Image, note: str = "") -> Picture:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return Picture(png=out.getvalue(), width=image.width, height=image.height, note=note)
