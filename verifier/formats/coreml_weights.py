"""Weights of a Core ML package (`weight.bin`): blobs of numbers, each behind its description.

Source: MILBlob/Blob/StorageFormat.hpp of coremltools.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context, Probe
from verifier.formats._coreml import MALFORMED
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader

FORMAT = Format("coreml-weights", 1, "weights of a Core ML package")
RULES: tuple[str, ...] = (MALFORMED,)

_UNIT: Final = 64
"""Bytes of header and description, and what they are aligned to."""

_SENTINEL: Final = 0xDEADBEEF
_VERSION: Final = 2
_HEADER: Final = struct.Struct("<II")
_BLOB: Final = struct.Struct("<IIQQ")
_TYPES: Final = range(1, 32)
"""Of elements (BlobDataType); sixteen were in use in 2025."""

Range = tuple[int, int]


def recognize(probe: Probe) -> bool:
    """A version and reserved zeros, and the mark of the first blob."""
    head = probe.head[: _UNIT + 4]
    return (
        len(head) == _UNIT + 4
        and _HEADER.unpack_from(head)[1] == _VERSION
        and not any(head[_HEADER.size : _UNIT])
        and head[_UNIT:] == _SENTINEL.to_bytes(4, "little")
    )


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Goes from one description to the next."""
    from verifier.formats._account import accounted

    blobs: list[Range] = []
    try:
        end = _blobs(reader, context, blobs)
    except Malformed as error:
        place = Evidence(artifact.name, error.message, FORMAT.how, error.offset)
        yield Finding(MALFORMED, (place,), f"A blob of weights cannot be read: {error.message}.")
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be followed to its end", FORMAT.how)
        return
    yield from accounted(artifact.name, FORMAT.how, blobs, end, "weights, read as numbers")
    if end < reader.size:
        reason = "bytes behind the last blob"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how, end)


def _blobs(reader: Reader, context: Context, blobs: list[Range]) -> int:
    from verifier.formats._bounds import bounded

    if reader.size < _UNIT:
        raise Malformed("it ends within its header", reader.size)
    count, end = _HEADER.unpack(reader.read_at(0, _HEADER.size))[0], _UNIT
    for _ in range(count):
        context.budget.spend_steps(1)
        at = -(-end // _UNIT) * _UNIT
        head = reader.read_at(at, _BLOB.size)
        if len(head) < _BLOB.size:
            raise Malformed(f"{count} blobs are promised, and the file ends", min(at, reader.size))
        sentinel, kind, size, start = _BLOB.unpack(head)
        if sentinel != _SENTINEL or kind not in _TYPES or start != at + _UNIT or start + size > reader.size:
            raise Malformed("its description is none, or leads out of the file", at)
        end = start + size
        blobs.append((start, end))
        bounded(blobs, "blobs")
    return min(-(-end // _UNIT) * _UNIT, reader.size)
