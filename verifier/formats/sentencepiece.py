"""SentencePiece models: pieces with scores and types (`sentencepiece_model.proto` of google/sentencepiece)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import isfinite

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Probe, Yield
from verifier.formats._protobuf.wire import BYTES, FIXED32, VARINT, Field, Wire
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader, visible

FORMAT = Format("sentencepiece", 1, "SentencePiece model", suffixes=(".model", ".spm"))
MALFORMED = "sentencepiece-malformed"
RULES: tuple[str, ...] = (MALFORMED,)

MAX_PIECES = 2_000_000
"""Pieces that are held against each other; the largest models have about 260,000."""

MAX_PIECE = 4096
"""Bytes of a piece; trainers stop at 16 characters by default."""

PIECES = 1
SPECIFICATIONS = frozenset({2, 3, 4, 5})
"""Fields of the model that hold how it was trained, its normalizers and its own tests."""

EXTENSIONS = 200
"""First field number left to others."""

UNKNOWN = 2
TYPES = range(1, 7)
"""Normal, unknown, control, user defined, unused, byte."""


def recognize(probe: Probe) -> bool:
    """A first piece: a message of a short text and a score."""
    head = probe.head
    if len(head) < 9 or head[0] != 0x0A or head[2] != 0x0A or head[1] >= 0x80:
        return False
    score = 4 + head[3]
    return head[3] + 7 <= head[1] and head[score : score + 1] == b"\x15"


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks all pieces."""
    head = reader.read_at(0, 128)
    if not recognize(Probe("", reader.size, head, reader)):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it does not begin as a SentencePiece model", FORMAT.how)
        return
    try:
        count = _walk(Wire(reader, context.budget), reader.size)
    except Malformed as error:
        place = Evidence(artifact.name, error.message, FORMAT.how, error.offset)
        yield Finding(MALFORMED, (place,), f"The SentencePiece model cannot be trusted: {error.message}.")
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it is no sound SentencePiece model", FORMAT.how)
        return
    yield Fact("vocabulary-size", count, Evidence(artifact.name, f"{count} pieces", FORMAT.how))
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _walk(wire: Wire, size: int) -> int:
    """The number of pieces.

    Raises:
        Malformed: what the library refuses to load, or would not have written.
    """
    seen: set[str] = set()
    unknown = 0
    for field in wire.fields(0, size):
        if field.number == PIECES and field.wire == BYTES:
            text, kind = _piece(wire, field)
            if not text or text in seen:
                what = f"stands twice: {visible(text, 60)}" if text else "is empty"
                raise Malformed(f"a piece {what}", field.start)
            seen.add(text)
            unknown += kind == UNKNOWN
            if len(seen) > MAX_PIECES:
                raise BudgetExceeded(f"more than {MAX_PIECES} pieces")
        elif field.wire != BYTES or (field.number not in SPECIFICATIONS and field.number < EXTENSIONS):
            raise Malformed(f"there is no field {field.number} of that kind", field.start)
    if unknown != 1:
        raise Malformed(f"{unknown} pieces stand for what is unknown, not one")
    return len(seen)


def _piece(wire: Wire, field: Field) -> tuple[str, int]:
    """A piece's text and type."""
    text, kind = "", 1
    for part in wire.fields(field.start, field.end):
        if part.number == 1 and part.wire == BYTES:
            if part.end - part.start > MAX_PIECE:
                raise Malformed(f"a piece has more than {MAX_PIECE} bytes", part.start)
            text = wire.text(part, MAX_PIECE)
        elif part.number == 2 and part.wire == FIXED32:
            score: float = struct.unpack("<f", wire.content(part, 4))[0]
            if not isfinite(score):
                raise Malformed("a score is no number", part.start)
        elif part.number == 3 and part.wire == VARINT and part.value in TYPES:
            kind = part.value
        elif part.number < EXTENSIONS:
            raise Malformed(f"a piece has no field {part.number} of that kind", part.start)
    return text, kind
