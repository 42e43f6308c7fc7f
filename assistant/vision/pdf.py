"""The first page of a PDF as a picture, drawn by pdfium. Runs in the vision worker, under its limits.

Pdfium is built without scripts and never opens a connection; forms are shown as they were printed.
"""

from __future__ import annotations

import ctypes
import time
from typing import TYPE_CHECKING, Any

from assistant.core.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

PAGE_SECONDS = 5.0  # a page that takes longer was made to take long
LONGEST_STRIP = 60  # times the shorter side
MOST_UNITS = 1_000_000  # 1/72 inch; no sheet of paper is larger
ADVICE = "Save the page as PNG or JPEG and try again."


def is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip(b"\xef\xbb\xbf\0\t\n\r\x0c ").lower().startswith(b"%pdf")


def first_page(data: bytes, label: str, longest_side: int) -> tuple[Image, int]:
    """The page, `longest_side` pixels long, and how many pages there are. Raises InputError."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        try:
            count = len(document)
            if not count:
                raise InputError(f"{label} is a PDF without pages.", "Choose another file.")
            return _drawn(document[0], label, longest_side), count
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise InputError(f"{label} is locked with a password.", "Save it without one and try again.") from error
        raise InputError(f"{label} is a PDF that is damaged or cut off.", ADVICE) from error


def _drawn(page: Any, label: str, longest_side: int) -> Image:
    import pypdfium2
    from pypdfium2 import raw

    width, height = page.get_size()
    if not min(width, height) > 0 or max(width, height) > min(MOST_UNITS, LONGEST_STRIP * min(width, height)):
        raise InputError(f"{label} has a page of {width:.0f} × {height:.0f} points.", "Choose a PDF of a whole page.")
    scale = longest_side / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    bitmap = pypdfium2.PdfBitmap.new_native(*size, raw.FPDFBitmap_BGRx)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
    deadline = time.monotonic() + PAGE_SECONDS
    is_late = dict(raw.IFSDK_PAUSE._fields_)["NeedToPauseNow"](lambda _: time.monotonic() > deadline)
    pause = raw.IFSDK_PAUSE(1, is_late, None)
    state = raw.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, *size, 0, raw.FPDF_ANNOT, ctypes.byref(pause))
    raw.FPDF_RenderPage_Close(page)
    if state == raw.FPDF_RENDER_TOBECONTINUED:
        raise InputError(f"{label} takes too long to draw.", ADVICE)
    if state != raw.FPDF_RENDER_DONE:
        raise InputError(f"{label} cannot be drawn.", ADVICE)
    image: Image = bitmap.to_pil().convert("RGB")
    return image
