"""Tokenizers as models carry them: `tokenizer.json` and SentencePiece models."""

from __future__ import annotations

import json
import struct


def tokenizer_json(**changes: object) -> bytes:
    """A small `tokenizer.json`."""
    tokenizer: dict[str, object] = {
        "version": "1.0",
        "added_tokens": [
            {"id": 0, "content": "<s>", "special": True},
            {"id": 4, "content": "<|end|>", "special": True},
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": "\u2581"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
                {"type": "Replace", "pattern": {"Regex": "\\s+|\\p{Letter}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {"type": "ByteLevel"},
        "decoder": {"type": "Replace", "pattern": {"String": "</w>"}, "content": " "},
        "model": {"type": "BPE", "vocab": {"<s>": 0, "no": 1, "yes": 2, "system": 3}, "merges": []},
    }
    return json.dumps({**tokenizer, **changes}).encode()


def field(number: int, payload: bytes) -> bytes:
    """A field of bytes, fewer than 128."""
    return bytes([number << 3 | 2, len(payload)]) + payload


def piece(text: bytes, score: float = 0.0, kind: int | None = None) -> bytes:
    """A piece of a SentencePiece model."""
    body = field(1, text) + b"\x15" + struct.pack("<f", score)
    return field(1, body if kind is None else body + bytes([0x18, kind]))


def sentencepiece(*more: bytes) -> bytes:
    """A small model, and what else it shall hold."""
    pieces = piece(b"<unk>", kind=2) + piece(b"<s>", kind=3) + piece("\u2581yes".encode(), -1.5) + b"".join(more)
    return pieces + field(2, b"\x18\x01") + field(3, field(1, b"identity")) + field(5, b"")
