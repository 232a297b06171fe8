"""`.npy` and `.npz` files, written without numpy."""

from __future__ import annotations

import io
import zipfile

from tests.builders.opcodes import call, pickled


def npy(
    descr: str = "'<f4'", shape: str = "(2, 3)", body: bytes = bytes(24), *, version: tuple[int, int] = (1, 0)
) -> bytes:
    """A `.npy` file whose header holds the given literals."""
    return npy_with_header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}", body, version=version)


def npy_with_header(
    header: str, body: bytes = b"", *, version: tuple[int, int] = (1, 0), length: int | None = None
) -> bytes:
    """A `.npy` file with any header text; `length` lies about its size."""
    text = header.encode("utf-8" if version == (3, 0) else "latin1")
    width = 2 if version == (1, 0) else 4
    text += b" " * (-(6 + 2 + width + len(text) + 1) % 64) + b"\n"
    claimed = len(text) if length is None else length
    return b"\x93NUMPY" + bytes(version) + claimed.to_bytes(width, "little") + text + body


def object_npy(stream: bytes | None = None) -> bytes:
    """An object array whose body is the given pickle; by default one that would run a command."""
    return npy("'|O'", "(1,)", pickled(call("os", "system", "echo inert")) if stream is None else stream)


def npz(**members: bytes) -> bytes:
    """An archive of members `<name>.npy`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content)
    return buffer.getvalue()
