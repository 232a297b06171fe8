"""GGUF files, honest and lying."""

from __future__ import annotations

import struct
from dataclasses import dataclass

F32 = 0
Q4_0 = 2


@dataclass(frozen=True)
class Raw:
    """Bytes of a value: its type's number, and what follows."""

    kind: int
    body: bytes


def text(value: str | bytes, order: str = "<") -> bytes:
    """A string with its length."""
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack(order + "Q", len(raw)) + raw


def value(item: object, order: str = "<") -> Raw:
    """A metadata value: text, whole number, fraction, truth value, a list of one of them, or as it is."""
    if isinstance(item, Raw):
        return item
    if isinstance(item, bool):
        return Raw(7, bytes([item]))
    if isinstance(item, int):
        return Raw(4, struct.pack(order + "I", item))
    if isinstance(item, float):
        return Raw(6, struct.pack(order + "f", item))
    if isinstance(item, str | bytes):
        return Raw(8, text(item, order))
    assert isinstance(item, list)
    items = [value(one, order) for one in item]
    kind = items[0].kind if items else 4
    return Raw(9, struct.pack(order + "IQ", kind, len(items)) + b"".join(one.body for one in items))


def tensor(
    name: str | bytes = "blk.0.weight",
    shape: tuple[int, ...] = (2, 2),
    kind: int = F32,
    offset: int = 0,
    order: str = "<",
) -> bytes:
    """A tensor's description."""
    dimensions = struct.pack(f"{order}I{len(shape)}Q", len(shape), *shape)
    return text(name, order) + dimensions + struct.pack(order + "IQ", kind, offset)


def gguf_bytes(
    metadata: list[tuple[str | bytes, object]] | None = None,
    tensors: list[bytes] | None = None,
    data: bytes = b"",
    *,
    order: str = "<",
    version: int = 3,
    counts: tuple[int, int] | None = None,
    alignment: int = 32,
) -> bytes:
    """A file of those entries; the data section is padded to begin where it is looked for."""
    metadata = [("general.architecture", "llama")] if metadata is None else metadata
    tensors = tensors or []
    tensor_count, key_count = counts or (len(tensors), len(metadata))
    head = b"GGUF" + struct.pack(order + "IQQ", version, tensor_count, key_count)
    for key, item in metadata:
        raw = value(item, order)
        head += text(key, order) + struct.pack(order + "I", raw.kind) + raw.body
    head += b"".join(tensors)
    return head + bytes(-len(head) % alignment) + data


def model(template: object = None, key: str = "tokenizer.chat_template", order: str = "<") -> bytes:
    """A model of two tensors, with a vocabulary and perhaps a template."""
    metadata: list[tuple[str | bytes, object]] = [
        ("general.architecture", "llama"),
        ("tokenizer.ggml.tokens", ["<s>", "system", "import"]),
        ("tokenizer.ggml.scores", [0.0, -1.0, -2.0]),
        ("llama.rope.scaled", True),
        ("llama.sizes", [[1, 2], [3]]),
    ]
    if template is not None:
        metadata.append((key, template))
    tensors = [tensor(order=order), tensor("blk.0.q", (32, 2), Q4_0, 32, order)]
    return gguf_bytes(metadata, tensors, bytes(32 + 36 + 28), order=order)
