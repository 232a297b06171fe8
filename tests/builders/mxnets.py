"""MXNet graphs, and lists of arrays."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any


def symbol(*nodes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A graph with an input and the given nodes, each of which takes it."""
    every = [{"op": "null", "name": "data", "inputs": []}, *nodes]
    heads = [[len(every) - 1, 0, 0]]
    return {"nodes": every, "arg_nodes": [0], "node_row_ptr": [*range(len(every) + 1)], "heads": heads} | changes


def operator(kind: str, **changes: Any) -> dict[str, Any]:
    """A node."""
    return {"op": kind, "name": "n", "inputs": [[0, 0, 0]]} | changes


def shape(*dims: int) -> bytes:
    """A shape of the second version."""
    return struct.pack(f"<I{len(dims)}q", len(dims), *dims)


def array(
    *dims: int, values: bytes, flag: int = 0, version: int = 2, sparse: Sequence[bytes] = (), stype: int = 0
) -> bytes:
    """An array; `sparse` are the shapes of indexes of 64 bits, of which the values hold those too."""
    magic = struct.pack("<I", 0xF993FAC7 + version) + (struct.pack("<i", stype) if version > 1 else b"")
    stored = shape(0) if sparse else b""
    indexes = b"".join(struct.pack("<i", 6) + one for one in sparse)
    return magic + stored + shape(*dims) + struct.pack("<iii", 1, 0, flag) + indexes + values


def params(*arrays: bytes, names: Sequence[str] = ()) -> bytes:
    """A list of arrays."""
    texts = b"".join(struct.pack("<Q", len(name)) + name.encode() for name in names)
    return struct.pack("<QQQ", 0x112, 0, len(arrays)) + b"".join(arrays) + struct.pack("<Q", len(names)) + texts
