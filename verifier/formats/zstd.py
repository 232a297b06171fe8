"""Zstandard (RFC 8878): one file compressed; decoded from Python 3.14 on, or with the extra `zstd`."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.formats._compressed import RULES
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect"]

FORMAT = Format("zstd", 1, "Zstandard stream", magic=((0, b"\x28\xb5\x2f\xfd"),))


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Hands back what is inside, or says that it cannot be read."""
    from verifier.formats._codecs import ZSTANDARD
    from verifier.formats._compressed.streams import unwrap

    if ZSTANDARD is None:
        reason = "Zstandard is decoded from Python 3.14 on, or after pip install 'model-verify[zstd]'"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
        return
    yield from unwrap(artifact, reader, context, ZSTANDARD, FORMAT.how)
