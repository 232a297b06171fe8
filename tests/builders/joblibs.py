"""joblib files, written without joblib."""

from __future__ import annotations

import zlib

from tests.builders.opcodes import Operand, call, mapping, name, pickled, value

WRAPPER = "joblib.numpy_pickle"


def dtype(text: str = "f8", order: str = "<", flags: int = 0) -> bytes:
    """The opcodes of a plain numpy dtype, as its `__reduce__` writes them."""
    state: tuple[Operand, ...] = (3, order, None, None, None, -1, -1, flags)
    return call("numpy", "dtype", text, False, True) + value(state) + b"b"


def array(
    raw: bytes, shape: tuple[int, ...], *, of: bytes | None = None, padding: int | None = None, **state: bytes
) -> bytes:
    """A NumpyArrayWrapper and the raw bytes that follow it; `padding` None is the layout before joblib 1.2."""
    fields = {
        "subclass": name("numpy", "ndarray"),
        "shape": value(shape),
        "order": value("C"),
        "dtype": dtype() if of is None else of,
        "allow_mmap": value(True),
    } | state
    if padding is not None:
        fields["numpy_array_alignment_bytes"] = value(16)
        raw = bytes([padding]) + b"\xff" * padding + raw
    return new(WRAPPER, "NumpyArrayWrapper") + mapping(fields) + b"b" + raw


def new(module: str, qualname: str) -> bytes:
    """NEWOBJ without arguments."""
    return name(module, qualname) + b")\x81"


def zfile(stream: bytes) -> bytes:
    """The `ZF` form of joblib before 0.10: length in hexadecimal, padded to 19 characters, then zlib."""
    return b"ZF" + f"{len(stream):#x}".ljust(19).encode() + zlib.compress(stream)


def beside(filename: str) -> bytes:
    """An NDArrayWrapper: an array in a file of that name (joblib before 0.10)."""
    fields = {"filename": value(filename), "subclass": name("numpy", "ndarray"), "allow_mmap": value(True)}
    return new("joblib.numpy_pickle_compat", "NDArrayWrapper") + mapping(fields) + b"b"


def dumped(*items: bytes) -> bytes:
    """A list of what the opcodes push, as one stream."""
    return pickled(b"](" + b"".join(items) + b"e", 3)
