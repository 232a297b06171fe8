"""zlib: one file compressed, without a magic number of its own; joblib writes such files."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._compressed import RULES
from verifier.records import Artifact, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("zlib", 1, "zlib stream")


def recognize(probe: Probe) -> bool:
    """A header as RFC 1950 has it, and bytes that decode."""
    if int.from_bytes(probe.head[:2], "big") % 31 or probe.head[:1] not in b"\x08\x18\x28\x38\x48\x58\x68\x78":
        return False
    from verifier.formats._codecs import ZLIB
    from verifier.formats._compressed.streams import decodes

    return decodes(probe.head, probe.size, ZLIB)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Hands back what is inside."""
    from verifier.formats._codecs import ZLIB
    from verifier.formats._compressed.streams import unwrap

    yield from unwrap(artifact, reader, context, ZLIB, FORMAT.how)
