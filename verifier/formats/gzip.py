"""gzip: one file compressed."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.formats._compressed import RULES
from verifier.records import Artifact, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect"]

FORMAT = Format("gzip", 1, "gzip stream", magic=((0, b"\x1f\x8b"),))


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Hands back what is inside."""
    from verifier.formats._codecs import GZIP
    from verifier.formats._compressed.streams import unwrap

    yield from unwrap(artifact, reader, context, GZIP, FORMAT.how)
