"""Zip archives: the structure is checked here, the members are handed back to be recognized in turn."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.errors import Malformed
from verifier.formats import Budget, Context, Member, Probe, Yield
from verifier.formats._tar import is_header
from verifier.formats._zip import Archive, Entry, Lie, find_directory
from verifier.formats._zip.report import RULES, findings, unread
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

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
    try:
        return find_directory(probe.reader) is not None
    except Malformed:
        return True


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Holds directory, local headers and contents against each other, and hands back every member.

    Contents are not read whole over the network.
    """
    archive = Archive(reader)
    context.budget.foresee_members(len(archive.entries))
    context.budget.spend_steps(len(archive.entries))
    unchecked = ("zip-contents",) if context.remote else ()
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, unchecked=unchecked)
    lies = [*archive.lies, *(lie for entry in archive.entries for lie in archive.local_lies(entry)), *archive.gaps()]
    yield from findings(artifact, lies, FORMAT.how)
    yield from unread(artifact, lies, FORMAT.how)
    opened: list[tuple[Entry, Reader]] = []
    for entry in archive.entries:
        if entry.is_directory:
            continue
        child = artifact.member(entry.name, entry.size)
        try:
            body = archive.open(entry, context.budget)
        except Malformed as error:
            yield Coverage(child.name, CoverageState.PARTIAL, error.message, FORMAT.how)
            continue
        opened.append((entry, body))
        yield Member(child, body)
    if not context.remote:
        yield from findings(artifact, _content_lies(archive, opened, context.budget), FORMAT.how)


def _content_lies(archive: Archive, opened: list[tuple[Entry, Reader]], budget: Budget) -> Iterator[Lie]:
    for entry, body in opened:
        budget.spend_steps(1)
        yield from archive.content_lies(entry, body)
