"""Core ML models, manifests and weights."""

from __future__ import annotations

import json
import struct

from tests.builders.protobufs import block, number


def model(kind: int, *parts: bytes) -> bytes:
    """A model of a kind."""
    return number(1, 7) + block(2, block(1, block(1, "x"))) + block(kind, *parts)


def custom(name: str) -> bytes:
    """A layer that a class of the program computes."""
    return block(1, block(1, "layer"), block(500, block(10, name)))


def network(*layers: bytes) -> bytes:
    """A neural network."""
    return model(500, *layers)


def program(file: str, offset: int, *, depth: int = 0) -> bytes:
    """A program with one constant, whose value stands in a file; `depth` tuples around it."""
    value = block(5, block(1, file), number(2, offset))
    for _ in range(depth):
        value = block(3, block(2, block(1, value)))
    operation = block(3, block(1, "const"), block(5, block(1, "val"), block(2, value)))
    function = block(3, block(1, "CoreML8"), block(2, operation))
    return model(502, number(1, 1), block(2, block(1, "main"), block(2, function)))


def weights(*blobs: bytes) -> bytes:
    """A file of weights, all of type float16."""
    out = bytearray(struct.pack("<II", len(blobs), 2) + bytes(56))
    for blob in blobs:
        out += bytes(-len(out) % 64)
        out += struct.pack("<IIQQ", 0xDEADBEEF, 1, len(blob), len(out) + 64) + bytes(40) + blob
    return bytes(out)


def manifest(path: object = "com.apple.CoreML/model.mlmodel") -> bytes:
    """A package's manifest with one item."""
    items = {"1": {"author": "com.apple.CoreML", "name": "model.mlmodel", "path": path}}
    return json.dumps({"fileFormatVersion": "1.0.0", "itemInfoEntries": items, "rootModelIdentifier": "1"}).encode()
