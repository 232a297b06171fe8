"""LZMA (.lzma): one file compressed, without a magic number of its own; joblib writes such files."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._compressed import RULES
from verifier.records import Artifact, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("lzma", 1, "LZMA (.lzma) stream")


def recognize(probe: Probe) -> bool:
    """The usual properties, and bytes that decode."""
    if not probe.head.startswith(b"]\x00\x00"):
        return False
    from verifier.formats._codecs import LZMA
    from verifier.formats._compressed.streams import decodes

    return decodes(probe.head, probe.size, LZMA)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Hands back what is inside."""
    from verifier.formats._codecs import LZMA
    from verifier.formats._compressed.streams import unwrap

    yield from unwrap(artifact, reader, context, LZMA, FORMAT.how)
