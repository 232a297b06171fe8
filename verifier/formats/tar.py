"""Tar archives: headers are checked here, the files in it are handed back to be recognized in turn."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.errors import InspectionError
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._readers import Window
from verifier.formats._tar import is_header
from verifier.formats._tar.report import RULES, Members
from verifier.records import Artifact, Coverage, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("tar", 1, "tar archive")


def recognize(probe: Probe) -> bool:
    """A first header whose checksum holds, or that says `ustar`."""
    return probe.head[257:262] == b"ustar" or is_header(probe.head[:512])


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the headers and hands back every regular file; what is wrong follows."""
    members = Members(artifact, reader, context.budget, FORMAT.how)
    try:
        for found in members:
            if isinstance(found, Coverage):
                yield found
            else:
                yield Member(artifact.member(found.name, found.size), Window(reader, found.offset, found.size))
    except InspectionError:
        yield from members.findings()
        raise
    yield from members.findings()
    yield from members.coverage()
