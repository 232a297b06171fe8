"""Tar archives: headers are checked here, the files in it are handed back to be recognized in turn."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._tar import RULES
from verifier.formats._tar.header import is_header
from verifier.records import Artifact, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("tar", 1, "tar archive")


def recognize(probe: Probe) -> bool:
    """A first header whose checksum holds, or that says `ustar`."""
    return probe.head[257:262] == b"ustar" or is_header(probe.head[:512])


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the headers and hands back every regular file; what is wrong follows."""
    from verifier.formats._tar.report import inspect_members

    return inspect_members(artifact, reader, context.budget, FORMAT.how, lambda *member: iter([Member(*member)]))
