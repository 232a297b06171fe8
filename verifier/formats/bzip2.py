"""bzip2: one file compressed."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.formats._compressed import RULES
from verifier.records import Artifact, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect"]

_MAGIC = tuple((0, b"BZh%d" % level + mark) for level in range(1, 10) for mark in (b"1AY&SY", b"\x17rE8P\x90"))
"""Block size and the mark of a first block (pi) or of an empty stream (its square root)."""

FORMAT = Format("bzip2", 1, "bzip2 stream", magic=_MAGIC)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Hands back what is inside."""
    from verifier.formats._codecs import BZIP2
    from verifier.formats._compressed.streams import unwrap

    yield from unwrap(artifact, reader, context, BZIP2, FORMAT.how)
