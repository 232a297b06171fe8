"""safetensors files, honest and lying."""

from __future__ import annotations

import json


def tensor(dtype: object = "F32", shape: object = (2,), offsets: object = (0, 8), **more: object) -> dict[str, object]:
    """A tensor's description."""
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}


def safetensors_bytes(header: object, data: bytes = b"", *, length: int | None = None) -> bytes:
    """A file with that header: raw bytes, or what becomes JSON."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(raw) if length is None else length).to_bytes(8, "little") + raw + data


def model_bytes(tensors: int = 2, **metadata: str) -> bytes:
    """A model of that many tensors of two numbers each."""
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    for i in range(tensors):
        header[f"layer.{i}.weight"] = tensor(offsets=(8 * i, 8 * i + 8))
    return safetensors_bytes(header, bytes(8 * tensors))
