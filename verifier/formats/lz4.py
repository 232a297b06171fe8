"""LZ4 frames: one file compressed; joblib writes such files."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.formats._compressed import RULES
from verifier.records import Artifact, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect"]

FORMAT = Format("lz4", 1, "LZ4 frame", magic=((0, b"\x04\x22\x4d\x18"),))


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Hands back what is inside."""
    from verifier.formats._codecs import LZ4
    from verifier.formats._compressed.streams import unwrap

    yield from unwrap(artifact, reader, context, LZ4, FORMAT.how)
