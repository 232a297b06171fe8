"""Zip archives: the structure is checked here, the members are handed back to be recognized in turn."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.errors import Malformed
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._tar.header import is_header
from verifier.formats._zip import RULES
from verifier.records import Artifact, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("zip", 1, "zip archive")


def recognize(probe: Probe) -> bool:
    """A local header or an end record at the start, or a directory at the end: one read there, whatever comes first.

    A directory near the end of a tar is that of its last member, which is inspected as one.
    """
    if probe.head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return True
    if is_header(probe.head[:512]):
        return False
    from verifier.formats._zip.directory import find_directory

    try:
        return find_directory(probe.reader) is not None
    except Malformed:
        return True


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Holds directory, local headers and contents against each other, and hands back every member."""
    from verifier.formats._zip.archive import Archive
    from verifier.formats._zip.report import inspect_archive

    return inspect_archive(artifact, Archive(reader), context, FORMAT.how, lambda *member: iter([Member(*member)]))
