"""Does a file hold code that runs when it is loaded? Pickles are known by their opcodes; nothing is unpickled.

Pure: looks at the first bytes only.
"""

from __future__ import annotations

import pickletools
import re
import struct

from assistant.llm.reading import Malformed

ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy file",
}
PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
IMPORTING = {"GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"}
CALLING = {"REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD"}
ARGUMENTS = {"MARK", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_DICT", "DICT"}
IMPORTED_NAME = re.compile(r"[A-Za-z_][\w.]* [A-Za-z_][\w.]*")
ODDITIES = (ValueError, IndexError, struct.error, OverflowError)  # how pickletools says that this is no pickle


def refuse_code(head: bytes) -> None:
    """Raises Malformed for pickles of any protocol and for archives, which may hold them."""
    for magic, name in ARCHIVES.items():
        if head.startswith(magic):
            raise Malformed(f"is {name}, which may hold pickled code")
    if head[257:262] == b"ustar":
        raise Malformed("is a tar archive, which may hold pickled code")
    if _is_binary_pickle(head) or _imports_and_calls(head):
        raise Malformed("is a pickle, which can run code when it is loaded")


def _is_binary_pickle(head: bytes) -> bool:
    """Is there a protocol mark with sound opcodes after it? A table of numbers may begin with the mark by chance."""
    if not head.startswith(PROTOCOLS):
        return False
    try:
        opcodes = pickletools.genops(head)
        return all(next(opcodes, None) is not None for _ in range(3))
    except ODDITIES:
        return False


def _imports_and_calls(head: bytes) -> bool:
    """Would unpickling import something and call it? Text can look like single opcodes, hardly like all three kinds."""
    imported = arguments = False
    try:
        for opcode, argument, _ in pickletools.genops(head):
            if opcode.name in IMPORTING:
                imported = imported or not isinstance(argument, str) or bool(IMPORTED_NAME.fullmatch(argument))
            arguments = arguments or opcode.name in ARGUMENTS
            if imported and arguments and opcode.name in CALLING:
                return True
    except ODDITIES:
        pass
    return False
