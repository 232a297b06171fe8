"""The number that torch's files began with before torch 1.6."""

from __future__ import annotations

from verifier.errors import BudgetExceeded
from verifier.formats._context import Budget, Limits
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._readers import BytesReader

MAGIC = 0x1950A86A20F9469CFC6C
"""The first stream's value (torch/serialization.py, MAGIC_NUMBER)."""

_MAGIC_STEPS = 100
"""Opcodes in which the magic number must come to an end."""


def begins_with_magic(head: bytes) -> bool:
    """Whether the first stream of a file holds the magic number."""
    stream = PickleStream(BytesReader(head), 0, Budget(Limits(steps=_MAGIC_STEPS)))
    try:
        for _ in stream:
            pass
    except BudgetExceeded:
        return False
    return stream.summary.stopped and type(stream.summary.value) is int and stream.summary.value == MAGIC
