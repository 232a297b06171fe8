"""R's serialization in its XDR encoding, item by item; and the same in ASCII and little-endian."""

from __future__ import annotations

import struct

ATTRIBUTES = 1 << 9
TAG = 1 << 10
NIL = b"\0\0\0\xfe"
GLOBAL = b"\0\0\0\xfd"
UNBOUND = b"\0\0\0\xfc"


def integer(value: int) -> bytes:
    """A number of the stream."""
    return value.to_bytes(4, "big", signed=value < 0)


def chars(text: str | bytes) -> bytes:
    """A text."""
    raw = text.encode() if isinstance(text, str) else text
    return integer(0x40009) + integer(len(raw)) + raw


def symbol(name: str) -> bytes:
    """A name, each time as if for the first time."""
    return integer(1) + chars(name)


def strings(*texts: str, attributes: bytes = b"") -> bytes:
    """A vector of texts."""
    return integer(16 | ATTRIBUTES * bool(attributes)) + integer(len(texts)) + b"".join(map(chars, texts)) + attributes


def reals(*values: float) -> bytes:
    """A vector of reals."""
    return integer(14) + integer(len(values)) + struct.pack(f">{len(values)}d", *values)


def integers(*values: int) -> bytes:
    """A vector of integers."""
    return integer(13) + integer(len(values)) + b"".join(map(integer, values))


def vector(*items: bytes, attributes: bytes = b"", kind: int = 19) -> bytes:
    """A list, or an expression (20)."""
    return integer(kind | ATTRIBUTES * bool(attributes)) + integer(len(items)) + b"".join(items) + attributes


def pairs(*cells: tuple[str, bytes] | bytes, kind: int = 2) -> bytes:
    """A pair list, the cells tagged or not."""
    made = [
        integer(kind | TAG) + symbol(cell[0]) + cell[1] if isinstance(cell, tuple) else integer(kind) + cell
        for cell in cells
    ]
    return b"".join(made) + NIL


def call(function: str | bytes, *arguments: tuple[str, bytes] | bytes, attributes: bytes = b"") -> bytes:
    """Language: a call."""
    head = symbol(function) if isinstance(function, str) else function
    return integer(6 | ATTRIBUTES * bool(attributes)) + attributes + head + pairs(*arguments)


def closure(formals: bytes, body: bytes, environment: bytes = GLOBAL) -> bytes:
    """A function."""
    return integer(3 | TAG) + environment + formals + body


def promise(code: bytes, value: bytes = UNBOUND, environment: bytes = GLOBAL) -> bytes:
    """A promise."""
    return integer(5 | TAG) + environment + value + code


def environment(*variables: tuple[str, bytes], hashed: bool = False) -> bytes:
    """An environment with variables."""
    frame = pairs(*variables)
    return integer(4) + integer(0) + GLOBAL + (NIL + vector(NIL, frame) if hashed else frame + NIL) + NIL


def bytecode(code: bytes, *constants: tuple[int, bytes], repeated: int = 1) -> bytes:
    """Compiled code with its constants, each with its kind."""
    pool = b"".join(integer(kind) + item for kind, item in constants)
    return integer(21) + integer(repeated) + code + integer(len(constants)) + pool


def lazy(package: str, name: str, state: bytes) -> bytes:
    """A vector that a class restores."""
    return integer(238) + pairs(symbol(name), symbol(package), integers(13)) + state + NIL


def formula(*terms: bytes, predvars: bytes = b"") -> bytes:
    """The terms of a model."""
    attributes = pairs(*([("predvars", predvars)] if predvars else []), ("class", strings("terms", "formula")))
    return call("~", symbol("y"), *terms, attributes=attributes)


def rds(item: bytes, *, version: int = 3, saved: bool = False) -> bytes:
    """A file of `saveRDS`, or of `save`."""
    encoding = integer(5) + b"UTF-8" if version == 3 else b""
    head = b"X\n" + integer(version) + integer(0x40401) + integer(0x30500) + encoding
    return (b"RDX%d\n" % version if saved else b"") + head + item
