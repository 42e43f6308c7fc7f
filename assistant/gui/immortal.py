"""None, True and False that survive PySide6 6.12 on Python 3.11.

Its wheels are built for Python 3.12, where these objects are immortal, and give one reference away with every call
that returns one. On 3.11 the count reaches zero after some ten thousand calls and the interpreter aborts with
"none_dealloc: deallocating None". A count that no session can use up does what 3.12 does. PySide6 6.11.3 is sound;
remove this with Python 3.11.
"""

from __future__ import annotations

import ctypes
import sys

PLENTY = 1 << 60  # a million calls a second would take 36,000 years


def make_immortal() -> None:
    """Before the first use of Qt. Does nothing on Python 3.12 and later, or when done already."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython" or hasattr(sys, "getobjects"):
        return  # a debugging build (getobjects) lays objects out differently
    for singleton in (None, True, False):
        count = ctypes.c_ssize_t.from_address(id(singleton))  # the first field of every object
        if count.value < PLENTY // 2:
            count.value += PLENTY
