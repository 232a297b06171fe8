"""Programs and archives in the low bits of weights, by their magic and the header behind it.

What it cannot see: payloads that are encrypted, compressed without a container, spread otherwise, or written over all
bits. Statistics of bits are not judged: those of genuine weights vary as widely.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from verifier.behavior.screens._numbers import LAYOUTS
from verifier.errors import Malformed
from verifier.records import Evidence, Finding, Reader
from verifier.records.tensor import Placed

if TYPE_CHECKING:
    from numpy import ndarray

HIDDEN: Final = "weights-hide-file"
RULES: Final = (HIDDEN,)
HOW: Final = "screens.planes@1"

CHUNK: Final = 1 << 22
"""Numbers of a tensor that are held at a time."""

_HEADER: Final = 4096
"""Bytes within which a header ends: that of a Windows program says where its second one stands."""

_LOW_BYTES: Final = {8: (1, 2, 4), 4: (1, 2), 2: (1,)}
"""By the bytes of a number, how many of its lowest ones a payload may fill."""

_MACHINES: Final = frozenset({0x14C, 0x1C0, 0x1C4, 0x8664, 0xAA64})
"""x86, Arm, Thumb-2, x86-64 and Arm64 (PE format, Machine Types)."""

_METHODS: Final = frozenset({0, 8, 9, 12, 14, 93, 95})
"""Compression methods in use (APPNOTE 4.4.5)."""


def hidden_file(artifact: str, tensor: Placed, reader: Reader) -> Finding | None:
    """The first file in the low bits of a tensor of floating-point numbers; None where there is none.

    Raises:
        Malformed: the file ends within the tensor.
        SourceError, BudgetExceeded: bytes cannot be obtained.
    """
    if tensor.dtype not in LAYOUTS or not LAYOUTS[tensor.dtype].fraction:
        return None
    import numpy as np

    size = np.dtype(LAYOUTS[tensor.dtype].numpy).itemsize
    tails: dict[str, bytes] = {}
    for at in range(0, tensor.length, CHUNK * size):
        length = min(CHUNK * size, tensor.length - at)
        raw = reader.read_at(tensor.offset + at, length)
        if len(raw) < length:
            raise Malformed(f"it ends within the tensor {tensor.name}", tensor.offset)
        for plane, content in _planes(np.frombuffer(raw, np.uint8).reshape(-1, size)):
            window = tails.get(plane, b"") + content
            if kind := _file_in(window, last=at + length == tensor.length):
                message = f"The {plane} of the numbers of the tensor {tensor.name!r} hold {kind}."
                evidence = Evidence(artifact, message, HOW, tensor.offset, tensor.length)
                return Finding(HIDDEN, (evidence,), message)
            tails[plane] = window[-_HEADER:]
    return None


def _planes(rows: ndarray) -> Iterator[tuple[str, bytes]]:
    """What low bits of numbers say, one after the other: lowest bytes, and lowest bits from either end of a byte."""
    import numpy as np

    for count in _LOW_BYTES[rows.shape[1]]:
        yield f"{count} lowest bytes" if count > 1 else "lowest bytes", rows[:, :count].tobytes()
    bits = rows[:, 0] & 1
    yield "lowest bits (highest first)", np.packbits(bits).tobytes()
    yield "lowest bits (lowest first)", np.packbits(bits, bitorder="little").tobytes()


def _file_in(window: bytes, *, last: bool) -> str:
    """What kind of file begins in a window; "" where none does. The end of all but the last is looked at again."""
    end = len(window) if last else max(len(window) - _HEADER + 8, 0)
    for match in _MAGIC.finditer(window, 0, end):
        kind, check = _KINDS[match[0]]
        if check(window[match.start() : match.start() + _HEADER]):
            return kind
    return ""


def _number(header: bytes, at: int, size: int = 2) -> int:
    return int.from_bytes(header[at : at + size], "little") if len(header) >= at + size else -1


def _elf(header: bytes) -> bool:
    """Class, order of bytes, version, type and size of the header (System V ABI, ELF header)."""
    wide = header[4:5] == b"\2"
    step = 1 if header[5:6] == b"\1" else -1
    fields = [int.from_bytes(header[at : at + 2][::step], "little") for at in (16, 52 if wide else 40)]
    known = header[4:5] in (b"\1", b"\2") and header[5:6] in (b"\1", b"\2") and header[6:7] == b"\1"
    return known and fields[0] in range(1, 5) and fields[1] == (64 if wide else 52)


def _pe(header: bytes) -> bool:
    place = _number(header, 60, 4)
    return 64 <= place < _HEADER and header[place : place + 4] == b"PE\0\0" and _number(header, place + 4) in _MACHINES


def _macho(header: bytes) -> bool:
    """Processor and type of file (mach/machine.h, mach-o/loader.h)."""
    return _number(header, 4, 4) in (0x7, 0xC, 0x01000007, 0x0100000C) and _number(header, 12, 4) in range(1, 13)


def _zip(header: bytes) -> bool:
    """Version, method and a printable name in the local header (APPNOTE 4.3.7)."""
    name = header[30 : 30 + max(_number(header, 26), 0)]
    known = _number(header, 4) in range(10, 64) and _number(header, 8) in _METHODS
    return known and 0 < len(name) < 256 and len(name) == _number(header, 26) and all(32 <= byte < 127 for byte in name)


def _sevenzip(header: bytes) -> bool:
    return header[6:7] == b"\0" and _number(header, 7, 1) in range(5)


def _xz(header: bytes) -> bool:
    """The checksum of the flags (xz file format, 2.1.1.3)."""
    from zlib import crc32

    return crc32(header[6:8]) == _number(header, 8, 4)


_KINDS: Final[dict[bytes, tuple[str, Callable[[bytes], bool]]]] = {
    b"\x7fELF": ("an ELF program or library", _elf),
    b"MZ": ("a Windows program or library", _pe),
    b"\xce\xfa\xed\xfe": ("a Mach-O program or library", _macho),
    b"\xcf\xfa\xed\xfe": ("a Mach-O program or library", _macho),
    b"PK\3\4": ("a zip archive", _zip),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _sevenzip),
    b"\xfd7zXZ\0": ("an xz archive", _xz),
}

_MAGIC: Final = re.compile(b"|".join(re.escape(magic) for magic in _KINDS))
