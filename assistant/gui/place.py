"""Where a window stands and how it is divided, as one string that fits into the settings file."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from PySide6.QtCore import QByteArray


def encode_place(geometry: QByteArray, splitter: QByteArray) -> str:
    return ".".join(b64encode(bytes(part.data())).decode("ascii") for part in (geometry, splitter))


def decode_place(place: str) -> tuple[QByteArray, QByteArray] | None:
    """None where the string is empty or damaged: that costs nothing but the place."""
    try:
        parts = [QByteArray(b64decode(part, validate=True)) for part in place.split(".")]
    except (Base64Error, ValueError):
        return None
    return (parts[0], parts[1]) if len(parts) == 2 else None
